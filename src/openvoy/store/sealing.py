"""Months that are over go into immutable files, each checked before its rows leave the database.

A month that changes after all (late rows, a time accounted anew) is taken back into the database, and sealed again as a
new generation: no file is ever edited. What the database says is sealed counts; a file it does not know is a leftover.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from openvoy.store import tables
from openvoy.store.catalog import Catalog, Key, Part, Shared, month_bounds, month_folder, month_of
from openvoy.store.database import Session
from openvoy.store.disk import fault_of, place, sync_folder, write_file
from openvoy.store.faults import Fault, StoreFault
from openvoy.store.guard import digest_of, render_guard
from openvoy.store.ledger import Ledger
from openvoy.store.names import NAMES, joined
from openvoy.store.quarters import write_quarters
from openvoy.store.tables import Table

SETTLED_AFTER = timedelta(days=1)
"""A month is sealed once there are powers this much newer than its end; where there are none at all, energies."""
FAR_FUTURE = timedelta(days=366)
"""Rows that are this much newer than the one that came last are of a clock that was wrong; they end no month."""
MANIFESTS = ("manifest.json", "manifest.copy.json")
OPTIONS = "FORMAT parquet, PARQUET_VERSION V2, COMPRESSION zstd, COMPRESSION_LEVEL 9"
ROWS_TOGETHER = {tables.POWER: 12_288}
"""Rows that are packed together where that takes no more room: a day is read without the rest of its month."""
_PART = ("table_name", "month", "generation", "rows", "first_seq", "last_seq", "size_bytes", "digest")


def read_parts(session: Session) -> dict[Key, Part]:
    """Read which parts the database takes for sealed."""
    if not session.has("sealed"):
        return {}
    rows = session.rows(f"SELECT {', '.join(_PART)} FROM sealed")
    return {Key(*row[:2]): Part(key=Key(*row[:2]), **dict(zip(_PART[2:], row[2:], strict=True))) for row in rows}


class Sealer:
    """Seals, and takes back, on behalf of the one writer."""

    def __init__(self, ledger: Ledger, shared: Shared) -> None:
        self._ledger = ledger
        self._session = ledger.session
        self._shared = shared
        self._folder = shared.catalog.folder
        self._due: list[Key] = []
        self._over = ""
        """The first month that is not over."""
        self._is_to_look = True

    def look_again(self) -> None:
        """Rows came that may have a month to be sealed."""
        self._is_to_look = True

    def next_month(self) -> str | None:
        """Find the oldest month that is to be sealed."""
        if self._is_to_look:
            over = self._find_over()
            # All tables are looked through only where a month has ended or an older one was touched.
            if over != self._over or self._ledger.take_oldest() < over:
                self._over, self._due = over, sorted(self._find_due(over), key=lambda key: key.month)
            self._is_to_look = False
        return self._due[0].month if self._due else None

    def _find_over(self) -> str:
        ((newest, last),) = self._session.rows("SELECT max(time), arg_max(time, seq) FROM power")
        if newest is not None and newest - last > FAR_FUTURE:
            newest = last
        # Energies that were imported may have no powers beside them, neither sealed ones nor others.
        for table in ("power_quarter", "energy"):
            if newest is None:
                ((newest,),) = self._session.rows(f"SELECT max(time) FROM {table}")
        return "" if newest is None else month_of(newest - SETTLED_AFTER)

    def _find_due(self, over: str) -> Iterator[Key]:
        parts = self._shared.catalog.parts
        for table in tables.SEALED:
            rows = self._session.rows(f"SELECT DISTINCT strftime(date_trunc('month', time), '%Y-%m') FROM {table.name}")
            yield from (
                Key(table.name, month) for (month,) in rows if month < over and (table.name, month) not in parts
            )

    def seal(self, month: str) -> None:
        """Seal what is due of a month; raise StorageError, and everything is as it was."""
        due = [key for key in self._due if key.month == month]
        made = [self._make(tables.BY_NAME[key.table], month) for key in due]
        self._write_manifest(month, made)
        with self._ledger.transaction():
            for part in made:
                self._enter(part)
            self._ledger.resealed.update({part.key: part for part in made})
        self._due = [key for key in self._due if key.month != month]

    def _make(self, table: Table, month: str) -> Part:
        folder = month_folder(self._folder, month)
        start, end = month_bounds(month)
        within = f"{table.name}.time >= TIMESTAMP '{start}' AND {table.name}.time < TIMESTAMP '{end}'"
        key = Key(table.name, month)
        return write_part(self._session, within, (self._folder, key, self._next_generation(folder, table)))

    def _next_generation(self, folder: Path, table: Table) -> int:
        # A damaged file that was set aside keeps its number: the verdict on it is not that on a later one.
        names = (file.name.partition(".")[0] for file in folder.glob(f"{table.name}-*.parquet*"))
        return max((int(name.rpartition("-")[2]) for name in names), default=0) + 1

    def _write_manifest(self, month: str, made: Sequence[Part]) -> None:
        """Write down what a month's files are: the whole, for whoever has no database."""
        parts = {part.key.table: part for key, part in self._shared.catalog.parts.items() if key.month == month}
        parts.update({part.key.table: part for part in made})
        write_manifest(month_folder(self._folder, month), parts.values(), build_told(self._ledger))

    def _enter(self, part: Part) -> None:
        """Have the database say that a part is sealed, within the open transaction."""
        session, table = self._session, tables.BY_NAME[part.key.table]
        start, end = month_bounds(part.key.month)
        if table is tables.POWER:
            write_quarters(session, part.key.month)
        if table is tables.COUNTER_READING:
            session.run(
                "CREATE OR REPLACE TEMP TABLE newest AS SELECT source_id, max(time) AS time, "
                "arg_max(firmware, time) AS firmware, arg_max(value_wh, time) AS value_wh FROM ("
                "SELECT source_id, time, firmware, value_wh FROM counter_last UNION ALL "
                "SELECT source_id, time, firmware, value_wh FROM counter_reading WHERE time >= ? AND time < ?) "
                "GROUP BY source_id",
                [start, end],
            )
            session.run("DELETE FROM counter_last")
            session.run("INSERT INTO counter_last SELECT * FROM newest")
        if table in tables.MOVED:
            self._ledger.shelves[table].note_removal()
            session.run(f"DELETE FROM {table.name} WHERE time >= ? AND time < ?", [start, end])
        enter_part(session, part)

    def remove_leftovers(self) -> None:
        """Remove files that neither the database nor a reader knows: of halves, and of earlier generations.

        What was taken back stands in its file, and in no other second place, until it is sealed anew.
        """
        parts = self._shared.catalog.parts
        for month in {key.month for key in parts}:
            folder = month_folder(self._folder, month)
            # A folder that somebody removed is told by who reads it.
            for file in folder.iterdir() if folder.is_dir() else ():
                stem, _, kind = file.name.partition(".")
                table, _, generation = stem.rpartition("-")
                part = parts.get(Key(table, month))
                if part is not None and kind in {"parquet", "guard", "part"} and generation != str(part.generation):
                    file.unlink(missing_ok=True)


DIMENSIONS = {
    "gateway": ("id", "serial"),
    "meter": ("id", "gateway_id", "eid", "channel"),
    "counter_source": ("id", "gateway_id", "quantity", "endpoint", "block", "device"),
    "device": ("seq", "id", "gateway_id", "kind", "serial", "part_number", "firmware", "first_seen", "last_seen"),
}
"""Tables of what ids stand for: each manifest has them, so that no file depends on a database."""


_OWN_NOTES = ("journal", "rebuilt", "unjournaled", "schema_version")
"""Notes that are true of one database file only."""


def build_told(ledger: Ledger) -> Mapping[str, Any]:
    """What a manifest says beside its files: all that a new database needs, and how far the journal had come."""
    session = ledger.session
    notes = dict(session.rows(f"SELECT key, value FROM meta WHERE key NOT IN ({', '.join(map(repr, _OWN_NOTES))})"))
    names = {
        name: [list(map(_plain, row)) for row in session.rows(f"SELECT {', '.join(columns)} FROM {name}")]
        for name, columns in DIMENSIONS.items()
    }
    return {"journal": ledger.applied, "notes": notes, "names": names}


def write_part(session: Session, within: str, place_of: tuple[Path, Key, int]) -> Part:
    """Write rows into a file and compare it with them; `place_of` is the folder, month and generation of the part."""
    folder, key, generation = place_of
    table = tables.BY_NAME[key.table]
    ((count, first, last),) = session.rows(f"SELECT count(*), min(seq), max(seq) FROM {table.name} WHERE {within}")
    part = Part(key=key, generation=generation, rows=count, first_seq=first, last_seq=last, size_bytes=0, digest="")
    target = part.path(folder)
    made = target.with_suffix(".part")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        session.run(f"COPY ({_named_rows(table, within)}) TO '{_quoted(made)}' ({_options(table)})")
        _compare(session, table, within, made)
        content = made.read_bytes()
        write_file(target.with_suffix(".guard"), render_guard(content))
        place(made, target)
        sync_folder(folder)
    except OSError as error:
        raise fault_of(error, f"History: {target} cannot be written") from error
    return replace(part, size_bytes=len(content), digest=digest_of(content))


def _options(table: Table) -> str:
    rows = ROWS_TOGETHER.get(table)
    return OPTIONS if rows is None else f"{OPTIONS}, ROW_GROUP_SIZE {rows}"


def _named_rows(table: Table, within: str) -> str:
    columns = ", ".join(f"{table.name}.{column}" for column in table.columns)
    names = "".join(f", {expression} AS {name}" for name, expression in NAMES[table].items())
    first, second = ("time", table.key[0]) if table in tables.SEALED_BY_TIME else (table.key[0], "time")
    order = f"{table.name}.{first}, {table.name}.{second}, {table.name}.seq"
    return f"SELECT {columns}{names} FROM {joined(table)} WHERE {within} ORDER BY {order}"


def _compare(session: Session, table: Table, within: str, made: Path) -> None:
    columns = ", ".join(table.columns)
    kept = f"SELECT {columns} FROM {table.name} WHERE {within}"
    part = Catalog.restored(table, f"read_parquet('{_quoted(made)}')")
    sums = [
        session.rows(
            f"SELECT count(*), bit_xor(hash(kept)) FROM (SELECT ({columns}) AS kept FROM ({rows}) AS {table.name})"
        )
        for rows in (kept, part)
    ]
    if sums[0] != sums[1]:
        raise StoreFault(Fault.OTHER, f"History: what was sealed as {made} is not what was kept.")


def enter_part(session: Session, part: Part) -> None:
    """Have the database say that a part is sealed."""
    session.run("DELETE FROM sealed WHERE table_name = ? AND month = ?", list(part.key))
    values = [*part.key, *(getattr(part, name) for name in _PART[2:])]
    session.run(f"INSERT INTO sealed VALUES ({', '.join('?' * len(values))})", values)


def write_manifest(folder: Path, parts: Iterable[Part], more: Mapping[str, Any]) -> None:
    """Write a month's manifest."""
    files = {
        part.key.table: {"file": f"{part.key.table}-{part.generation}.parquet"}
        | {name: getattr(part, name) for name in _PART[2:]}
        for part in parts
    }
    told = json.dumps({"month": folder.name.partition("=")[2], "files": files, **more}, indent=1, ensure_ascii=False)
    signed = json.dumps({"digest": digest_of(told.encode()), "told": told}, ensure_ascii=False).encode()
    for name in MANIFESTS:
        write_file(folder / name, signed)


def read_manifest(folder: Path) -> tuple[list[Part], Mapping[str, Any]]:
    """Read a month's manifest, or its copy; raise StorageError where both are damaged."""
    return parse_manifest(folder, read_signed(folder))


def read_signed(folder: Path) -> bytes:
    """Read the bytes of a month's manifest, or its copy, that are as they were written; raise StorageError."""
    for name in MANIFESTS:
        with contextlib.suppress(StoreFault):
            return _read_signed(folder / name)
    return _read_signed(folder / MANIFESTS[0])


def _read_signed(file: Path) -> bytes:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise fault_of(error, f"History: {file} cannot be read") from error
    parse_manifest(file, content)
    return content


def parse_manifest(place_of: Path, content: bytes) -> tuple[list[Part], Mapping[str, Any]]:
    """Turn a manifest's bytes into the parts of its month and what else it says; raise StorageError."""
    try:
        signed = json.loads(content)
        told = json.loads(signed["told"])
        if digest_of(signed["told"].encode()) != signed["digest"]:
            raise StoreFault(Fault.CORRUPT, f"History: {place_of} is damaged.")
        parts = [
            Part(key=Key(table, told["month"]), **{name: found[name] for name in _PART[2:]})
            for table, found in told["files"].items()
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise StoreFault(Fault.CORRUPT, f"History: {place_of} is damaged.") from error
    return parts, told


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _quoted(file: Path) -> str:
    return str(file).replace("'", "''")
