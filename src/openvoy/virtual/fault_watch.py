"""Lets faults act that wait for no request: ports that open and close, and what others do to the gateway."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Any

from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.fault_board import FaultBoard
from openvoy.virtual.server import Server

_LOOK_S = 1.0
"""How exactly the beginning and the end of a time of day are kept, in the gateway's seconds …"""
_LOOK_REAL_S = 0.25
"""… and in real ones where its clock runs fast."""


class FaultWatch:
    """Watches the faults from `start` to `stop`."""

    def __init__(self, servers: Sequence[Server], faults: FaultBoard, clock: VirtualClock) -> None:
        self._servers = servers
        self._faults = faults
        self._clock = clock
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Close the ports if they are to be closed now, and begin to watch."""
        await self._settle()
        self._task = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """End the watch; the ports stay as they are."""
        task, self._task = self._task, None
        if task is not None:
            await _end(task)

    async def _watch(self) -> None:
        while True:
            waits: list[Coroutine[Any, Any, None]] = [self._faults.until_changed()]
            if self._faults.is_timed:
                waits.append(self._clock.sleep(max(_LOOK_S, self._clock.speed * _LOOK_REAL_S)))
            tasks = [asyncio.create_task(wait) for wait in waits]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    await _end(task)
            await self._settle()

    async def _settle(self) -> None:
        await self._faults.act()
        is_refusing = await self._faults.is_refusing()
        for server in self._servers:
            await (server.refuse() if is_refusing else server.accept())


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
