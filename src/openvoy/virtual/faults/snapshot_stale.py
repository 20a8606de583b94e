"""Interval snapshots that stopped: yesterday's energy is still in today's at midnight and after."""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.protocol.endpoints.production import PDM_ENERGY, PRODUCTION_V1, ProductionPage, ProductionRow
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import PAGES, DataFault, Edits, counted_from, map_lines, map_rows
from openvoy.virtual.faults import fault


@fault("snapshot-stale", "Q3")
@dataclass(frozen=True, kw_only=True)
class SnapshotStale(DataFault):
    """Keeps the interval snapshots as they are at the first request; the page goes on counting from them."""

    def edits(self, stage: Stage) -> Edits:
        """Keep snapshots, and count from them."""
        memory = stage.memory

        def on_page(page: ProductionPage) -> ProductionPage:
            first: ProductionPage = memory.setdefault("page", page)
            bases = {
                (row.kind, row.measurement): row for row in (*(first.production or ()), *(first.consumption or ()))
            }
            return map_rows(page, lambda row: _go_on(row, bases.get((row.kind, row.measurement))), kind="eim")

        return {
            **dict.fromkeys(PAGES, on_page),
            PRODUCTION_V1: lambda totals: memory.setdefault("totals", totals),
            PDM_ENERGY: lambda energy: memory.setdefault("energy", energy),
        }


def _go_on(row: ProductionRow, base: ProductionRow | None) -> ProductionRow:
    if base is None or row.measurement == "net-consumption":
        return row
    bases = iter(base.lines or ())
    return map_lines(counted_from(row, base), lambda line: counted_from(line, next(bases, None) or line))
