"""Puts the service together: gateways, collector, history, dashboard."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from openvoy.cli.cloud import build_token_source
from openvoy.cli.config import Config, GatewayConfig
from openvoy.cli.control import build_settings
from openvoy.cli.folders import data_folder
from openvoy.cli.output import say
from openvoy.cli.roof import LAYOUT_FILE, RoofFile
from openvoy.cli.service_mirror import ServiceMirror
from openvoy.cli.tariff import SitePrices, TariffFile
from openvoy.client.control import MemoryAudit
from openvoy.client.gateway import Gateway
from openvoy.client.pins import PinStore
from openvoy.client.prices import fetch_text
from openvoy.collector import Collector, ControlDesk, Exporting, Source
from openvoy.collector.logbook import GatewayLogs
from openvoy.collector.tariffs import keeping_tariffs
from openvoy.model.place import SitePlace
from openvoy.ports import Clock, Exporter, Feed, Household
from openvoy.ports.control import Audit
from openvoy.ports.exporter import AnyExporterKind
from openvoy.ports.setup import Setup
from openvoy.settings.listen import Listen
from openvoy.store import HistoryStore
from openvoy.store.copies import FolderCopies
from openvoy.store.exchange.files import StoreFiles
from openvoy.web import Access, AccessRules, SiteInfo, Tls, build_app, build_host_rule, serve


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What the service is made of, beside its history."""

    sources: Sequence[Source]
    site: SiteInfo
    listen: Listen
    tls: Tls | None = None
    rules: AccessRules = field(default_factory=AccessRules)
    accounts: Path | None = None
    """File of accounts and keys; None: none are kept."""
    access: Access | None = None
    """Who may, from an earlier start; None reads `accounts`."""
    host_names: tuple[str, ...] = ()
    exporters: Sequence[tuple[AnyExporterKind, Any]] = ()
    """Kinds and their settings."""
    environ: Mapping[str, str] = field(default_factory=dict)
    """Where exporters look up secrets."""
    tariff: TariffFile | None = None
    """Prices of the site; None: those of the gateway."""
    mirror: ServiceMirror | None = None
    """Serves other programs the gateway's own API."""
    audit: Audit = field(default_factory=MemoryAudit)
    """Where it is written down what gateways were told."""
    is_control_enabled: bool = False
    folder: Path | None = None
    """Where the layout of the panels is kept; None: beside everything else."""
    history: Path | None = None
    """Folder of the history; None where nobody may copy it."""
    build_setup: Callable[[Household], Setup] | None = None
    """Builds what changes the configuration; None: nobody does."""

    @contextlib.asynccontextmanager
    async def running(self, store: HistoryStore, clock: Clock) -> AsyncIterator[Listen]:
        """Collect, keep and serve while the context is open; gives the address that is really listened at."""
        async with contextlib.AsyncExitStack() as stack:
            collector = await stack.enter_async_context(Collector(self.sources, store=store, clock=clock))
            desk = await stack.enter_async_context(self._build_desk(store, collector))
            household = self._build_household(collector.feed, store, clock, desk)
            await stack.enter_async_context(keeping_tariffs(collector.feed, store, clock))
            exporters = build_exporters(self.exporters, household)
            exporting = await stack.enter_async_context(Exporting(exporters, clock=clock))
            if self.mirror is not None:
                await stack.enter_async_context(self.mirror.running())
            app = build_app(
                feed=collector.feed,
                store=store,
                site=self.site,
                clock=clock,
                hosts=build_host_rule(self.listen, self.host_names),
                exporters=exporting,
                prices=self._build_prices(collector.feed, store, clock),
                access=self.access or Access(clock=clock, file=self.accounts, rules=self.rules),
                desk=desk,
                setup=None if self.build_setup is None else self.build_setup(household),
                roof=RoofFile((self.folder or data_folder()) / LAYOUT_FILE),
                logbook=GatewayLogs(self.sources, clock=clock),
                has_tls=self.tls is not None,
                pages=[page for _, exporter in exporters for page in exporter.pages],
            )
            yield await stack.enter_async_context(serve(app, self.listen, tls=self.tls))

    def _build_desk(self, store: HistoryStore, collector: Collector) -> ControlDesk:
        controllers = {one.name: one.controller for one in self.sources if one.controller is not None}
        return ControlDesk(
            controllers,
            audit=self.audit,
            store=store,
            is_enabled=self.is_control_enabled,
            read_again=collector.read_again,
        )

    def _build_prices(self, feed: Feed, store: HistoryStore, clock: Clock) -> SitePrices:
        cache = data_folder() / "prices"
        return SitePrices(self.tariff, clock=clock, fetch=fetch_text, cache=cache, feed=feed, history=store)

    def _build_household(self, feed: Feed, store: HistoryStore, clock: Clock, desk: ControlDesk) -> Household:
        site = self.site
        return Household(
            place=SitePlace(name=site.name, time_zone=site.time_zone, latitude=site.latitude, longitude=site.longitude),
            feed=feed,
            store=store,
            clock=clock,
            desk=desk,
            environ=self.environ,
            files=StoreFiles(store, clock),
            copies=None if self.history is None else FolderCopies(self.history),
        )


def build_exporters(
    wanted: Sequence[tuple[AnyExporterKind, Any]], household: Household
) -> Sequence[tuple[str, Exporter]]:
    """Build exporters by the names of their sections; raise ConfigError for settings that cannot work."""
    return [(kind.section, kind.build(settings, household)) for kind, settings in wanted]


@contextlib.asynccontextmanager
async def open_history(folder: Path, live_days: int) -> AsyncIterator[HistoryStore]:
    """Open the history and close it at the end; a person is told what had to be set aside."""
    store = await HistoryStore.open(folder, live_days=live_days)
    try:
        for damaged in store.set_aside:
            say(f"History: {damaged.reason}. The file is kept as {damaged.path}; collection goes on with a new one.")
        yield store
    finally:
        await store.close()


def build_sources(config: Config, environ: Mapping[str, str], pins: PinStore) -> tuple[Source, ...]:
    """Build the gateways of a configuration; raise ConfigError for a login that cannot work."""
    return tuple(_build_source(gateway, config, environ, pins) for gateway in config.gateways)


def _build_source(gateway: GatewayConfig, config: Config, environ: Mapping[str, str], pins: PinStore) -> Source:
    tokens = build_token_source(gateway, config, environ)
    client = Gateway(
        gateway.host,
        tokens=tokens,
        user=gateway.user,
        password=None if gateway.password is None else gateway.password.read(environ),
        pins=pins,
        control=build_settings(enabled=config.control.enabled),
    )
    return Source(
        name=gateway.name,
        host=gateway.host,
        reader=client,
        controller=client.control,
        time_zone=ZoneInfo(config.sites[gateway.site].time_zone),
        tokens=tokens,
    )


async def until_stopped() -> None:
    """Wait for Ctrl-C or a polite request to end."""
    await listen_for_stop().wait()


def listen_for_stop() -> asyncio.Event:
    """Give what is set by Ctrl-C or a polite request to end."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    return stopped
