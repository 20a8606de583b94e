"""A metered gateway without transformers: from 8.2.4264 on its interval snapshot stands still at a few old values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from openvoy.codec import doc
from openvoy.protocol.endpoints.production import PRODUCTION_V1, ProductionTotals
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import DataFault, Edits
from openvoy.virtual.faults import fault


@fault("small-frozen-v1", "Q12")
@dataclass(frozen=True, kw_only=True)
class SmallFrozenV1(DataFault):
    """Says the same small values in the interval snapshot for ever."""

    today_wh: Annotated[int, doc("Wh", "today")] = 0
    lifetime_wh: Annotated[int, doc("Wh", "seven days and lifetime")] = 1583
    now_w: Annotated[int, doc("W", "power")] = 4

    def edits(self, stage: Stage) -> Edits:
        """Replace it."""
        totals = ProductionTotals(
            today_wh=self.today_wh, seven_days_wh=self.lifetime_wh, lifetime_wh=self.lifetime_wh, now_w=self.now_w
        )
        return {PRODUCTION_V1: lambda _totals: totals}
