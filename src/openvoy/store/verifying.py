"""Whether a history is what it should be: checksums, keys, sequences, counters that only grow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from openvoy.store import tables
from openvoy.store.aside import SetAside
from openvoy.store.backup import read_missing
from openvoy.store.base import MONTH, bases
from openvoy.store.boundaries import FALLING
from openvoy.store.catalog import FOLDER, Part, month_folder
from openvoy.store.comparing import Pair, Portions, compare, named
from openvoy.store.database import Session
from openvoy.store.faults import Fault, StoreFault
from openvoy.store.guard import digest_of, mend, render_guard
from openvoy.store.journal import JOURNAL, Scan, read_segment, segments
from openvoy.store.sealing import MANIFESTS, read_manifest
from openvoy.store.tables import Measure, Table

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
    """Accounted counters never fall; what falls by the digit to which it is kept was rounded twice."""
    pairs = [Pair(one.name, one.name, one.decimals) for one in _counted(session, table)]
    problems = [
        f"{pair.low} falls {'once' if fall.count == 1 else f'{fall.count} times'}, "
        f"first at {fall.first} UTC: {named(session, table, owner_id)}"
        for pair, falls in zip(pairs, compare(session, table, portions, pairs), strict=True)
        for owner_id, fall in falls.items()
    ]
    return Finding(what=f"{table.name}: counters only grow", checked=_rows(portions), problems=problems)


def _counted(session: Session, table: Table) -> list[Measure]:
    """Give the counters that any row has a value of: to compare those without takes as long."""
    measures = [measure for measure in table.measures if measure.name not in FALLING]
    counts = ", ".join(f"count({measure.name})" for measure in measures)
    (found,) = session.rows(f"SELECT {counts} FROM {session.of(table, *EVER_S)}")
    return [measure for measure, count in zip(measures, found, strict=True) if count]


def _verify_intervals(session: Session, portions: Portions) -> Finding:
    """No second is in two rows of powers."""
    pair = Pair("epoch(time)", "epoch(time) + interval_s")
    (found,) = compare(session, tables.POWER, portions, [pair])
    problems = [
        f"{'1 row begins' if fall.count == 1 else f'{fall.count} rows begin'} before the last has ended, "
        f"first at {fall.first} UTC: {named(session, tables.POWER, owner_id)}"
        for owner_id, fall in found.items()
    ]
    return Finding(what="power: no time is counted twice", checked=_rows(portions), problems=problems)


def _rows(portions: Portions) -> int:
    return sum(count for _, count in portions)


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
