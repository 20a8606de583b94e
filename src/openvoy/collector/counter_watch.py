"""Notices that no counter can be read while powers arrive: energies stand, and nobody would see it."""

from __future__ import annotations

from datetime import datetime, timedelta

TOLD_AFTER = timedelta(minutes=10)
"""What is shorter is in the next reading before anybody looks."""
BROKEN_OFF = timedelta(minutes=2)
"""A gateway that did not answer at all for longer is another trouble, and told as that."""


class CounterWatch:
    """Follows whether any counter of a gateway is known."""

    def __init__(self) -> None:
        self.trouble: str | None = None
        """What a person should know while it lasts."""
        self._was_known = False
        self._silent_since: datetime | None = None
        self._last_at: datetime | None = None

    def take(self, at: datetime, *, is_known: bool) -> str | None:
        """Take whether the newest values had a counter; give what a person should know, if that is new."""
        if self._last_at is not None and at - self._last_at > BROKEN_OFF:
            self._silent_since = None
        self._last_at = at
        if is_known:
            return self._end()
        self._silent_since = self._silent_since or at
        if not self._was_known or self.trouble is not None or at - self._silent_since < TOLD_AFTER:
            return None
        self.trouble = "Powers arrive, but no energy counter can be read. Energies stand until one is; none is lost."
        return self.trouble

    def _end(self) -> str | None:
        was_told = self.trouble is not None
        self._was_known, self._silent_since, self.trouble = True, None, None
        return "Energy counters are read again." if was_told else None
