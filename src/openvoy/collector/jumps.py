"""Notices that the machine's clock was set: without a battery it begins in 1970, or where it was switched off."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from openvoy.ports import Clock

LEAST = timedelta(seconds=60)
"""Smaller corrections are everyday; minutes are as short."""
SANE_FROM = datetime(2008, 1, 1, tzinfo=UTC)
"""No gateway is older: a clock that shows an earlier time is wrong."""
SECOND = timedelta(seconds=1)
"""Rows are told apart by it."""
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


class Hold:
    """Minutes of one gateway that are not kept, as their time is not to be."""

    def __init__(self, count: int = 0) -> None:
        """Begin, or go on where a service that has ended since did not keep `count` minutes."""
        self.until: datetime | None = None
        """They are kept again past this; None: they are kept."""
        self._minute: datetime | None = None
        self._count = count
        self._was_broken_off = count > 0

    def note(self, at: datetime, last_at: datetime | None) -> bool:
        """Take down that what came at a moment is not kept, and say whether that is one minute more.

        `last_at` is the newest that history has. What a small correction takes is less than a minute, and its mean
        says it.
        """
        until = SANE_FROM if last_at is None else max(SANE_FROM, last_at.replace(microsecond=0) + SECOND)
        if self.until is None and until - at < LEAST:
            return False
        minute = at.replace(second=0, microsecond=0)
        is_more = minute != self._minute
        self._count += is_more
        self._minute, self.until = minute, until
        return is_more

    def has(self, at: datetime) -> bool:
        """Whether what comes at a moment is not kept, as its second is one that history has."""
        return self.until is not None and self.until - SECOND <= at < self.until

    def render(self) -> str | None:
        """Say to people what was not kept so far; None: nothing of that kind."""
        if self._count == 0:
            return None
        minutes = "1 minute was" if self._count == 1 else f"{self._count} minutes were"
        said = [
            f"{minutes} {_NOT_KEPT}",
            *(["In between the service was not running."] if self._was_broken_off else []),
        ]
        return " ".join(said)

    def end(self) -> str | None:
        """Say the same, now that minutes are kept."""
        text = self.render()
        self._count, self._was_broken_off = 0, False
        self.until = self._minute = None
        return text


_NOT_KEPT = "not kept, as this machine's clock showed times that history had already, or that cannot be."
"""Histories keep it, and are read for it: who words it anew reads the old words too."""


def parse_count(text: str) -> int:
    """Give the minutes of which `Hold.render` told; 0 where the text is about something else."""
    found = re.match(rf"(\d+) minutes? (?:was|were) {re.escape(_NOT_KEPT)}", text)
    return 0 if found is None else int(found[1])


_TO_THE_SECOND = "%Y-%m-%d %H:%M:%S"


def describe_hold(until: datetime) -> str:
    """Say to people why minutes are not kept."""
    if until <= SANE_FROM:
        return "The clock of this machine is wrong: minutes are kept once it is right."
    return (
        f"The clock of this machine was set back: minutes are kept again once it is past {until:{_TO_THE_SECOND}} "
        "UTC, so that none is replaced."
    )


HOLD_HINT = "Counters go on. Have the machine take its time from the network; 'timedatectl' says whether it does."


def describe_jump(now: datetime, jump: timedelta) -> str:
    """Say it to people."""
    shown, shows = f"{now - jump:{_TO_THE_SECOND}}", f"{now:{_TO_THE_SECOND}}"
    if jump > timedelta(0):
        return f"The clock of this machine was set ahead, from {shown} UTC to {shows} UTC."
    said = [f"The clock of this machine was set back, from {shown} UTC to {shows} UTC."]
    if now < SANE_FROM or -jump <= HELD_BACK:
        said.append("Minutes are kept again once it is past what history has, so that none is replaced.")
    return " ".join([*said, "Counters go on; see whether the machine keeps its time."])
