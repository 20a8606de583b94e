"""The service's web side with a feed that tests fill by hand."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from openvoy.client.clock import SystemClock
from openvoy.collector.feed import LiveFeed
from openvoy.ports import Store
from openvoy.ports.logbook import Logbook
from openvoy.ports.prices import Prices
from openvoy.ports.roof import Roof
from openvoy.settings.listen import Listen
from openvoy.web.access import Access
from openvoy.web.app import build_app
from openvoy.web.assets import STATIC_FOLDER
from openvoy.web.backend import SiteInfo
from openvoy.web.listen import build_host_rule
from openvoy.web.server import serve

LOOPBACK = Listen(host="127.0.0.1", port=0)


@dataclass(frozen=True, kw_only=True)
class Served:
    """Where it is, and what it is fed with."""

    feed: LiveFeed
    bound: Listen
    left: contextlib.AsyncExitStack

    async def stop(self) -> None:
        """End it before its context does."""
        await self.left.aclose()

    @property
    def url(self) -> str:
        """Address of the dashboard."""
        return self.bound.url

    async def ask(self, path: str, **query: Any) -> Any:
        """Read JSON as another program would."""
        async with aiohttp.ClientSession() as session, session.get(self.url + path, params=query) as reply:
            assert reply.status == 200, await reply.text()
            return await reply.json()


@contextlib.asynccontextmanager
async def serving(
    store: Store,
    *,
    zone: str = "Europe/Paris",
    names: Sequence[str] = ("home",),
    listen: Listen = LOOPBACK,
    roof: Roof | None = None,
    logbook: Logbook | None = None,
    accounts: Path | None = None,
    prices: Prices | None = None,
    static: Path = STATIC_FOLDER,
) -> AsyncIterator[Served]:
    """Serve a site called Maison until the context ends."""
    feed = LiveFeed(names)
    app = build_app(
        feed=feed,
        store=store,
        site=SiteInfo(name="Maison", time_zone=zone, latitude=48.85, longitude=2.35),
        clock=SystemClock(),
        hosts=build_host_rule(listen),
        roof=roof,
        prices=prices,
        logbook=logbook,
        access=Access(clock=SystemClock(), file=accounts),
        static=static,
    )
    async with contextlib.AsyncExitStack() as left:
        bound = await left.enter_async_context(serve(app, listen))
        yield Served(feed=feed, bound=bound, left=left)
