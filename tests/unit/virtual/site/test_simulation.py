from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from openvoy.errors import ConfigError
from openvoy.virtual.site import Site, read_site
from openvoy.virtual.site.simulation import KEPT_MIDNIGHTS
from openvoy.virtual.site.state import BranchState, SiteState

SitesOf = Callable[..., Site]
SINCE = date(2025, 6, 20)
NOON = datetime(2025, 6, 21, 19, 59, 47, 300000, tzinfo=UTC)
BRANCHES = ("solar", "grid", "battery", "generator", "load", "total")


def flows(state: SiteState) -> list[BranchState]:
    return [getattr(state, name) for name in BRANCHES]


@pytest.mark.parametrize("name", ["demo", "metered-split", "three-phase"])
def test_the_balance_is_exact_in_any_moment(site_of: SitesOf, name: str) -> None:
    for step in range(200):
        state = site_of(name).at(NOON + timedelta(seconds=step * 317.77))
        own = [state.solar, state.grid, state.battery, state.generator]
        assert sum(branch.all.active_w for branch in own) == state.load.all.active_w
        for phase in range(len(state.voltages_v)):
            assert sum(branch.phases[phase].active_w for branch in own) == state.load.phases[phase].active_w
        assert state.total.all.active_w == state.solar.all.active_w + state.grid.all.active_w


@pytest.mark.parametrize("name", ["demo", "metered-split"])
def test_energy_between_two_moments_is_power_times_time(site_of: SitesOf, name: str) -> None:
    site = site_of(name)
    states = [site.at(NOON + timedelta(seconds=step)) for step in range(0, 601, 2)]
    for before, after, column in zip(
        flows(states[0]), flows(states[-1]), zip(*map(flows, states), strict=True), strict=True
    ):
        for phase in range(len(before.phases)):
            powers = np.array([branch.phases[phase].active_w for branch in column])
            first, last = before.phases[phase], after.phases[phase]
            net_wh = (last.delivered_wh - first.delivered_wh) - (last.received_wh - first.received_wh)
            assert net_wh == pytest.approx(np.trapezoid(powers, dx=2.0) / 3600, abs=0.02)
            above_wh = np.trapezoid(np.maximum(powers, 0), dx=2.0) / 3600
            assert last.delivered_wh - first.delivered_wh == pytest.approx(above_wh, abs=0.05)


def test_a_branch_is_the_sum_of_its_phases(site_of: SitesOf) -> None:
    state = site_of("three-phase").at(NOON)
    for branch in flows(state):
        for member in ("active_w", "reactive_var", "delivered_wh", "received_wh", "lagging_varh", "apparent_vah"):
            whole = sum(getattr(phase, member) for phase in branch.phases)
            assert getattr(branch.all, member) == pytest.approx(whole, rel=1e-12)


def test_phases_are_out_of_balance(site_of: SitesOf) -> None:
    state = site_of("three-phase").at(NOON)
    loads = [phase.active_w for phase in state.load.phases]
    assert max(loads) > 1.1 * min(loads)
    assert len(set(state.voltages_v)) == 3


def test_moments_may_be_asked_in_any_order() -> None:
    definition = read_site("demo").commissioned_on(SINCE)
    moments = [NOON + timedelta(days=number, hours=number % 5) for number in range(KEPT_MIDNIGHTS + 5)]
    forward, backward = Site(definition, seed=1), Site(definition, seed=1)
    there = [forward.at(moment) for moment in moments]
    back = [backward.at(moment) for moment in reversed(moments)]
    assert there == back[::-1]
    assert forward.at(moments[1]) == there[1]


def test_midnight_belongs_to_both_days(site_of: SitesOf) -> None:
    site = site_of("metered-split")
    start = datetime(2025, 6, 23, 7, tzinfo=UTC)
    before, after = site.at(start - timedelta(microseconds=1)), site.at(start)
    for earlier, later in zip(flows(before), flows(after), strict=True):
        assert later.all.delivered_wh == pytest.approx(earlier.all.delivered_wh, abs=1e-3)
        assert later.all.active_w == pytest.approx(earlier.all.active_w, abs=0.01)
    opening = site.midnight(date(2025, 6, 23))
    assert opening.load.all.delivered_wh == after.load.all.delivered_wh


def test_lifetimes_begin_at_the_commissioning(site_of: SitesOf) -> None:
    site = site_of("three-phase")
    state = site.at(site.commissioned_at)
    assert all(branch.all.delivered_wh == 0 for branch in flows(state))
    assert all(panel.report is None and panel.lifetime_j == 0 for panel in state.panels)
    assert site.midnight(SINCE - timedelta(days=3)).solar.all.delivered_wh == 0
    with pytest.raises(ConfigError, match="before its commissioning"):
        site.at(site.commissioned_at - timedelta(seconds=1))


def test_a_seed_is_a_whole_number_from_0_up(site_of: SitesOf) -> None:
    with pytest.raises(ConfigError, match="-1 is no seed"):
        Site(read_site("demo"), seed=-1)
