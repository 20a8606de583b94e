"""Whether a history is what it should be: checksums, keys, sequences, counters that only grow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from openvoy.store import tables
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
READ_TWICE = (
    "Each record stands twice: only records that are named as missing are lost, and are in backups that are younger "
    "than they. The file goes by itself once its months are sealed."
)


def verify_files(folder: Path) -> list[Finding]:
    """Check sealed months and journal by their checksums; nothing is changed."""
    return [_verify_sealed(folder / FOLDER), _verify_bases(folder / JOURNAL), _verify_journal(folder / JOURNAL)]


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
    return [
        *(_verify_keys(session, table) for table in tables.SERIES),
        *(_verify_growth(session, table) for table in (tables.ENERGY, tables.DEVICE_ENERGY, tables.PHASE_ENERGY)),
        _verify_intervals(session),
    ]


def _verify_keys(session: Session, table: Table) -> Finding:
    """Keys and sequences stand once."""
    source, key = session.of(table, *EVER_S), ", ".join(table.key)
    ((rows, keys, sequences),) = session.rows(
        f"SELECT count(*), count(DISTINCT ({key})), count(DISTINCT seq) FROM {source}"
    )
    problems = [f"{rows - keys} rows have the key of another"] if keys < rows else []
    problems += [f"{rows - sequences} rows have the sequence of another"] if sequences < rows else []
    return Finding(what=f"{table.name}: every row stands once", checked=rows, problems=problems)


def _verify_growth(session: Session, table: Table) -> Finding:
    """Accounted counters never fall."""
    owner, problems = table.key[0], []
    ((rows,),) = session.rows(f"SELECT count(*) FROM {table.name}")
    for name in (measure.name for measure in table.measures if measure.name not in FALLING):
        window = f"lag({name}) OVER (PARTITION BY {owner} ORDER BY time)"
        ((falls, first),) = session.rows(
            f"SELECT count(*), min(time) FROM (SELECT time, {name} - {window} AS step FROM {table.name} "
            f"WHERE {name} IS NOT NULL) WHERE step < 0"
        )
        if falls:
            problems.append(f"{name} falls {falls} times, first at {first} UTC")
    return Finding(what=f"{table.name}: counters only grow", checked=rows, problems=problems)


def _verify_intervals(session: Session) -> Finding:
    """No second is in two rows of powers."""
    ((rows, overlaps, first),) = session.rows(
        "SELECT count(*), count(*) FILTER (WHERE reach > 0), min(time) FILTER (WHERE reach > 0) FROM ("
        "SELECT time, epoch(time) + interval_s - epoch(lead(time) OVER (PARTITION BY gateway_id ORDER BY time)) "
        f"AS reach FROM {session.of(tables.POWER, *EVER_S)})"
    )
    problems = [f"{overlaps} rows reach into the next, first at {first} UTC"] if overlaps else []
    return Finding(what="power: no time is counted twice", checked=rows, problems=problems)
