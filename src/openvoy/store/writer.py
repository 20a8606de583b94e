"""The one thread that changes the database; it applies in parts what the journal's thread has acknowledged.

Between jobs it seals months that are over, makes closed files of the journal small, and removes what is sealed.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from openvoy.store.aside import SetAside
from openvoy.store.backlog import Backlog
from openvoy.store.changes import Change
from openvoy.store.checkpoints import Checkpoints
from openvoy.store.damages import Damages
from openvoy.store.database import Database, Session
from openvoy.store.faults import Fault, StoreFault
from openvoy.store.inbox import Inbox
from openvoy.store.journal import JOURNAL, Journal
from openvoy.store.keeping import Keeping, apply_changes, replay, unapplied
from openvoy.store.ledger import Ledger
from openvoy.store.opening import set_aside
from openvoy.store.rows import build_drafts
from openvoy.store.scribe import Scribe

_LOG = logging.getLogger(__name__)

Opener = Callable[[], tuple[Database, Sequence[SetAside]]]
Job = Callable[[Ledger], None]


@dataclass(frozen=True, slots=True)
class _Task:
    """A job with the ledger for itself; without one, the end, or just what was acknowledged."""

    job: Job | None = None
    is_end: bool = False
    is_lent: bool = False
    """The job reads what the disk does not take."""
    done: Future[None] = field(default_factory=Future)


class Writer:
    """Owns journal and database: opens them, writes, seals, and opens anew after a failure that needs it."""

    def __init__(self, opener: Opener, *, folder: Path, live_days: float, checkpoint_bytes: int) -> None:
        self._opener = opener
        self._folder = folder
        self._live_days = live_days
        self._checkpoints = Checkpoints(checkpoint_bytes)
        self._inbox: Inbox[_Task] = Inbox()
        self._ended: Future[None] = Future()
        self._ended.set_running_or_notify_cancel()  # nobody who waits for the end can cancel it
        self._database: Database | None = None
        self._ledger: Ledger | None = None
        self._journal: Journal | None = None
        self._keeping: Keeping | None = None
        self._damages = Damages()
        self._backlog = Backlog()
        self._stuck: StoreFault | None = None
        """Why the disk does not take what is in the journal."""
        self._unsealed: str | None = None
        """Why months cannot be sealed."""
        self._revisions = count(1)
        self.revision = 0
        """Another number after each change that readers see."""
        # A process that ends without closing must not hang; the journal has all that was acknowledged.
        self._thread = threading.Thread(target=self._run, name="history-writer", daemon=True)
        self._thread.start()
        self._scribe = Scribe(self._opened_journal, self._take, self._blocked)

    def note_damages(self, damages: Iterable[SetAside]) -> None:
        """Take up what others found."""
        self._damages.note(damages)

    @property
    def set_aside(self) -> Sequence[SetAside]:
        """What could not be read and was set aside, oldest first."""
        return self._damages.found

    def database(self) -> Database:
        """Give the open database to read from; raise StorageError while there is none."""
        database = self._database
        if database is None:
            raise StoreFault(Fault.CLOSED, "History: it is not open.")
        return database

    def write(self, change: Change) -> Future[int]:
        """Queue a change; it is acknowledged, with its number, once it is in the journal."""
        return self._scribe.write(change)

    @property
    def is_behind(self) -> bool:
        """Whether something can be read once `apply` was called that cannot be now.

        What the disk does not take is tried again with what is written next, as each failure interrupts readers.
        """
        return self._database is None or (bool(self._backlog) and self._stuck is None)

    @property
    def is_stuck(self) -> bool:
        """Whether something is in the journal that the disk does not take into the database."""
        return self._stuck is not None and bool(self._backlog)

    @contextlib.contextmanager
    def lent(self) -> Iterator[Session]:
        """Lend the session that sees what is only in the journal, while this thread waits; raise StorageError."""
        session: Future[Session] = Future()
        is_back = threading.Event()

        def lend(ledger: Ledger) -> None:
            session.set_result(ledger.session)
            is_back.wait()

        done = self._inbox.put(_Task(lend, is_lent=True))
        either: tuple[Future[Any], ...] = (session, done)
        wait(either, return_when=FIRST_COMPLETED)
        try:
            if not session.done():
                done.result()
            yield session.result()
        finally:
            is_back.set()

    def apply(self) -> Future[None]:
        """Have all that was acknowledged so far in the database."""
        return self._inbox.put(_Task())

    def run(self, job: Job) -> Future[None]:
        """Queue a job that has the ledger for itself; what was acknowledged before is applied before."""
        return self._inbox.put(_Task(job))

    def drop_parts(self) -> Future[None]:
        """Let go of parts that nobody will put in place any more."""
        return self.run(lambda _: self._opened_journal().release())

    def mend(self, damage: StoreFault) -> Future[None]:
        """Set the database aside, in which a reader met damage, and make it anew."""
        return self._inbox.put(_Task(lambda _: self._renew(damage)))

    def close(self) -> Future[None]:
        """Write what is queued, then close. May be called again."""
        self._inbox.close(_Task(is_end=True))
        return self._ended

    def _opened_journal(self) -> Journal:
        if self._journal is None:
            raise StoreFault(Fault.CLOSED, "History: it is not open.")
        return self._journal

    def _take(self, changes: Sequence[tuple[int, Change]]) -> None:
        is_much = self._backlog.add(changes)
        self.revision = next(self._revisions)
        if is_much:
            # Once closing has begun the end applies it.
            with contextlib.suppress(StoreFault):
                self.apply()

    def _blocked(self) -> StoreFault | None:
        if self._stuck is not None:
            with contextlib.suppress(StoreFault):
                self.apply().result()
        return self._stuck

    def _run(self) -> None:
        task = _Task()
        try:
            while not task.is_end:
                task = self._inbox.take()
                self._serve(task)
                self._tidy(is_end=task.is_end)
        finally:
            self._close_database()
            self._scribe.stop()
            self._inbox.refuse([task])  # the scribe may wait for one of them
            self._scribe.close()
            if self._journal is not None:
                self._journal.close()
            self._ended.set_result(None)

    def _serve(self, task: _Task) -> None:
        if not task.done.set_running_or_notify_cancel():
            return
        if task.is_end:
            self._scribe.close()
        self._backlog.begin()
        fault = self._lend(task.job) if task.is_lent and task.job is not None else self._attempt(task.job)
        if task.job is not None:
            self.revision = next(self._revisions)
        if fault is None:
            task.done.set_result(None)
        else:
            task.done.set_exception(StoreFault(fault.fault, fault.message))

    def _attempt(self, job: Job | None) -> StoreFault | None:
        """Apply what was acknowledged, then do the job; a database that turns out to be damaged is made anew."""
        for is_last in (False, True):
            try:
                ledger = self._open_ledger()
                self._apply(ledger)
                if job is not None:
                    job(ledger)
                    self._note_changes()
                self._write_events(self._open_ledger())  # the job may have made it anew
            except StoreFault as fault:
                if is_last or not self._has_new_start(fault):
                    return fault
            else:
                return None
        return None

    def _lend(self, job: Job) -> StoreFault | None:
        """Do a job that sees what was acknowledged without that it comes to the disk."""
        try:
            ledger = self._ledger or self._new_ledger(self.database())
            with ledger.supposing([change for _, change in self._backlog.above(ledger.applied)]):
                job(ledger)
        except StoreFault as fault:
            return fault
        return None

    def _apply(self, ledger: Ledger) -> None:
        changes = self._backlog.above(0)
        try:
            apply_changes(ledger, changes, self._opened_journal())
            self._stuck = None
        except StoreFault as fault:
            self._stuck = fault
            raise
        finally:
            self._backlog.drop(ledger.applied)
        if changes:
            self._note_changes()

    def _note_changes(self) -> None:
        if self._keeping is not None:
            self._keeping.note_changes()

    def _open_ledger(self) -> Ledger:
        if self._ledger is None:
            if self._database is None:
                self._database, aside = self._opener()
                self._damages.note(aside)
                self._database.shared.catalog.inspector.tell = self._note_sealed
                self._database.when_read = self._note_read
            if self._journal is None:
                self._journal = Journal(self._folder / JOURNAL)
                self._damages.note_journal(self._journal.damaged)
            ledger = self._new_ledger(self._database)
            self._journal.begin_after(ledger.applied)
            self._replay(ledger, self._journal)
            self._keeping = Keeping(self._database, ledger, self._journal)
            self._ledger = ledger
        return self._ledger

    def _replay(self, ledger: Ledger, journal: Journal) -> None:
        """Bring the tables to where the journal is; what a full disk does not take waits, and is read all the same."""
        try:
            replay(ledger, journal)
        except StoreFault as fault:
            if fault.fault is Fault.FULL and self._stuck is None:
                self._backlog.replace(unapplied(ledger, journal))
                self._stuck = fault
            raise
        self._stuck = None

    def _new_ledger(self, database: Database) -> Ledger:
        return Ledger(database.writer, database.shared, live_days=self._live_days)

    def _note_read(self) -> None:
        """As told by a reader's thread: go on with what it was in the way of."""
        keeping = self._keeping
        if keeping is not None and keeping.is_held_up:
            with contextlib.suppress(StoreFault):
                self.apply()

    def _renew(self, damage: StoreFault) -> None:
        if self._database is not None:
            self._has_new_start(damage)
            self._open_ledger()

    def _has_new_start(self, fault: StoreFault) -> bool:
        """Let go of a database that no longer works; True where a new one will take its place at once."""
        database = self._database
        if database is None:
            return False
        if fault.fault is Fault.CORRUPT:
            self._close_database()
            try:
                self._damages.note([set_aside(database.path, fault.reason)])
            except StoreFault:
                return False
            return True
        if database.is_alive():
            return False
        self._close_database()
        return True

    def _note_sealed(self, damaged: SetAside) -> None:
        """As told by a reader's thread."""
        self._damages.note([damaged])
        with contextlib.suppress(StoreFault):
            self.apply()

    def _write_events(self, ledger: Ledger) -> None:
        """Have history say what happened to it."""
        events = self._damages.take_events(ledger.session)
        if events is not None:
            # Once closing has begun it is too late for that.
            with contextlib.suppress(StoreFault):
                self.write(Change(drafts=build_drafts(events)))

    def _tidy(self, *, is_end: bool) -> None:
        """Use the time until something comes: bring the log into the file, seal months, one at a time."""
        is_more = True
        while is_more:
            is_more = False
            if self._database is not None and not self._checkpoints.bring(self._database, is_end=is_end):
                self._close_database()
            database, keeping = self._database, self._keeping
            if database is None or keeping is None or is_end:
                return
            try:
                is_more = keeping.tidy() and self._inbox.is_empty
                if keeping.is_done:
                    self._note_sealing(None)
            except StoreFault as fault:
                if database.is_alive():
                    self._note_sealing(f"{fault.message} {fault.hint}")
                else:
                    # It is opened anew for the next batch, which tells whether the disk takes anything.
                    self._close_database()
                keeping.pause()

    def _note_sealing(self, problem: str | None) -> None:
        """Tell once that months cannot be sealed, and once that they can."""
        if problem is not None and self._unsealed is None:
            _LOG.warning("History: months cannot be sealed now: %s", problem)
        elif problem is None and self._unsealed is not None:
            _LOG.warning("History: months are sealed again.")
        self._unsealed = problem

    def _close_database(self) -> None:
        database, self._database, self._ledger, self._keeping = self._database, None, None, None
        if database is not None:
            database.close()
