"""The service's web side over real HTTP on loopback, fed by hand."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from openvoy.collector.feed import LiveFeed
from openvoy.ports import Store
from openvoy.ports.control import Desk
from openvoy.ports.logbook import Logbook
from openvoy.ports.prices import Prices
from openvoy.ports.roof import Roof
from openvoy.settings.listen import Listen
from openvoy.testing.clock import ManualClock
from openvoy.web.access import Access, AccessRules
from openvoy.web.app import build_app
from openvoy.web.asgi import WebApp
from openvoy.web.assets import STATIC_FOLDER
from openvoy.web.backend import SiteInfo
from openvoy.web.listen import build_host_rule
from openvoy.web.server import serve
from tests.contract.broken_store import BrokenStore

LOOPBACK = Listen(host="127.0.0.1", port=0)
SITE = SiteInfo(name="home", time_zone="Europe/Paris", latitude=48.85, longitude=2.35)


@dataclass(frozen=True, kw_only=True)
class Setup:
    """What the service is built of."""

    store: Store = field(default_factory=BrokenStore)
    names: Sequence[str] = ("home",)
    listen: Listen = LOOPBACK
    rules: AccessRules = field(default_factory=AccessRules)
    accounts: Path | None = None
    desk: Desk | None = None
    host_names: Sequence[str] = ()
    static: Path = STATIC_FOLDER
    prices: Prices | None = None
    roof: Roof | None = None
    logbook: Logbook | None = None


@dataclass(frozen=True, kw_only=True)
class WebService:
    """A running service and a browser."""

    feed: LiveFeed
    clock: ManualClock
    app: WebApp
    bound: Listen
    browser: aiohttp.ClientSession
    streams: list[aiohttp.ClientResponse] = field(default_factory=list)

    def close_streams(self) -> None:
        """Close what was opened and not read to its end."""
        for stream in self.streams:
            stream.close()

    async def ask(self, path: str, status: int = 200, **query: Any) -> Any:
        """Read JSON and check the status."""
        async with self.browser.get(path, params=query) as reply:
            assert reply.status == status, await reply.text()
            assert reply.content_type == "application/json"
            return await reply.json()


def build_web(setup: Setup, feed: LiveFeed, clock: ManualClock) -> WebApp:
    """Build the application."""
    hosts = build_host_rule(setup.listen, setup.host_names)
    return build_app(
        feed=feed,
        store=setup.store,
        site=SITE,
        clock=clock,
        hosts=hosts,
        access=Access(clock=clock, file=setup.accounts, rules=setup.rules),
        static=setup.static,
        desk=setup.desk,
        prices=setup.prices,
        roof=setup.roof,
        logbook=setup.logbook,
    )


@contextlib.asynccontextmanager
async def web_service(setup: Setup | None = None) -> AsyncIterator[WebService]:
    """Serve at a free port; connections and streams of the browser stay open until the service has stopped."""
    setup = setup or Setup()
    feed, clock = LiveFeed(setup.names), ManualClock()
    app = build_web(setup, feed, clock)
    async with (
        contextlib.AsyncExitStack() as left_open,
        serve(app, setup.listen) as bound,
    ):
        connector = aiohttp.TCPConnector(limit=0)
        browser = aiohttp.ClientSession(
            f"http://127.0.0.1:{bound.port}/", connector=connector, cookie_jar=aiohttp.CookieJar(unsafe=True)
        )
        await left_open.enter_async_context(browser)
        service = WebService(feed=feed, clock=clock, app=app, bound=bound, browser=browser)
        left_open.callback(service.close_streams)
        yield service
