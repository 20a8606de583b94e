"""What was acknowledged and is not in the tables yet."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence

from openvoy.store.changes import Change

APPLY_EVERY = 30
"""Acknowledged changes that may wait for the database; a reader has them applied at once."""
APPLY_ROWS = 5000


class Backlog:
    """Changes with their numbers, in order. The journal's thread adds to it, the writer's thread takes away."""

    def __init__(self) -> None:
        self._changing = threading.Lock()
        self._changes: list[tuple[int, Change]] = []
        self._is_called = False
        """Whether it was said already that there is much of it."""

    def __bool__(self) -> bool:
        return bool(self._changes)

    def add(self, changes: Sequence[tuple[int, Change]]) -> bool:
        """Take changes up; says, once until `begin`, that there is so much of it that it is to be applied."""
        with self._changing:
            last = self._changes[-1][0] if self._changes else 0
            self._changes.extend(change for change in changes if change[0] > last)
            is_much = len(self._changes) >= APPLY_EVERY or sum(change.rows for _, change in self._changes) > APPLY_ROWS
            is_due = is_much and not self._is_called
            self._is_called = self._is_called or is_due
        return is_due

    def begin(self) -> None:
        """Somebody is at it: that there is much of it may be said anew."""
        self._is_called = False

    def above(self, number: int) -> list[tuple[int, Change]]:
        """Give the changes above a number."""
        with self._changing:
            return [change for change in self._changes if change[0] > number]

    def drop(self, number: int) -> None:
        """Let go of the changes up to a number."""
        with self._changing:
            self._changes = [change for change in self._changes if change[0] > number]

    def replace(self, changes: Iterable[tuple[int, Change]]) -> None:
        """Be these changes."""
        with self._changing:
            self._changes = list(changes)
