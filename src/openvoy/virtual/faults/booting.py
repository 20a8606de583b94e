"""A gateway that has just started: zeros and empty lists for minutes, with status 200 (Envoy-R 3.17)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from openvoy.codec import changed, doc
from openvoy.protocol.endpoints.inverters import INVERTERS
from openvoy.protocol.endpoints.production import PRODUCTION_V1, ProductionPage, ProductionRow, ProductionTotals
from openvoy.protocol.http import Request
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import PAGES, DataFault, Edits, map_rows
from openvoy.virtual.faults import fault
from openvoy.virtual.source import Reply

_NOTHING = ProductionTotals(today_wh=0, seven_days_wh=0, lifetime_wh=0, now_w=0)


@fault("booting", "Q14")
@dataclass(frozen=True, kw_only=True)
class Booting(DataFault):
    """Has nothing to say of production and inverters."""

    seconds: Annotated[float, doc("s", "how long, by the gateway's clock; 0 is until it is switched off")] = 0.0

    async def spoil(self, reply: Reply, request: Request, stage: Stage) -> Reply:
        """Empty replies while it starts."""
        since_s: float = stage.memory.setdefault("since_s", stage.clock.monotonic())
        is_over = self.seconds and stage.clock.monotonic() - since_s >= self.seconds
        return reply if is_over else await DataFault.spoil(self, reply, request, stage)

    def edits(self, stage: Stage) -> Edits:
        """Empty what it knows later."""
        return {
            INVERTERS: lambda _reports: (),
            PRODUCTION_V1: lambda _totals: _NOTHING,
            **dict.fromkeys(PAGES, _on_page),
        }


def _on_page(page: ProductionPage) -> ProductionPage:
    return map_rows(map_rows(page, _empty, kind="inverters"), _empty, kind="eim")


def _empty(row: ProductionRow) -> ProductionRow:
    return changed(row, active_count=0, reading_time_s=0, now_w=0, lifetime_wh=0, today_wh=0, seven_days_wh=0)
