"""Notices that the machine's clock was set: without a battery it begins in 1970, or where it was switched off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from openvoy.ports import Clock

LEAST = timedelta(seconds=60)
"""Smaller corrections are everyday; minutes are as short."""
SANE_FROM = datetime(2008, 1, 1, tzinfo=UTC)
"""No gateway is older: a clock that shows an earlier time is wrong."""
HELD_BACK = timedelta(days=1)
"""A clock that is this far behind history at most will soon have caught up with it."""


class ClockWatch:
    """Compares the time of day with a stopwatch."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead = self._lead()

    def _lead(self) -> timedelta:
        return self._clock.now() - SANE_FROM - timedelta(seconds=self._clock.monotonic())

    def find_jump(self) -> timedelta | None:
        """How far the clock was set since this was asked last; None: it was not, but for little."""
        before, self._ahead = self._ahead, self._lead()
        jump = self._ahead - before
        if abs(jump) < LEAST:
            return None
        return jump


def is_held_back(at: datetime, last_at: datetime | None) -> bool:
    """Whether a time is not to be kept: it cannot be, or rows that were kept already would be replaced."""
    if at < SANE_FROM:
        return True
    return last_at is not None and last_at - HELD_BACK <= at < last_at


def describe_jump(now: datetime, jump: timedelta) -> str:
    """Say it to people."""
    before, is_back = now - jump, jump < timedelta(0)
    how = "back" if is_back else "ahead"
    text = f"The clock of this machine was set {how}, from {before:%Y-%m-%d %H:%M:%S} to {now:%Y-%m-%d %H:%M:%S} UTC."
    if not is_back:
        return text
    if now < SANE_FROM or -jump <= HELD_BACK:
        text += " Minutes are kept again once it is past what history has, so that none is replaced."
    return f"{text} Counters go on; see whether the machine keeps its time."
