"""Hands batches to the store in order, without ever holding up collection."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from dataclasses import fields
from datetime import datetime

from openvoy.collector.jumps import HOLD_HINT, describe_hold
from openvoy.errors import StorageError
from openvoy.model.records import Batch, EventRecord
from openvoy.ports import Clock, HistoryStatus, Store

_LOG = logging.getLogger(__name__)

MOST_WAITING = 1440
"""A day of minutes may wait for a store in trouble (a full disk, say); beyond it the oldest are given up."""
RETRY_AFTER_S = 30.0
KEPT_AGAIN = "history.kept"
"""The event that tells afterwards that the store was in trouble."""


class Keeper:
    """Writes batches; those that the store could not take wait and are written first when it can again."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._waiting: deque[Batch] = deque()
        self._arrived = asyncio.Event()
        self._turn = asyncio.Lock()
        """Of writing the first that waits."""
        self._problem: StorageError | None = None
        """Why nothing is written at the moment."""
        self._since: datetime | None = None
        self._held: dict[str, datetime] = {}
        """Gateways of which nothing is kept, as the clock shows a time that is not to be; and until when."""
        self._held_since: datetime | None = None
        self._lost = self._lost_before = 0
        """Batches given up since the start, and until the last trouble was over."""

    def note_held_back(self, name: str, until: datetime | None) -> None:
        """Take down past which time a gateway's minutes are kept again, after the clock was set; None: they are."""
        if until is None:
            self._held.pop(name, None)
        else:
            self._held_since = self._held_since if self._held else self._clock.now()
            self._held[name] = until

    @property
    def status(self) -> HistoryStatus:
        """Whether batches are kept, as of now."""
        if self._problem is None and self._held:
            problem = describe_hold(max(self._held.values()))
            return HistoryStatus(
                is_kept=False, since=self._held_since, problem=problem, hint=HOLD_HINT, lost_count=self._lost
            )
        if self._problem is None:
            return HistoryStatus(lost_count=self._lost)
        return HistoryStatus(
            is_kept=False,
            since=self._since,
            problem=self._problem.message,
            hint=self._problem.hint or None,
            waiting_count=len(self._waiting),
            lost_count=self._lost,
        )

    def keep(self, batch: Batch) -> None:
        """Take a batch; it is written soon."""
        if len(self._waiting) >= MOST_WAITING:
            del self._waiting[1]  # the first may be on its way to the disk
            if self._lost == self._lost_before:
                _LOG.error("History could not be written for a day; for each minute that comes the oldest is given up.")
            self._lost += 1
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

    async def settle(self) -> None:
        """Write what waits, as long as the store takes it."""
        while self._waiting and await self._write_next():
            pass

    async def drain(self) -> None:
        """Write what waits for the last time."""
        await self.settle()
        if self._waiting:
            _LOG.error("History could not be written to the end; %d minutes that waited are lost.", len(self._waiting))

    async def _write_next(self) -> bool:
        async with self._turn:
            return not self._waiting or await self._write_first()

    async def _write_first(self) -> bool:
        batch = self._waiting[0]
        try:
            await self._store.write(batch)
        except StorageError as error:
            if self._problem is None:
                _LOG.error("%s", error)
                self._since = self._clock.now()
            self._problem = error
            return False
        self._waiting.popleft()
        if self._problem is not None:
            self._note_end(self._problem, _gateway_of(batch), waited_count=len(self._waiting) + 1)
        return True

    def _note_end(self, problem: StorageError, gateway: str | None, *, waited_count: int) -> None:
        lost_count, since = self._lost - self._lost_before, self._since
        _LOG.warning("History is written again; %d minutes had to wait, %d were given up.", waited_count, lost_count)
        self._problem = self._since = None
        self._lost_before = self._lost
        if gateway is not None:
            text = (
                f"What waited is kept now (minutes: {waited_count}; given up: {lost_count}). "
                f"Why it waited: {problem.message}"
            )
            details = {"waited_count": waited_count, "lost_count": lost_count}
            if since is not None:
                details["since_s"] = int(since.timestamp())
            told = EventRecord(
                gateway=gateway, at=self._clock.now(), kind=KEPT_AGAIN, subject=gateway, text=text, details=details
            )
            self._waiting.append(Batch(events=(told,)))


def _gateway_of(batch: Batch) -> str | None:
    """Tell whose minute it is."""
    return next((record.gateway for field in fields(batch) for record in getattr(batch, field.name)), None)
