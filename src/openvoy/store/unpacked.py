"""Sealed files that are looked at again and again, unpacked: who goes from day to day does not unpack each day anew."""

from __future__ import annotations

import math
import threading
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from itertools import chain, pairwise
from typing import Any, NamedTuple

from openvoy.store.tables import Table
from openvoy.store.times import utc

MOST_BYTES = 20 << 20
"""Of all files together: a month of some fifty panels."""
MOST_FILES = 2
"""A day lies in so many months at most; who reads more does not go from day to day."""

PORTION_S = 86_400
"""What is unpacked at once: a day is few enough objects to keep nobody else waiting, and little memory."""
MOST_COMMON = 4096
"""So many different values of a column are one object each, however often they come: what panels say is fewer."""
CELL_BYTES, VALUE_BYTES, TIME_BYTES = 8, 24, 32

Ask = Callable[[str, Sequence[object]], Iterable[tuple[Any, ...]]]
"""Runs a query."""


Values = tuple[Any, ...] | int | float | None
"""A column row by row; one value stands for all where they are the same."""


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
    """The values of a column as they come, None where nothing was said: whoever reads them makes no numbers."""

    def __init__(self, rows: int) -> None:
        self._values: list[Any] = [None] * rows
        self._common: dict[Any, Any] = {}
        self._rare = 0

    def put(self, index: int, values: Sequence[Any]) -> None:
        common = self._common
        if len(common) < MOST_COMMON:
            kept = map(common.setdefault, values, values)
        else:
            kept = map(common.get, values, values)
            self._rare += len(values) - sum(map(common.__contains__, values))
        self._values[index : index + len(values)] = kept

    @property
    def size_bytes(self) -> int:
        return CELL_BYTES * len(self._values) + VALUE_BYTES * (len(self._common) + self._rare)

    def finished(self) -> Values:
        """Give the values, and keep none; a tuple of numbers is nothing that a collector of garbage looks through."""
        values, self._values = self._values, []
        return values[0] if len(self._common) == 1 and not self._rare else tuple(values)


class _Rows:
    """The rows of a file by time, then owner: times in Unix s; owners, extras, measures."""

    def __init__(self, times: Sequence[int], columns: Sequence[Values], size_bytes: int) -> None:
        self.size_bytes = size_bytes
        self.times = times
        self.columns = columns
        is_ones = not isinstance(columns[0], tuple)
        self.pace_s = reduce(math.gcd, (later - at for at, later in pairwise(times)), 0) if is_ones else 0
        """What the times of one owner are apart, or a multiple of it; 0 where there are several owners."""

    def between(self, start_s: float, end_s: float) -> Cut:
        return Cut(self, bisect_left(self.times, start_s), bisect_left(self.times, end_s))


class Cut:
    """Rows of a time in a file that is unpacked. What is made of them is the asker's own."""

    def __init__(self, rows: _Rows, start: int, end: int) -> None:
        self.rows = rows
        self.start = start
        self.end = end

    def __len__(self) -> int:
        return self.end - self.start

    def is_paced(self, step_s: int) -> bool:
        """Whether there are rows, all of one owner, and all so far apart."""
        if self.rows.pace_s != step_s or not len(self):
            return False
        # No two are the same: as many as fit in between are at an even pace.
        return self.rows.times[self.end - 1] - self.rows.times[self.start] == (len(self) - 1) * step_s

    def times(self, from_index: int = 0) -> list[int]:
        """Unix s, without the first rows."""
        return list(self.rows.times[self.start + from_index : self.end])

    def column(self, place: int, from_index: int = 0) -> list[Any]:
        """Values: of the owner at first, then extras and measures; without the first rows."""
        values = self.rows.columns[place]
        if isinstance(values, tuple):
            return list(values[self.start + from_index : self.end])
        return [values] * (len(self) - from_index)

    def most(self, place: int) -> Any:
        """The greatest of some values."""
        values = self.rows.columns[place]
        return max(values[self.start : self.end]) if isinstance(values, tuple) else values


def join(cuts: Sequence[Cut]) -> list[list[Any]]:
    """Give times, owners, extras and measures, one after the other."""
    parts = [[cut.times(), *map(cut.column, range(len(cut.rows.columns)))] for cut in cuts]
    return parts[0] if len(parts) == 1 else [list(chain(*column)) for column in zip(*parts, strict=True)]


class Unpacked:
    """What is unpacked: of the files that are asked for more than once, as many as there is room for."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._kept: OrderedDict[str, _Rows] = OrderedDict()
        """By digest, as all that follow."""
        self._asked: set[str] = set()
        self._due: dict[str, File] = {}
        self._begun: set[str] = set()
        self._too_large: set[str] = set()

    def has(self, digest: str) -> bool:
        """Whether a file is unpacked."""
        return digest in self._kept

    def between(self, files: Sequence[File], start_s: float, end_s: float) -> Sequence[Cut] | None:
        """Give the rows of a time, file by file; None where one of the files is not unpacked."""
        if not 0 < len(files) <= MOST_FILES:
            return None
        with self._guard:
            found = [rows for file in files if (rows := self._kept.get(file.digest)) is not None]
            if len(found) < len(files):
                self._ask(file for file in files if file.digest not in self._kept)
                return None
            for file in files:
                self._kept.move_to_end(file.digest)
        return [rows.between(start_s, end_s) for rows in found]

    def _ask(self, files: Iterable[File]) -> None:
        """Whoever asks for a second time is expected to go on."""
        for file in files:
            is_small = file.digest not in self._too_large and _least_bytes(file) <= MOST_BYTES
            if file.digest in self._asked and is_small:
                self._due[file.digest] = file
            self._asked.add(file.digest)

    def take_due(self) -> Sequence[File]:
        """Give the files that are to be unpacked; whoever takes them does it."""
        with self._guard:
            due = sorted((file for file in self._due.values() if file.digest not in self._begun), key=_source_of)
            self._begun.update(file.digest for file in due)
            self._due.clear()
            return due

    def unpack(self, file: File, ask: Ask) -> None:
        """Unpack a file that was taken, in place of those that were not asked for the longest."""
        try:
            self._make_room(_least_bytes(file))
            if (rows := _read(file, ask)) is None:
                self._too_large.add(file.digest)
            else:
                self._make_room(rows.size_bytes)
                with self._guard:
                    self._kept[file.digest] = rows
        finally:
            with self._guard:
                self._begun.discard(file.digest)

    def _make_room(self, size_bytes: int) -> None:
        with self._guard:
            while self._kept and sum(rows.size_bytes for rows in self._kept.values()) + size_bytes > MOST_BYTES:
                self._kept.popitem(last=False)
                self._asked.intersection_update(self._kept)


def _source_of(file: File) -> str:
    return file.source


def _read(file: File, ask: Ask) -> _Rows | None:
    """Read a file; None where it turns out to be too much."""
    # All of the room at once: columns that grow side by side leave holes of the same size behind.
    times = [0] * file.rows
    columns = [_Column(file.rows) for _ in _names(file.table)]
    at = moments = size_bytes = 0
    for start_s in file.span_s[::PORTION_S]:
        # No two rows have both time and owner: what is compared ends there.
        rows = sorted(ask(_sql(file), [utc(start_s), utc(start_s + PORTION_S)]))
        if rows:
            at_s, *values = zip(*rows, strict=True)
            once: dict[int, int] = {}
            times[at : at + len(rows)] = map(once.setdefault, at_s, at_s)
            moments += len(once)
            for column, found in zip(columns, values, strict=True):
                column.put(at, found)
            at += len(rows)
        size_bytes = CELL_BYTES * file.rows + TIME_BYTES * moments + sum(column.size_bytes for column in columns)
        if size_bytes > MOST_BYTES:
            return None
    return _Rows(tuple(times), [column.finished() for column in columns], size_bytes)


def _sql(file: File) -> str:
    table = file.table
    measures = {measure.name: f"CAST({measure.name} AS DOUBLE)" for measure in table.measures}
    selected = ", ".join(["CAST(epoch(time) AS BIGINT)", *(measures.get(name, name) for name in _names(table))])
    return f"SELECT {selected} FROM {file.source} WHERE time >= ? AND time < ?"


def _names(table: Table) -> Sequence[str]:
    return [table.key[0], *table.extras, *(measure.name for measure in table.measures)]


def _least_bytes(file: File) -> int:
    """What a file takes, without its values."""
    return file.rows * CELL_BYTES * (1 + len(_names(file.table)))
