"""What Openvoy itself reads from a simulated site is what is true there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from openvoy.protocol.http import Request
from openvoy.virtual.site.equipment import GridSupply, Outage
from tests.contract.site_support import MORNING_IN_AMERICA, NOON, read_snapshot, site_named, source_of

METERED = [("demo", "7.6"), ("demo", "8.3"), ("metered-split", "8.2"), ("metered-split", "7.3"), ("three-phase", "8.3")]


@pytest.mark.parametrize(("name", "firmware"), METERED)
async def test_powers_and_energies_of_a_metered_site(name: str, firmware: str) -> None:
    at = MORNING_IN_AMERICA if name == "metered-split" else NOON
    source = source_of(name, firmware, at)
    snapshot, state = await read_snapshot(source, at), source.site.at(at)
    power, energy = snapshot.power, snapshot.energy
    assert power.solar_w == pytest.approx(state.solar.all.active_w, abs=0.001)
    assert power.grid_w == pytest.approx(state.grid.all.active_w, abs=0.001)
    assert power.load_w == pytest.approx(state.load.all.active_w, abs=0.005)
    assert power.reported_consumption_w == pytest.approx(state.total.all.active_w, abs=0.005)
    assert energy.solar_wh == pytest.approx(state.solar.all.delivered_wh, abs=0.001)
    assert energy.import_wh == pytest.approx(state.grid.all.delivered_wh, abs=0.001)
    assert energy.export_wh == pytest.approx(state.grid.all.received_wh, abs=0.001)
    assert snapshot.gateway.phases == len(state.voltages_v)
    assert [meter.kind for meter in snapshot.meters] == ["production", "net-consumption"]
    for meter, branch in zip(snapshot.meters, (state.solar, state.grid), strict=True):
        assert [channel.phase for channel in meter.channels] == ["L1", "L2", "L3"][: len(state.voltages_v)]
        for channel, flow, volts in zip(meter.channels, branch.phases, state.voltages_v, strict=True):
            assert channel.active_power_w == pytest.approx(flow.active_w, abs=0.001)
            assert channel.reactive_power_var == pytest.approx(flow.reactive_var, abs=0.001)
            assert channel.voltage_v == pytest.approx(volts, abs=0.001)


async def test_the_battery_of_the_demo() -> None:
    source = source_of("demo", "8.3")
    snapshot, state = await read_snapshot(source), source.site.at(NOON)
    assert state.storage is not None
    assert snapshot.storage is not None
    assert snapshot.power.battery_w == pytest.approx(state.battery.all.active_w, abs=0.002)
    assert snapshot.storage.soc_pct == pytest.approx(state.storage.soc_pct, abs=0.51)
    assert snapshot.storage.capacity_wh == 10_000
    assert (snapshot.storage.mode, snapshot.storage.reserve_soc_pct) == ("self-consumption", 10)
    assert [battery.kind for battery in snapshot.batteries] == ["iq", "iq"]
    assert snapshot.tariff is not None
    assert snapshot.tariff.currency == "EUR"


@pytest.mark.parametrize("firmware", ["7.6", "8.3"])
async def test_panels(firmware: str) -> None:
    source = source_of("demo", firmware)
    snapshot, state = await read_snapshot(source), source.site.at(NOON)
    seen = {inverter.serial: inverter for inverter in snapshot.inverters}
    assert len(seen) == 24
    for panel in state.panels:
        assert panel.report is not None
        inverter = seen[panel.serial]
        assert inverter.at is not None
        assert inverter.at.timestamp() == panel.report.at_s
        assert inverter.power_w == pytest.approx(panel.report.energy_j / 300, abs=0.51)
        if firmware == "8.3":
            assert inverter.dc_voltage_v == pytest.approx(panel.report.dc_voltage_v, abs=0.001)
            assert inverter.lifetime_wh == pytest.approx(panel.report.lifetime_j / 3600, abs=0.001)


@pytest.mark.parametrize("firmware", ["7.6", "8.3"])
async def test_a_standard_gateway_knows_its_production_only(firmware: str) -> None:
    source = source_of("standard", firmware)
    snapshot, state = await read_snapshot(source), source.site.at(NOON)
    told_wh = sum(panel.report.lifetime_j for panel in state.panels if panel.report) / 3600
    assert snapshot.energy.solar_wh == pytest.approx(told_wh, abs=800)  # a snapshot of the last five minutes
    assert (snapshot.power.grid_w, snapshot.power.load_w, snapshot.energy.import_wh) == (None, None, None)
    assert snapshot.meters == ()
    assert snapshot.gateway.model == "standard"


@pytest.mark.parametrize("firmware", ["4.10", "7.6", "8.3"])
async def test_a_relay_between_panels_and_grid(firmware: str) -> None:
    snapshot = await read_snapshot(source_of("three-phase", firmware))
    (relay,) = snapshot.controllers
    assert (relay.kind, relay.relay, relay.relay_reason) == ("q-relay", "closed", "ok")
    assert relay.lines_connected == (True, True, True)
    assert relay.serial not in {inverter.serial for inverter in snapshot.inverters}
    assert (relay.temperature_c is not None) == (firmware == "8.3")


@pytest.mark.parametrize(("minutes_ago", "position"), [(12, "open"), (20, "closed")])
async def test_it_opens_without_grid_and_waits_until_it_is_good(minutes_ago: float, position: str) -> None:
    site = site_named("three-phase")
    start = NOON.astimezone(site.zone).replace(tzinfo=None) - timedelta(minutes=minutes_ago)
    grid = GridSupply(outage=(Outage(start=start, minutes=10),))
    snapshot = await read_snapshot(source_of(replace(site, grid=grid), "8.3"))
    (relay,) = snapshot.controllers
    assert (relay.relay, relay.lines_connected) == (position, (position == "closed",) * 3)
    assert relay.conditions == (("ok",) if position == "closed" else ("relayopen",))
    assert (snapshot.power.solar_w == 0) == (position == "open")


async def test_power_that_is_ordered_off_leaves_it_closed() -> None:
    source = source_of("three-phase", "8.3")
    body = b'{"length":1,"arr":[1]}'
    reply = await source.reply(Request(method="PUT", path="/ivp/mod/603980032/mode/power", body=body))
    assert reply.status == 200
    (relay,) = (await read_snapshot(source)).controllers
    assert relay.relay == "closed"
