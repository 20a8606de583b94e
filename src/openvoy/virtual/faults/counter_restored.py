"""A counter that overflowed and gets the lost 2^32 J back some days later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from openvoy.codec import changed, doc
from openvoy.protocol.endpoints.production import ProductionRow
from openvoy.units import WRAP_32_BIT_WH
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import DataFault, Edits, edit_rows
from openvoy.virtual.faults import fault


@fault("counter-restored", "Q1")
@dataclass(frozen=True, kw_only=True)
class CounterRestored(DataFault):
    """Adds overflows to the inverters' lifetime on the production page."""

    wraps: Annotated[int, doc("2^32 J", "how many; negative takes them away")] = 1

    def edits(self, stage: Stage) -> Edits:
        """Change the row of the inverters."""
        return edit_rows(self._restore, measured=False)

    def _restore(self, row: ProductionRow) -> ProductionRow:
        if row.lifetime_wh is None:
            return row
        return changed(row, lifetime_wh=round(row.lifetime_wh + self.wraps * WRAP_32_BIT_WH))
