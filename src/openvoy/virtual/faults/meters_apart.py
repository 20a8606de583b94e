"""Meters of one reply that were sampled at different moments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from openvoy.codec import changed, doc, each
from openvoy.protocol.endpoints.meters import METER_READINGS, MeterReading
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import DataFault, Edits, map_each
from openvoy.virtual.fault_meters import meters_of
from openvoy.virtual.faults import fault


@fault("meters-apart", "Q23")
@dataclass(frozen=True, kw_only=True)
class MetersApart(DataFault):
    """Dates every meter but the production meter back; values stay."""

    seconds: Annotated[float, doc("s", "how far; 1 to 30 were measured")] = 30.0

    def edits(self, stage: Stage) -> Edits:
        """Change the readings."""

        async def in_readings(readings: tuple[MeterReading, ...]) -> tuple[MeterReading, ...]:
            production = await meters_of(stage, "production")
            return map_each(readings, lambda row: row if row.eid in production else self._dated_back(row))

        return {METER_READINGS: in_readings}

    def _dated_back(self, reading: MeterReading) -> MeterReading:
        channels = map_each(
            each(reading.channels), lambda channel: changed(channel, timestamp_s=self._earlier(channel.timestamp_s))
        )
        return changed(reading, timestamp_s=self._earlier(reading.timestamp_s), channels=channels)

    def _earlier(self, sampled_s: float | None) -> float | None:
        return int(sampled_s - self.seconds) if sampled_s else sampled_s
