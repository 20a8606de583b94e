"""CSV reports of the vendor's web portal: energies by quarter of an hour, day or month, in the site's time.

The first column is a date or the local time at which an interval begins; the others are named such as
`Energy Produced (Wh)`, `Energy Consumed (Wh)`, `Exported to Grid (Wh)`, `Imported from Grid (Wh)`,
`Stored in batteries (Wh)`, `Discharged from batteries (Wh)`. Thousands may have commas, and a line `Total` may end it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from openvoy.errors import ConfigError
from openvoy.store.exchange.formats.tables import Row, Table, decode, find_delimiter
from openvoy.store.exchange.formats.text import (
    FACTORS_WH,
    WallTimes,
    find_decimal_mark,
    following,
    parse_number,
    usual_step_s,
)
from openvoy.store.exchange.observed import Amount, Format, Observation, Problem, Reading

SERIES = "report"
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
_PREAMBLE = 20
"""Lines that may stand before the names of the columns."""


def is_like(_file: Path, head: bytes) -> bool:
    """Whether one of the first lines names energies with their unit after a column of times."""
    lines = decode(head).splitlines()[:_PREAMBLE]
    return any(_is_header([cell.strip(' "') for cell in line.split(find_delimiter(line))]) for line in lines)


def read(file: Path, reading: Reading) -> Iterator[Observation]:
    """Read a report."""
    table = Table(file, reading)
    header = next(((number, cells) for number, cells in table.rows() if _is_header(cells)), None)
    if header is None:
        raise ConfigError(
            f"{file} is no report of energies: no line names columns such as 'Energy Produced (Wh)'.",
            hint="Export it as CSV with English words; --format says what else it may be.",
        )
    yield from _Report(table, header, reading).read()


def _is_header(cells: Sequence[str]) -> bool:
    is_named = bool(cells[0]) and not cells[0][:1].isdigit() and not _UNIT.search(cells[0])
    return is_named and any(_UNIT.search(cell) for cell in cells[1:])


def _columns(header: Sequence[str], reading: Reading) -> list[tuple[int, str, float]]:
    """Give place, quantity and factor of the columns that are known."""
    columns = []
    for place, name in enumerate(header[1:], 1):
        quantity = reading.named(name) or next(
            (quantity for words, quantity in _QUANTITIES if re.search(words, name, re.IGNORECASE)), None
        )
        unit = _UNIT.search(name)
        if quantity is None or unit is None:
            reading.ignore(name)
        else:
            columns.append((place, quantity, FACTORS_WH[unit[0].strip("()").lower()]))
    return columns


class _Report:
    """Reads a report several times, as its first line may be understood by its last."""

    def __init__(self, table: Table, header: Row, reading: Reading) -> None:
        self._table = table
        self._header_at, names = header
        self._width = len(names)
        self._columns = _columns(names, reading)
        rows, places = table.rows(self._header_at), [place for place, *_ in self._columns]
        values = (cells[place] for _, cells in rows for place in places if place < len(cells))
        self._decimal_mark = find_decimal_mark(values, table.delimiter)
        self._times = WallTimes(
            (cells[0] for _, cells in self._lines()), reading.zone, has_day_first=reading.has_day_first
        )

    def _lines(self) -> Iterator[Row]:
        return (row for row in self._table.rows(self._header_at) if not row[1][0].lower().startswith("total"))

    def _timed(self) -> Iterator[tuple[int, datetime | None, list[str]]]:
        self._times.restart()
        return ((number, self._times.parse(cells[0]), cells) for number, cells in self._lines())

    def read(self) -> Iterator[Observation]:
        step_s = usual_step_s(at for _, at, _ in self._timed() if at is not None)
        has_told = False
        for number, at, cells in self._timed():
            if any(cells[self._width :]):
                # Such as 12,345 without quotation marks: every value may be another column's.
                yield self._problem(number, f"it has {len(cells)} cells, and the heading {self._width}")
            elif at is None:
                yield from self._refuse_time(number, cells)
            elif step_s is not None:
                yield from self._amounts(number, at, cells, step_s)
            elif not has_told:
                has_told = True
                yield self._problem(number, "its times do not say how long each of them lasts")

    def _refuse_time(self, number: int, cells: Sequence[str]) -> Iterator[Observation]:
        """A time that the clock skipped is listed in some reports, without energy."""
        if any(parse_number(cell) != 0 for cell in cells[1:] if cell):
            yield self._problem(number, f"'{cells[0][:40]}' is not a time")

    def _amounts(self, number: int, at: datetime, cells: Sequence[str], step_s: int) -> Iterator[Observation]:
        start_s, end_s = int(at.timestamp()), int(following(at, step_s).timestamp())
        for place, quantity, factor in self._columns:
            text = cells[place] if place < len(cells) else ""
            if text in {"", "-", "N/A", "n/a"}:
                continue
            value = parse_number(text, self._decimal_mark)
            if value is None:
                yield self._problem(number, f"{quantity}: '{text[:40]}' is not a number")
            else:
                yield Amount(quantity, SERIES, start_s, end_s, value * factor, number)

    def _problem(self, number: int, text: str) -> Problem:
        return Problem(str(self._table.file), number, text)


FORMAT = Format(
    name="enlighten",
    summary="CSV reports of the vendor's portal: energies by quarter of an hour, day or month",
    is_like=is_like,
    read=read,
)
