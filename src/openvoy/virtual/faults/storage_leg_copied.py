"""Split phase with a storage meter: its second leg stands as third channel of the net meter, to the bit."""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.codec import changed, each
from openvoy.protocol.endpoints.meters import METER_READINGS, ChannelReading, MeterReading
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import DataFault, Edits, map_each
from openvoy.virtual.fault_meters import meters_of, readings_of
from openvoy.virtual.faults import fault

_LEG = 1
_COPY = 2


@fault("storage-leg-copied", "Q22")
@dataclass(frozen=True, kw_only=True)
class StorageLegCopied(DataFault):
    """Copies a channel of the storage meter into the net meter, whose totals do not count it."""

    def edits(self, stage: Stage) -> Edits:
        """Change the net meter, where there is a storage meter."""

        async def in_readings(readings: tuple[MeterReading, ...]) -> tuple[MeterReading, ...]:
            stored = await readings_of(stage, "storage")
            legs = tuple(each(stored[0].channels)) if stored else ()
            net = await meters_of(stage, "net-consumption")
            if len(legs) <= _LEG:
                return readings
            return map_each(readings, lambda row: _with_copy(row, legs[_LEG]) if row.eid in net else row)

        return {METER_READINGS: in_readings}


def _with_copy(reading: MeterReading, leg: ChannelReading) -> MeterReading:
    channels = tuple(each(reading.channels))
    copies = (changed(leg, eid=channel.eid) for channel in channels[_COPY : _COPY + 1])
    return changed(reading, channels=(*channels[:_COPY], *copies, *channels[_COPY + 1 :]))
