"""What a page shows first, in one reply: a slow browser reads one soonest."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from openvoy.errors import OpenvoyError
from openvoy.ports import HistoryStatus
from openvoy.web.access import Right
from openvoy.web.api.access import Me, show_me
from openvoy.web.api.compared import ComparedDay, compare_today
from openvoy.web.api.today import Today, show_today
from openvoy.web.backend import Backend, SiteInfo
from openvoy.web.broadcast import LiveUpdate
from openvoy.web.operation import Operation, Visit

T = TypeVar("T")

PATIENCE_S = 0.3
"""A history that takes longer does not hold up what is live."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What a page shows first; of who may not look `me` alone."""

    me: Me
    at: datetime
    """The service's time."""
    gateways: Sequence[LiveUpdate] = ()
    """As the stream begins."""
    site: SiteInfo | None = None
    history: HistoryStatus | None = None
    today: Today | None = None
    """Of the first gateway; None where history does not tell it at once."""
    compared: ComparedDay | None = None
    """As `today`."""


async def show_start(backend: Backend, *, visit: Visit) -> Start:
    """All that a page shows first. What history does not tell at once is null; /api/v1/today says why."""
    me, at = await show_me(backend, visit=visit), backend.clock.now()
    if visit.caller.right < Right.VIEWER:
        return Start(me=me, at=at)
    updates = backend.live.updates()
    gateway = updates[0].status.name if len(updates) > 1 else None
    today, compared = await asyncio.gather(
        _at_once(show_today(backend, gateway=gateway)), _at_once(compare_today(backend, gateway=gateway))
    )
    return Start(
        me=me,
        at=at,
        gateways=updates,
        site=backend.site,
        history=backend.feed.history(),
        today=today,
        compared=compared,
    )


async def _at_once(reading: Awaitable[T]) -> T | None:
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await reading
    except (OpenvoyError, TimeoutError):
        return None


OPERATIONS = (Operation(path="/api/v1/start", handler=show_start, tag="Now", right=Right.NOBODY),)
