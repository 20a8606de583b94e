"""Tasks for one thread, in the order in which they come; once it is closed none comes in."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from typing import Any, Generic, Protocol, TypeVar

from openvoy.store.faults import Fault, StoreFault


class Task(Protocol):
    """Something that somebody waits for."""

    @property
    def done(self) -> Future[Any]:
        """Its end."""


T = TypeVar("T", bound=Task)


class Inbox(Generic[T]):
    """Any thread puts tasks in, one takes them out."""

    def __init__(self) -> None:
        self._tasks: queue.SimpleQueue[T] = queue.SimpleQueue()
        self._accepting = threading.Lock()
        self._accepts = True

    def put(self, task: T) -> Future[Any]:
        """Put a task in and give its end; raise StorageError once it is closed."""
        with self._accepting:
            if not self._accepts:
                raise StoreFault(Fault.CLOSED, "History: it is closed.")
            self._tasks.put(task)
        return task.done

    def close(self, last: T) -> None:
        """Put the last task in; may be called again, which changes nothing."""
        with self._accepting:
            if self._accepts:
                self._accepts = False
                self._tasks.put(last)

    def take(self) -> T:
        """Wait for a task."""
        return self._tasks.get()

    def take_waiting(self, most: int) -> Iterator[T]:
        """Give tasks that wait already."""
        with contextlib.suppress(queue.Empty):
            for _ in range(most):
                yield self._tasks.get_nowait()

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return self._tasks.empty()

    def refuse(self, taken: Iterable[T]) -> None:
        """Close it, and answer those who would wait for ever, should its thread have met a defect."""
        with self._accepting:
            self._accepts = False
        for task in [*taken, *self.take_waiting(self._tasks.qsize())]:
            if not task.done.done():
                task.done.set_exception(StoreFault(Fault.CLOSED, "History: its writer has ended."))
