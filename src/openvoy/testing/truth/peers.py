"""What others make of the same replies: a sum of steps up with resets, and the gateway's own "today"."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from itertools import pairwise

from openvoy.codec import each
from openvoy.protocol.endpoints.production import PRODUCTION_DETAILS, PRODUCTION_V1
from openvoy.protocol.firmware import Capabilities
from openvoy.protocol.replies import Replies

RESET_BELOW = 0.9
"""Home Assistant takes a value below this share of the one before for a counter that began again at 0."""


class TotalIncreasing:
    """The rule of Home Assistant's `total_increasing`: a fall by a tenth or more is a new cycle from 0."""

    def __init__(self) -> None:
        self.sum_wh = 0.0
        self._last_wh: float | None = None

    def take(self, value_wh: float | None) -> None:
        """Take a state."""
        if value_wh is None:
            return
        before_wh, self._last_wh = self._last_wh, value_wh
        if before_wh is None:
            return
        self.sum_wh += value_wh if value_wh < RESET_BELOW * before_wh else value_wh - before_wh


class Peers:
    """Solar energy by day: by total_increasing over the gateway's lifetime value, and by its "today"."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._rule = TotalIncreasing()
        self._sums_wh: dict[date, tuple[float, float]] = {}
        self.today_wh: dict[date, float] = {}

    def take(self, at: datetime, replies: Replies, capabilities: Capabilities) -> None:
        """Take what the gateway says now, from where the widespread client takes it."""
        lifetime_wh, today_wh = _said(replies, capabilities)
        self._rule.take(lifetime_wh)
        day = at.astimezone(self._zone).date()
        first_wh, _ = self._sums_wh.get(day, (self._rule.sum_wh, 0.0))
        self._sums_wh[day] = (first_wh, self._rule.sum_wh)
        if today_wh is not None:
            self.today_wh[day] = today_wh

    def increasing_wh(self) -> dict[date, float]:
        """What each day got by the rule; a day's end is the next one's beginning."""
        days = sorted(self._sums_wh)
        ends = {day: self._sums_wh[after][0] for day, after in pairwise(days)}
        return {day: ends[day] - self._sums_wh[day][0] for day in days if day in ends}


def _said(replies: Replies, capabilities: Capabilities) -> tuple[float | None, float | None]:
    page, totals = replies.value(PRODUCTION_DETAILS), replies.value(PRODUCTION_V1)
    rows = () if page is None else each(page.production)
    row = next((row for row in rows if row.kind == "eim" and row.active_count), None)
    if capabilities.metered and row is not None:
        return row.lifetime_wh, row.today_wh
    return (None, None) if totals is None else (totals.lifetime_wh, totals.today_wh)
