"""The thread that acknowledges: batches that wait together are put into the journal with one flush to the disk."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from openvoy.store.changes import Change, render_change
from openvoy.store.faults import StoreFault
from openvoy.store.inbox import Inbox
from openvoy.store.journal import Journal

MOST_TOGETHER = 128
"""Batches in one flush; more would make the first one wait."""


@dataclass(frozen=True, slots=True)
class _Task:
    """A change to be acknowledged; none means the end."""

    change: Change | None = None
    done: Future[int] = field(default_factory=Future)


Taken = Callable[[Sequence[tuple[int, Change]]], None]
"""Takes acknowledged changes with their numbers; they are to be applied later."""
Blocked = Callable[[], StoreFault | None]
"""Says why nothing can be taken now, after trying to mend that."""


class Scribe:
    """Acknowledges changes; in the order in which they came."""

    def __init__(self, journal: Callable[[], Journal], taken: Taken, blocked: Blocked) -> None:
        self._journal = journal
        self._taken = taken
        self._blocked = blocked
        self._inbox: Inbox[_Task] = Inbox()
        self._thread = threading.Thread(target=self._run, name="history-scribe", daemon=True)
        self._thread.start()

    def write(self, change: Change) -> Future[int]:
        """Queue a change; gives its number in the journal."""
        return self._inbox.put(_Task(change))

    def stop(self) -> None:
        """Take nothing more; what is queued is acknowledged still."""
        self._inbox.close(_Task())

    def close(self) -> None:
        """Acknowledge what is queued, and end."""
        self.stop()
        self._thread.join()

    def _run(self) -> None:
        tasks: list[_Task] = []
        try:
            while all(task.change is not None for task in tasks):
                tasks[:] = [self._inbox.take(), *self._inbox.take_waiting(MOST_TOGETHER - 1)]
                self._write(tasks)
        finally:
            self._inbox.refuse(tasks)

    def _write(self, tasks: Sequence[_Task]) -> None:
        wanted = [
            (task, task.change)
            for task in tasks
            if task.change is not None and task.done.set_running_or_notify_cancel()
        ]
        if not wanted:
            return
        try:
            if (fault := self._blocked()) is not None:
                raise fault
            last = self._journal().append([render_change(change) for _, change in wanted])
        except StoreFault as fault:
            for task, _ in wanted:
                # Each waiter gets an error of its own: a raised one carries the traceback of who raised it.
                task.done.set_exception(StoreFault(fault.fault, fault.message))
            return
        first = last - len(wanted) + 1
        self._taken([(number, change) for number, (_, change) in enumerate(wanted, first)])
        for number, (task, _) in enumerate(wanted, first):
            task.done.set_result(number)
