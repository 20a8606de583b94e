"""Numbers and times as programs of all countries write them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from copy import copy
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from openvoy.errors import ConfigError

DAY_S = 86_400
FACTORS_WH = {"wh": 1.0, "kwh": 1e3, "mwh": 1e6, "gwh": 1e9, "mj": 1e6 / 3600, "gj": 1e9 / 3600}
_LONG_STEPS_S = {days * DAY_S for days in (7, 28, 29, 30, 31, 365, 366)}
_SLASHED = re.compile(r"(\d{1,4})[/.-](\d{1,2})[/.-](\d{1,4})(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([AaPp][Mm])?)?")

_NUMBER = re.compile(r"[+-]?(\d[\d.,]*|[.,]\d+)([eE][+-]?\d+)?")
_OTHER = {",": ".", ".": ","}
_GROUPED = {
    mark: re.compile(rf"[+-]?\d{{1,3}}(?:{re.escape(mark)}\d{{2,3}})*{re.escape(mark)}\d{{3}}") for mark in ",."
}
_BLANKS = re.compile(r"[\s'\u2019]")


def find_decimal_mark(cells: Iterable[str], delimiter: str = ",") -> str:
    """Find out whether comma or point parts decimals of a table's numbers, whose cells `delimiter` parts."""
    marks = Counter(_mark_of(cell) for cell in cells)
    if marks[","] or marks["."]:
        return max(",.", key=lambda mark: marks[mark])
    # Tables of countries with a decimal comma have other delimiters; there, 1,104 is little more than one.
    return "," if marks["?,"] and delimiter != "," else "."


def _mark_of(cell: str) -> str:
    """Say what parts decimals in a cell; with a question mark where it may part thousands instead."""
    plain = _BLANKS.sub("", cell)
    marks = [mark for mark in plain if mark in ".,"]
    if not marks or not _NUMBER.fullmatch(plain):
        return ""
    if len(set(marks)) == 2:
        return marks[-1]
    if len(marks) > 1:
        return _OTHER[marks[0]]
    return f"?{marks[0]}" if re.fullmatch(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", plain) else marks[0]


def parse_number(text: str, decimal_mark: str | None = None) -> float | None:
    """Parse a number; where nothing says what parts decimals, `1,104` is a thousand and more, `1.104` is not."""
    plain = _BLANKS.sub("", text)
    if not _NUMBER.fullmatch(plain):
        return None
    mark = decimal_mark or find_decimal_mark([plain])
    whole, _, decimals = plain.partition(mark)
    if _OTHER[mark] in whole and not _GROUPED[_OTHER[mark]].fullmatch(whole):
        return None
    try:
        return float(whole.replace(_OTHER[mark], "") + (f".{decimals}" if decimals else ""))
    except ValueError:
        return None


def parse_moment(text: str, zone: ZoneInfo) -> datetime | None:
    """Parse ISO 8601 or Unix seconds or milliseconds; a time without offset is one of the zone."""
    try:
        if re.fullmatch(r"\d{9,16}(\.\d+)?", text):
            seconds = float(text)
            return datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)
        moment = datetime.fromisoformat(re.sub(r" (?=[+-]\d\d:?\d\d$)", "", text))
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)


class WallTimes:
    """Local times of a column: finds out whether days or months stand first, and which of a repeated hour is meant."""

    def __init__(self, texts: Iterable[str], zone: ZoneInfo, *, has_day_first: bool | None = None) -> None:
        """Look at all texts, unless it is said whether days stand first; raise ConfigError where nobody could tell."""
        self._zone = zone
        self._has_day_first = _has_day_first(texts) if has_day_first is None else has_day_first
        self._last: datetime | None = None
        self._is_newest_first = False

    def anew(self) -> WallTimes:
        """Give one that reads times of the same kind, in an order of their own."""
        other = copy(self)
        other.restart()
        return other

    def restart(self) -> None:
        """Begin with the first time of the column again."""
        self._last, self._is_newest_first = None, False

    def parse(self, text: str) -> datetime | None:
        """Parse the next time; None for one that is none, or that the clock on the wall skipped.

        A midnight that it skipped stands for the beginning of its day all the same.
        """
        moment = parse_moment(text, self._zone) or self._parse_slashed(text)
        if moment is None or moment.tzinfo is not self._zone:
            return moment
        if moment.astimezone(UTC).astimezone(self._zone).replace(tzinfo=None) != moment.replace(tzinfo=None):
            return moment if moment.time() == time() else None
        second = moment.replace(fold=1)
        if moment.utcoffset() != second.utcoffset():
            moment = self._meant(moment, second)
        elif self._last is not None:
            self._is_newest_first = moment.timestamp() < self._last.timestamp()
        self._last = moment
        return moment

    def _meant(self, first: datetime, second: datetime) -> datetime:
        """Choose between the hours that the clock says twice, by what stands before."""
        if self._last is None:
            return first
        last_s = self._last.timestamp()
        if self._is_newest_first:
            return second if second.timestamp() < last_s else first
        return second if first.timestamp() <= last_s else first

    def _parse_slashed(self, text: str) -> datetime | None:
        found = _SLASHED.fullmatch(text)
        if found is None:
            return None
        first, second, third, hour, minute, seconds, half = found.groups()
        if len(first) == 4:
            year, month, day = first, second, third
        elif self._has_day_first:
            day, month, year = first, second, third
        else:
            month, day, year = first, second, third
        at = int(hour or "0")
        if half is not None:
            at = at % 12 + (12 if half.lower() == "pm" else 0)
        try:
            return datetime(
                int(year) + (2000 if len(year) == 2 else 0),
                int(month),
                int(day),
                at,
                int(minute or "0"),
                int(seconds or "0"),
                tzinfo=self._zone,
            )
        except ValueError:
            return None


def _has_day_first(texts: Iterable[str]) -> bool:
    """A number above 12 is a day; else days change from line to line more often than months do."""
    firsts, seconds = _Column(), _Column()
    for text in texts:
        if (found := _SLASHED.fullmatch(text)) is not None and _is_date(int(found[1]), int(found[2])):
            firsts.take(int(found[1]))
            seconds.take(int(found[2]))
    is_day_first = any(first > 12 for first in firsts.known)
    is_month_first = any(second > 12 for second in seconds.known)
    if is_day_first and is_month_first:
        raise ConfigError(
            "In some dates the day stands first, in others the month.",
            hint="Say --dates day-first or month-first: lines of the other kind are left out.",
        )
    if is_day_first or is_month_first:
        return is_day_first
    if seconds.known == {1} and len(firsts.known) > 1:
        raise ConfigError(
            "These may be days of January or first days of months.", hint="Say --dates day-first or month-first."
        )
    return firsts.changes > seconds.changes


def _is_date(first: int, second: int) -> bool:
    """Whether these may be a day and a month in either order: what begins with a year, or is no date, tells nothing."""
    return min(first, second) <= 12 and max(first, second) <= 31 and min(first, second) > 0


class _Column:
    """Which numbers a column has, and how often they change."""

    def __init__(self) -> None:
        self.known: set[int] = set()
        self.changes = 0
        self._last: int | None = None

    def take(self, number: int) -> None:
        self.changes += self._last not in {None, number}
        self._last = number
        self.known.add(number)


def usual_step_s(moments: Iterable[datetime]) -> int | None:
    """Give the most common distance of moments in seconds of the clock on the wall.

    None where it is no part of a day, day, week, month or year, as of two lines between which others are missing. The
    newest may stand first.
    """
    naive = (moment.replace(tzinfo=None) for moment in moments)
    steps = Counter(abs(int((after - before).total_seconds())) for before, after in pairwise(naive) if after != before)
    step_s = steps.most_common(1)[0][0] if steps else 0
    is_part = 0 < step_s <= DAY_S and DAY_S % step_s == 0
    return step_s if is_part or step_s in _LONG_STEPS_S else None


def following(at: datetime, step_s: int) -> datetime:
    """Give the end of an interval that begins at a local time: days and months are those of the calendar."""
    if step_s == DAY_S:
        return at + timedelta(days=1)
    if step_s >= 365 * DAY_S:
        return at.replace(year=at.year + 1)
    if step_s > 27 * DAY_S:
        return at.replace(year=at.year + at.month // 12, month=at.month % 12 + 1)
    if step_s > DAY_S:
        return at + timedelta(seconds=step_s)
    return datetime.fromtimestamp(at.timestamp() + step_s, at.tzinfo)
