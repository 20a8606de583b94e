"""The meter of an EV charger that is not there: disabled, with a negative energy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from openvoy.codec import changed, doc, each
from openvoy.protocol.endpoints.meters import METER_READINGS, METERS, MeterInfo, MeterReading
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import DataFault, Edits, map_each
from openvoy.virtual.faults import fault

_EID = 704644864
_CHANNEL_EID = 1778386705


@fault("evse-negative", "Q23")
@dataclass(frozen=True, kw_only=True)
class EvseNegative(DataFault):
    """Lists a disabled EV charger's meter whose received energy is below 0."""

    energy_wh: Annotated[float, doc("Wh", "what it received")] = -19.677

    def edits(self, stage: Stage) -> Edits:
        """Add or change the meter."""
        return {METERS: _listed, METER_READINGS: self._read}

    def _read(self, readings: tuple[MeterReading, ...]) -> tuple[MeterReading, ...]:
        if not readings:
            return readings
        others = tuple(reading for reading in readings if reading.eid != _EID)
        like = next((reading for reading in readings if reading.eid == _EID), others[-1])
        zeros = {"delivered_wh": 0.0, "active_w": 0.0, "demand_w": 0.0, "apparent_va": 0.0, "current_a": 0.0}
        channels = tuple(
            changed(channel, eid=_CHANNEL_EID + place, received_wh=self.energy_wh if place == 0 else 0.0, **zeros)
            for place, channel in enumerate(each(like.channels))
        )
        return (*others, changed(like, eid=_EID, received_wh=self.energy_wh, channels=channels, **zeros))


def _listed(meters: tuple[MeterInfo, ...]) -> tuple[MeterInfo, ...]:
    if not meters or any(meter.eid == _EID for meter in meters):
        return map_each(meters, lambda meter: changed(meter, state="disabled") if meter.eid == _EID else meter)
    return (*meters, changed(meters[0], eid=_EID, state="disabled", measurement="evse"))
