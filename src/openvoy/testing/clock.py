from __future__ import annotations

import asyncio
import heapq
import itertools
from datetime import UTC, datetime, timedelta

SETTLE_PASSES = 50
"""Turns of the event loop that woken tasks get before time moves on; enough for chains without real I/O."""

NOON = datetime(2025, 6, 21, 12, tzinfo=UTC)


class ManualClock:
    """A clock that stands still until a test moves it; implements `ports.Clock`."""

    def __init__(self, now: datetime = NOON) -> None:
        if now.tzinfo is None:
            message = "a clock starts at a timezone-aware time"
            raise ValueError(message)
        self._now = now.astimezone(UTC)
        self._elapsed_s = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()
        self._joined = asyncio.Event()

    def now(self) -> datetime:
        """Give the time of day, UTC."""
        return self._now

    def monotonic(self) -> float:
        """Give the seconds that were advanced so far."""
        return self._elapsed_s

    @property
    def sleeping(self) -> int:
        """How many tasks wait for this clock."""
        return sum(not future.done() for _, _, future in self._sleepers)

    async def sleep(self, seconds: float) -> None:
        """Wait until the test has advanced time by `seconds`; not positive only lets other tasks run."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._elapsed_s + seconds, next(self._order), future))
        self._joined.set()
        await future

    async def advance(self, seconds: float) -> None:
        """Move time on, waking sleepers one deadline after the other, those that sleep again within too."""
        if seconds < 0:
            message = "time advances; jump_to() sets the time of day"
            raise ValueError(message)
        end_s = self._elapsed_s + seconds
        await self._settle()
        while self._sleepers and self._sleepers[0][0] <= end_s:
            self._move_to(self._sleepers[0][0])
            self._wake_due()
            await self._settle()
        self._move_to(end_s)

    async def until_sleeping(self, count: int = 1) -> None:
        """Wait, with the loop running, until `count` tasks sleep: for tasks that do real I/O between their naps."""
        while self.sleeping < count:
            self._joined.clear()
            await self._joined.wait()

    def jump_to(self, now: datetime) -> None:
        """Set the time of day as an administrator would; the stopwatch and the sleepers do not notice."""
        self._now = now.astimezone(UTC)

    def _move_to(self, elapsed_s: float) -> None:
        self._now += timedelta(seconds=elapsed_s - self._elapsed_s)
        self._elapsed_s = elapsed_s

    def _wake_due(self) -> None:
        while self._sleepers and self._sleepers[0][0] <= self._elapsed_s:
            _, _, future = heapq.heappop(self._sleepers)
            if not future.done():
                future.set_result(None)

    @staticmethod
    async def _settle() -> None:
        for _ in range(SETTLE_PASSES):
            await asyncio.sleep(0)
