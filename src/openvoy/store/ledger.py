"""What the one writer knows of the tables, and how it keeps them: sequences, keys, names.

Rows are unique by key without an index: a row that is newer than all of its owner's cannot be there yet; for any other,
the row of the same key is removed in the same transaction.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from openvoy.store import tables
from openvoy.store.catalog import Key, Part, Shared, month_bounds, month_of, months_between
from openvoy.store.changes import Change, Span
from openvoy.store.database import Session
from openvoy.store.faults import StoreFault
from openvoy.store.ids import Ids
from openvoy.store.retention import Retention
from openvoy.store.rows import Drafts
from openvoy.store.tables import Table
from openvoy.store.thaw import take_back

Row = tuple[Any, ...]
"""Owner's id, time, and the rest in the order of the table; without the sequence."""


APPLIED = "journal"
"""The note that says how far the journal is in the tables."""

NO_MONTH = "~"
"""Later than all months."""

UNJOURNALED = "unjournaled"
"""The note that there are rows which the journal does not have."""

_OWNERS = {
    tables.ENERGY: "SELECT id FROM gateway WHERE serial = ?",
    tables.COUNTER_STEP: "SELECT s.id FROM counter_source s JOIN gateway g ON g.id = s.gateway_id WHERE g.serial = ?",
    tables.DEVICE_ENERGY: "SELECT d.id FROM device d JOIN gateway g ON g.id = d.gateway_id WHERE g.serial = ?",
    tables.PHASE_ENERGY: "SELECT m.id FROM meter m JOIN gateway g ON g.id = m.gateway_id WHERE g.serial = ?",
}
"""Tables that accounting fills, and the owners in them that belong to a gateway."""


def last_note(table: Table) -> str:
    """The note that says how far a table's sequence has come, for when its rows are gone."""
    return f"last_seq.{table.name}"


class Shelf:
    """One table: its next sequence number, and the newest row of each owner."""

    def __init__(self, session: Session, table: Table, shared: Shared) -> None:
        self.table = table
        self._shared = shared
        self._session = session
        self._staged_count = 0
        self._staged_newest: dict[int, Row] = {}
        self.reload()

    def reload(self) -> None:
        """Read anew what is there."""
        sql = f"SELECT coalesce(max(seq), 0), max(time) FROM {self.table.name}"
        ((last, newest),) = self._session.rows(sql)
        until = self._shared.until(self.table)
        newest = until if newest is None else newest if until is None else max(newest, until)
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
        numbered = [(number, *row) for number, row in enumerate(changed, self.next_sequence + self._staged_count)]
        self._session.inserter(self.table.name).put(numbered)
        self._staged_count += len(changed)
        for row in changed:
            newest = self._staged_newest.get(row[0])
            if newest is None or row[1] >= newest[1]:
                self._staged_newest[row[0]] = row

    @property
    def _note(self) -> str:
        return last_note(self.table)

    def note_removal(self) -> None:
        """Rows go away within the open transaction: take down how far the sequence has come, and look anew."""
        last = self.next_sequence - 1 + self._staged_count
        self._session.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", [self._note, str(last)])
        self._last.clear()

    def may_have(self, owner_id: int, at: datetime) -> bool:
        """Whether a row of this owner and time may be there already."""
        newest = self._newest.get(owner_id, self._newest_of_all)
        staged = self._staged_newest.get(owner_id)
        return (newest is not None and at <= newest) or (staged is not None and at <= staged[1])

    def keep(self) -> None:
        """What was put in is committed."""
        self.next_sequence += self._staged_count
        for owner, row in self._staged_newest.items():
            newest = self._newest.get(owner, self._newest_of_all)
            if newest is None or row[1] >= newest:
                self._last[owner] = row
                newest = row[1]
            self._newest[owner] = newest
        self.forget()

    def forget(self) -> None:
        """What was put in was rolled back, or is kept."""
        self._staged_count = 0
        self._staged_newest = {}


class Ledger:
    """All tables, as the one writer keeps them. What a method does is in the file as a whole, or not at all."""

    def __init__(self, session: Session, shared: Shared, *, live_days: float) -> None:
        """Read what is there."""
        self.session = session
        self.shared = shared
        self.ids = Ids(session)
        self.shelves = {table: Shelf(session, table, shared) for table in tables.SERIES}
        self.resealed: dict[Key, Part | None] = {}
        """Months that the open transaction seals, or takes back (None)."""
        self._oldest = NO_MONTH
        self._retention = Retention(session, live_days=live_days)
        ((self._device_sequence,),) = session.rows("SELECT coalesce(max(seq), 0) FROM device")
        applied = session.rows("SELECT value FROM meta WHERE key = ?", [APPLIED])
        self.applied = int(applied[0][0]) if applied else 0
        """The number of the last record of the journal that is in the tables."""
        self.refused: dict[int, StoreFault] = {}
        """Records that are passed over, as the tables cannot take what they say."""
        if not applied and any(shelf.next_sequence > 1 for shelf in self.shelves.values()):
            with self.transaction():
                self.note_unjournaled()

    def write(self, changes: Sequence[Change], *, number: int | None = None, parts: Iterable[Drafts] = ()) -> None:
        """Do what changes say in one transaction; raise StorageError, and nothing of them is kept.

        `number` is the last of them in the journal. A change that takes rows away or notes something comes alone;
        `parts` are the rows that came before it.
        """
        with self.transaction(number):
            self._carry_out(changes)
            for drafts in parts:
                self._put([drafts])
            if any(change.parts for change in changes):
                # A base takes the place of the parts in the journal.
                self.note_unjournaled()

    @contextlib.contextmanager
    def supposing(self, changes: Sequence[Change]) -> Iterator[None]:
        """Have this session alone see changes, of which nothing is kept and nothing comes to the disk."""
        self.session.begin()
        try:
            # Rows that were replaced are seen as they were; what came after that is left out with it.
            self._carry_out(list(itertools.takewhile(lambda change: not change.replaced, changes)))
            self.ids.write(self.session)
            self._write_devices()
            self.session.catalog = self.shared.supposed(self.resealed)
            yield
        finally:
            self._forget()
            self.resealed.clear()
            self.session.catalog = self.shared.catalog

    def _carry_out(self, changes: Sequence[Change]) -> None:
        for change in changes:
            for span in change.replaced:
                self._remove(span)
            if change.note is not None:
                self.session.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", list(change.note))
        self._put([change.drafts for change in changes if change.part is None])

    def _remove(self, span: Span) -> None:
        months = months_between(span.start, span.end)
        for table, owners in _OWNERS.items():
            found = [Key(table.name, month) for month in months or ()]
            self.take_back(found if months is not None else self.shared.catalog.parts)
            self.session.run(
                f"DELETE FROM {table.name} WHERE {table.key[0]} IN ({owners}) AND time >= ? AND time < ?",
                [span.gateway, span.start, span.end],
            )
            self.shelves[table].note_removal()

    def ensure_taken(self, number: int) -> None:
        """Raise StorageError if a record of the journal was passed over."""
        if number in self.refused:
            raise self.refused[number]

    def note_unjournaled(self) -> None:
        """Rows come that are not in the journal, within the open transaction."""
        self.session.run("INSERT OR REPLACE INTO meta VALUES (?, 'yes')", [UNJOURNALED])

    def note_month(self, at: datetime) -> None:
        """Rows of this time come or go, and perhaps later ones."""
        self._oldest = min(self._oldest, month_of(at))

    def take_oldest(self) -> str:
        """Give the oldest month that was touched since this was asked last."""
        oldest, self._oldest = self._oldest, NO_MONTH
        return oldest

    def take_back(self, keys: Iterable[Key]) -> None:
        """Have months in the database again, within the open transaction."""
        gone = take_back(self.session, self.shared.catalog, (key for key in keys if key not in self.resealed))
        for key in gone:
            self.note_month(month_bounds(key.month)[0])
        self.resealed.update(gone)

    def _put(self, batches: Sequence[Drafts]) -> None:
        for table, shelf in self.shelves.items():
            rows = [
                (self.ids.id_of(owner, values[0]), *values)
                for batch in batches
                for owner, values in batch.get(table, ())
            ]
            if late := self.shared.sealed_months(table, (row[1] for row in rows)):
                self.take_back(late)
            shelf.write(rows)
            if rows:
                self.note_month(min(row[1] for row in rows))
            if rows and table is tables.LIVE:
                self._expire(row[1] for row in rows)
        for batch in batches:
            for owner, (at, part_number, firmware) in batch.get(tables.DEVICE, ()):
                self.ids.see(owner, at, part_number=part_number, firmware=firmware)

    def _expire(self, times: Iterable[datetime]) -> None:
        """Remove what is too old beside each hour of what came: one wrong clock counts as one hour."""
        newest = {at.replace(minute=0, second=0): at for at in sorted(times)}
        if sum(self._retention.expire(at) for at in newest.values()):
            self.shelves[tables.LIVE].note_removal()

    @contextlib.contextmanager
    def transaction(self, number: int | None = None) -> Iterator[None]:
        """Commit what is done inside together with the names it needed; or keep nothing of it."""
        is_kept = False
        self.session.begin()
        try:
            yield
            self.ids.write(self.session)
            self._write_devices()
            if number is not None:
                self._note_applied(number)
            with self.shared.changing(self.resealed) if self.resealed else contextlib.nullcontext():
                self.session.commit()
            is_kept = True
        finally:
            if is_kept:
                self.applied = self.applied if number is None else number
                if self.ids.has_new:
                    self.shared.forget_names()
                self.session.catalog = self.shared.catalog
                self._keep()
            else:
                self._forget()
            self.resealed.clear()

    def _note_applied(self, number: int) -> None:
        if self.applied:
            self.session.run("UPDATE meta SET value = ? WHERE key = ?", [str(number), APPLIED])
        else:
            self.session.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", [APPLIED, str(number)])

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
