"""Hands batches to the store in order, without ever holding up collection."""

from __future__ import annotations

import asyncio
import logging
from collections import deque

from openvoy.errors import StorageError
from openvoy.model.records import Batch
from openvoy.ports import Clock, Store

_LOG = logging.getLogger(__name__)

MOST_WAITING = 1440
"""A day of minutes may wait for a store in trouble (a full disk, say); beyond it the oldest are given up."""
RETRY_AFTER_S = 30.0


class Keeper:
    """Writes batches; those that the store could not take wait and are written first when it can again."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._waiting: deque[Batch] = deque()
        self._arrived = asyncio.Event()
        self.problem: StorageError | None = None
        """Why nothing is written at the moment."""
        self.lost = 0
        """Batches given up since the start."""

    def keep(self, batch: Batch) -> None:
        """Take a batch; it is written soon."""
        if len(self._waiting) >= MOST_WAITING:
            del self._waiting[1]  # the first may be on its way to the disk
            self.lost += 1
            _LOG.error("History could not be written for a day; the oldest minute that waits is given up.")
        self._waiting.append(batch)
        self._arrived.set()

    async def run(self) -> None:
        """Write for ever."""
        while True:
            while not self._waiting:
                self._arrived.clear()
                await self._arrived.wait()
            if not await self._write_next():
                await self._clock.sleep(RETRY_AFTER_S)

    async def drain(self) -> None:
        """Write what waits, as long as the store takes it."""
        while self._waiting and await self._write_next():
            pass

    async def _write_next(self) -> bool:
        batch = self._waiting[0]
        try:
            await self._store.write(batch)
        except StorageError as error:
            if self.problem is None:
                _LOG.error("%s", error)
            self.problem = error
            return False
        if self.problem is not None:
            _LOG.warning("History is written again; %d minutes had to wait.", len(self._waiting))
        self.problem = None
        self._waiting.popleft()
        return True
