"""A day that ends late: the gateway knows standard time only, so that "today" is reset at 01:00 in summer, or later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, TypeVar

from openvoy.codec import doc
from openvoy.protocol.endpoints.production import PRODUCTION_V1, ProductionPage, ProductionRow, ProductionTotals
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import PAGES, DataFault, Edits, counted_from, map_rows
from openvoy.virtual.faults import fault

Value = TypeVar("Value", ProductionRow, ProductionTotals)


@fault("late-reset", "Q5")
@dataclass(frozen=True, kw_only=True)
class LateReset(DataFault):
    """Goes on counting today's energy past midnight, from what was asked before midnight."""

    hours: Annotated[float, doc("h", "how late")] = 1.0

    def edits(self, stage: Stage) -> Edits:
        """Count on from the last value before midnight."""

        async def on_page(page: ProductionPage) -> ProductionPage:
            count = _go_on if await self._is_late(stage) else _remember
            return map_rows(page, lambda row: count(row, row.measurement, stage), kind="eim")

        async def in_snapshot(totals: ProductionTotals) -> ProductionTotals:
            return (_go_on if await self._is_late(stage) else _remember)(totals, "snapshot", stage)

        return {**dict.fromkeys(PAGES, on_page), PRODUCTION_V1: in_snapshot}

    async def _is_late(self, stage: Stage) -> bool:
        now = await stage.local_time()
        return (now - timedelta(hours=self.hours)).date() != now.date()


def _remember(value: Value, name: str | None, stage: Stage) -> Value:
    stage.memory[f"last {name}"] = value
    return value


def _go_on(value: Value, name: str | None, stage: Stage) -> Value:
    base: Value | None = stage.memory.get(f"last {name}")
    return value if base is None or name == "net-consumption" else counted_from(value, base)
