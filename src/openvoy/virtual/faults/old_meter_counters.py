"""Transformers that were disconnected: their meters keep what they had counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from openvoy.codec import changed, doc
from openvoy.protocol.endpoints.meters import METER_READINGS, MeterReading
from openvoy.protocol.endpoints.production import ProductionRow
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import DataFault, Edits, edit_rows, map_each
from openvoy.virtual.fault_meters import meters_of
from openvoy.virtual.faults import fault


@fault("old-meter-counters", "Q13")
@dataclass(frozen=True, kw_only=True)
class OldMeterCounters(DataFault):
    """Gives disabled meters a lifetime energy, in readings and on the production page."""

    energy_wh: Annotated[float, doc("Wh", "what each had counted")] = 4_321_000.0

    def edits(self, stage: Stage) -> Edits:
        """Change disabled meters and inactive rows."""

        async def in_readings(readings: tuple[MeterReading, ...]) -> tuple[MeterReading, ...]:
            disabled = {eid for eid, meter in (await meters_of(stage)).items() if meter.state != "enabled"}
            return map_each(readings, lambda row: self._old(row) if row.eid in disabled else row)

        return {METER_READINGS: in_readings, **edit_rows(self._old_row, measured=True)}

    def _old(self, reading: MeterReading) -> MeterReading:
        return changed(reading, delivered_wh=self.energy_wh)

    def _old_row(self, row: ProductionRow) -> ProductionRow:
        return row if row.active_count else changed(row, lifetime_wh=self.energy_wh)
