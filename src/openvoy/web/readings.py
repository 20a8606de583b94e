"""What many pages ask of history, read once for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

from openvoy.ports import Clock, Store

T = TypeVar("T")

KEPT_S = 60
"""What is up to now moves on although nothing is written."""


@dataclass(frozen=True, slots=True)
class _Reading:
    revision: int
    minute: int
    """Of the clock: a new day begins with one."""
    task: asyncio.Task[Any]

    @property
    def has_failed(self) -> bool:
        return self.task.done() and (self.task.cancelled() or self.task.exception() is not None)


class SharedReadings:
    """Reads for whoever comes first, and gives others the same until history may say something else."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._kept: dict[Hashable, _Reading] = {}

    async def read(self, asked: Hashable, make: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Read, or give what was just read for the same question; raise what `make` raises, which is not kept.

        Who goes away before it is read leaves it to those who come after.
        """
        revision, minute = self._store.revision, int(self._clock.now().timestamp()) // KEPT_S
        kept = self._kept.get(asked)
        if kept is None or (kept.revision, kept.minute) != (revision, minute) or kept.has_failed:
            kept = self._kept[asked] = _Reading(revision, minute, asyncio.create_task(make()))
        found: T = await asyncio.shield(kept.task)
        return found
