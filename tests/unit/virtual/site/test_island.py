"""A house without grid: on batteries and sun, without enough of either, and in the dark."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from openvoy.virtual.site import Site, SiteDefinition, SiteState
from openvoy.virtual.site.branches import Branch
from openvoy.virtual.site.definition import Appliance
from openvoy.virtual.site.off_grid import REVIVES_W
from tests.unit.virtual.site.houses import DAY, build, clock, order, plain, with_battery, with_outage

ISLANDS = ["full", "three-phase-battery", "collar"]


def hours(site: Site, start: str, count: float, step_min: float = 1) -> list[SiteState]:
    at = clock(site, start)
    return [site.at(at + timedelta(minutes=step * step_min)) for step in range(int(count * 60 / step_min))]


@pytest.mark.parametrize("name", ISLANDS)
def test_an_island_exchanges_nothing_with_the_grid(name: str) -> None:
    site = build(name)
    order(site, clock(site, "10:00:03"), grid_relay="open")
    opening = site.at(clock(site, "10:00:20")).grid.all
    for state in hours(site, "10:00:20", 12, 7.3):
        assert state.supply in {"island", "dark", "reviving"}
        for flow in (state.grid.all, *state.grid.phases, state.net.all):
            assert (flow.active_w, flow.reactive_var, flow.apparent_va) == (0, 0, 0)
        assert (state.grid.all.delivered_wh, state.grid.all.received_wh) == pytest.approx(
            (opening.delivered_wh, opening.received_wh), abs=1e-6
        )
        for phase, load in enumerate(state.load.phases):
            assert load.active_w == state.solar.phases[phase].active_w + state.battery.phases[phase].active_w


@pytest.mark.parametrize("name", ISLANDS)
@pytest.mark.sample(1)
def test_what_the_battery_gives_is_what_the_house_lacks(name: str) -> None:
    site = Site(with_battery(plain(name), start_pct=60, mode="backup"), seed=2)
    order(site, clock(site, "18:00:00"), grid_relay="open")
    states = hours(site, "18:05:00", 0.75, 0.05)
    eta = 0.949
    first, last = states[0].storage, states[-1].storage
    assert first is not None
    assert last is not None
    powers = np.array([state.battery.all.active_w for state in states])
    means = (powers[:-1] + powers[1:]) / 2
    moved_wh = np.where(means > 0, means / eta, means * eta).sum() * 3 / 3600
    assert first.stored_wh - last.stored_wh == pytest.approx(moved_wh, abs=1.5)


def full_of_sun(definition: SiteDefinition) -> SiteDefinition:
    clear = replace(definition.climate, cloud_pct=1, season_cloud_pct=0)
    cool = replace(definition.house, cooling_w_per_c=0)
    sunny = replace(definition, climate=clear, house=cool, generator=None)
    return with_battery(sunny, start_pct=100, mode="backup")


@pytest.mark.parametrize("name", ISLANDS)
def test_a_full_battery_makes_the_frequency_hold_the_sun_back(name: str) -> None:
    site, free = Site(full_of_sun(plain(name)), seed=1), Site(full_of_sun(plain(name)), seed=1)
    order(site, clock(site, "12:00:00"), grid_relay="open")
    for state, could in zip(hours(site, "12:05:00", 1), hours(free, "12:05:00", 1), strict=True):
        assert state.solar.all.active_w < could.solar.all.active_w - 500
        assert state.solar.all.active_w == pytest.approx(state.load.all.active_w, abs=5)
        assert abs(state.battery.all.active_w) < 5
        held = 1 - state.solar_pct / 100
        assert state.frequency_hz == pytest.approx(site.definition.frequency_hz + 1.2 * held, abs=1e-6)
        assert state.solar.all.active_w == pytest.approx(could.solar.all.active_w * (1 - held), abs=8)


def small(reserve_pct: float = 10.0) -> SiteDefinition:
    site = with_battery(plain("collar"), start_pct=14, reserve_pct=reserve_pct, very_low_pct=10, mode="backup", units=1)
    return replace(site, house=replace(site.house, base_w=900))


def test_an_empty_battery_leaves_the_house_dark_until_the_sun_is_back() -> None:
    site = Site(small(), seed=1)
    order(site, clock(site, "21:00:00"), grid_relay="open")
    states = hours(site, "21:01:00", 23, 2)
    kinds = [state.supply for state in states]
    order_of_kinds = [kind for kind, before in zip(kinds, [None, *kinds], strict=False) if kind != before]
    assert order_of_kinds[:4] == ["island", "dark", "reviving", "island"]
    for state in states:
        assert state.storage is not None
        assert state.storage.soc_pct >= 10 - 1e-6
        if state.supply == "dark":
            flows = (state.solar, state.grid, state.battery, state.load, state.total)
            assert {flow.all.active_w for flow in flows} == {0}
            assert set(state.voltages_v) == {state.frequency_hz} == {0}
            assert site.is_dark(state.at)
        if state.supply == "reviving":
            assert state.load.all.active_w == 0
            assert state.battery.all.active_w < 0
    revived = states[kinds.index("reviving")]
    assert revived.solar.all.active_w > REVIVES_W - 60
    again = states[kinds.index("island", kinds.index("reviving"))]
    assert again.storage is not None
    assert again.storage.soc_pct == pytest.approx(15, abs=1.5)


def test_in_the_dark_nothing_is_told() -> None:
    site = Site(small(), seed=1)
    order(site, clock(site, "21:00:00"), grid_relay="open")
    tomorrow = DAY + timedelta(days=1)
    block = site.block(tomorrow)
    turns = [(turn.at_s, turn.kind) for turn in block.turns]
    assert turns[0][1] == "dark"
    sent = block.reports.at_s[block.harvest.sent_by(block.day.end_s)]
    assert sent.min() >= turns[1][0]


def test_a_house_that_wants_too_much_gets_what_there_is() -> None:
    heater = Appliance(name="heater", power_w=9000, minutes=600, per_day=40, from_h=0, to_h=23)
    definition = plain("three-phase-battery")
    definition = replace(definition, house=replace(definition.house, appliance=(heater,)), array=definition.array[:1])
    site = Site(with_battery(definition, start_pct=90), seed=1)
    order(site, clock(site, "20:30:00"), grid_relay="open")
    state, free = site.at(clock(site, "20:31:00")), Site(definition, seed=1).at(clock(site, "20:31:00"))
    assert free.load.all.active_w > 9000
    assert state.battery.all.active_w == pytest.approx(2 * 3840, abs=5)
    assert state.load.all.active_w == pytest.approx(2 * 3840 + state.solar.all.active_w, abs=5)
    assert state.served_pct == pytest.approx(100 * state.load.all.active_w / free.load.all.active_w, abs=0.1)


def test_without_batteries_or_controller_an_outage_is_dark_and_the_sun_waits() -> None:
    site = Site(with_outage(plain("metered-split"), "12:00:15", 20), seed=1)
    before, dark = site.at(clock(site, "12:00:14")), site.at(clock(site, "12:00:15"))
    assert before.solar.all.active_w > 1000
    assert dark.supply == "dark"
    assert dark.load.all.active_w == dark.solar.all.active_w == dark.grid.all.active_w == 0
    at = clock(site, "12:20:15")
    back, held, rising, risen = (site.at(at + timedelta(seconds=after)) for after in (1, 299, 450, 661))
    assert back.load.all.active_w > 100
    assert back.grid.all.active_w == back.load.all.active_w - back.solar.all.active_w
    assert held.solar.all.active_w <= 0 < rising.solar.all.active_w < risen.solar.all.active_w
    assert rising.solar_pct == pytest.approx(50, abs=0.1)
    assert risen.solar_pct == 100


def test_batteries_without_controller_rest_in_an_outage() -> None:
    site = Site(with_outage(plain("demo"), "20:00:00", 30), seed=1)
    states = hours(site, "20:00:30", 0.45)
    assert {state.supply for state in states} == {"dark"}
    assert len({state.storage.stored_wh for state in states if state.storage}) == 1
    assert site.at(clock(site, "20:33:00")).battery.all.active_w == 0
    assert site.at(clock(site, "20:36:00")).battery.all.active_w > 0


def test_counters_stand_still_in_the_dark() -> None:
    site = Site(with_outage(plain("demo"), "12:00:00", 30), seed=1)
    first, last = site.at(clock(site, "12:00:01")), site.at(clock(site, "12:29:59"))
    for branch in Branch:
        name = branch.name.lower()
        assert getattr(first, name).all.delivered_wh == pytest.approx(getattr(last, name).all.delivered_wh, abs=1e-9)
