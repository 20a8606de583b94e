"""Sealed files that are looked at again and again, unpacked: who goes from day to day does not unpack each day anew."""

from __future__ import annotations

import math
import threading
from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from itertools import pairwise
from typing import Any, NamedTuple

from openvoy.store.tables import Table
from openvoy.store.times import utc

MOST_BYTES = 24 << 20
"""Of all files together: a month of some sixty panels."""
MOST_FILES = 2
"""A day lies in so many months at most; who reads more does not go from day to day."""

PORTION_S = 86_400
"""What is unpacked at once: a day is few enough objects to keep nobody else waiting, and little memory."""

Ask = Callable[[str, Sequence[object]], Iterable[tuple[Any, ...]]]
"""Runs a query."""


class File(NamedTuple):
    """A sealed file as it was made, of which nothing changes."""

    table: Table
    source: str
    """The file in a query."""
    digest: str
    rows: int
    span_s: range
    """Its month, in Unix s."""


class _Column:
    """The values of a column; what is not said is kept as NaN, which no measure ever is."""

    def __init__(self, values: array[Any]) -> None:
        self._values = values
        is_measure = values.typecode == "d"
        self._is_same = all(map(math.isnan, values)) if is_measure else values.count(values[0]) == len(values)
        self._same = None if is_measure else values[0]
        self._is_whole = not is_measure or not math.isnan(sum(values))

    def between(self, start: int, end: int) -> list[Any]:
        if self._is_same:
            return [self._same] * (end - start)
        found: list[Any] = self._values[start:end].tolist()
        if self._is_whole or not math.isnan(sum(found)):
            return found
        return [value if value == value else None for value in found]  # noqa: PLR0124 - only NaN is not itself


class _Rows:
    """The rows of a file by time, then owner: times in Unix s, owners, extras, measures."""

    def __init__(self, times: array[int], owners: array[int], rest: Sequence[array[Any]]) -> None:
        self._times = times
        self._columns = [_Column(values) for values in (owners, *rest)]
        is_ones = owners.count(owners[0]) == len(owners)
        self._pace_s = reduce(math.gcd, (later - at for at, later in pairwise(times)), 0) if is_ones else 0
        """What the times of one owner are apart, or a multiple of it; 0 where there are several owners."""

    def between(self, start_s: float, end_s: float) -> list[Sequence[Any]]:
        start, end = bisect_left(self._times, start_s), bisect_left(self._times, end_s)
        return [self._times_between(start, end), *(column.between(start, end) for column in self._columns)]

    def _times_between(self, start: int, end: int) -> Sequence[int]:
        found = self._times[start:end]
        # Of one owner no two are the same: as many as fit in between are at an even pace.
        if self._pace_s and found and found[-1] - found[0] == (len(found) - 1) * self._pace_s:
            return range(found[0], found[-1] + 1, self._pace_s)
        return found.tolist()


class Unpacked:
    """What is unpacked: of the files that are asked for more than once, as many as there is room for."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._kept: OrderedDict[File, _Rows] = OrderedDict()
        self._asked: set[File] = set()
        self._due: set[File] = set()
        self._begun: set[File] = set()

    def between(self, files: Sequence[File], start_s: float, end_s: float) -> list[Sequence[Any]] | None:
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
            due = sorted(self._due - self._begun, key=lambda file: file.source)
            self._begun.update(due)
            self._due.clear()
            return due

    def unpack(self, file: File, ask: Ask) -> None:
        """Unpack a file that was taken, in place of those that were not asked for the longest."""
        try:
            self._keep(file, self._read(file, ask))
        finally:
            with self._guard:
                self._begun.discard(file)

    def _read(self, file: File, ask: Ask) -> _Rows:
        self._make_room(_size_bytes(file))
        # All of the room at once: columns that grow side by side leave holes of the same size behind.
        columns = [array(code, [0]) * file.rows for code in _codes(file.table)]
        at = 0
        for start_s in file.span_s[::PORTION_S]:
            # No two rows have both time and owner: what is compared ends there.
            rows = sorted(ask(_sql(file), [utc(start_s), utc(start_s + PORTION_S)]))
            for column, values in zip(columns, zip(*rows, strict=True), strict=False):
                column[at : at + len(rows)] = array(column.typecode, values)
            at += len(rows)
        times, owners, *rest = columns
        return _Rows(times, owners, rest)

    def _keep(self, file: File, rows: _Rows) -> None:
        with self._guard:
            self._kept[file] = rows

    def _make_room(self, size_bytes: int) -> None:
        with self._guard:
            while self._kept and sum(map(_size_bytes, self._kept)) + size_bytes > MOST_BYTES:
                self._kept.popitem(last=False)
                self._asked.intersection_update(self._kept)


def _sql(file: File) -> str:
    table = file.table
    measures = (f"coalesce(CAST({measure.name} AS DOUBLE), 'nan')" for measure in table.measures)
    selected = ", ".join(("CAST(epoch(time) AS BIGINT)", table.key[0], *table.extras, *measures))
    return f"SELECT {selected} FROM {file.source} WHERE time >= ? AND time < ?"


def _codes(table: Table) -> str:
    """How numbers are kept: times as 64 bits, owners and extras as 32, measures as doubles."""
    return "q" + "i" * (1 + len(table.extras)) + "d" * len(table.measures)


def _size_bytes(file: File) -> int:
    return file.rows * sum(array(code).itemsize for code in _codes(file.table))
