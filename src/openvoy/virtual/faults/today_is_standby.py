"""Installations whose "today" is what the inverters draw at night."""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.codec import changed
from openvoy.protocol.endpoints.production import PRODUCTION_V1, ProductionPage, ProductionRow, ProductionTotals
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import PAGES, DataFault, Edits, map_rows
from openvoy.virtual.fault_meters import readings_of
from openvoy.virtual.faults import fault


@fault("today-is-standby", "Q5")
@dataclass(frozen=True, kw_only=True)
class TodayIsStandby(DataFault):
    """Gives the energy that the production meter received, counted from the first request, as today's production."""

    def edits(self, stage: Stage) -> Edits:
        """Change today."""

        async def on_page(page: ProductionPage) -> ProductionPage:
            drawn_wh = await _drawn_wh(stage)
            return map_rows(page, lambda row: _draw(row, drawn_wh), kind="eim")

        async def in_snapshot(totals: ProductionTotals) -> ProductionTotals:
            return changed(totals, today_wh=int(await _drawn_wh(stage)))

        return {**dict.fromkeys(PAGES, on_page), PRODUCTION_V1: in_snapshot}


def _draw(row: ProductionRow, drawn_wh: float) -> ProductionRow:
    return changed(row, today_wh=drawn_wh) if row.measurement == "production" else row


async def _drawn_wh(stage: Stage) -> float:
    readings = await readings_of(stage, "production")
    received_wh = sum(reading.received_wh for reading in readings if reading.received_wh is not None)
    first_wh: float = stage.memory.setdefault("first_wh", received_wh)
    return round(received_wh - first_wh, 3)
