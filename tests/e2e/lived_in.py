"""A house that is lived in: its past in a history, its gateway, and the whole service, on one clock that is moved."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from openvoy.cli.config import Config
from openvoy.cli.demo_site import live_until_now
from openvoy.cli.house import running
from openvoy.cli.setup import Restarts, ServiceSetup, Trials
from openvoy.cli.setup.service import Running
from openvoy.cli.wiring import Service, build_exporters
from openvoy.client.clock import SystemClock
from openvoy.client.control import ControlSettings, MemoryAudit
from openvoy.client.gateway import Gateway
from openvoy.client.pins import MemoryPinStore
from openvoy.client.token_source import ReadTokens
from openvoy.collector import Source
from openvoy.ports import Household
from openvoy.ports.setup import Setup
from openvoy.protocol.cloud import CloudService
from openvoy.settings.listen import Listen
from openvoy.store import HistoryStore
from openvoy.virtual.api.versions import DEFAULT, parse_version
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.faults import parse_fault
from openvoy.virtual.gateway import GatewaySettings, VirtualGateway
from openvoy.virtual.simulated import SiteSource
from openvoy.virtual.site import Site
from openvoy.virtual.site.definition import Panel, SiteDefinition
from openvoy.web.access import ACCESS_FILE
from openvoy.web.backend import SiteInfo
from tests.support.patience import PATIENCE_S

LOOPBACK = Listen(host="127.0.0.1", port=0)
NAME = "home"
SOON_S = 0.05
PATIENT_TURNS = 40


@dataclass(frozen=True, kw_only=True)
class LivedIn:
    """One house and what can happen to it."""

    url: str
    gateway: VirtualGateway
    clock: VirtualClock
    store: HistoryStore
    asking: aiohttp.ClientSession

    def suffer(self, *faults: str) -> None:
        """Switch faults on, as on the command line."""
        for text in faults:
            self.gateway.faults.switch_on(*parse_fault(text))

    async def ask(self, path: str) -> Any:
        """Read JSON of the service."""
        async with self.asking.get(f"/api/v1/{path}") as reply:
            return await reply.json()

    async def send(self, method: str, path: str, **body: Any) -> Any:
        """Change something as a page would."""
        cookies = {cookie.key: cookie.value for cookie in self.asking.cookie_jar}
        headers = {"X-CSRFToken": cookies.get("openvoy_csrf", "")}
        async with self.asking.request(method, f"/api/v1/{path}", json=body, headers=headers) as reply:
            assert reply.status == 200, await reply.text()
            return await reply.json()

    async def until_state(self, *states: str) -> None:
        """Wait until collection goes like this; where that takes long, time goes faster."""
        async with asyncio.timeout(PATIENCE_S):
            for turn in itertools.count():
                if (await self.ask("gateways"))[0]["state"] in states:
                    return
                await asyncio.sleep(SOON_S)
                if turn > PATIENT_TURNS:
                    self.clock.advance(60)

    async def until_values(self) -> None:
        """Wait until powers have arrived, which may be a moment after everything else."""
        async with asyncio.timeout(PATIENCE_S):
            for _ in itertools.count():
                if (await self.ask("snapshot")).get("power", {}).get("solar_w") is not None:
                    return
                await asyncio.sleep(SOON_S)

    async def minutes(self, count: int, *, step_s: float = 20.0) -> None:
        """Let minutes go by, in steps with the time that their work takes; small ones while values arrive."""
        for _ in range(round(60 * count / step_s)):
            self.clock.advance(step_s)
            await asyncio.sleep(SOON_S)


@contextlib.asynccontextmanager
async def lived_in(
    folder: Path,
    *,
    site: SiteDefinition,
    at: datetime,
    days: int = 3,
    token_s: float | None = None,
    faults: tuple[str, ...] = (),
) -> AsyncIterator[LivedIn]:
    """Run a house that has lived for `days`, without its first reading yet; with 0 days nothing is kept of its past."""
    clock = VirtualClock(SystemClock(), start=at)
    definition = site.commissioned_on((at - timedelta(days=days or 3)).date())
    simulated = Site(definition)
    async with contextlib.AsyncExitStack() as stack:
        store = await HistoryStore.open(folder / "history")
        stack.push_async_callback(store.close)
        if days:
            await live_until_now(store, simulated, clock)
        source = SiteSource(simulated, clock, parse_version(DEFAULT))
        settings = GatewaySettings(folder=folder / "gateway", faults=faults)
        gateway = await stack.enter_async_context(VirtualGateway(source, clock=clock, settings=settings))
        service = build_service(gateway, definition, folder, clock, token_s)
        bound = await stack.enter_async_context(running(service, store, clock))
        asking = await stack.enter_async_context(
            aiohttp.ClientSession(bound.url, cookie_jar=aiohttp.CookieJar(unsafe=True))
        )
        yield LivedIn(url=bound.url, gateway=gateway, clock=clock, store=store, asking=asking)


def build_service(
    gateway: VirtualGateway, site: SiteDefinition, folder: Path, clock: VirtualClock, token_s: float | None
) -> Service:
    """Build all of `openvoy run` but its clock, with the file that the settings show."""
    token = gateway.owner_token if token_s is None else gateway.issue_token("owner", lifetime_s=token_s)
    assert gateway.url is not None
    assert token is not None
    (folder / "home.jwt").write_text(token)
    (folder / "home.jwt").chmod(0o600)
    file = folder / "openvoy.toml"
    place = site.location
    file.write_text(
        f'[[gateway]]\nname = "{NAME}"\nhost = "{gateway.url}"\ntoken_file = "home.jwt"\n\n'
        f'[site.home]\ntime_zone = "{place.time_zone}"\nlatitude = {place.latitude}\nlongitude = {place.longitude}\n\n'
        "[control]\nenabled = true\n"
    )
    tokens = ReadTokens(lambda: token, clock=clock, origin="file home.jwt")
    audit = MemoryAudit()
    control = ControlSettings(enabled=True, audit=audit)
    client = Gateway(gateway.url, tokens=tokens, pins=MemoryPinStore(), clock=clock, control=control)
    one = Source(
        name=NAME, host="envoy.local", reader=client, controller=client.control, time_zone=site.zone, tokens=tokens
    )
    return Service(
        sources=[one],
        folder=folder,
        audit=audit,
        is_control_enabled=True,
        accounts=folder / ACCESS_FILE,
        history=folder / "history",
        site=SiteInfo(name=site.name, time_zone=place.time_zone, latitude=place.latitude, longitude=place.longitude),
        listen=LOOPBACK,
        build_setup=lambda household: build_setup(household, file, folder),
    )


def build_setup(household: Household, file: Path, folder: Path) -> Setup:
    """Build what changes the file."""

    def find_name(serial: str) -> str | None:
        return next((one.name for one in household.feed.statuses() if one.serial == serial), None)

    def find_serial(name: str) -> str | None:
        return next((one.serial for one in household.feed.statuses() if one.name == name), None)

    def check(config: Config) -> None:
        build_exporters(config.exporters, household)

    running = Running(
        file=file, environ={}, history=folder / "history", listen=LOOPBACK, is_listen_fixed=True, is_target_fixed=False
    )
    trials = Trials(clock=household.clock, pins=MemoryPinStore(), cloud=CloudService, known=find_name)
    return ServiceSetup(
        running,
        trials=trials,
        restarts=Restarts(asyncio.Event()),
        find_serial=find_serial,
        check=check,
    )


def local(site: SiteDefinition, text: str) -> datetime:
    """Parse a time of the site's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=site.zone)


def with_dead_panel(site: SiteDefinition, number: int) -> SiteDefinition:
    """Let one panel of the first roof make nothing any more."""
    first, *others = site.array
    panels = tuple(one for one in first.panel if one.number != number)
    dead = replace(first, panel=(*panels, Panel(number=number, power_pct=0.0)))
    return replace(site, array=(dead, *others))
