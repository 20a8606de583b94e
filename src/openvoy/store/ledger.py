"""What the one writer knows of the tables, and how it keeps them: sequences, keys, names.

Rows are unique by key without an index: a row that is newer than all of its owner's cannot be there yet; for any other,
the row of the same key is removed in the same transaction.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from openvoy.store import tables
from openvoy.store.database import Session
from openvoy.store.ids import Ids
from openvoy.store.retention import Retention
from openvoy.store.rows import Drafts
from openvoy.store.tables import Table

Row = tuple[Any, ...]
"""Owner's id, time, and the rest in the order of the table; without the sequence."""


class Replacing(NamedTuple):
    """Accounted rows that take the place of all that a gateway has of a time."""

    gateway: str
    start: datetime
    end: datetime
    drafts: Drafts


_OWNERS = {
    tables.ENERGY: "SELECT id FROM gateway WHERE serial = ?",
    tables.COUNTER_STEP: "SELECT s.id FROM counter_source s JOIN gateway g ON g.id = s.gateway_id WHERE g.serial = ?",
    tables.DEVICE_ENERGY: "SELECT d.id FROM device d JOIN gateway g ON g.id = d.gateway_id WHERE g.serial = ?",
    tables.PHASE_ENERGY: "SELECT m.id FROM meter m JOIN gateway g ON g.id = m.gateway_id WHERE g.serial = ?",
}
"""Tables that accounting fills, and the owners in them that belong to a gateway."""


class Shelf:
    """One table: its next sequence number, and the newest row of each owner."""

    def __init__(self, session: Session, table: Table) -> None:
        self.table = table
        self._session = session
        self._staged: Sequence[Row] = ()
        self.reload()

    def reload(self) -> None:
        """Read anew what is there."""
        sql = f"SELECT coalesce(max(seq), 0), max(time) FROM {self.table.name}"
        ((last, newest),) = self._session.rows(sql)
        noted = self._session.rows("SELECT value FROM meta WHERE key = ?", [self._note])
        self.next_sequence = max(last, *(int(value) for (value,) in noted), 0) + 1
        self._newest_of_all: datetime | None = newest
        self._newest: dict[int, datetime] = {}
        self._last: dict[int, Row] = {}

    def write(self, rows: Iterable[Row]) -> None:
        """Put rows in; a row replaces the one of its key, and one that says nothing new is left out."""
        width = len(self.table.key)
        by_key = {row[:width]: row for row in rows}
        changed = [row for row in by_key.values() if self._last.get(row[0]) != row]
        if not changed:
            return
        if replaced := [row[:width] for row in changed if self.may_have(row[0], row[1])]:
            self._session.deleter(self.table.name, self.table.key).put(replaced)
        numbered = [(number, *row) for number, row in enumerate(changed, self.next_sequence)]
        self._session.inserter(self.table.name).put(numbered)
        self._staged = changed

    @property
    def _note(self) -> str:
        return f"last_seq.{self.table.name}"

    def note_removal(self) -> None:
        """Rows go away within the open transaction: take down how far the sequence has come, and look anew."""
        self._session.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", [self._note, str(self.next_sequence - 1)])
        self._last.clear()

    def may_have(self, owner_id: int, at: datetime) -> bool:
        """Whether a row of this owner and time may be there already."""
        newest = self._newest.get(owner_id, self._newest_of_all)
        return newest is not None and at <= newest

    def keep(self) -> None:
        """What was put in is committed."""
        self.next_sequence += len(self._staged)
        for row in self._staged:
            owner, at = row[:2]
            newest = self._newest.get(owner, self._newest_of_all)
            if newest is None or at >= newest:
                self._last[owner] = row
                newest = at
            self._newest[owner] = newest
        self._staged = ()

    def forget(self) -> None:
        """What was put in was rolled back."""
        self._staged = ()


class Ledger:
    """All tables, as the one writer keeps them. What a method does is in the file as a whole, or not at all."""

    def __init__(self, session: Session, *, live_days: float) -> None:
        """Read what is there."""
        self.session = session
        self.ids = Ids(session)
        self.shelves = {table: Shelf(session, table) for table in tables.SERIES}
        self._retention = Retention(session, live_days=live_days)
        ((self._device_sequence,),) = session.rows("SELECT coalesce(max(seq), 0) FROM device")

    def write(self, batches: Sequence[Drafts]) -> None:
        """Keep batches in one transaction; raise StorageError, and nothing of them is kept."""
        with self.transaction():
            self._put(batches)

    def replace(self, replacing: Replacing) -> None:
        """Take out what a gateway has of a time and put in the new, in one transaction."""
        with self.transaction():
            for table, owners in _OWNERS.items():
                self.session.run(
                    f"DELETE FROM {table.name} WHERE {table.key[0]} IN ({owners}) AND time >= ? AND time < ?",
                    [replacing.gateway, replacing.start, replacing.end],
                )
                self.shelves[table].note_removal()
            self._put([replacing.drafts])

    def _put(self, batches: Sequence[Drafts]) -> None:
        for table, shelf in self.shelves.items():
            rows = [
                (self.ids.id_of(owner, values[0]), *values)
                for batch in batches
                for owner, values in batch.get(table, ())
            ]
            shelf.write(rows)
            if rows and table is tables.LIVE:
                newest = max(row[1] for row in rows)
                if self._retention.expire(newest):
                    shelf.note_removal()
        for batch in batches:
            for owner, (at, part_number, firmware) in batch.get(tables.DEVICE, ()):
                self.ids.see(owner, at, part_number=part_number, firmware=firmware)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what is done inside together with the names it needed; or keep nothing of it."""
        is_kept = False
        self.session.begin()
        try:
            yield
            self.ids.write(self.session)
            self._write_devices()
            self.session.commit()
            is_kept = True
        finally:
            if is_kept:
                self._keep()
            else:
                self._forget()

    def _keep(self) -> None:
        self.ids.keep()
        for shelf in self.shelves.values():
            shelf.keep()

    def _forget(self) -> None:
        self.session.rollback()
        self.ids.forget()
        self._retention.forget()
        for shelf in self.shelves.values():
            shelf.forget()

    def _write_devices(self) -> None:
        if devices := self.ids.devices.changed():
            self.session.deleter("device", ("id",)).put([(device.id,) for device in devices])
            rows = [(number, *device) for number, device in enumerate(devices, self._device_sequence + 1)]
            self.session.inserter("device").put(rows)
            self._device_sequence += len(devices)
