"""Whether a history is what it should be: checksums, keys, sequences, counters that only grow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from openvoy.store import tables
from openvoy.store.boundaries import FALLING
from openvoy.store.catalog import FOLDER, Part
from openvoy.store.database import Session
from openvoy.store.faults import StoreFault
from openvoy.store.guard import digest_of, render_guard
from openvoy.store.journal import JOURNAL, read_segment, segments
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


def verify_files(folder: Path) -> list[Finding]:
    """Check sealed months and journal by their checksums; nothing is changed."""
    return [_verify_sealed(folder / FOLDER), _verify_journal(folder / JOURNAL)]


def _verify_sealed(folder: Path) -> Finding:
    checked, problems = 0, []
    for month in sorted(folder.glob("month=*")):
        if not any((month / name).exists() for name in MANIFESTS):
            continue
        try:
            parts = read_manifest(month)[0]
        except StoreFault as fault:
            problems.append(fault.message)
            continue
        checked += len(parts)
        problems += [problem for part in parts for problem in _problems_of(part, folder)]
        problems += _lost_in(month, parts)
    return Finding(what="sealed files are as they were sealed", checked=checked, problems=problems)


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
        yield f"{file} is damaged"
    elif not guard.exists() or guard.read_bytes() != render_guard(content):
        yield f"{guard} is damaged; {file.name} is good"


def _verify_journal(folder: Path) -> Finding:
    checked, problems, last = 0, [], None
    for file in segments(folder):
        found = read_segment(file)
        checked += len(found.records)
        if found.has_damage:
            problems.append(f"{file} is damaged in one place or more")
        for record in found.records:
            if last is not None and record.number != last + 1:
                problems.append(f"records {last + 1} to {record.number - 1} are missing before {file.name}")
            last = record.number
    return Finding(what="the journal is whole", checked=checked, problems=problems)


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
