"""Makes a database anew from sealed months; what is younger comes from the journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from openvoy.store import tables
from openvoy.store.catalog import Catalog, Part
from openvoy.store.database import Session
from openvoy.store.ledger import last_note
from openvoy.store.quarters import write_quarters
from openvoy.store.sealing import DIMENSIONS, MANIFEST, enter_part, read_manifest


def rebuild(session: Session, folder: Path) -> None:
    """Fill an empty database from a folder of sealed months, if there are any; raise StorageError."""
    months = [read_manifest(file.parent) for file in sorted(folder.glob(f"month=*/{MANIFEST}"))]
    if not months:
        return
    catalog = Catalog(folder, {part.key: part for parts, _ in months for part in parts})
    is_kept = False
    session.begin()
    try:
        for _, told in months:
            for key, value in told["notes"].items():
                session.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", [key, value])
        _restore_names(session, [told["names"] for _, told in months])
        for part in catalog.parts.values():
            _restore(session, catalog, part)
        session.commit()
        is_kept = True
    finally:
        if not is_kept:
            session.rollback()


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
    if table not in tables.MOVED:
        session.run(f"INSERT INTO {table.name} {rows}")
    elif table is tables.POWER:
        write_quarters(session, part.key.month, f"({rows}) AS power")
    elif table is tables.COUNTER_READING:
        session.run(
            "INSERT INTO counter_last SELECT source_id, max(time), arg_max(firmware, time), arg_max(value_wh, time) "
            f"FROM ({rows}) GROUP BY source_id"
        )
    enter_part(session, part)
    noted = session.rows("SELECT value FROM meta WHERE key = ?", [last_note(table)])
    last = max(part.last_seq, *(int(value) for (value,) in noted), 0)
    session.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", [last_note(table), str(last)])
