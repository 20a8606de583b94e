"""The collector as a whole: one poller a gateway, one keeper, all supervised."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, Self

from openvoy.collector.feed import LiveFeed
from openvoy.collector.keeper import Keeper
from openvoy.collector.poller import Poller
from openvoy.collector.supervisor import supervise
from openvoy.ports import Clock, Feed, History, Reader
from openvoy.ports.control import Controller
from openvoy.ports.tokens import TokenSource
from openvoy.protocol.endpoint import Endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One gateway to collect from."""

    name: str
    host: str
    reader: Reader
    time_zone: tzinfo
    tokens: TokenSource | None = None
    """Asked for what will go wrong with the login, if it has a token."""
    controller: Controller | None = None
    """Tells it things; None where it is only read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """What collects from one gateway."""

    source: Source
    poller: Poller
    task: asyncio.Task[None]


class Collector:
    """Collects from gateways and keeps history while the context is open."""

    def __init__(self, sources: Sequence[Source] = (), *, store: History, clock: Clock) -> None:
        self._store, self._clock, self._sources = store, clock, sources
        self._keeper = keeper = Keeper(store, clock)
        self._feed = LiveFeed([source.name for source in sources], history=lambda: keeper.status)
        self._jobs: dict[str, _Job] = {}
        self._keeping: asyncio.Task[None] | None = None
        self.feed: Feed = self._feed

    async def __aenter__(self) -> Self:
        self._keeping = self._begin("keeper", self._keeper.run)
        await self.take(self._sources)
        return self

    async def __aexit__(self, *_: object) -> None:
        tasks = [job.task for job in self._jobs.values()]
        for task in filter(None, [*tasks, self._keeping]):
            task.cancel()
        for task in filter(None, [*tasks, self._keeping]):
            await _wait_for(task)
        for job in self._jobs.values():
            await job.poller.close()
        await self._keeper.drain()

    async def take(self, sources: Sequence[Source]) -> None:
        """Collect from these from now on; a source that was there before goes on undisturbed."""
        wanted = {source.name: source for source in sources}
        gone = [job for name, job in self._jobs.items() if wanted.get(name) is not job.source]
        for job in gone:
            del self._jobs[job.source.name]
            job.task.cancel()
            await _wait_for(job.task)
            await job.poller.close()
        if gone:
            # Who comes next to the same gateway goes on from what history says of it.
            await self._keeper.settle()
        troubles = {source.name: source.tokens.find_trouble for source in sources if source.tokens is not None}
        self._feed.arrange([*wanted], kept=self._jobs.keys(), troubles=troubles)
        for source in sources:
            if source.name not in self._jobs:
                poller = self._build_poller(source)
                task = self._begin(f"poller {source.name}", poller.run)
                self._jobs[source.name] = _Job(source=source, poller=poller, task=task)

    async def read_again(self, gateway: str, endpoints: Iterable[Endpoint[Any]]) -> None:
        """Ask a gateway now for what somebody has changed, and publish it."""
        if gateway in self._jobs:
            await self._jobs[gateway].poller.read_again(endpoints)

    def _begin(self, name: str, job: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
        return asyncio.create_task(supervise(name, job, self._clock), name=name)

    def _build_poller(self, source: Source) -> Poller:
        return Poller(
            source.name,
            source.host,
            reader=source.reader,
            store=self._store,
            keeper=self._keeper,
            feed=self._feed,
            clock=self._clock,
            time_zone=source.time_zone,
        )


async def _wait_for(task: asyncio.Task[None]) -> None:
    with contextlib.suppress(asyncio.CancelledError):
        await task
