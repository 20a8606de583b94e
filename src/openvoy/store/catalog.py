"""Which months are sealed, and where: what readers and the writer share."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from openvoy.store import tables
from openvoy.store.inspecting import Inspector
from openvoy.store.remembered import Remembered
from openvoy.store.tables import Table
from openvoy.store.times import since_epoch_s, utc
from openvoy.store.unpacked import Cut, File, Unpacked

FOLDER = "sealed"
MOST_MONTHS = 1200
"""A hundred years; more are not named one by one."""


MOST_PATHS = 256
"""Paths of files that are at hand: to make one takes a tenth of what a day's view takes."""


class Key(NamedTuple):
    """A month of a table."""

    table: str
    month: str
    """Such as 2024-05, in UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One sealed file; `rows` 0 stands for a month in which there was nothing to seal, without file."""

    key: Key
    generation: int
    rows: int
    first_seq: int
    last_seq: int
    size_bytes: int
    digest: str

    def path(self, folder: Path) -> Path:
        """The file in a folder of sealed months."""
        return _file_of(folder, self.key, self.generation)


@lru_cache(MOST_PATHS)
def _file_of(folder: Path, key: Key, generation: int) -> Path:
    return month_folder(folder, key.month) / f"{key.table}-{generation}.parquet"


@dataclass(frozen=True, slots=True)
class Catalog:
    """All sealed parts at one moment."""

    folder: Path
    parts: Mapping[Key, Part]
    inspector: Inspector
    names: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    """What was read of the names that ids stand for, by query; a new name begins a new catalog."""
    counted: dict[str, Any] = field(default_factory=dict)
    """The quantities that were met in a table of counters."""
    remembered: Remembered = field(default_factory=Remembered)
    """What was worked out from sealed months, by what was asked."""
    unpacked: Unpacked = field(default_factory=Unpacked)
    """The files of which days are looked at."""
    settled: set[tuple[str, str, str, str]] = field(default_factory=set)
    """Tables, time zones and spans of which no days are to be added up while the sealed months stay as they are."""

    def files(self, table: Table, start_s: float, end_s: float) -> list[Part]:
        """Parts with rows that may be of a time."""
        wanted = months_between(utc(start_s), utc(end_s))
        found = (
            [self.parts.get(Key(table.name, month)) for month in wanted]
            if wanted is not None
            else [part for key, part in sorted(self.parts.items()) if key.table == table.name]
        )
        return [part for part in found if part is not None and self.has(part)]

    def has(self, part: Part) -> bool:
        """Whether there are rows of a part to be read."""
        return part.rows > 0 and (
            self.unpacked.has(part.digest) or self.inspector.is_good(part.path(self.folder), part.digest)
        )

    def cuts(self, table: Table, start_s: float, end_s: float) -> Sequence[Cut] | None:
        """Rows of a time by time and owner, a cut of each month; None where they are not all unpacked."""
        parts = self._sealed_parts(table, start_s, end_s)
        if parts is None:
            return None
        files = [_unpackable(self.folder, table, part) for part in parts if self.has(part)]
        return self.unpacked.between(files, start_s, end_s)

    def _sealed_parts(self, table: Table, start_s: float, end_s: float) -> list[Part] | None:
        """The part of each month of a time; None where one is not sealed."""
        months = months_between(utc(start_s), utc(end_s))
        parts = [part for month in months or () if (part := self.parts.get(Key(table.name, month))) is not None]
        return parts if months is not None and len(parts) == len(months) else None

    def until(self, table: Table) -> datetime | None:
        """The end of a table's newest sealed month."""
        return max((month_bounds(key.month)[1] for key in self.parts if key.table == table.name), default=None)

    def source(self, table: Table, start_s: float, end_s: float) -> str:
        """A source of a query: the table's rows of a time, sealed or not, under the table's name."""
        hot = f"SELECT {', '.join(table.columns)}"
        sealed = f"SELECT {', '.join(_restored(table, column) for column in table.columns)}"
        return f"({self._rows(table, (hot, sealed), start_s, end_s)}) AS {table.name}"

    def selected(self, table: Table, expressions: str, start_s: float, end_s: float) -> str:
        """A query for expressions over the table's rows of a time: planned quicker than one over `source`."""
        return self._rows(table, (f"SELECT {expressions}",) * 2, start_s, end_s)

    def _rows(self, table: Table, heads: tuple[str, str], start_s: float, end_s: float) -> str:
        """Rows of a time: what begins the query of those in the database, and of those that are sealed."""
        parts = self.files(table, start_s, end_s) if table in tables.MOVED else []
        within = f"time >= {literal(start_s)} AND time < {literal(end_s)}"
        hot = f"{heads[0]} FROM {table.name} WHERE {within}"
        if not parts:
            return hot
        sealed = f"{heads[1]} FROM {self.scan(parts)} WHERE {within}"
        return sealed if self.is_all_sealed(table, start_s, end_s) else f"{hot} UNION ALL {sealed}"

    def is_all_sealed(self, table: Table, start_s: float, end_s: float) -> bool:
        """Whether every month of a time is sealed: rows come into one only after it was taken back."""
        return self._sealed_parts(table, start_s, end_s) is not None

    def sealed(self, table: Table, parts: Sequence[Part]) -> str:
        """A query for the rows of sealed parts, as the table has them."""
        return self.restored(table, self.scan(parts))

    @staticmethod
    def restored(table: Table, source: str) -> str:
        """A query for rows from sealed files, with the types that the table has."""
        return f"SELECT {', '.join(_restored(table, column) for column in table.columns)} FROM {source}"

    def scan(self, parts: Sequence[Part]) -> str:
        """The files themselves, as source of a query."""
        return _scan(part.path(self.folder) for part in parts)


def _scan(paths: Iterable[Path]) -> str:
    files = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
    return f"read_parquet([{files}])"


@lru_cache(MOST_PATHS)
def _unpackable(folder: Path, table: Table, part: Part) -> File:
    span_s = range(*map(since_epoch_s, month_bounds(part.key.month)))
    return File(table, _scan([part.path(folder)]), part.digest, part.rows, span_s)


def _restored(table: Table, column: str) -> str:
    """Files know no times to the second."""
    is_second = column.endswith("time") and (column != "time" or table not in tables.TO_THE_MICROSECOND)
    return f"CAST({column} AS TIMESTAMP_S) AS {column}" if is_second else column


def literal(at_s: float) -> str:
    """A moment in a statement."""
    return f"TIMESTAMP '{utc(at_s):%Y-%m-%d %H:%M:%S}'"


def month_of(at: datetime) -> str:
    """The month that a moment of a table belongs to."""
    return f"{at.year:04}-{at.month:02}"


def month_folder(folder: Path, month: str) -> Path:
    """Where a month's files are: a layout that other tools know."""
    return folder / f"month={month}"


@lru_cache(MOST_MONTHS)
def month_bounds(month: str) -> tuple[datetime, datetime]:
    """First moment of a month and of the one after it, as tables have moments."""
    start = datetime.strptime(month, "%Y-%m")  # noqa: DTZ007 - as tables have it
    return start, (start + timedelta(days=32)).replace(day=1)


def months_between(start: datetime, end: datetime) -> list[str] | None:
    """The months that a time touches, in their order; None if there are too many to name."""
    if (end.year - start.year) * 12 + end.month - start.month > MOST_MONTHS:
        return None
    months = []
    # Months begin at midnight, whatever time of the day it is from which one asks.
    at = month_bounds(month_of(start))[0]
    while start < end and at < end:
        months.append(month_of(at))
        at = month_bounds(months[-1])[1]
    return months


class Shared:
    """The catalog as it changes; whoever reads rows and catalog together can tell whether they belong together."""

    def __init__(self, folder: Path) -> None:
        self._changing = threading.Lock()
        self.catalog = Catalog(folder, {}, Inspector())
        self._until: dict[str, datetime | None] = {}
        self.turns = 0
        """Grows at the beginning and at the end of each change: odd while there is one."""

    @contextlib.contextmanager
    def changing(self, parts: Mapping[Key, Part | None]) -> Iterator[None]:
        """Have these parts (None: no longer sealed) from the end on, if what is done inside succeeds."""
        with self._changing:
            self.turns += 1
            try:
                yield
                self.catalog = replace(self.catalog, parts=self._merged(parts), settled=set(), remembered=Remembered())
                self._until = {table.name: self.catalog.until(table) for table in tables.SEALED}
            finally:
                self.turns += 1

    def supposed(self, parts: Mapping[Key, Part | None]) -> Catalog:
        """The catalog as it would be with these parts, for who sees what is not committed; it shares nothing learnt."""
        return Catalog(self.catalog.folder, self._merged(parts), self.catalog.inspector)

    def _merged(self, parts: Mapping[Key, Part | None]) -> Mapping[Key, Part]:
        return {key: part for key, part in {**self.catalog.parts, **parts}.items() if part is not None}

    def forget_names(self) -> None:
        """There are new names: whoever begins to read from now on reads all of them."""
        with self._changing:
            self.catalog = replace(self.catalog, names={})

    def until(self, table: Table) -> datetime | None:
        """As the catalog's, at once."""
        return self._until.get(table.name)

    def sealed_months(self, table: Table, times: Iterable[datetime]) -> set[Key]:
        """The sealed months that rows of these times belong to."""
        until = self._until.get(table.name)
        if until is None:
            return set()
        return {key for at in times if at < until and (key := Key(table.name, month_of(at))) in self.catalog.parts}

    def wait(self) -> None:
        """Return once no change is going on."""
        with self._changing:
            pass
