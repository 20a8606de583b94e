"""Time as a parameter: nothing below the collector reads a clock."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The wall clock, a stopwatch, and patience."""

    def now(self) -> datetime:
        """Give the time of day, timezone-aware, UTC; it may jump."""
        ...

    def monotonic(self) -> float:
        """Give seconds from an arbitrary start; they never jump."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...
