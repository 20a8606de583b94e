"""Meters that the page calls inactive for a short time after the nightly outage, with bogus values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from openvoy.codec import changed, doc
from openvoy.protocol.endpoints.production import ProductionPage, ProductionRow
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import PAGES, DataFault, Edits, map_lines, map_rows
from openvoy.virtual.faults import fault


@fault("meter-inactive", "Q10")
@dataclass(frozen=True, kw_only=True)
class MeterInactive(DataFault):
    """Counts 0 active meters on the production page; the inverters have another lifetime meanwhile."""

    power_w: Annotated[float, doc("W", "bogus power of each meter")] = -6660.0
    energy_wh: Annotated[float, doc("Wh", "bogus lifetime of each meter")] = 0.01
    inverters_wh: Annotated[float, doc("Wh", "what the inverters' lifetime is off by")] = -250_000.0

    def edits(self, stage: Stage) -> Edits:
        """Change all rows."""
        return dict.fromkeys(PAGES, self._on_page)

    def _on_page(self, page: ProductionPage) -> ProductionPage:
        return map_rows(map_rows(page, self._bogus, kind="eim"), self._shifted, kind="inverters")

    def _bogus(self, row: ProductionRow) -> ProductionRow:
        row = changed(row, active_count=0, now_w=self.power_w, lifetime_wh=self.energy_wh)
        return map_lines(row, lambda line: changed(line, now_w=self.power_w, lifetime_wh=self.energy_wh))

    def _shifted(self, row: ProductionRow) -> ProductionRow:
        if row.lifetime_wh is None:
            return row
        return changed(row, lifetime_wh=max(row.lifetime_wh + self.inverters_wh, 0))
