"""What gateways can be told, for any number of pages at the price of one."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from openvoy.errors import OpenvoyError
from openvoy.model.control import Offer
from openvoy.ports import Clock, GatewayStatus
from openvoy.ports.control import Desk

KEPT_S = 30.0
"""To answer takes a gateway seconds; what is seen to change is asked for anew at once."""
TROUBLE_KEPT_S = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    until_s: float
    settings_at: datetime | None
    serial: str | None
    offers: Sequence[Offer] = ()
    trouble: OpenvoyError | None = None


class SharedOffers:
    """Asks a gateway for whoever comes first, and gives the others the same."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._kept: dict[str, _Kept] = {}

    async def fetch(self, desk: Desk, status: GatewayStatus) -> Sequence[Offer]:
        """Fetch them, or give those of just now; raise what the gateway was asked in vain with."""
        async with self._turns[status.name]:
            kept = self._kept.get(status.name)
            if kept is None or not self._is_current(kept, status):
                kept = self._kept[status.name] = await self._ask(desk, status)
        if kept.trouble is not None:
            raise kept.trouble.with_traceback(None)
        return kept.offers

    def _is_current(self, kept: _Kept, status: GatewayStatus) -> bool:
        is_same = (kept.settings_at, kept.serial) == (status.settings_at, status.serial)
        return is_same and self._clock.monotonic() < kept.until_s

    async def _ask(self, desk: Desk, status: GatewayStatus) -> _Kept:
        at, serial = status.settings_at, status.serial
        try:
            offers = await desk.offers(status.name)
        except OpenvoyError as error:
            until_s = self._clock.monotonic() + TROUBLE_KEPT_S
            return _Kept(until_s=until_s, settings_at=at, serial=serial, trouble=error)
        return _Kept(until_s=self._clock.monotonic() + KEPT_S, settings_at=at, serial=serial, offers=offers)
