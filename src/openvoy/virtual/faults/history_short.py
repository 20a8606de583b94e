"""Less than seven days of history: "the last seven days" are everything before today."""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.codec import changed
from openvoy.protocol.endpoints.production import PRODUCTION_V1, ProductionRow, ProductionTotals
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import DataFault, Edits, edit_rows
from openvoy.virtual.faults import fault


@fault("history-short", "Q4")
@dataclass(frozen=True, kw_only=True)
class HistoryShort(DataFault):
    """Lets seven days be the lifetime less today."""

    def edits(self, stage: Stage) -> Edits:
        """Change snapshot and page."""
        return {PRODUCTION_V1: _all_but_today, **edit_rows(_all, measured=True)}


def _all_but_today(totals: ProductionTotals) -> ProductionTotals:
    if totals.lifetime_wh is None or totals.today_wh is None:
        return totals
    return changed(totals, seven_days_wh=totals.lifetime_wh - totals.today_wh)


def _all(row: ProductionRow) -> ProductionRow:
    if row.measurement == "net-consumption" or row.lifetime_wh is None or row.today_wh is None:
        return row
    return changed(row, seven_days_wh=row.lifetime_wh - row.today_wh)
