"""Days, weeks, months and years of a site's calendar."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

CostPeriod = Literal["day", "week", "month", "year"]


def first_day(day: date, by: CostPeriod) -> date:
    """Give the first day of the period that a day lies in; weeks begin on Monday."""
    match by:
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "year":
            return day.replace(month=1, day=1)
        case _:
            return day


def next_day(first: date, by: CostPeriod) -> date:
    """Give the first day of the period after the one that begins at `first`."""
    match by:
        case "week":
            return first + timedelta(days=7)
        case "month":
            return date(first.year + first.month // 12, first.month % 12 + 1, 1)
        case "year":
            return date(first.year + 1, 1, 1)
        case _:
            return first + timedelta(days=1)


def build_periods(start: date, last: date, by: CostPeriod) -> list[date]:
    """List the first days of the periods that touch `start` to `last`, and the first day after them."""
    days = [first_day(start, by)]
    while days[-1] <= last:
        days.append(next_day(days[-1], by))
    return days


def days_of_month(day: date) -> int:
    """Count the days of a month."""
    first = first_day(day, "month")
    return (next_day(first, "month") - first).days
