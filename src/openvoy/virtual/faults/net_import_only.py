"""Lifetime of net consumption that counts import alone, as on 4.10."""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.codec import changed
from openvoy.protocol.endpoints.production import ProductionPage
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import PAGES, DataFault, Edits, map_rows
from openvoy.virtual.fault_meters import readings_of
from openvoy.virtual.faults import fault


@fault("net-import-only", "Q7")
@dataclass(frozen=True, kw_only=True)
class NetImportOnly(DataFault):
    """Gives the import counter as lifetime of net consumption."""

    def edits(self, stage: Stage) -> Edits:
        """Change the row of net consumption."""

        async def on_page(page: ProductionPage) -> ProductionPage:
            readings = await readings_of(stage, "net-consumption")
            if not readings or readings[0].delivered_wh is None:
                return page
            import_wh = readings[0].delivered_wh
            return map_rows(
                page,
                lambda row: changed(row, lifetime_wh=import_wh) if row.measurement == "net-consumption" else row,
                kind="eim",
            )

        return dict.fromkeys(PAGES, on_page)
