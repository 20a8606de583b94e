"""Lifetime energies of the page that are off the meters' by a constant: mostly under 2 kWh, up to hundreds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from openvoy.codec import changed, doc
from openvoy.protocol.endpoints.production import ProductionRow
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import DataFault, Edits, edit_rows
from openvoy.virtual.faults import fault


@fault("lifetime-offset", "Q7", "Q8")
@dataclass(frozen=True, kw_only=True)
class LifetimeOffset(DataFault):
    """Shifts the lifetime of net and total consumption on the production page."""

    net_wh: Annotated[float, doc("Wh", "added to net consumption; 0 to 95 000 were measured")] = 2000.0
    total_wh: Annotated[float, doc("Wh", "added to total consumption; 70 to 622 000 were measured")] = 4009.0

    def edits(self, stage: Stage) -> Edits:
        """Change the two rows."""
        return edit_rows(self._shift, measured=True)

    def _shift(self, row: ProductionRow) -> ProductionRow:
        added = {"net-consumption": self.net_wh, "total-consumption": self.total_wh}.get(row.measurement or "")
        if added is None or row.lifetime_wh is None:
            return row
        return changed(row, lifetime_wh=round(row.lifetime_wh + added, 3))
