"""A standard gateway whose interval snapshot is all zeros, from 8.3.5422 on; the page still knows the inverters."""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.protocol.endpoints.production import PRODUCTION_V1, ProductionTotals
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import DataFault, Edits
from openvoy.virtual.faults import fault

_NOTHING = ProductionTotals(today_wh=0, seven_days_wh=0, lifetime_wh=0, now_w=0)


@fault("standard-zero-v1", "Q11", "Q12")
@dataclass(frozen=True, kw_only=True)
class StandardZeroV1(DataFault):
    """Says 0 in every member of the interval snapshot."""

    def edits(self, stage: Stage) -> Edits:
        """Empty it."""
        return {PRODUCTION_V1: lambda _totals: _NOTHING}
