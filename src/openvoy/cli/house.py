"""Collector, desk, exporters and dashboard over one history: what a changed configuration does not concern goes on."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field, replace
from typing import Any, Self, TypeVar

from openvoy.cli.folders import data_folder
from openvoy.cli.kept import Kept, read_marks
from openvoy.cli.roof import LAYOUT_FILE, RoofFile
from openvoy.cli.tariff import SitePrices
from openvoy.cli.wiring import Service, build_exporter
from openvoy.client.prices import fetch_text
from openvoy.collector import Collector, ControlDesk, Exporting, Source
from openvoy.collector.logbook import GatewayLogs
from openvoy.collector.tariffs import keeping_tariffs
from openvoy.model.place import SitePlace
from openvoy.ports import Clock, Exporter, Household
from openvoy.ports.exporter import AnyExporterKind
from openvoy.settings.listen import Listen
from openvoy.store import HistoryStore
from openvoy.store.copies import FolderCopies
from openvoy.store.exchange.files import StoreFiles
from openvoy.web.access import Access
from openvoy.web.app import build_app
from openvoy.web.asgi import WebApp
from openvoy.web.listen import build_host_rule
from openvoy.web.server import serve

T = TypeVar("T")


@dataclass(slots=True)
class _Part:
    """Something open, and what it was opened for."""

    key: object = None
    left: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def open(self, key: object, context: AbstractAsyncContextManager[T]) -> T:
        self.key = key
        return await self.left.enter_async_context(context)

    async def close(self) -> None:
        self.key = None
        await self.left.aclose()


class House:
    """A service that runs. Open it as a context, then `renew` it with what it shall be, as often as that changes."""

    def __init__(self, store: HistoryStore, clock: Clock) -> None:
        self._store, self._clock, self._kept = store, clock, Kept()
        self._collector = Collector(store=store, clock=clock)
        self._exporting = Exporting(clock=clock)
        self._desk: ControlDesk | None = None
        self._mirror, self._web = _Part(), _Part()
        self._left = AsyncExitStack()
        self._app: WebApp | None = None
        self._sources: Sequence[Source] = ()
        self._bound: Listen | None = None

    async def __aenter__(self) -> Self:
        await self._left.enter_async_context(self._collector)
        await self._left.enter_async_context(keeping_tariffs(self._collector.feed, self._store, self._clock))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._web.close()
        await self._mirror.close()
        await self._left.aclose()

    async def renew(self, service: Service) -> Listen:
        """Be this service from now on; give the address that is really listened at. Raises ConfigError."""
        self._kept.begin()
        if self._mirror.key is not service.mirror:
            await self._mirror.close()
        desk = await self._renew_desk(service)
        await self._collector.take(service.sources)
        household = self._build_household(service, desk)
        exporters = [self._keep_exporter(kind, settings, household) for kind, settings in service.exporters]
        sections = [kind.section for kind, _ in service.exporters]
        await self._exporting.take([*zip(sections, exporters, strict=True)])
        if service.mirror is not None and self._mirror.key is None:
            await self._mirror.open(service.mirror, service.mirror.running())
        return await self._renew_web(service, household, exporters)

    async def _renew_desk(self, service: Service) -> ControlDesk:
        controllers = {one.name: one.controller for one in service.sources if one.controller is not None}
        if self._desk is None:
            desk = ControlDesk({}, audit=service.audit, store=self._store, read_again=self._collector.read_again)
            self._desk = await self._left.enter_async_context(desk)
            await self._left.enter_async_context(self._exporting)
        await self._desk.take(controllers, is_enabled=service.is_control_enabled)
        return self._desk

    def _keep_exporter(self, kind: AnyExporterKind, settings: Any, household: Household) -> Exporter:
        key = (kind.section, settings, household.place, read_marks(settings, household.environ))
        return self._kept.build(key, lambda: build_exporter(kind, settings, household))

    async def _renew_web(self, service: Service, household: Household, exporters: list[Exporter]) -> Listen:
        pages = [page for one in exporters for page in one.pages]
        prices, logbook = self._keep_prices(service), GatewayLogs(service.sources, clock=self._clock)
        setup = None if service.build_setup is None else service.build_setup(household)
        listen, bound = service.listen, self._bound
        if listen.port == 0 and bound is not None:
            listen = replace(listen, port=bound.port)
        before, self._sources = self._sources, service.sources
        key = (listen.host, service.tls, service.host_names, service.rules, pages)
        if self._app is not None and bound is not None and self._web.key == key and listen.port == bound.port:
            self._app.shelf.put(site=service.site, prices=prices, setup=setup, logbook=logbook)
            if before != self._sources:
                self._app.live.begin_anew(kept={one.name for one in self._sources if one in before})
            return bound
        await self._web.close()
        self._app = build_app(
            feed=household.feed,
            store=self._store,
            site=service.site,
            clock=self._clock,
            hosts=build_host_rule(listen, service.host_names),
            exporters=self._exporting,
            prices=prices,
            access=service.access or Access(clock=self._clock, file=service.accounts, rules=service.rules),
            desk=household.desk,
            setup=setup,
            roof=RoofFile((service.folder or data_folder()) / LAYOUT_FILE),
            logbook=logbook,
            has_tls=service.tls is not None,
            pages=pages,
        )
        bound = await self._web.open(key, serve(self._app, listen, tls=service.tls))
        self._bound = bound
        return bound

    def _keep_prices(self, service: Service) -> SitePrices:
        def build() -> SitePrices:
            cache = data_folder() / "prices"
            feed = self._collector.feed
            return SitePrices(
                service.tariff, clock=self._clock, fetch=fetch_text, cache=cache, feed=feed, history=self._store
            )

        return self._kept.build(("prices", service.tariff), build)

    def _build_household(self, service: Service, desk: ControlDesk) -> Household:
        site = service.site
        return Household(
            place=SitePlace(name=site.name, time_zone=site.time_zone, latitude=site.latitude, longitude=site.longitude),
            feed=self._collector.feed,
            store=self._store,
            clock=self._clock,
            desk=desk,
            environ=service.environ,
            files=StoreFiles(self._store, self._clock),
            copies=None if service.history is None else FolderCopies(service.history),
        )


@contextlib.asynccontextmanager
async def running(service: Service, store: HistoryStore, clock: Clock) -> AsyncIterator[Listen]:
    """Collect, keep and serve while the context is open; gives the address that is really listened at."""
    async with House(store, clock) as house:
        yield await house.renew(service)
