"""The virtual gateway's own time: started anywhere, run at any speed, moved on by request."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from openvoy.ports import Clock

ROUNDING_S = 1e-9
"""What additions of seconds lose; nobody waits for it."""


class VirtualClock:
    """Time of a virtual gateway, derived from another clock; implements `ports.Clock`.

    `speed` is virtual seconds a real second; 0 stands still until `advance`. Tokens and sessions live by it; latencies
    do not, because clients wait in real seconds: those use `real`.
    """

    def __init__(self, real: Clock, *, start: datetime | None = None, speed: float = 1.0) -> None:
        """Start at `start` (timezone-aware), or at the real time."""
        if speed < 0 or (start is not None and start.tzinfo is None):
            message = "a virtual clock starts at a timezone-aware time and does not run backwards"
            raise ValueError(message)
        self.real = real
        self.speed = speed
        self.start = (start or real.now()).astimezone(UTC)
        self._real_start_s = real.monotonic()
        self._advanced_s = 0.0
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        """Give the virtual time of day, UTC."""
        return self.start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Give the virtual seconds since the start."""
        return self._advanced_s + (self.real.monotonic() - self._real_start_s) * self.speed

    def advance(self, seconds: float) -> None:
        """Move virtual time on at once; sleepers that are due wake up."""
        if seconds < 0:
            message = "a virtual clock does not run backwards"
            raise ValueError(message)
        self._advanced_s += seconds
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    async def sleep(self, seconds: float) -> None:
        """Wait for virtual seconds."""
        due_s = self.monotonic() + seconds
        while (left_s := due_s - self.monotonic()) > ROUNDING_S:
            await self._wait(left_s)

    async def _wait(self, left_s: float) -> None:
        if self.speed == 0:
            await self._moved.wait()
            return
        moved = asyncio.ensure_future(self._moved.wait())
        elapsed = asyncio.ensure_future(self.real.sleep(left_s / self.speed))
        try:
            await asyncio.wait((moved, elapsed), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (moved, elapsed):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
