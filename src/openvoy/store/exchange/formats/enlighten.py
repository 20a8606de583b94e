"""CSV reports of the vendor's web portal: energies by quarter of an hour, day or month, in the site's time.

The first column is a date or the local time at which an interval begins; the others are named such as
`Energy Produced (Wh)`, `Energy Consumed (Wh)`, `Exported to Grid (Wh)`, `Imported from Grid (Wh)`,
`Stored in batteries (Wh)`, `Discharged from batteries (Wh)`. Thousands may have commas, and a line `Total` may end it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from openvoy.errors import ConfigError
from openvoy.store.exchange.formats.text import (
    FACTORS_WH,
    Row,
    WallTimes,
    find_delimiter,
    parse_number,
    read_rows,
    read_text,
    usual_step_s,
)
from openvoy.store.exchange.observed import Amount, Format, Observation, Problem, Reading

SERIES = "report"
DAY_S = 86_400
_QUANTITIES = (
    ("discharge", "discharge"),
    ("charge|stored", "charge"),
    ("export", "export"),
    ("import", "import"),
    ("produc|generat", "solar"),
    ("consum|used", "load"),
)
"""Words of a column's name; the first that fits says what it is."""
_UNIT = re.compile(r"\((k|M)?Wh\)")


def is_like(_file: Path, head: bytes) -> bool:
    """Whether the first line has a time and one of the known columns."""
    first = head.decode("utf-8-sig", errors="replace").lstrip().partition("\n")[0].lower()
    return first.startswith(("date", '"date', "time", '"time')) and "wh)" in first


def read(file: Path, reading: Reading) -> Iterator[Observation]:
    """Read a report."""
    text = read_text(file)
    rows = list(read_rows(text))
    header_at = next((place for place, (_, cells) in enumerate(rows) if _is_header(cells)), None)
    if header_at is None:
        raise ConfigError(
            f"{file} is no report of energies: no line names columns such as 'Energy Produced (Wh)'.",
            hint="Export it as CSV with English words; --format says what else it may be.",
        )
    header = rows[header_at][1]
    columns = _columns(header, reading)
    lines = rows[header_at + 1 :]
    yield from _Report(file, reading, columns, lines, has_decimal_comma=find_delimiter(text) != ",").read()


def _is_header(cells: Sequence[str]) -> bool:
    return bool(re.match(r"date|time", cells[0], re.IGNORECASE)) and any(_UNIT.search(cell) for cell in cells[1:])


def _columns(header: Sequence[str], reading: Reading) -> list[tuple[int, str, float]]:
    """Give place, quantity and factor of the columns that are known."""
    columns = []
    for place, name in enumerate(header[1:], 1):
        quantity = reading.names.get(name) or next(
            (quantity for words, quantity in _QUANTITIES if re.search(words, name, re.IGNORECASE)), None
        )
        unit = _UNIT.search(name)
        if quantity is None or unit is None:
            reading.ignore(name)
        else:
            columns.append((place, quantity, FACTORS_WH[unit[0].strip("()").lower()]))
    return columns


class _Report:
    def __init__(
        self,
        file: Path,
        reading: Reading,
        columns: Sequence[tuple[int, str, float]],
        lines: Sequence[Row],
        *,
        has_decimal_comma: bool,
    ) -> None:
        self._has_decimal_comma = has_decimal_comma
        self._file = file
        self._reading = reading
        self._columns = columns
        self._lines = [(number, cells) for number, cells in lines if not cells[0].lower().startswith("total")]
        self._times = WallTimes(
            (cells[0] for _, cells in self._lines), reading.zone, has_day_first=reading.has_day_first
        )

    def read(self) -> Iterator[Observation]:
        timed: list[tuple[int, datetime, list[str]]] = []
        for number, cells in self._lines:
            at = self._times.parse(cells[0])
            if at is None:
                yield from self._refuse_time(number, cells)
            else:
                timed.append((number, at, cells))
        step_s = usual_step_s([at for _, at, _ in timed])
        for number, at, cells in timed:
            yield from self._amounts(number, at, cells, step_s)

    def _refuse_time(self, number: int, cells: Sequence[str]) -> Iterator[Observation]:
        """A time that the clock skipped is listed in some reports, without energy."""
        if any(parse_number(cell) != 0 for cell in cells[1:] if cell):
            yield self._problem(number, f"'{cells[0][:40]}' is not a time")

    def _amounts(self, number: int, at: datetime, cells: Sequence[str], step_s: int | None) -> Iterator[Observation]:
        start_s, end_s = int(at.timestamp()), int(_end(at, step_s).timestamp())
        for place, quantity, factor in self._columns:
            text = cells[place] if place < len(cells) else ""
            if text in {"", "-", "N/A", "n/a"}:
                continue
            value = parse_number(text, has_decimal_comma=self._has_decimal_comma)
            if value is None:
                yield self._problem(number, f"'{text[:40]}' is not a number")
            elif value < 0:
                yield self._problem(number, f"an energy of {text} is below 0")
            else:
                yield Amount(quantity, SERIES, start_s, end_s, value * factor)

    def _problem(self, number: int, text: str) -> Problem:
        return Problem(str(self._file), number, text)


def _end(at: datetime, step_s: int | None) -> datetime:
    """Give the end of an interval: days and months are those of the calendar."""
    if step_s is None or step_s == DAY_S:
        return at + timedelta(days=1)
    if step_s > 27 * DAY_S:
        return at.replace(year=at.year + at.month // 12, month=at.month % 12 + 1)
    if step_s > DAY_S:
        return at + timedelta(seconds=step_s)
    return datetime.fromtimestamp(at.timestamp() + step_s, at.tzinfo)


FORMAT = Format(
    name="enlighten",
    summary="CSV reports of the vendor's portal: energies by quarter of an hour, day or month",
    is_like=is_like,
    read=read,
)
