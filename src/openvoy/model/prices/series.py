"""Prices by time, such as those of a power exchange, and the CSV text they come in."""

from __future__ import annotations

import csv
import io
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from itertools import pairwise

from openvoy.errors import ConfigError

LONGEST_S = 3600
"""A price holds until the next one, but never longer than is usual around it or, where it stands alone, an hour."""
AROUND = 4
"""So many distances before it and after it say what is usual: prices by the hour may become prices by the quarter."""
HINT = "A line is a time and a number, such as 2025-06-21T12:00:00+02:00,0.2145"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceSeries:
    """Values from a moment (Unix seconds) on, each until its end or the next one."""

    start_s: Sequence[int]
    values: Sequence[Decimal]
    end_s: Sequence[int]
    """None is before that of the value before it."""

    def value_at(self, at_s: int) -> Decimal | None:
        """Give the value that holds at a moment; None where none does."""
        place = bisect_right(self.start_s, at_s) - 1
        if place < 0 or at_s >= self.end_s[place]:
            return None
        return self.values[place]

    def edges(self, start_s: int, end_s: int) -> Iterable[int]:
        """Give the moments inside a time at which the value changes or ends."""
        first, last = bisect_left(self.end_s, start_s), bisect_left(self.start_s, end_s)
        for place in range(first, last):
            begin_s, stop_s = self.start_s[place], self.end_s[place]
            following = self.start_s[place + 1] if place + 1 < len(self.start_s) else None
            if begin_s > start_s:
                yield begin_s
            if start_s < stop_s < end_s and (following is None or following > stop_s):
                yield stop_s


def build_series(points: Iterable[tuple[int, Decimal]]) -> PriceSeries:
    """Build a series of moments and values; of two values of one moment the later one counts."""
    by_time = dict(points)
    start_s = sorted(by_time)
    steps_s = [after - before for before, after in pairwise(start_s)]
    end_s = [_end_s(at_s, place, steps_s) for place, at_s in enumerate(start_s)]
    return PriceSeries(start_s=start_s, values=[by_time[at_s] for at_s in start_s], end_s=end_s)


def _end_s(at_s: int, place: int, steps_s: Sequence[int]) -> int:
    """Say until when a value holds: until the next one, and as long as those before it or after it do at most."""
    around = (steps_s[max(0, place - AROUND) : place], steps_s[place : place + AROUND])
    usual_s = max((_commonest(side) for side in around if side), default=LONGEST_S)
    return at_s + (min(usual_s, steps_s[place]) if place < len(steps_s) else usual_s)


def _commonest(steps_s: Sequence[int]) -> int:
    """Give the distance that is there most often, of several the shortest."""
    return min(set(steps_s), key=lambda step_s: (-steps_s.count(step_s), step_s))


def parse_series(text: str, *, name: str, zone: tzinfo, may_be_empty: bool = False) -> PriceSeries:
    """Parse CSV lines of time and value; a time without offset is one of `zone`. Raises ConfigError with the line.

    A first line of words is a heading. Columns are parted by comma, semicolon or tab; after a semicolon or tab, a comma
    is a decimal point.
    """
    delimiter = next((mark for mark in ";\t" if mark in text.partition("\n")[0]), ",")
    points: list[tuple[datetime, Decimal]] = []
    for number, row in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter), 1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or cells[0].startswith("#"):
            continue
        if len(cells) < 2:
            raise ConfigError(f"{name}, line {number}: there is no second column.", hint=HINT)
        at, value = _parse_time(cells[0], zone), _parse_value(cells[1], has_comma=delimiter != ",")
        if at is None and not points and value is None:
            continue
        if at is None:
            raise ConfigError(f"{name}, line {number}: '{cells[0][:40]}' is not a time.", hint=HINT)
        if value is None:
            raise ConfigError(f"{name}, line {number}: '{cells[1][:40]}' is not a number.", hint=HINT)
        points.append((at, value))
    if not points and not may_be_empty:
        raise ConfigError(f"{name}: there is no price in it.", hint=HINT)
    if points and points[-1][0] < points[0][0]:
        points.reverse()  # the newest stands first
    return build_series(_by_clock(points))


def _by_clock(points: Iterable[tuple[datetime, Decimal]]) -> Iterable[tuple[int, Decimal]]:
    """Give the Unix seconds of times, which are in their order."""
    last: datetime | None = None
    for at, value in points:
        last = _later_hour(at, last)
        yield int(last.timestamp()), value


def _later_hour(at: datetime, last: datetime | None) -> datetime:
    """Of an hour that the clock on the wall has twice, take the later one where the earlier was said before."""
    second = at.replace(fold=1)
    is_said = last is not None and at.timestamp() <= last.timestamp()
    return second if is_said and second.timestamp() > at.timestamp() else at


def _parse_time(text: str, zone: tzinfo) -> datetime | None:
    try:
        if text.isdigit():
            return datetime.fromtimestamp(int(text), UTC)
        at = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=zone)


def _parse_value(text: str, *, has_comma: bool) -> Decimal | None:
    try:
        value = Decimal(text.replace(",", ".") if has_comma else text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None
