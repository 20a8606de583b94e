"""Noise where nothing is connected: rows of meters without transformers carry values all the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from openvoy.codec import changed, doc
from openvoy.protocol.endpoints.production import ProductionRow
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import DataFault, Edits, edit_rows
from openvoy.virtual.faults import fault


@fault("inactive-noise", "Q12")
@dataclass(frozen=True, kw_only=True)
class InactiveNoise(DataFault):
    """Gives rows of inactive meters on the production page a power and a lifetime."""

    power_w: Annotated[float, doc("W", "power of each")] = -6660.0
    energy_wh: Annotated[float, doc("Wh", "lifetime of each; -18.153 was measured too")] = 0.01

    def edits(self, stage: Stage) -> Edits:
        """Change rows that do not count."""
        return edit_rows(self._disturb, measured=True)

    def _disturb(self, row: ProductionRow) -> ProductionRow:
        return row if row.active_count else changed(row, now_w=self.power_w, lifetime_wh=self.energy_wh)
