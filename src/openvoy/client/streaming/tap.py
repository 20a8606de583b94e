"""The meters' event stream, kept running beside the requests; only its newest record counts."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from openvoy.errors import OpenvoyError
from openvoy.ports import Clock
from openvoy.ports.reader import Streamer
from openvoy.protocol.endpoints.livedata import STREAM_METER, StreamRecord

_LOG = logging.getLogger("openvoy.client")


class Tap:
    """Follows the stream in a task of its own, from `open` to `close`."""

    def __init__(self, streamer: Streamer | None, clock: Clock) -> None:
        self._streamer, self._clock = streamer, clock
        self._task: asyncio.Task[None] | None = None
        self._is_offered = streamer is not None
        self.newest: StreamRecord | None = None
        """The newest record that nobody has taken."""
        self.arrived_s = float("-inf")
        """When a record arrived last, by the stopwatch."""

    def open(self) -> None:
        """Follow the stream, unless that is done or it is not offered."""
        if self._is_offered and self._task is None and self._streamer is not None:
            self._task = asyncio.create_task(self._follow(self._streamer), name="meter stream")

    async def close(self) -> None:
        """Stop; nothing is left running. It may be opened again, by a login that may be told more."""
        task, self._task = self._task, None
        self.newest, self.arrived_s = None, float("-inf")
        self._is_offered = self._streamer is not None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def take(self) -> StreamRecord | None:
        """Give the newest record once."""
        record, self.newest = self.newest, None
        return record

    async def _follow(self, streamer: Streamer) -> None:
        try:
            async with contextlib.aclosing(streamer.stream(STREAM_METER)) as bursts:
                async for burst in bursts:
                    self.newest, self.arrived_s = burst[-1], self._clock.monotonic()
        except OpenvoyError as error:
            # Whatever ends it for good, requests go on, and tell of it if it concerns them too.
            self._is_offered = False
            _LOG.info("meters are asked instead of followed: %s", error.message)
