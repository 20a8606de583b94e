"""The one thread that writes. Batches that wait together share a commit; each is acknowledged once it is durable."""

from __future__ import annotations

import contextlib
import functools
import logging
import queue
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from openvoy.store.database import Database
from openvoy.store.faults import Fault, StoreFault
from openvoy.store.ledger import Ledger
from openvoy.store.opening import SetAside, set_aside
from openvoy.store.rows import Drafts

_LOG = logging.getLogger(__name__)

MOST_TOGETHER = 128
"""Batches in one transaction; more would make the first one wait."""

Opener = Callable[[], tuple[Database, Sequence[SetAside]]]
Job = Callable[[Ledger], None]


@dataclass(frozen=True, slots=True)
class _Task:
    """A batch to be written, or a job with the ledger for itself; neither means the end."""

    drafts: Drafts | None = None
    job: Job | None = None
    done: Future[None] = field(default_factory=Future)


class Writer:
    """Owns the database: opens it, writes, checkpoints, and opens it anew after a failure that needs it."""

    def __init__(self, opener: Opener, *, live_days: float, checkpoint_bytes: int) -> None:
        self._opener = opener
        self._live_days = live_days
        self._checkpoint_bytes = self._checkpoint_above_bytes = checkpoint_bytes
        self._inbox: queue.SimpleQueue[_Task] = queue.SimpleQueue()
        self._accepting = threading.Lock()
        self._accepts = True
        self._ended: Future[None] = Future()
        self._ended.set_running_or_notify_cancel()  # nobody who waits for the end can cancel it
        self._database: Database | None = None
        self._ledger: Ledger | None = None
        self._set_aside: list[SetAside] = []
        # A process that ends without closing must not hang; the write-ahead log has all that was acknowledged.
        self._thread = threading.Thread(target=self._run, name="history-writer", daemon=True)
        self._thread.start()

    @property
    def set_aside(self) -> Sequence[SetAside]:
        """What could not be read and was set aside, oldest first."""
        return tuple(self._set_aside)

    def database(self) -> Database:
        """Give the open database to read from; raise StorageError while there is none."""
        database = self._database
        if database is None:
            raise StoreFault(Fault.CLOSED, "History: it is not open.")
        return database

    def write(self, drafts: Drafts) -> Future[None]:
        """Queue a batch."""
        return self._submit(_Task(drafts=drafts))

    def run(self, job: Job) -> Future[None]:
        """Queue a job that has the ledger for itself."""
        return self._submit(_Task(job=job))

    def close(self) -> Future[None]:
        """Write what is queued, then close. May be called again."""
        with self._accepting:
            if self._accepts:
                self._accepts = False
                self._inbox.put(_Task())
        return self._ended

    def _submit(self, task: _Task) -> Future[None]:
        with self._accepting:
            if not self._accepts:
                raise StoreFault(Fault.CLOSED, "History: it is closed.")
            self._inbox.put(task)
        return task.done

    def _run(self) -> None:
        taken: list[_Task] = []
        try:
            while self._is_served(taken):
                self._checkpoint(above_bytes=self._checkpoint_above_bytes)
            self._checkpoint(above_bytes=0)
        finally:
            self._close_database()
            self._refuse(taken)
            self._ended.set_result(None)

    def _is_served(self, taken: list[_Task]) -> bool:
        """Serve what waits, together; False once the end was among it."""
        taken[:] = [self._inbox.get()]
        with contextlib.suppress(queue.Empty):
            while len(taken) < MOST_TOGETHER:
                taken.append(self._inbox.get_nowait())
        batches: list[tuple[_Task, Drafts]] = []
        for task in taken:
            if task.drafts is not None:
                batches.append((task, task.drafts))
            elif task.job is not None:
                self._write(batches)
                batches = []
                self._run_job(task, task.job)
        self._write(batches)
        return all(task.drafts is not None or task.job is not None for task in taken)

    def _run_job(self, task: _Task, job: Job) -> None:
        if task.done.set_running_or_notify_cancel():
            _answer([task], self._attempt(job))

    def _write(self, batches: Iterable[tuple[_Task, Drafts]]) -> None:
        wanted = [(task, drafts) for task, drafts in batches if task.done.set_running_or_notify_cancel()]
        if not wanted:
            return
        fault = self._attempt(lambda ledger: ledger.write([drafts for _, drafts in wanted]))
        if fault is None or fault.fault is not Fault.BAD_VALUE or len(wanted) == 1:
            _answer([task for task, _ in wanted], fault)
            return
        for task, drafts in wanted:
            _answer([task], self._attempt(functools.partial(Ledger.write, batches=[drafts])))

    def _attempt(self, work: Job) -> StoreFault | None:
        """Do it; a file that turns out to be damaged is set aside, and it is done with a new one."""
        try:
            work(self._open_ledger())
        except StoreFault as fault:
            if not self._has_new_start(fault):
                return fault
            try:
                work(self._open_ledger())
            except StoreFault as second:
                return second
        return None

    def _open_ledger(self) -> Ledger:
        if self._ledger is None:
            if self._database is None:
                self._database, aside = self._opener()
                self._tell(aside)
            self._ledger = Ledger(self._database.writer, live_days=self._live_days)
        return self._ledger

    def _has_new_start(self, fault: StoreFault) -> bool:
        """Let go of a database that no longer works; True where a new one will take its place at once."""
        database = self._database
        if database is None:
            return False
        if fault.fault is Fault.CORRUPT:
            self._close_database()
            try:
                self._tell([set_aside(database.path, fault.message)])
            except StoreFault:
                return False
            return True
        if database.is_alive():
            return False
        self._close_database()
        return True

    def _tell(self, aside: Sequence[SetAside]) -> None:
        self._set_aside.extend(aside)
        for damaged in aside:
            lost = "history begins anew" if damaged.is_whole_history else "its last changes are lost"
            _LOG.error("History was damaged, %s; what was there is kept in %s: %s", lost, damaged.path, damaged.reason)

    def _checkpoint(self, *, above_bytes: int) -> None:
        database = self._database
        if database is None or database.wal_bytes() <= above_bytes:
            return
        self._checkpoint_above_bytes = self._checkpoint_bytes
        try:
            database.checkpoint()
        except StoreFault:
            # The log still has everything. It is tried again once there is as much more of it.
            self._checkpoint_above_bytes += database.wal_bytes()
            if not database.is_alive():
                self._close_database()

    def _close_database(self) -> None:
        database, self._database, self._ledger = self._database, None, None
        if database is not None:
            database.close()

    def _refuse(self, taken: Sequence[_Task]) -> None:
        """Answer those who would wait for ever, should this thread have met a defect."""
        with self._accepting:
            self._accepts = False
        left = list(taken)
        with contextlib.suppress(queue.Empty):
            while True:
                left.append(self._inbox.get_nowait())
        for task in left:
            if not task.done.done():
                task.done.set_exception(StoreFault(Fault.CLOSED, "History: its writer has ended."))


def _answer(tasks: Iterable[_Task], fault: StoreFault | None) -> None:
    for task in tasks:
        if fault is None:
            task.done.set_result(None)
        else:
            # Each waiter gets an error of its own: a raised one carries the traceback of who raised it.
            task.done.set_exception(StoreFault(fault.fault, fault.message))
