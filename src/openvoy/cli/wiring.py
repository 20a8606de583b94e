"""What a service is made of: gateways, history, exporters, dashboard."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from openvoy.cli.cloud import build_token_source
from openvoy.cli.config import Config, GatewayConfig
from openvoy.cli.control import build_settings
from openvoy.cli.kept import Kept, read_marks
from openvoy.cli.output import say
from openvoy.cli.service_mirror import ServiceMirror
from openvoy.cli.tariff import TariffFile
from openvoy.client.control import MemoryAudit
from openvoy.client.gateway import Gateway
from openvoy.client.pins import PinStore
from openvoy.collector import Source
from openvoy.ports import Exporter, Household
from openvoy.ports.control import Audit
from openvoy.ports.exporter import AnyExporterKind
from openvoy.ports.setup import Setup
from openvoy.settings.listen import Listen
from openvoy.store import HistoryStore
from openvoy.web.access import Access, AccessRules
from openvoy.web.backend import SiteInfo
from openvoy.web.tls import Tls


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


def build_exporters(
    wanted: Sequence[tuple[AnyExporterKind, Any]], household: Household
) -> Sequence[tuple[str, Exporter]]:
    """Build exporters by the names of their sections; raise ConfigError for settings that cannot work."""
    return [(kind.section, build_exporter(kind, settings, household)) for kind, settings in wanted]


def build_exporter(kind: AnyExporterKind, settings: Any, household: Household) -> Exporter:
    """Build one; raise ConfigError for settings that cannot work."""
    exporter: Exporter = kind.build(settings, household)
    return exporter


@contextlib.asynccontextmanager
async def open_history(folder: Path, live_days: int) -> AsyncIterator[HistoryStore]:
    """Open the history and close it at the end; a person is told what had to be set aside."""
    store = await HistoryStore.open(folder, live_days=live_days)
    try:
        for damaged in store.set_aside:
            anew = "; the history was made anew from its months and its journal" if damaged.is_whole_history else ""
            say(f"History: {damaged.reason}. What was there is kept as {damaged.path}{anew}.")
        yield store
    finally:
        await store.close()


def build_sources(
    config: Config,
    environ: Mapping[str, str],
    pins: PinStore,
    *,
    kept: Kept,
    renewed: Mapping[str, int],
    accept_new_certificates: bool = False,
) -> tuple[Source, ...]:
    """Build the gateways of a configuration, those anew that it concerns; raise ConfigError for an impossible login.

    `renewed` counts by their names how often what they log in with was given anew. With `accept_new_certificates` each
    trusts what it is shown when it is first reached.
    """
    sources = []
    for gateway in config.gateways:
        zone = config.sites[gateway.site].time_zone
        key = (gateway, config.cloud, zone, read_marks(gateway, environ), renewed.get(gateway.name, 0))
        build = partial(_build_source, gateway, config, environ, pins, accepts_new=accept_new_certificates)
        client, source = kept.build(key, build)
        client.control.take_settings(build_settings(enabled=config.control.enabled))
        sources.append(source)
    return tuple(sources)


def _build_source(
    gateway: GatewayConfig, config: Config, environ: Mapping[str, str], pins: PinStore, *, accepts_new: bool
) -> tuple[Gateway, Source]:
    tokens = build_token_source(gateway, config, environ)
    if gateway.password is not None:
        gateway.password.read(environ)  # one that is not there is told at the start
    client = Gateway(
        gateway.host,
        tokens=tokens,
        user=gateway.user,
        password=None if gateway.password is None else partial(gateway.password.read, environ),
        pins=pins,
        accept_new_certificate=accepts_new,
    )
    source = Source(
        name=gateway.name,
        host=gateway.host,
        reader=client,
        controller=client.control,
        time_zone=ZoneInfo(config.sites[gateway.site].time_zone),
        tokens=tokens,
    )
    return client, source


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
