"""Tables of text as programs of all countries write them."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from openvoy.errors import ConfigError
from openvoy.store.exchange.observed import Problem, Reading

DAY_S = 86_400
FACTORS_WH = {"wh": 1.0, "kwh": 1e3, "mwh": 1e6, "gwh": 1e9, "mj": 1e6 / 3600, "gj": 1e9 / 3600}
_SLASHED = re.compile(r"(\d{1,4})[/.-](\d{1,2})[/.-](\d{1,4})(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([AaPp][Mm])?)?")

_GZIP = b"\x1f\x8b"
_NUMBER = re.compile(r"[+-]?(\d[\d.,]*|[.,]\d+)([eE][+-]?\d+)?")
_OTHER = {",": ".", ".": ","}
_GROUPED = {
    mark: re.compile(rf"[+-]?\d{{1,3}}(?:{re.escape(mark)}\d{{2,3}})*{re.escape(mark)}\d{{3}}") for mark in ",."
}
_BLANKS = re.compile(r"[\s'\u2019]")

Row = tuple[int, list[str]]
"""Number of the line, and its cells."""


def read_body(file: Path, size_bytes: int = -1) -> bytes:
    """Read a file or its first bytes, packed by gzip or not; raise ConfigError."""
    try:
        with file.open("rb") as opened:
            is_packed = opened.read(len(_GZIP)) == _GZIP
            opened.seek(0)
            return gzip.open(opened).read(size_bytes) if is_packed else opened.read(size_bytes)
    except (OSError, EOFError, zlib.error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ConfigError(f"{file} cannot be read: {reason}.", hint="Correct its name, or copy it anew.") from error


def decode(body: bytes) -> str:
    """Take bytes for UTF-8, or for what spreadsheets on Windows write."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", errors="replace")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # A head may end within a letter.
        is_cut = error.end == len(body) and error.reason == "unexpected end of data"
        return body[: error.start].decode("utf-8-sig") if is_cut else body.decode("cp1252", errors="replace")


def read_text(file: Path) -> str:
    """Read a file as text; raise ConfigError."""
    return decode(read_body(file))


def find_delimiter(text: str) -> str:
    """Find what parts cells: comma, semicolon or tab, whichever parts the first line most often."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=first.count)


def read_rows(text: str, file: Path, reading: Reading) -> Iterator[Row]:
    """Give the lines that are not empty; cells are parted by what parts the first line best.

    Where nothing ends the last line, its last cell may be cut: a wrong number would stay for good, one that is left out
    comes with the whole file. So it is left out, and noted as a problem, unless quotes end it.
    """
    reader = csv.reader(io.StringIO(text.replace("\0", "")), delimiter=find_delimiter(text))
    count, ended = 0, text.count("\n")
    for cells in reader:
        trimmed = [cell.strip() for cell in cells]
        if any(trimmed):
            count += 1
            if count > 1 and reader.line_num > ended and _may_be_cut(text, trimmed):
                said = f"nothing ends the file's last line: '{trimmed[-1][:40]}' may be cut, and is left out"
                reading.problems.append(Problem(str(file), reader.line_num, f"{said}; end the line if it is whole"))
                trimmed[-1] = ""
            yield reader.line_num, trimmed


def _may_be_cut(text: str, cells: Sequence[str]) -> bool:
    """Whether a file that ends with these cells may go on; nobody reads a line of totals."""
    return text[-1] not in '\r\n"' and bool(cells[-1]) and not cells[0].lower().startswith("total")


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
        parts = [(int(found[1]), int(found[2])) for text in texts if (found := _SLASHED.fullmatch(text))]
        self._has_day_first = _has_day_first(parts) if has_day_first is None else has_day_first
        self._last: datetime | None = None

    def parse(self, text: str) -> datetime | None:
        """Parse the next time; None for one that is none, or that the clock on the wall skipped."""
        moment = parse_moment(text, self._zone) or self._parse_slashed(text)
        if moment is None or moment.tzinfo is not self._zone:
            return moment
        if moment.astimezone(UTC).astimezone(self._zone).replace(tzinfo=None) != moment.replace(tzinfo=None):
            return None
        second = moment.replace(fold=1)
        if (
            self._last is not None
            and moment.utcoffset() != second.utcoffset()
            and moment.timestamp() <= self._last.timestamp()
        ):
            moment = second
        self._last = moment
        return moment

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


def _has_day_first(parts: Sequence[tuple[int, int]]) -> bool:
    """A number above 12 is a day; else days change from line to line more often than months do."""
    firsts, seconds = ([part[place] for part in parts] for place in (0, 1))
    if any(12 < first < 1000 for first in firsts):
        return True
    if any(second > 12 for second in seconds):
        return False
    if len(parts) > 1 and set(seconds) == {1} and len(set(firsts)) > 1:
        raise ConfigError(
            "These may be days of January or first days of months.", hint="Say --dates day-first or month-first."
        )
    return _changes(firsts) > _changes(seconds)


def _changes(numbers: Sequence[int]) -> int:
    return sum(before != after for before, after in pairwise(numbers))


def usual_step_s(moments: Sequence[datetime]) -> int | None:
    """Give the most common distance of moments in seconds of the clock on the wall; None for fewer than two."""
    naive = [moment.replace(tzinfo=None) for moment in moments]
    steps = Counter(int((after - before).total_seconds()) for before, after in pairwise(naive) if after > before)
    return steps.most_common(1)[0][0] if steps else None


def following(at: datetime, step_s: int) -> datetime:
    """Give the end of an interval that begins at a local time: days and months are those of the calendar."""
    if step_s == DAY_S:
        return at + timedelta(days=1)
    if step_s > 27 * DAY_S:
        return at.replace(year=at.year + at.month // 12, month=at.month % 12 + 1)
    if step_s > DAY_S:
        return at + timedelta(seconds=step_s)
    return datetime.fromtimestamp(at.timestamp() + step_s, at.tzinfo)
