"""The collector as a whole: one poller a gateway, one keeper, all supervised."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Sequence
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


class Collector:
    """Collects from gateways and keeps history while the context is open."""

    def __init__(self, sources: Sequence[Source], *, store: History, clock: Clock) -> None:
        self._clock = clock
        self._keeper = keeper = Keeper(store, clock)
        feed = LiveFeed(
            [source.name for source in sources],
            troubles={source.name: source.tokens.find_trouble for source in sources if source.tokens is not None},
            history=lambda: keeper.status,
        )
        self._pollers = {
            source.name: Poller(
                source.name,
                source.host,
                reader=source.reader,
                store=store,
                keeper=self._keeper,
                feed=feed,
                clock=clock,
                time_zone=source.time_zone,
            )
            for source in sources
        }
        self._tasks: list[asyncio.Task[None]] = []
        self.feed: Feed = feed

    async def __aenter__(self) -> Self:
        jobs = {"keeper": self._keeper.run, **{f"poller {name}": poller.run for name, poller in self._pollers.items()}}
        self._tasks = [asyncio.create_task(supervise(name, job, self._clock), name=name) for name, job in jobs.items()]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        for poller in self._pollers.values():
            await poller.close()
        await self._keeper.drain()

    async def read_again(self, gateway: str, endpoints: Iterable[Endpoint[Any]]) -> None:
        """Ask a gateway now for what somebody has changed, and publish it."""
        await self._pollers[gateway].read_again(endpoints)
