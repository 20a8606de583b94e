"""Hours, days, weeks, months and years as a site's clock on the wall has them: pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from openvoy.errors import ConfigError

Period = Literal["hour", "day", "week", "month", "year"]
HOUR_S = 3600
MOST_MIDNIGHTS = 4096
"""Remembered, since each view of a year asks for all of them: ten years of days."""


def parse_zone(name: str) -> ZoneInfo:
    """Find a time zone by its name, such as Europe/Paris; raise ConfigError."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigError(
            f"The time zone {name!r} is not known.", hint="Use a name of the tz database, such as Europe/Paris."
        ) from error


def build_bounds(*, start: datetime, end: datetime, by: Period, zone: ZoneInfo) -> list[int]:
    """Where the local periods that touch start to end begin, and where the last of them ends, in Unix seconds.

    A day has 23, 24 or 25 hours. Hours are counted from local midnight; where clocks change by half an hour, the day's
    last hour is shorter.
    """
    if end <= start:
        return []
    first_day = start.astimezone(zone).date()
    if by == "hour":
        return _hours(start, end, zone)
    first, following = _STEPS[by]
    bounds = [midnight_s(first(first_day), zone)]
    day, end_s = first(first_day), end.timestamp()
    while bounds[-1] < end_s:
        day = following(day)
        bounds.append(midnight_s(day, zone))
    return bounds


def build_days(bounds: Sequence[int], zone: ZoneInfo) -> list[int]:
    """Cut periods into their local days: the bounds, and every midnight between them, in Unix seconds."""
    if len(bounds) < 2:
        return list(bounds)
    start, end = (datetime.fromtimestamp(at_s, zone) for at_s in (bounds[0], bounds[-1]))
    return sorted({*bounds, *build_bounds(start=start, end=end, by="day", zone=zone)[1:-1]})


def _hours(start: datetime, end: datetime, zone: ZoneInfo) -> list[int]:
    days = build_bounds(start=start, end=end, by="day", zone=zone)
    hours = [at_s for first_s, last_s in pairwise(days) for at_s in range(first_s, last_s, HOUR_S)]
    hours.append(days[-1])
    return hours[bisect_right(hours, start.timestamp()) - 1 : bisect_left(hours, end.timestamp()) + 1]


@lru_cache(maxsize=MOST_MIDNIGHTS)
def midnight_s(day: date, zone: ZoneInfo) -> int:
    """Give the Unix seconds at which a local day begins."""
    return int(datetime.combine(day, time.min, zone).timestamp())


def _following_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _monday(day: date) -> date:
    """First day of the ISO week that holds a day."""
    return day - timedelta(days=day.weekday())


_STEPS: dict[Period, tuple[Callable[[date], date], Callable[[date], date]]] = {
    "day": (lambda day: day, lambda day: day + timedelta(days=1)),
    "week": (_monday, lambda day: day + timedelta(days=7)),
    "month": (lambda day: day.replace(day=1), _following_month),
    "year": (lambda day: day.replace(month=1, day=1), lambda day: date(day.year + 1, 1, 1)),
}
"""Of each period, the first day of the one that holds a day, and of the one that follows."""
