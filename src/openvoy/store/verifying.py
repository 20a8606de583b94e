"""Whether a history is what it should be: checksums, keys, sequences, counters that only grow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from openvoy.store import tables
from openvoy.store.aside import SetAside
from openvoy.store.backup import read_missing
from openvoy.store.base import MONTH, bases
from openvoy.store.boundaries import FALLING
from openvoy.store.catalog import FOLDER, Part, month_folder
from openvoy.store.database import Session
from openvoy.store.faults import Fault, StoreFault
from openvoy.store.guard import digest_of, mend, render_guard
from openvoy.store.journal import JOURNAL, Scan, read_segment, segments
from openvoy.store.sealing import MANIFESTS, read_manifest
from openvoy.store.tables import Table

EVER_S = (0, 4e9)
PORTION = 100_000
"""Rows that are looked at together: what they take fits beside all else into the memory that the engine may take."""
GROWING = (tables.ENERGY, tables.DEVICE_ENERGY, tables.PHASE_ENERGY)
SPAN_S = 21_600
"""Portions begin and end at multiples of this: four gateways have fewer live rows in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    what: str
    checked: int
    """How many files, records or rows."""
    problems: Sequence[str]
    remedy: str = ""
    """What to do about them."""


Portions = Sequence[tuple[str, int]]
"""Sources in the order of time, and how many rows each has."""
_SAID = 5
"""What a portion says of one pair of values, see `_Falls`."""
ATTEMPTS = 5
"""A running service replaces files by their successors; then they are looked at anew."""
PUT_BACK = (
    "What is mended when it is read needs nothing. Put back from a backup what is missing or beyond mending, into the "
    "same place and while the service is stopped; 'openvoy history restore' puts back all of it."
)
MADE_ANEW = "It was made anew from sealed months and journal. See whether the disk is good."
READ_TWICE = (
    "Each record stands twice: only records that are named as missing are lost, and are in backups that are younger "
    "than they. The file goes by itself once its months are sealed."
)


def build_opening(aside: Sequence[SetAside]) -> Finding:
    """Say whether the database could be read when it was opened to be looked at."""
    problems = [f"{one.path} is kept of it: {one.reason}" for one in aside if one.is_whole_history]
    return Finding(what="the database is as it was written", checked=1, problems=problems, remedy=MADE_ANEW)


def verify_files(folder: Path) -> list[Finding]:
    """Check sealed months and journal by their checksums; nothing is changed."""
    missing = [f"{folder / name} is missing, which the backup had" for name in read_missing(folder)]
    sealed = _verify_sealed(folder / FOLDER)
    sealed = replace(sealed, problems=[*sealed.problems, *missing])
    return [sealed, _verify_bases(folder / JOURNAL), _verify_journal(folder / JOURNAL)]


def _verify_sealed(folder: Path) -> Finding:
    checked, problems = 0, list[str]()
    for month in sorted(folder.glob("month=*")):
        if not any((month / name).exists() for name in MANIFESTS):
            continue
        count, found = _verify_month(folder, month)
        checked += count
        problems += found
    return Finding(what="sealed files are as they were sealed", checked=checked, problems=problems, remedy=PUT_BACK)


def _verify_bases(folder: Path) -> Finding:
    checked, problems = 0, list[str]()
    for base in bases(folder):
        count, found = _verify_month(base, month_folder(base, MONTH))
        checked += count
        problems += found
    return Finding(what="rows that came at once stand twice", checked=checked, problems=problems, remedy=PUT_BACK)


def _verify_month(folder: Path, month: Path) -> tuple[int, list[str]]:
    """Check the files of a month; give how many there are, and what is wrong."""
    try:
        parts = read_manifest(month)[0]
        for _ in range(ATTEMPTS):
            found = [problem for part in parts for problem in _problems_of(part, folder)]
            before, parts = parts, read_manifest(month)[0]
            if not found or parts == before:
                break
    except StoreFault as fault:
        return 0, [fault.message]
    return len(parts), [*found, *_lost_in(month, parts)]


def _lost_in(month: Path, parts: Sequence[Part]) -> Iterator[str]:
    """Of files that were set aside, name those that were not mended; one that is named now is missing."""
    now = {part.path(month.parent).name for part in parts}
    for file in sorted(month.glob("*.parquet.damaged*")):
        was = file.name.partition(".damaged")[0]
        if was not in now and not (month / was).exists():
            yield f"{file} is damaged; what the month has since been sealed without is in backups only"


def _problems_of(part: Part, folder: Path) -> Iterator[str]:
    file = part.path(folder)
    content = file.read_bytes() if file.exists() else None
    guard = file.with_suffix(".guard")
    if content is None:
        yield f"{file} is missing"
    elif digest_of(content) != part.digest:
        mended = mend(content, guard.read_bytes()) if guard.exists() else None
        is_mended = mended is not None and digest_of(mended) == part.digest
        yield f"{file} is damaged{'; it is mended when it is read' if is_mended else ' beyond mending'}"
    elif not guard.exists() or guard.read_bytes() != render_guard(content):
        yield f"{guard} is damaged; {file.name} is good"


def _verify_journal(folder: Path) -> Finding:
    for _ in range(ATTEMPTS):
        scans = [(file, _read_present(file)) for file in segments(folder)]
        present = [(file, found) for file, found in scans if found is not None]
        if len(present) == len(scans):
            return _verify_segments(present)
    raise StoreFault(Fault.OTHER, f"History: the files in {folder} change all the time.")


def _read_present(file: Path) -> Scan | None:
    """Read a file of the journal, None where it is there no longer."""
    try:
        return read_segment(file)
    except StoreFault:
        if file.exists():
            raise
        return None


def _verify_segments(scans: Sequence[tuple[Path, Scan]]) -> Finding:
    checked, problems, last = 0, [], None
    for file, found in scans:
        checked += len(found.records)
        if found.has_damage:
            problems.append(f"{file} is damaged in one place or more")
        for record in found.records:
            if last is not None and record.number != last + 1:
                problems.append(f"records {last + 1} to {record.number - 1} are missing before {file.name}")
            last = record.number
    return Finding(what="the journal is whole", checked=checked, problems=problems, remedy=READ_TWICE)


def verify_rows(session: Session) -> list[Finding]:
    """Check what the tables say."""
    portions = {table: _part(session, table) for table in tables.SERIES}
    return [
        _verify_presence(session),
        *(_verify_keys(session, table, portions[table]) for table in tables.SERIES),
        *(_verify_growth(session, table, portions[table]) for table in GROWING),
        _verify_intervals(session, portions[tables.POWER]),
    ]


def _verify_presence(session: Session) -> Finding:
    """Months that the database knows to be sealed are there; what is missing in one that is, its manifest tells."""
    catalog = session.catalog
    months = sorted({key.month for key in catalog.parts})
    gone = [folder for month in months if not (folder := month_folder(catalog.folder, month)).is_dir()]
    problems = [f"{folder} is missing" for folder in gone]
    return Finding(what="sealed months are there", checked=len(months), problems=problems, remedy=PUT_BACK)


def _verify_keys(session: Session, table: Table, portions: Portions) -> Finding:
    """Keys and sequences stand once."""
    rows = keys = 0
    for source, count in portions:
        rows += count
        keys += _count_again(session, ", ".join(table.key), source)
    every = session.of(table, *EVER_S)
    ((newest,),) = session.rows(f"SELECT coalesce(max(seq), 0) FROM {every}")
    parts = (f"{every} WHERE seq >= {first} AND seq < {first + PORTION}" for first in range(0, newest + 1, PORTION))
    sequences = sum(_count_again(session, "seq", part) for part in parts)
    problems = [f"{keys} rows have the key of another"] if keys else []
    problems += [f"{sequences} rows have the sequence of another"] if sequences else []
    return Finding(what=f"{table.name}: every row stands once", checked=rows, problems=problems)


def _verify_growth(session: Session, table: Table, portions: Portions) -> Finding:
    """Accounted counters never fall."""
    names = _counted(session, table)
    rows, found = _compare(session, table, portions, [(name, name) for name in names])
    problems = [
        f"{name} falls {falls.count} times, first at {falls.first} UTC"
        for name, falls in zip(names, found, strict=True)
        if falls.count
    ]
    return Finding(what=f"{table.name}: counters only grow", checked=rows, problems=problems)


def _counted(session: Session, table: Table) -> list[str]:
    """Name the counters that any row has a value of: to compare those without takes as long."""
    names = [measure.name for measure in table.measures if measure.name not in FALLING]
    counts = ", ".join(f"count({name})" for name in names)
    (found,) = session.rows(f"SELECT {counts} FROM {session.of(table, *EVER_S)}")
    return [name for name, count in zip(names, found, strict=True) if count]


def _verify_intervals(session: Session, portions: Portions) -> Finding:
    """No second is in two rows of powers."""
    rows, (found,) = _compare(session, tables.POWER, portions, [("epoch(time)", "epoch(time) + interval_s")])
    words = f"{found.count} rows begin before the last has ended, first at {found.first} UTC"
    problems = [words] if found.count else []
    return Finding(what="power: no time is counted twice", checked=rows, problems=problems)


def _part(session: Session, table: Table) -> Portions:
    return list(_portions(session, table))


def _portions(session: Session, table: Table) -> Iterator[tuple[str, int]]:
    """Part all rows by time, so that each part fits into little memory: sources in their order, and their rows."""
    spans = session.rows(
        f"SELECT CAST(floor(epoch(time) / {SPAN_S}) AS BIGINT) AS span, count(*) FROM {session.of(table, *EVER_S)} "
        "GROUP BY span ORDER BY span"
    )
    begin_s = count = 0
    for place, (span, rows) in enumerate(spans, 1):
        count += rows
        if count >= PORTION or place == len(spans):
            end_s = (span + 1) * SPAN_S
            yield session.of(table, begin_s, end_s), count
            begin_s, count = end_s, 0


def _count_again(session: Session, names: str, source: str) -> int:
    """Count the rows that have the values of another."""
    groups = f"SELECT count(*) AS rows FROM {source} GROUP BY {names} HAVING rows > 1"
    ((again,),) = session.rows(f"SELECT coalesce(sum(rows - 1), 0) FROM ({groups})")
    return int(again)


@dataclass(slots=True)
class _Falls:
    """Where one value is below what another was in the row before of the same owner."""

    count: int = 0
    first: datetime | None = None
    last: dict[int, Any] = field(default_factory=dict)

    def take(self, owner_id: int, found: Sequence[Any]) -> None:
        """Take what a portion says of an owner, of whom it has any value."""
        begin, begin_at, end, count, first = found
        if end is None:
            return
        is_below = owner_id in self.last and begin < self.last[owner_id]
        self.count += count + is_below
        moments = [self.first, begin_at if is_below else first]
        self.first = min((at for at in moments if at is not None), default=None)
        self.last[owner_id] = end


def _compare(
    session: Session, table: Table, portions: Portions, pairs: Sequence[tuple[str, str]]
) -> tuple[int, list[_Falls]]:
    """Count all rows, and by pair those of which the first is below what the second was in the row before.

    The row before is that of the same owner in which the second is known. All pairs are compared in one pass.
    """
    owner, falls, rows = table.key[0], [_Falls() for _ in pairs], sum(count for _, count in portions)
    inner = ", ".join(
        f"{low} AS low_{place}, {high} AS high_{place}, lag({high} IGNORE NULLS) OVER before AS before_{place}"
        for place, (low, high) in enumerate(pairs)
    )
    outer = ", ".join(
        f"arg_min(low_{place}, time) FILTER (WHERE high_{place} IS NOT NULL), "
        f"min(time) FILTER (WHERE high_{place} IS NOT NULL), arg_max(high_{place}, time), "
        f"count(*) FILTER (WHERE low_{place} < before_{place}), min(time) FILTER (WHERE low_{place} < before_{place})"
        for place in range(len(pairs))
    )
    for source, _ in portions if pairs else ():
        compared = f"SELECT {owner} AS owner, time, {inner} FROM {source} "
        window = f"WINDOW before AS (PARTITION BY {owner} ORDER BY time)"
        for one, *found in session.rows(f"SELECT owner, {outer} FROM ({compared}{window}) GROUP BY owner"):
            for place, fall in enumerate(falls):
                fall.take(one, found[_SAID * place : _SAID * (place + 1)])
    return rows, falls
