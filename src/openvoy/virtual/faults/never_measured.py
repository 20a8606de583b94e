"""Meters that never took a sample: their time is 0."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from openvoy.codec import changed, doc, each
from openvoy.protocol.endpoints.meters import METER_READINGS, MeterReading
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import DataFault, Edits, map_each
from openvoy.virtual.fault_meters import meters_of
from openvoy.virtual.faults import fault


@fault("never-measured", "Q23")
@dataclass(frozen=True, kw_only=True)
class NeverMeasured(DataFault):
    """Sets the times of meters and their channels to 0."""

    which: Annotated[Literal["disabled", "enabled"], doc("", "which meters")] = "disabled"

    def edits(self, stage: Stage) -> Edits:
        """Change the readings."""

        async def in_readings(readings: tuple[MeterReading, ...]) -> tuple[MeterReading, ...]:
            meant = {eid for eid, meter in (await meters_of(stage)).items() if meter.state == self.which}
            return map_each(readings, lambda row: _untimed(row) if row.eid in meant else row)

        return {METER_READINGS: in_readings}


def _untimed(reading: MeterReading) -> MeterReading:
    channels = map_each(each(reading.channels), lambda channel: changed(channel, timestamp_s=0))
    return changed(reading, timestamp_s=0, channels=channels)
