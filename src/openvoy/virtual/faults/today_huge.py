"""A day of thousands of kilowatt-hours, after a power cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from openvoy.codec import changed, doc
from openvoy.protocol.endpoints.production import PRODUCTION_V1, ProductionRow, ProductionTotals
from openvoy.units import wh_from_kwh
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import DataFault, Edits, edit_rows
from openvoy.virtual.faults import fault


@fault("today-huge", "Q14")
@dataclass(frozen=True, kw_only=True)
class TodayHuge(DataFault):
    """Adds energy to today's production."""

    kwh: Annotated[float, doc("kWh", "how much; 5 000 to 16 000 were seen")] = 5000.0

    def edits(self, stage: Stage) -> Edits:
        """Change snapshot and page."""
        return {PRODUCTION_V1: self._grow, **edit_rows(self._grow_row, measured=True)}

    def _grow(self, totals: ProductionTotals) -> ProductionTotals:
        return totals if totals.today_wh is None else changed(totals, today_wh=int(totals.today_wh + self._wh))

    def _grow_row(self, row: ProductionRow) -> ProductionRow:
        if row.measurement != "production" or row.today_wh is None:
            return row
        return changed(row, today_wh=round(row.today_wh + self._wh, 3))

    @property
    def _wh(self) -> float:
        return wh_from_kwh(self.kwh)
