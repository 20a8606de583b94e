"""Live values and what secondary control knows, held against the truth of every shipped site with something special."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from openvoy.protocol.http import Request
from openvoy.testing.clock import ManualClock
from openvoy.virtual.api.versions import parse_version
from openvoy.virtual.simulated import SiteSource
from openvoy.virtual.site import SiteState, read_site
from openvoy.virtual.site.equipment import GridSupply, Outage
from openvoy.virtual.site.state import BranchState
from tests.contract.site_support import ask
from tests.support.lived import lived_site

NOON = datetime(2025, 6, 21, 20, 33, 20, tzinfo=UTC)
SINCE = date(2025, 6, 18)
PARTS = {"pv": "solar", "storage": "battery", "grid": "grid", "load": "load", "generator": "generator"}
SITES = [("full", "7.6"), ("full", "8.2"), ("full", "8.3"), ("three-phase-battery", "8.3"), ("acb", "8.2.4382")]
SITES += [("collar", "8.3.1598"), ("metered-split", "7.3"), ("large", "8.3")]


def source_of(name: str, firmware: str, *, grid: GridSupply | None = None) -> SiteSource:
    definition = replace(read_site(name).commissioned_on(SINCE), grid=grid or GridSupply())
    return SiteSource(lived_site(definition, NOON), ManualClock(NOON), parse_version(firmware))


async def live(source: SiteSource) -> Any:
    await source.reply(Request(method="POST", path="/ivp/livedata/stream", body=b'{"enable": 1}'))
    return await ask(source, "/ivp/livedata/status")


def check_flows(meters: Any, state: SiteState) -> None:
    for name, member in PARTS.items():
        branch: BranchState = getattr(state, member)
        assert meters[name]["agg_p_mw"] == pytest.approx(1000 * branch.all.active_w, abs=12)
        for flow, phase in zip(branch.phases, "abc", strict=False):
            assert meters[name][f"agg_p_ph_{phase}_mw"] == pytest.approx(1000 * flow.active_w, abs=4)
        for kind in ("p_mw", "s_mva"):
            phases = [meters[name][f"agg_{kind[0]}_ph_{phase}_{kind[2:]}"] for phase in "abc"]
            assert meters[name][f"agg_{kind}"] == sum(phases)
    for kind in ("agg_p_mw", "agg_s_mva"):
        assert meters["load"][kind] == sum(meters[name][kind] for name in ("pv", "storage", "grid", "generator"))


@pytest.mark.parametrize(("name", "firmware"), SITES)
async def test_live_flows_are_true(name: str, firmware: str) -> None:
    source = source_of(name, firmware)
    state = source.site.at(NOON)
    meters = (await live(source))["meters"]
    check_flows(meters, state)
    assert meters["main_relay_state"] == 1
    assert meters["phase_count"] == len(state.voltages_v)
    stored_wh = 0.0 if state.storage is None else state.storage.stored_wh
    assert meters["enc_agg_energy"] == pytest.approx(stored_wh, abs=0.51)
    assert meters["acb_agg_energy"] == pytest.approx(sum(unit.stored_wh for unit in state.ac_batteries), abs=0.51)


@pytest.mark.parametrize("name", ["full", "three-phase-battery", "collar"])
async def test_live_flows_of_an_island_are_true(name: str) -> None:
    source = source_of(name, "8.3")
    source.site.obey(replace(source.site.orders, grid_relay="open"), NOON - timedelta(minutes=9))
    state = source.site.at(NOON)
    status = await live(source)
    check_flows(status["meters"], state)
    assert (status["meters"]["main_relay_state"], status["meters"]["grid"]["agg_p_mw"]) == (0, 0)
    contacts = {key: row["dry_contact_status"] for key, row in status["dry_contacts"].items() if key}
    assert contacts == {key: int(position == "closed") for key, position in state.switchgear.contacts.items()}
    bias = (await ask(source, "/ivp/ensemble/secctrl"))["freq_bias_hz"]
    assert bias == pytest.approx(state.frequency_hz - source.site.definition.frequency_hz, abs=0.006)


async def test_live_flows_on_the_generator_are_true() -> None:
    source = source_of("full", "8.3")
    orders = source.site.orders
    assert orders.generator is not None
    source.site.obey(replace(orders, generator=replace(orders.generator, command="on")), NOON - timedelta(minutes=9))
    state = source.site.at(NOON)
    meters = (await live(source))["meters"]
    check_flows(meters, state)
    assert meters["generator"]["agg_p_mw"] > 0
    assert meters["gen_relay_state"] != 5
    control = await ask(source, "/ivp/sc/status")
    assert control["meter"]["ECP"][-1]["ph-a"]["P"] == pytest.approx(state.generator.phases[0].active_w, abs=0.001)


@pytest.mark.parametrize(("name", "firmware"), SITES)
async def test_secondary_control_knows_what_flows(name: str, firmware: str) -> None:
    source = source_of(name, firmware)
    state = source.site.at(NOON)
    control = await ask(source, "/ivp/sc/status")
    for part, branch in (("ECP", state.net), ("PV", state.solar), ("ENC", state.battery)):
        for letter, flow, volt in zip("abc", branch.phases, state.voltages_v, strict=False):
            phase = control["meter"][part][-1][f"ph-{letter}"]
            assert phase["P"] == pytest.approx(flow.active_w, abs=0.001)
            assert phase["Q"] == pytest.approx(flow.reactive_var, abs=0.001)
            assert phase["vrms"] == pytest.approx(volt, abs=0.001)
    setpoints = {row["id"]: row["setpoint_val"] for row in control["response"]["groups"]}
    if state.storage is not None:
        assert setpoints["ENC"] == pytest.approx(100 * state.storage.power_w / state.storage.rated_w, abs=0.06)
        assert sum(control["nameplate"]["ENC"]) == state.storage.rated_w
    assert setpoints["PV"] == pytest.approx(state.solar_pct, abs=0.06)
    assert control["disco"]["status"] == "Closed"


async def test_secondary_control_tells_why_the_house_is_an_island() -> None:
    start = datetime.fromisoformat("2025-06-21T13:20:00")
    lost = source_of("full", "8.3", grid=GridSupply(outage=(Outage(start=start, minutes=60),)))
    asked = source_of("full", "8.3")
    await asked.reply(Request(method="POST", path="/ivp/ensemble/relay", body=b'{"mains_admin_state": "open"}'))
    later = SiteSource(asked.site, ManualClock(NOON + timedelta(minutes=1)), parse_version("8.3"))
    later.book = asked.book
    found = [(await ask(source, "/ivp/sc/status"))["disco"] for source in (lost, later)]
    assert [(row["status"], row["reason"]) for row in found] == [("Open", "Grid loss"), ("Open", "User request")]
    assert [source.site.at(NOON + timedelta(minutes=1)).grid_is_live for source in (lost, later)] == [False, True]


async def test_a_gateway_without_power_does_not_answer() -> None:
    start = datetime.fromisoformat("2025-06-21T13:20:00")
    source = source_of("metered-split", "8.3", grid=GridSupply(outage=(Outage(start=start, minutes=60),)))
    reply = await source.reply(Request(path="/info"))
    assert reply.resets
    assert source.truth()["power"] == dict.fromkeys(("solar_w", "grid_w", "battery_w", "generator_w", "load_w"), 0.0)
