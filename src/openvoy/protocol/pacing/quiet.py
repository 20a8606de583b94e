"""The nightly outage: shortly after 23:00 gateways do not answer for minutes. It is part of the day, not an error.

Models and houses differ, so earlier nights decide; the first ones go by what was reported of others.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

DEFAULT_START_MIN = 22 * 60 + 58
DEFAULT_END_MIN = 23 * 60 + 25
"""Reported from 23:00 to 23:02, some minutes long (quirks Q10, Q32); clocks and housekeeping differ by some more."""

NIGHTS_KEPT = 14
NIGHTS_NEEDED = 3
"""One evening may be a router's; what comes three times out of the last fourteen is a habit."""
EARLIEST_MIN = 21 * 60
LATEST_MIN = 26 * 60
"""Outages that begin from 21:00 to 02:00 can be the nightly one: gateways may keep standard time or another zone's."""
LONGEST = timedelta(hours=1)
"""A longer outage is no housekeeping."""
MARGIN_MIN = 3
ALIKE_MIN = 45
"""Nights count as one habit when they begin within this of their median."""

_DAY_MIN = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A time without any answer."""

    start: datetime
    end: datetime


@dataclass(slots=True)
class Nights:
    """Learns when a gateway is away at night, by the clock of its site."""

    time_zone: tzinfo
    _spans: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=NIGHTS_KEPT))
    """Minutes after midnight at which outages began and ended, up to 26 h."""

    def learn(self, outages: Iterable[Outage]) -> None:
        """Take down outages, oldest first."""
        for outage in outages:
            if outage.start < outage.end <= outage.start + LONGEST:
                start_min = self._minutes(outage.start)
                if EARLIEST_MIN <= start_min <= LATEST_MIN:
                    self._spans.append((start_min, start_min + (outage.end - outage.start).total_seconds() / 60))

    def window(self) -> tuple[float, float]:
        """Give when silence is expected, in minutes after midnight; its end may be on the next day."""
        starts = sorted(start for start, _ in self._spans)
        if len(starts) < NIGHTS_NEEDED:
            return DEFAULT_START_MIN, DEFAULT_END_MIN
        middle = starts[len(starts) // 2]
        habit = [span for span in self._spans if abs(span[0] - middle) <= ALIKE_MIN]
        if len(habit) < NIGHTS_NEEDED:
            return DEFAULT_START_MIN, DEFAULT_END_MIN
        return min(start for start, _ in habit) - MARGIN_MIN, max(end for _, end in habit) + MARGIN_MIN

    def is_quiet(self, now: datetime) -> bool:
        """Whether silence is expected at this moment."""
        start_min, end_min = self.window()
        local = now.astimezone(self.time_zone)
        minute = local.hour * 60 + local.minute + local.second / 60
        return any(start_min <= candidate < end_min for candidate in (minute, minute + _DAY_MIN))

    def _minutes(self, moment: datetime) -> float:
        local = moment.astimezone(self.time_zone)
        minute = local.hour * 60 + local.minute + local.second / 60
        return minute + _DAY_MIN if minute < LATEST_MIN - _DAY_MIN else minute
