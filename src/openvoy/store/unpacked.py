"""Sealed files that are looked at again and again, unpacked: who goes from day to day does not unpack each day anew."""

from __future__ import annotations

import math
import threading
from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from openvoy.store.tables import Table

MOST_BYTES = 32 << 20
"""Of all files together: a month of some eighty panels."""
MOST_FILES = 2
"""A day lies in so many months at most; who reads more does not go from day to day."""

Portions = Callable[[str], Iterable[Sequence[tuple[Any, ...]]]]
"""Runs a query and gives its rows in portions."""


class File(NamedTuple):
    """A sealed file as it was made, of which nothing changes."""

    table: Table
    path: Path
    digest: str
    rows: int


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of a file by time, then owner: times in Unix s, owners, extras, measures."""

    columns: Sequence[array[Any]]

    def between(self, start_s: float, end_s: float) -> list[list[Any]]:
        times = self.columns[0]
        wanted = slice(bisect_left(times, start_s), bisect_left(times, end_s))
        return [_told(column[wanted]) for column in self.columns]


def _told(values: array[Any]) -> list[Any]:
    """Give values; what is not said is kept as NaN, which no measure ever is."""
    found: list[Any] = values.tolist()
    if values.typecode == "d" and math.isnan(sum(found)):
        return [value if value == value else None for value in found]  # noqa: PLR0124 - only NaN is not itself
    return found


class Unpacked:
    """What is unpacked: of the files that are asked for more than once, as many as there is room for."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._kept: OrderedDict[File, _Rows] = OrderedDict()
        self._asked: set[File] = set()
        self._due: set[File] = set()

    def between(self, files: Sequence[File], start_s: float, end_s: float) -> list[list[Any]] | None:
        """Give the columns of a time by time, then owner; None where one of the files is not unpacked."""
        if not 0 < len(files) <= MOST_FILES:
            return None
        with self._guard:
            found = [rows for file in files if (rows := self._kept.get(file)) is not None]
            if len(found) < len(files):
                self._ask(file for file in files if file not in self._kept)
                return None
            for file in files:
                self._kept.move_to_end(file)
        parts = [rows.between(start_s, end_s) for rows in found]
        return parts[0] if len(parts) == 1 else [[*first, *second] for first, second in zip(*parts, strict=True)]

    def _ask(self, files: Iterable[File]) -> None:
        """Whoever asks for a second time is expected to go on."""
        for file in files:
            if file in self._asked and _size_bytes(file) <= MOST_BYTES:
                self._due.add(file)
            self._asked.add(file)

    def take_due(self) -> Sequence[File]:
        """Give the files that are to be unpacked; whoever takes them does it."""
        with self._guard:
            due = sorted(self._due, key=lambda file: file.path)
            self._due.clear()
            return due

    def unpack(self, file: File, source: str, portions: Portions) -> None:
        """Unpack a file, which is `source` in a query, in place of those that were not asked for the longest."""
        table = file.table
        times, owner, *rest = ("CAST(epoch(time) AS BIGINT)", table.key[0], *table.extras)
        measures = (f"coalesce(CAST({measure.name} AS DOUBLE), 'nan')" for measure in table.measures)
        selected = ", ".join((times, owner, *rest, *measures))
        columns = [array(code) for code in _codes(table)]
        for rows in portions(f"SELECT {selected} FROM {source} ORDER BY time, {owner}"):
            for column, values in zip(columns, zip(*rows, strict=True), strict=True):
                column.extend(values)
        with self._guard:
            self._kept[file] = _Rows(columns)
            while sum(map(_size_bytes, self._kept)) > MOST_BYTES:
                self._kept.popitem(last=False)
                self._asked.intersection_update(self._kept)


def _codes(table: Table) -> str:
    """How numbers are kept: times as 64 bits, owners and extras as 32, measures as doubles."""
    return "q" + "i" * (1 + len(table.extras)) + "d" * len(table.measures)


def _size_bytes(file: File) -> int:
    return file.rows * sum(array(code).itemsize for code in _codes(file.table))
