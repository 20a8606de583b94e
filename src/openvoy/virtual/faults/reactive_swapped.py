"""Leading and lagging reactive energy that change places between a meter's row and its lines, on 8.3.5433."""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.codec import changed
from openvoy.protocol.endpoints.production import ProductionRow
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import DataFault, Edits, edit_rows
from openvoy.virtual.faults import fault


@fault("reactive-swapped", "Q9")
@dataclass(frozen=True, kw_only=True)
class ReactiveSwapped(DataFault):
    """Swaps leading and lagging energy in the rows of the production page, not in their lines."""

    def edits(self, stage: Stage) -> Edits:
        """Change the rows of meters."""
        return edit_rows(_swap, measured=True)


def _swap(row: ProductionRow) -> ProductionRow:
    return changed(
        row,
        lead_lifetime_varh=row.lag_lifetime_varh,
        lag_lifetime_varh=row.lead_lifetime_varh,
        lead_today_varh=row.lag_today_varh,
        lag_today_varh=row.lead_today_varh,
    )
