"""Local days as they are on the wall: 23, 24 or 25 hours long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from openvoy.virtual.site.arrays import Array

MINUTE_S = 60
DAY_MIN = 1440


@dataclass(frozen=True, slots=True, eq=False)
class LocalDay:
    """One day of a time zone, cut into minutes; arrays have a value at each minute mark, both ends included."""

    date: date
    start_s: int
    """Its first moment, Unix seconds."""
    minutes: int
    wall_min: Array
    """What the wall clock shows at each mark, in minutes after midnight."""
    marks_s: Array
    """Unix seconds of each mark."""

    @property
    def end_s(self) -> int:
        """The first moment of the next day, Unix seconds."""
        return self.start_s + self.minutes * MINUTE_S


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Find the first moment of a local day, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


@lru_cache(maxsize=64)
def local_day(day: date, zone: ZoneInfo) -> LocalDay:
    """Lay out one local day."""
    start_s = round(midnight(day, zone).timestamp())
    end_s = round(midnight(day + timedelta(days=1), zone).timestamp())
    minutes = (end_s - start_s) // MINUTE_S
    marks = np.arange(minutes + 1, dtype=np.float64)
    wall_min = marks if minutes == DAY_MIN else _wall_minutes(start_s, minutes, zone)
    mark_s = start_s + MINUTE_S * marks
    # The days are shared by all who ask for them.
    wall_min.setflags(write=False)
    mark_s.setflags(write=False)
    return LocalDay(day, start_s, minutes, wall_min, mark_s)


def _wall_minutes(start_s: int, minutes: int, zone: ZoneInfo) -> Array:
    shown = (datetime.fromtimestamp(start_s + MINUTE_S * mark, zone) for mark in range(minutes))
    return np.array([moment.hour * 60.0 + moment.minute for moment in shown] + [float(DAY_MIN)])


def local_date(at: datetime, zone: ZoneInfo) -> date:
    """Tell the local date of a moment."""
    return at.astimezone(zone).date()
