"""A client that keeps reading a simulated gateway, both on one clock and without a network."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from openvoy import Gateway
from openvoy.errors import OpenvoyError
from openvoy.testing.clock import ManualClock
from openvoy.testing.transport import InProcessTransport
from openvoy.virtual.api.versions import parse_version
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.faults import parse_fault
from openvoy.virtual.gateway import GatewaySettings, VirtualGateway
from openvoy.virtual.simulated import SiteSource
from openvoy.virtual.site import SiteDefinition
from tests.contract.site_support import NOON, site_named
from tests.support.lived import lived_site

T = TypeVar("T")


@dataclass
class Kept(Generic[T]):
    """What an iterator gave so far, with when, and what ended it."""

    items: list[tuple[float, T]] = field(default_factory=list)
    error: OpenvoyError | None = None

    @property
    def newest(self) -> T:
        return self.items[-1][1]

    def since(self, start_s: float) -> list[T]:
        return [item for at_s, item in self.items if at_s >= start_s]


class Pair:
    """A gateway and its client."""

    def __init__(self, site: str | SiteDefinition, firmware: str, at: datetime, *, installer: bool) -> None:
        self.clock = ManualClock(at)
        virtual = VirtualClock(self.clock)
        definition = site_named(site) if isinstance(site, str) else site
        source = SiteSource(lived_site(definition, at), virtual, parse_version(firmware))
        self.gateway = VirtualGateway(source, clock=virtual, settings=GatewaySettings(latency="8.3"))
        self.transport = InProcessTransport(self.gateway, self.clock)
        token = self.gateway.installer_token if installer else self.gateway.owner_token
        self.client = Gateway("gateway", token=token, clock=self.clock, open_transport=self.transport.opened)

    def switch_on(self, *faults: str) -> None:
        for text in faults:
            self.gateway.faults.switch_on(*parse_fault(text))

    def switch_off(self) -> None:
        self.gateway.faults.switch_off()

    def requests(self, path: str) -> int:
        rows = self.gateway.stats.report()["endpoints"]
        assert isinstance(rows, dict)
        return rows[path].requests if path in rows else 0

    async def told(self, work: Awaitable[T]) -> T:
        """Let time pass until an answer is there."""
        task = asyncio.ensure_future(work)
        while not task.done():
            await self.clock.advance(0.1)
        return await task

    @asynccontextmanager
    async def following(self, start: Callable[[], AsyncGenerator[T]]) -> AsyncIterator[Kept[T]]:
        """Keep what an iterator gives while the context is open."""
        kept: Kept[T] = Kept()

        async def keep() -> None:
            try:
                async with contextlib.aclosing(start()) as items:
                    async for item in items:
                        kept.items.append((self.clock.monotonic(), item))
            except OpenvoyError as error:
                kept.error = error

        task = asyncio.create_task(keep())
        try:
            yield kept
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                # What an iterator puts back takes the gateway some time.
                await self.told(task)
            await self.client.close()


def pair(
    site: str | SiteDefinition = "metered-split", firmware: str = "8.3", *, at: datetime = NOON, installer: bool = False
) -> Pair:
    """Build a gateway and its client, by day."""
    return Pair(site, firmware, at, installer=installer)
