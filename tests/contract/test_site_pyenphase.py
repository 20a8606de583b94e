"""A client that others wrote sets up, logs in and reads simulated sites; what it reads is what is true."""

from __future__ import annotations

import json
import ssl
from collections.abc import AsyncIterator
from datetime import datetime
from urllib.parse import urlsplit

import aiohttp
import pytest
from pyenphase import Envoy, EnvoyData

from openvoy.testing.clock import ManualClock
from openvoy.virtual.api.versions import parse_version
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.gateway import GatewaySettings, VirtualGateway
from openvoy.virtual.simulated import SiteSource
from openvoy.virtual.site import Site
from openvoy.virtual.site.state import BranchState, SiteState
from tests.contract.site_support import MORNING_IN_AMERICA, NOON, site_named

LIFETIME_S = 30 * 365 * 86400
"""The client compares a token with the real time, the gateway with its own."""
PAIRS = [
    ("demo", "7.6"),
    ("demo", "8.2.127"),
    ("demo", "8.3"),
    ("metered-split", "7.3"),
    ("metered-split", "8.3.5433"),
    ("three-phase", "7.6"),
    ("three-phase", "8.2"),
    ("standard", "7.6"),
    ("standard", "8.3"),
]
ADDS_FACTORS = {"8.3.5433"}
"""Builds whose meters add up the power factors of their phases."""
NIGHT = NOON.replace(hour=1)


@pytest.fixture(params=PAIRS, ids=["-".join(pair) for pair in PAIRS])
def pair(request: pytest.FixtureRequest) -> tuple[str, str]:
    name, firmware = request.param
    return name, firmware


@pytest.fixture
async def gateway(
    pair: tuple[str, str], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[VirtualGateway, SiteSource]]:
    name, firmware = pair
    at = MORNING_IN_AMERICA if name == "metered-split" else NOON
    async for served in serve(name, firmware, at, tmp_path_factory):
        yield served


async def serve(
    name: str, firmware: str, at: datetime, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[VirtualGateway, SiteSource]]:
    clock = VirtualClock(ManualClock(at))
    source = SiteSource(Site(site_named(name), seed=1), clock, parse_version(firmware))
    settings = GatewaySettings(folder=tmp_path_factory.getbasetemp() / f"keys-{source.identity.serial}")
    async with VirtualGateway(source, clock=clock, settings=settings) as gateway:
        yield gateway, source


async def read(gateway: VirtualGateway) -> tuple[Envoy, EnvoyData]:
    envoy = Envoy(urlsplit(gateway.url or "").netloc)
    envoy.set_retry_policy(wait_multiplier=0.01)
    try:
        await envoy.setup()
        await envoy.authenticate(token=gateway.issue_token("owner", lifetime_s=LIFETIME_S))
        return envoy, await envoy.update()
    finally:
        await envoy.close()


async def test_what_it_reads_is_true(gateway: tuple[VirtualGateway, SiteSource], pair: tuple[str, str]) -> None:
    virtual, source = gateway
    envoy, data = await read(virtual)
    state = source.site.at(virtual.clock.now())
    assert envoy.serial_number == source.identity.serial
    assert str(envoy.firmware) == str(source.identity.firmware)
    assert envoy.is_metered == (pair[0] != "standard")
    check_production(data, state, is_metered=envoy.is_metered)
    if envoy.is_metered:
        check_consumption(data, state)
        check_meters(data, state, adds_factors=pair[1] in ADDS_FACTORS)
    check_panels(data, state, source)
    check_storage(data, state)
    assert data.tariff is not None
    assert data.tariff.storage_settings is not None
    assert data.tariff.storage_settings.mode == "self-consumption"


def check_production(data: EnvoyData, state: SiteState, *, is_metered: bool) -> None:
    assert data.system_production is not None
    made = data.system_production
    if is_metered:
        assert made.watts_now == pytest.approx(state.solar.all.active_w, abs=0.51)
        assert made.watt_hours_lifetime == pytest.approx(state.solar.all.delivered_wh, abs=0.51)
        return
    told = [panel.report for panel in state.panels if panel.report is not None]
    five_minutes_wh = sum(panel.power_w for panel in state.panels) / 12
    assert made.watt_hours_lifetime == pytest.approx(sum(r.lifetime_j for r in told) / 3600, abs=1.5 * five_minutes_wh)
    assert made.watts_now == pytest.approx(sum(report.energy_j for report in told) / 300, rel=0.25)


def check_consumption(data: EnvoyData, state: SiteState) -> None:
    assert data.system_consumption is not None
    assert data.system_net_consumption is not None
    assert data.system_consumption.watts_now == pytest.approx(state.total.all.active_w, abs=0.51)
    assert data.system_net_consumption.watts_now == pytest.approx(state.grid.all.active_w, abs=0.51)
    net_wh = state.grid.all.delivered_wh - state.grid.all.received_wh
    assert data.system_net_consumption.watt_hours_lifetime == pytest.approx(net_wh, abs=0.51)
    assert data.system_consumption.watt_hours_lifetime == pytest.approx(net_wh + state.solar.all.delivered_wh, abs=0.51)


def check_meters(data: EnvoyData, state: SiteState, *, adds_factors: bool = False) -> None:
    for kind, branch in (("production", state.solar), ("net-consumption", state.grid)):
        rows = [(data.ctmeters[kind], branch.all)]
        if len(branch.phases) > 1:
            phases = data.ctmeters_phases[kind]
            rows += [(phases[f"L{number}"], flow) for number, flow in enumerate(branch.phases, 1)]
        for meter, flow in rows:
            assert meter is not None
            assert (meter.state, meter.metering_status, meter.status_flags) == ("enabled", "normal", [])
            assert meter.active_power == pytest.approx(flow.active_w, abs=0.51)
            assert meter.energy_delivered == pytest.approx(flow.delivered_wh, abs=0.51)
            assert meter.energy_received == pytest.approx(flow.received_wh, abs=0.51)
            parts = branch.phases if adds_factors and flow is branch.all else (flow,)
            factor = sum(part.active_w / part.apparent_va for part in parts)
            assert meter.power_factor == pytest.approx(factor, abs=0.001 * len(parts))
            assert meter.frequency == pytest.approx(state.frequency_hz, abs=1 / 32)
        whole = data.ctmeters[kind]
        assert whole is not None
        assert whole.voltage == pytest.approx(sum(state.voltages_v), abs=0.001)
        assert whole.current == pytest.approx(amperes(branch, state), abs=0.002)


def amperes(branch: BranchState, state: SiteState) -> float:
    return sum(flow.apparent_va / volt for flow, volt in zip(branch.phases, state.voltages_v, strict=True))


def check_panels(data: EnvoyData, state: SiteState, source: SiteSource) -> None:
    assert len(data.inverters) == len(state.panels)
    has_details = source.identity.firmware.numbers >= (8, 2, 4)
    for panel in state.panels:
        report, seen = panel.report, data.inverters[panel.serial]
        assert report is not None
        assert seen.last_report_date == report.at_s
        assert seen.last_report_watts == pytest.approx(report.energy_j / 300, abs=0.51)
        assert seen.max_report_watts == pytest.approx(panel.most_w, abs=0.51)
        if has_details:
            assert seen.lifetime_energy == pytest.approx(report.lifetime_j / 3600, abs=0.51)
            assert seen.dc_voltage == pytest.approx(report.dc_voltage_v, abs=0.001)
            assert seen.dc_current == pytest.approx(report.dc_current_a, abs=0.001)
            assert seen.ac_voltage == pytest.approx(report.ac_voltage_v, abs=0.001)
            assert seen.temperature == pytest.approx(report.temperature_c, abs=0.51)
            assert seen.last_report_duration == 300
            assert seen.energy_produced == pytest.approx(report.energy_j / 300 / 3.6, abs=0.001)


def check_storage(data: EnvoyData, state: SiteState) -> None:
    if state.storage is None:
        assert not data.encharge_inventory
        return
    assert data.encharge_power is not None
    assert data.encharge_aggregate is not None
    powers = [unit.real_power_mw / 1000 for unit in data.encharge_power.values()]
    assert len(powers) == state.storage.units
    assert sum(powers) == pytest.approx(state.battery.all.active_w, abs=0.002)
    assert data.encharge_aggregate.state_of_charge == pytest.approx(state.storage.soc_pct, abs=0.51)
    assert data.encharge_aggregate.max_available_capacity == state.storage.capacity_wh


async def test_at_night_panels_keep_their_last_word(tmp_path_factory: pytest.TempPathFactory) -> None:
    async for gateway, source in serve("demo", "8.3", NIGHT, tmp_path_factory):
        _, data = await read(gateway)
        state = source.site.at(NIGHT)
        check_panels(data, state, source)
        check_meters(data, state)
        assert data.system_production is not None
        assert data.system_production.watts_now == -3
        assert {
            panel.report is not None and panel.report.at_s < NIGHT.timestamp() - 3600 for panel in state.panels
        } == {True}


async def test_truth_stands_at_its_own_address(tmp_path_factory: pytest.TempPathFactory) -> None:
    async for gateway, source in serve("demo", "8.3", NOON, tmp_path_factory):
        headers = {"Authorization": f"Bearer {gateway.admin_token}"}
        tls = ssl.create_default_context()
        tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
        async with (
            aiohttp.ClientSession() as client,
            client.get(f"{gateway.url}/__virtual/truth", headers=headers, ssl=tls) as response,
        ):
            truth = json.loads(await response.read())
        power = truth["power"]
        assert power["solar_w"] + power["grid_w"] + power["battery_w"] + power["generator_w"] == power["load_w"]
        state = source.site.at(NOON)
        assert truth["energy"]["solar_wh"] == state.solar.all.delivered_wh
        assert truth["soc_pct"] == pytest.approx(state.storage.soc_pct if state.storage else None)
        assert len(truth["state"]["panels"]) == 24
