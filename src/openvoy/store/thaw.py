"""Sealed months that change after all come back into the database; no sealed file is ever edited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from openvoy.store import tables
from openvoy.store.catalog import Catalog, Key, Part
from openvoy.store.database import Session
from openvoy.store.days import forget_days


def take_back(session: Session, catalog: Catalog, keys: Iterable[Key]) -> Mapping[Key, Part | None]:
    """Take months back within the open transaction; gives what is no longer sealed, for `Shared.changing`."""
    gone: dict[Key, Part | None] = {}
    for key in keys:
        part = catalog.parts.get(key)
        if part is None:
            continue
        forget_days(session, key)
        table = tables.BY_NAME[key.table]
        if table in tables.MOVED and catalog.has(part):
            session.run(f"INSERT INTO {table.name} {catalog.sealed(table, [part])}")
        if table is tables.POWER:
            session.run("DELETE FROM power_quarter WHERE month = ?", [key.month])
        session.run("DELETE FROM sealed WHERE table_name = ? AND month = ?", list(key))
        gone[key] = None
    return gone
