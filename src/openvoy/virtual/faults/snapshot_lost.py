"""An interval snapshot that was lost: what is counted from it, today and the last seven days, is the whole lifetime."""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.codec import changed
from openvoy.protocol.endpoints.production import (
    PDM_ENERGY,
    PRODUCTION_V1,
    PdmEnergy,
    ProductionRow,
    ProductionTotals,
)
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import DataFault, Edits, counted_from, edit_rows, map_lines
from openvoy.virtual.faults import fault

_NOTHING = ProductionTotals(today_wh=0, seven_days_wh=0, lifetime_wh=0, now_w=0)


@fault("snapshot-lost", "Q3")
@dataclass(frozen=True, kw_only=True)
class SnapshotLost(DataFault):
    """Empties the interval snapshots of the meters."""

    def edits(self, stage: Stage) -> Edits:
        """Change snapshots, and what stands on them."""
        snapshots: Edits = {PRODUCTION_V1: lambda _totals: _NOTHING, PDM_ENERGY: _lose}
        return {**snapshots, **edit_rows(_count_all, measured=True)}


def _lose(energy: PdmEnergy) -> PdmEnergy:
    production, consumption = energy.production, energy.consumption
    return changed(
        energy,
        production=None if production is None else changed(production, meter=_NOTHING),
        consumption=None if consumption is None else changed(consumption, meter=_NOTHING),
    )


def _count_all(row: ProductionRow) -> ProductionRow:
    if row.measurement == "net-consumption":
        return row
    return map_lines(counted_from(row, None), lambda line: counted_from(line, None))
