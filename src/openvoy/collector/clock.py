"""Real time: the only place that reads it."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime


class SystemClock:
    """Implements ports.Clock with the machine's clock."""

    def now(self) -> datetime:
        """Give the time of day."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Give the stopwatch."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait; not positive only lets other tasks run."""
        await asyncio.sleep(max(0.0, seconds))
