"""Fewer readings than meters: 4.2.33 leaves the disabled ones out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from openvoy.codec import doc
from openvoy.protocol.endpoints.meters import METER_READINGS, MeterReading
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import DataFault, Edits
from openvoy.virtual.fault_meters import meters_of
from openvoy.virtual.faults import fault


@fault("readings-missing", "Q20")
@dataclass(frozen=True, kw_only=True)
class ReadingsMissing(DataFault):
    """Leaves rows out of the readings; the list of meters still has them."""

    which: Annotated[
        Literal["disabled", "production", "net-consumption", "total-consumption", "storage"], doc("", "whose rows")
    ] = "disabled"

    def edits(self, stage: Stage) -> Edits:
        """Drop rows."""

        async def in_readings(readings: tuple[MeterReading, ...]) -> tuple[MeterReading, ...]:
            meters = await meters_of(stage)
            gone = {eid for eid, meter in meters.items() if self.which in {meter.state, meter.measurement}}
            return tuple(reading for reading in readings if reading.eid not in gone)

        return {METER_READINGS: in_readings}
