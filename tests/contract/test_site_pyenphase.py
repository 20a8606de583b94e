"""A client that others wrote sets up, logs in and reads simulated sites; what it reads is what is true."""

from __future__ import annotations

import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

import aiohttp
import pytest
from pyenphase import Envoy, EnvoyData

from openvoy.testing.clock import ManualClock
from openvoy.virtual.api.versions import parse_version
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.gateway import GatewaySettings, VirtualGateway
from openvoy.virtual.simulated import SiteSource
from openvoy.virtual.site import SiteDefinition, SiteState, read_site
from tests.contract.pyenphase_checks import check_everything, check_panels
from tests.contract.site_support import NOON
from tests.support.lived import lived_site

LIFETIME_S = 30 * 365 * 86400
"""The client compares a token with the real time, the gateway with its own."""
SINCE = date(2025, 6, 10)
IN_AMERICA = datetime(2025, 6, 21, 20, 33, 20, tzinfo=UTC)
NIGHT = NOON.replace(hour=1)
PLAIN = ("7.3", "7.6", "8.2.127", "8.2", "8.3", "8.3.5289", "8.3.5433")
FITTING = {
    "standard": PLAIN,
    "metered-split": PLAIN,
    "three-phase": PLAIN,
    "large": PLAIN,
    "demo": PLAIN[1:],
    "acb": ("7.6", "8.2.4382", "8.3", "8.3.5433"),
    "full": ("7.6", *PLAIN[2:]),
    "three-phase-battery": ("7.6", *PLAIN[2:]),
    "collar": ("8.3.1598", "8.3", "8.3.5433"),
}
"""Builds that such hardware has."""
READINGS = [(name, firmware) for name, builds in FITTING.items() for firmware in builds]
ISLANDS = [(name, firmware) for name in ("full", "three-phase-battery", "collar") for firmware in FITTING[name]]


def moment_on(name: str) -> datetime:
    return IN_AMERICA if name in {"metered-split", "full", "collar"} else NOON


class Stand:
    """A site whose grid is as reliable as no real one, as a gateway at a moment."""

    def __init__(self, of: str | SiteDefinition, firmware: str, at: datetime, *, since: date = SINCE) -> None:
        definition = (read_site(of) if isinstance(of, str) else of).commissioned_on(since)
        self.site = lived_site(replace(definition, grid=type(definition.grid)()), at)
        self.clock = VirtualClock(ManualClock(at))
        self.source = SiteSource(self.site, self.clock, parse_version(firmware))

    @property
    def state(self) -> SiteState:
        return self.site.at(self.clock.now())


@asynccontextmanager
async def serve(stand: Stand, folder: pytest.TempPathFactory) -> AsyncIterator[VirtualGateway]:
    settings = GatewaySettings(folder=folder.getbasetemp() / f"keys-{stand.source.identity.serial}")
    async with VirtualGateway(stand.source, clock=stand.clock, settings=settings) as gateway:
        yield gateway


async def read(stand: Stand, folder: pytest.TempPathFactory) -> EnvoyData:
    source = stand.source
    async with serve(stand, folder) as gateway:
        envoy = Envoy(urlsplit(gateway.url or "").netloc, v2_acb_mode=False)
        envoy.set_retry_policy(wait_multiplier=0.01)
        try:
            await envoy.setup()
            await envoy.authenticate(token=gateway.issue_token("owner", lifetime_s=LIFETIME_S))
            assert envoy.serial_number == source.identity.serial
            assert str(envoy.firmware) == str(source.identity.firmware)
            assert envoy.is_metered == (source.site.definition.gateway.model == "metered")
            return await envoy.update()
        finally:
            await envoy.close()


@pytest.mark.parametrize(("name", "firmware"), READINGS, ids=["-".join(pair) for pair in READINGS])
@pytest.mark.sample(16)
async def test_what_it_reads_is_true(name: str, firmware: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    stand = Stand(name, firmware, moment_on(name))
    check_everything(await read(stand, tmp_path_factory), stand.source, stand.state)


@pytest.mark.parametrize(("name", "firmware"), ISLANDS, ids=["-".join(pair) for pair in ISLANDS])
@pytest.mark.sample(5)
async def test_an_island_is_read_as_it_is(name: str, firmware: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    stand = Stand(name, firmware, moment_on(name))
    stand.site.obey(replace(stand.site.orders, grid_relay="open"), moment_on(name) - timedelta(minutes=8))
    assert stand.state.supply == "island"
    check_everything(await read(stand, tmp_path_factory), stand.source, stand.state)


@pytest.mark.parametrize("firmware", FITTING["full"])
async def test_a_generator_is_read_as_it_is(firmware: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    stand = Stand("full", firmware, IN_AMERICA)
    orders = stand.site.orders
    assert orders.generator is not None
    runs = replace(orders, generator=replace(orders.generator, command="on"))
    stand.site.obey(runs, IN_AMERICA - timedelta(minutes=20))
    fed_w = stand.state.generator.all.active_w
    assert fed_w > 0
    data = await read(stand, tmp_path_factory)
    check_everything(data, stand.source, stand.state)
    assert data.system_net_consumption is not None
    assert data.system_net_consumption.watts_now == pytest.approx(fed_w, abs=0.51)


@pytest.mark.parametrize("firmware", ["8.2", "8.3"])
async def test_inverters_that_went_are_not_read(firmware: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    stand = Stand("full", firmware, IN_AMERICA, since=date(2025, 5, 8))
    gone = [panel for panel in stand.state.panels if panel.service == "retired" and panel.lifetime_j > 0]
    assert len(gone) == 1
    data = await read(stand, tmp_path_factory)
    check_panels(data, stand.source, stand.state)
    assert gone[0].serial not in data.inverters


@pytest.mark.parametrize("name", ["demo", "acb", "full"])
async def test_at_night_panels_keep_their_last_word(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    at = NIGHT if name != "full" else NIGHT.replace(hour=9)
    stand = Stand(name, "8.3", at)
    data = await read(stand, tmp_path_factory)
    check_everything(data, stand.source, stand.state)
    assert data.system_production is not None
    assert data.system_production.watts_now < 0
    reports = [panel.report for panel in stand.state.panels if panel.report is not None]
    assert all(report.at_s < at.timestamp() - 3600 for report in reports)


async def test_truth_stands_at_its_own_address(tmp_path_factory: pytest.TempPathFactory) -> None:
    stand = Stand("full", "8.3", IN_AMERICA)
    async with serve(stand, tmp_path_factory) as gateway:
        headers = {"Authorization": f"Bearer {gateway.admin_token}"}
        tls = ssl.create_default_context()
        tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
        async with (
            aiohttp.ClientSession() as client,
            client.get(f"{gateway.url}/__virtual/truth", headers=headers, ssl=tls) as response,
        ):
            truth = json.loads(await response.read())
    power, state = truth["power"], stand.state
    assert power["solar_w"] + power["grid_w"] + power["battery_w"] + power["generator_w"] == power["load_w"]
    assert truth["energy"]["solar_wh"] == state.solar.all.delivered_wh
    assert truth["soc_pct"] == pytest.approx(state.storage.soc_pct if state.storage else None)
    assert len(truth["state"]["panels"]) == 27
    assert truth["state"]["switchgear"]["contacts"] == dict(state.switchgear.contacts)
