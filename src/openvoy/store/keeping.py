"""What is done with the journal: it is applied to the tables; months that are over are sealed, its files made small."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence

from openvoy.store.base import is_due, write_base
from openvoy.store.changes import Change, parse_change
from openvoy.store.database import Database
from openvoy.store.faults import Fault, StoreFault
from openvoy.store.journal import Journal
from openvoy.store.ledger import Ledger
from openvoy.store.packing import Packer
from openvoy.store.parts import read_parts
from openvoy.store.rebuilding import REBUILT, without_seen
from openvoy.store.sealing import Sealer

_LOG = logging.getLogger(__name__)

MOST_TOGETHER = 128


def apply_changes(ledger: Ledger, changes: Sequence[tuple[int, Change]], journal: Journal) -> None:
    """Do what acknowledged changes say and what the tables do not have yet; raise StorageError."""
    group: list[tuple[int, Change]] = []
    for number, change in changes:
        if number <= ledger.applied:
            continue
        is_alone = bool(change.replaced) or change.note is not None
        if group and (is_alone or len(group) >= MOST_TOGETHER):
            _apply(ledger, group, journal)
            group = []
        group.append((number, change))
        if is_alone:
            _apply(ledger, group, journal)
            group = []
    if group:
        _apply(ledger, group, journal)


def _apply(ledger: Ledger, group: Sequence[tuple[int, Change]], journal: Journal) -> None:
    last, change = group[-1]
    for number in (number for number, one in group if one.part is not None):
        journal.hold(number)
    try:
        ledger.write([one for _, one in group], number=last, parts=read_parts(journal, last, change))
    except StoreFault as fault:
        if fault.fault not in {Fault.BAD_VALUE, Fault.LACKING}:
            raise
        if len(group) > 1:
            for one in group:
                _apply(ledger, [one], journal)
            return
        # Rows are checked before they are acknowledged; what the tables refuse all the same stays in the journal.
        _LOG.error("History: record %d of the journal cannot be applied: %s", last, fault.message)
        ledger.write([], number=last)
        ledger.refused[last] = fault
    if change.parts:
        journal.release()


def replay(ledger: Ledger, journal: Journal) -> None:
    """Bring the tables to where the journal is; raise StorageError."""
    group: list[tuple[int, Change]] = []
    for number, change in unapplied(ledger, journal):
        if ledger.applied and number > ledger.applied + len(group) + 1:
            _LOG.error("History: the journal lacks what is before record %d.", number)
        group.append((number, change))
        if len(group) >= MOST_TOGETHER:
            apply_changes(ledger, group, journal)
            group = []
    apply_changes(ledger, group, journal)


def unapplied(ledger: Ledger, journal: Journal) -> Iterator[tuple[int, Change]]:
    """Read from the journal what the tables do not have; raise StorageError."""
    noted = ledger.session.rows("SELECT value FROM meta WHERE key = ?", [REBUILT])
    seen = json.loads(noted[0][0]) if noted else {}
    for record in journal.records(ledger.applied):
        yield record.number, without_seen(parse_change(record.content), record.number, seen)


class Keeping:
    """Spare-time work, one piece at a time."""

    def __init__(self, database: Database, ledger: Ledger, journal: Journal) -> None:
        self._database = database
        self._ledger = ledger
        self._journal = journal
        self._sealer = Sealer(ledger, database.shared)
        self._packer = Packer(journal, database.shared)
        self._is_clean = False
        self._is_settled = False
        self._is_paused = False
        self.is_held_up = False
        """Whether a reader is in the way of what is left to do, or may be."""

    def note_changes(self) -> None:
        """Something was written: there may be more to do."""
        self._sealer.look_again()
        self._is_clean = self._is_paused = False

    @property
    def is_done(self) -> bool:
        """Whether there was nothing left to do when it was looked last."""
        return self._is_clean

    def pause(self) -> None:
        """Leave it until something is written again."""
        self._is_paused, self.is_held_up = True, False

    def tidy(self) -> bool:
        """Do one piece of work; says whether there may be more."""
        if self._is_clean or self._is_paused:
            return False
        month = self._sealer.next_month()
        if month is not None:
            self._sealer.seal(month)
            self._is_settled = False
            return True
        if self._packer.has_many_empty or is_due(self._ledger):
            write_base(self._ledger, self._journal.folder)
            self._is_settled = self._packer.has_many_empty = False
        if not self._settle():
            return False
        if self._packer.step(self._ledger.applied):
            return True
        self._sealer.remove_leftovers()
        self._is_clean = True
        return False

    def _settle(self) -> bool:
        """Bring the log into the file: until then, a loss of the log would bring back what is to be removed."""
        if not self._is_settled:
            self.is_held_up = True  # said before it is known, as the reader may be gone when it is
            try:
                self._database.checkpoint()
            except StoreFault as fault:
                if fault.fault is Fault.BUSY:
                    return False
                raise
            self.is_held_up = False
            self._is_settled = True
        return True
