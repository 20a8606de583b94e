"""Makes a database anew from sealed months; what is younger comes from the journal."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from openvoy.store import tables
from openvoy.store.aside import SetAside, last_written
from openvoy.store.base import MONTH, bases
from openvoy.store.catalog import Catalog, Part, month_bounds, month_folder, month_of
from openvoy.store.changes import Change, Span
from openvoy.store.database import Session
from openvoy.store.faults import StoreFault
from openvoy.store.journal import JOURNAL, segments
from openvoy.store.ledger import last_note
from openvoy.store.quarters import write_quarters
from openvoy.store.sealing import DIMENSIONS, MANIFESTS, enter_part, read_manifest

REBUILT = "rebuilt"
"""The note that says up to which record of the journal each sealed month has seen everything."""


def rebuild(session: Session, catalog: Catalog) -> None:
    """Fill an empty database from the catalog's folder of sealed months, if there are any; raise StorageError."""
    months = list(_read_months(catalog))
    found = bases(catalog.folder.parent / JOURNAL)[-1:]
    of_bases = [read_manifest(month_folder(base, MONTH)) for base in found]
    if not months and not found and not segments(catalog.folder.parent / JOURNAL):
        return
    catalog = replace(catalog, parts={part.key: part for parts, _ in months for part in parts})
    is_kept, catalog.inspector.is_rebuilding = False, True
    session.begin()
    try:
        # A month that was sealed anew may have later notes than the months after it.
        for _, told in sorted((*months, *of_bases), key=lambda found: int(found[1]["journal"])):
            for key, value in told["notes"].items():
                session.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", [key, value])
        _restore_names(session, [told["names"] for _, told in (*months, *of_bases)])
        for part in catalog.parts.values():
            _restore(session, catalog, part)
        for base, (parts, _) in zip(found, of_bases, strict=True):
            for part in parts:
                _restore_unsealed(session, replace(catalog, folder=base), part)
        _leap(session)
        seen = json.dumps({told["month"]: told["journal"] for _, told in (*months, *of_bases)})
        session.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", [REBUILT, seen])
        session.commit()
        is_kept = True
    finally:
        catalog.inspector.is_rebuilding = False
        if not is_kept:
            session.rollback()


def _read_months(catalog: Catalog) -> Iterator[tuple[list[Part], Mapping[str, Any]]]:
    for folder in sorted(catalog.folder.glob("month=*")):
        if not any((folder / name).exists() for name in MANIFESTS):
            continue  # a month that was never finished
        try:
            yield read_manifest(folder)
        except StoreFault as fault:
            catalog.inspector.tell(
                SetAside(at=last_written(folder), path=folder, reason=fault.reason, is_whole_history=False)
            )


def _restore_names(session: Session, told: Sequence[Mapping[str, Sequence[Sequence[Any]]]]) -> None:
    """Put in what ids stand for; a later month knows better."""
    for name, columns in DIMENSIONS.items():
        times = {place for place, column in enumerate(columns) if column.endswith("_seen")}
        by_id = {row[columns.index("id")]: row for names in told for row in names[name]}
        for row in by_id.values():
            values = [datetime.fromisoformat(value) if place in times else value for place, value in enumerate(row)]
            session.run(f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({', '.join('?' * len(row))})", values)


def _restore(session: Session, catalog: Catalog, part: Part) -> None:
    table = tables.BY_NAME[part.key.table]
    rows = catalog.sealed(table, [part])
    if not catalog.has(part):
        pass
    elif table not in tables.MOVED:
        session.run(f"INSERT INTO {table.name} {rows}")
    elif table is tables.POWER:
        write_quarters(session, part.key.month, f"({rows}) AS power")
    elif table is tables.COUNTER_READING:
        session.run(
            "INSERT INTO counter_last SELECT source_id, max(time), arg_max(firmware, time), arg_max(value_wh, time) "
            f"FROM ({rows}) GROUP BY source_id"
        )
    enter_part(session, part)
    _note_last(session, part)


def _restore_unsealed(session: Session, base: Catalog, part: Part) -> None:
    """Put in the rows of a base whose months are not sealed."""
    table = tables.BY_NAME[part.key.table]
    months = ", ".join(f"'{key.month}'" for key in base.parts if key.table == table.name) or "''"
    if base.has(part):
        rows = base.sealed(table, [part])
        session.run(f"INSERT INTO {table.name} SELECT * FROM ({rows}) WHERE strftime(time, '%Y-%m') NOT IN ({months})")
    _note_last(session, part)


LEAP = 10_000_000
"""More than the rows that a journal brings."""


def _leap(session: Session) -> None:
    """Let sequences go on far above: what followers have not seen for sure is given numbers that they have not seen."""
    for table in tables.SERIES:
        noted = session.rows("SELECT value FROM meta WHERE key = ?", [last_note(table)])
        last = max((int(value) for (value,) in noted), default=0) + LEAP
        session.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", [last_note(table), str(last)])


def _note_last(session: Session, part: Part) -> None:
    table = tables.BY_NAME[part.key.table]
    noted = session.rows("SELECT value FROM meta WHERE key = ?", [last_note(table)])
    last = max(part.last_seq, *(int(value) for (value,) in noted), 0)
    session.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", [last_note(table), str(last)])


def without_seen(change: Change, number: int, seen: Mapping[str, int]) -> Change:
    """Leave out of a record what a rebuilt month has seen already: what came after it may have changed it again."""
    if change.part is not None:
        return change
    drafts = {
        table: [draft for draft in rows if table is tables.LIVE or number > _seen(seen, draft.values[0])]
        for table, rows in change.drafts.items()
    }
    replaced = [piece for span in change.replaced for piece in _unseen(span, number, seen)]
    return Change(drafts=drafts, replaced=replaced, note=change.note, parts=change.parts if replaced else 0)


def _unseen(span: Span, number: int, seen: Mapping[str, int]) -> Iterator[Span]:
    """Give what is left of a time without the months that have seen a record: others may lie between them."""
    if number <= seen.get(MONTH, 0):
        return
    start = span.start
    for month in sorted(month for month, last in seen.items() if month != MONTH and number <= last):
        first, after = month_bounds(month)
        if start < min(first, span.end):
            yield span._replace(start=start, end=min(first, span.end))
        start = max(start, after)
    if start < span.end:
        yield span._replace(start=start)


def _seen(seen: Mapping[str, int], at: datetime) -> int:
    """Up to which record the sealed month of a moment, or else the base, has seen everything."""
    return max(seen.get(month_of(at), 0), seen.get(MONTH, 0))
