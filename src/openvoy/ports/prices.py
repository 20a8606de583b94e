"""What energy costs at a site."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from openvoy.model.prices import PricePlan


class Prices(Protocol):
    """Knows the site's plan of prices."""

    async def find_plan(self, start: datetime, end: datetime) -> PricePlan | None:
        """Give the plan, with the prices by time of this span; None where nobody has said any.

        Raises ConfigError for a tariff that cannot be right, ExportError for prices that cannot be fetched.
        """
        ...
