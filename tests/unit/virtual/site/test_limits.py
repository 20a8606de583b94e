"""Limits of array and export really limit: held against the same site without them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from openvoy.virtual.site import Site
from openvoy.virtual.site.branches import Branch
from openvoy.virtual.site.orders import ExportOrders, SolarOrders
from openvoy.virtual.site.stretch import PARTS
from tests.unit.virtual.site.houses import DAY, build, clock, order, plain, with_battery

LATER = DAY + timedelta(days=1)


def powers(site: Site, branch: Branch) -> np.ndarray:
    found: np.ndarray = site.block(LATER).circuit.active_w[branch]
    return found


def limited(name: str, limit: ExportOrders) -> tuple[Site, Site]:
    """The same site with and without a limit, from the day before on."""
    free, held = build(name), build(name)
    order(held, clock(held, "00:00:00"), export=limit)
    return free, held


@pytest.mark.parametrize("limit_w", [0.0, 1500.0, 100000.0])
@pytest.mark.parametrize("name", ["metered-split", "three-phase", "large"])
def test_what_exceeds_the_limit_is_not_produced(name: str, limit_w: float) -> None:
    free, held = limited(name, ExportOrders(limit=limit_w))
    could, load = powers(free, Branch.SOLAR).sum(axis=0), powers(free, Branch.LOAD).sum(axis=0)
    made, grid = powers(held, Branch.SOLAR).sum(axis=0), powers(held, Branch.GRID).sum(axis=0)
    assert np.array_equal(powers(held, Branch.LOAD).sum(axis=0), load)
    assert grid.min() >= -limit_w - 1e-9
    wanted = np.minimum(could, load + limit_w)
    step = could.max() / PARTS
    assert (made <= wanted + 1e-9).all()
    assert (made >= wanted - step - 1).all()
    assert (made < could - 10).any() == (limit_w < 1e5)


def test_each_phase_keeps_its_part() -> None:
    _, held = limited("three-phase", ExportOrders(limit=900, by_phase=True))
    _, together = limited("three-phase", ExportOrders(limit=900))
    assert powers(held, Branch.GRID).min() >= -300 - 1e-9
    assert powers(together, Branch.GRID).min() < -301
    assert powers(together, Branch.GRID).sum(axis=0).min() >= -900 - 1e-9


def test_a_limit_in_apparent_power_leaves_room_for_reactive_power() -> None:
    _, held = limited("metered-split", ExportOrders(limit=800, is_apparent=True))
    circuit = held.block(LATER).circuit
    grid_w, grid_var = (values[Branch.GRID].sum(axis=0) for values in (circuit.active_w, circuit.reactive_var))
    out = grid_w < 0
    assert (np.hypot(grid_w, grid_var)[out] <= 800 + 1e-6).all()
    assert grid_w.min() < -600


@pytest.mark.parametrize("name", ["demo", "full", "three-phase-battery"])
def test_batteries_take_what_may_not_flow_out(name: str) -> None:
    free, held = limited(name, ExportOrders(limit=0))
    assert powers(held, Branch.GRID).sum(axis=0).min() >= -1e-9
    charged = held.opening(LATER).counts[1, Branch.BATTERY].sum()
    assert charged == pytest.approx(free.opening(LATER).counts[1, Branch.BATTERY].sum(), rel=0.1)


def test_batteries_do_not_sell_more_than_the_limit() -> None:
    site = Site(with_battery(plain("demo"), start_pct=95), seed=1)
    assert site.orders.storage is not None
    slot = replace(site.orders.storage.plan[0], action="discharge-to-grid")
    selling = replace(site.orders.storage, plan=(slot,))
    order(site, clock(site, "00:00:00"), storage=selling)
    assert site.at(clock(site, "00:20:00")).grid.all.active_w < -5000
    order(site, clock(site, "00:30:00"), storage=selling, export=ExportOrders(limit=1000))
    for minute in (30, 31, 40):
        assert site.at(clock(site, f"00:{minute}:30")).grid.all.active_w == pytest.approx(-1000, abs=1)


def test_a_limit_that_is_lifted_leaves_nothing_behind() -> None:
    free, held = build("metered-split"), build("metered-split")
    order(held, clock(held, "09:00:00"), export=ExportOrders(limit=0))
    order(held, clock(held, "11:00:00"), export=None)
    at = clock(held, "11:00:00")
    assert held.at(at - timedelta(seconds=1)).grid.all.active_w > -1
    assert held.at(at).solar.all.active_w == pytest.approx(free.at(at).solar.all.active_w, abs=1e-3)


def test_a_limit_comes_down_at_its_rate() -> None:
    free, held = build("metered-split"), build("metered-split")
    at = clock(held, "13:00:00")
    order(held, at, solar=SolarOrders(limit_w=800, slew_w_per_s=10))
    start_w = free.at(at).solar.all.active_w
    for passed_s in (0, 60, 120, 240):
        state = held.at(at + timedelta(seconds=passed_s))
        could_w = free.at(at + timedelta(seconds=passed_s)).solar.all.active_w
        wanted_w = min(could_w, start_w - 10 * passed_s)
        assert state.solar.all.active_w == pytest.approx(wanted_w, abs=3)
    assert held.at(at + timedelta(minutes=30)).solar.all.active_w == pytest.approx(800, abs=3)
    order(held, at + timedelta(hours=1), solar=SolarOrders(limit_w=1400, slew_w_per_s=5))
    later = [held.at(at + timedelta(hours=1, seconds=passed_s)).solar.all.active_w for passed_s in (0, 60, 120, 300)]
    assert later == pytest.approx([800, 1100, 1400, 1400], abs=3)


@pytest.mark.parametrize("limit_pct", [0.0, 25.0, 60.0])
def test_a_share_of_nameplate_caps_each_inverter_alone(limit_pct: float) -> None:
    free, held = build("demo"), build("demo")
    order(held, clock(held, "00:00:00"), solar=SolarOrders(limit_pct=limit_pct))
    could, made = free.block(LATER).panel_w, held.block(LATER).panel_w
    assert np.array_equal(made, np.minimum(could, 300 * limit_pct / 100))


def test_the_production_switch_takes_minutes() -> None:
    free, site = build("three-phase"), build("three-phase")
    at = clock(site, "12:00:20")
    order(site, at, solar=SolarOrders(forced_off=True))
    for passed_s, share in ((100, 2 / 3), (220, 4 / 15), (340, 0.0)):
        moment = at + timedelta(seconds=passed_s)
        wanted = free.at(moment).solar.all.active_w * share
        assert site.at(moment).solar.all.active_w == pytest.approx(wanted, abs=12)
    dead = site.at(at + timedelta(hours=1))
    assert dead.solar.all.active_w == 0
    assert dead.solar_pct == 0
    assert all(panel.power_w == 0 for panel in dead.panels)
    order(site, at + timedelta(hours=2), solar=SolarOrders())
    again = at + timedelta(hours=2, seconds=400)
    assert site.at(again).solar.all.active_w == pytest.approx(free.at(again).solar.all.active_w, abs=0.1)


def test_inverters_that_are_held_back_report_what_they_did() -> None:
    site = build("demo")
    order(site, clock(site, "00:00:00"), solar=SolarOrders(limit_pct=20))
    state = site.at(clock(site, "13:00:00"))
    for panel in state.panels:
        assert panel.report is not None
        assert panel.report.energy_j <= 60 * 300 + 1e-6
        assert panel.most_w > 60  # the day before
    block = site.block(DAY)
    grown_j = site.opening(LATER).panel_j - site.opening(DAY).panel_j
    assert grown_j == pytest.approx(np.trapezoid(block.panel_w, dx=60.0, axis=1), rel=1e-12)
