"""Orders hold from their second on, and leave the past as it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from openvoy.virtual.site import Site, SiteState
from openvoy.virtual.site.orders import Obedient, Orders, SolarOrders
from openvoy.virtual.site.switchgear import HasSwitchgear
from tests.unit.virtual.site.houses import DAY, SINCE, build, clock, order

CHANGES: dict[str, Callable[[Orders], Orders]] = {
    "relay": lambda orders: replace(orders, grid_relay="open"),
    "storage": lambda orders: replace(
        orders, storage=replace(orders.storage, mode="backup") if orders.storage else None
    ),
    "solar": lambda orders: replace(orders, solar=SolarOrders(limit_w=500, slew_w_per_s=20)),
    "off": lambda orders: replace(orders, solar=SolarOrders(forced_off=True)),
}


def past(site: Site, moment: str) -> list[SiteState]:
    """States up to the last moment before another: in its own second, minute, hour and day, and the day before."""
    at = clock(site, moment)
    before_s = (0.000001, 0.3, 1, 17, 22, 59, 61, 600, 3599, 20000, 86400)
    return [site.at(at - timedelta(seconds=back)) for back in before_s]


@pytest.mark.parametrize("name", ["full", "three-phase-battery", "demo", "acb", "large"])
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("moment", ["12:34:23", "18:05:00"])
@pytest.mark.sample(10)
def test_what_was_true_before_stays_true_to_the_last_bit(name: str, change: str, moment: str) -> None:
    site = build(name)
    if change == "relay" and site.definition.controller is None:
        pytest.skip("without controller nobody orders an island")
    before, opening = past(site, moment), site.opening(DAY)
    later_w = site.at(clock(site, moment) + timedelta(minutes=20)).grid.all.active_w
    site.obey(CHANGES[change](site.orders), clock(site, moment))
    assert past(site, moment) == before
    assert site.opening(DAY) is opening
    if change in {"relay", "off"}:
        assert site.at(clock(site, moment) + timedelta(minutes=20)).grid.all.active_w != later_w


def test_the_same_orders_at_the_same_times_give_the_same_site() -> None:
    sites = [build("full"), build("full")]
    for site in sites:
        order(site, clock(site, "09:00:07"), grid_relay="open")
        if site is sites[1]:
            site.at(clock(site, "23:00:00"))
        order(site, clock(site, "11:59:59"), grid_relay="closed")
    there, here = ([site.at(clock(site, f"{hour:02}:10:03")) for hour in range(24)] for site in sites)
    assert there == here


def test_counters_never_run_backwards_over_an_order() -> None:
    site = build("full")
    at = clock(site, "13:00:29")
    order(site, at, grid_relay="open")
    states = [site.at(at + timedelta(seconds=step / 4)) for step in range(-8, 120)]
    for earlier, later in pairwise(states):
        for name in ("solar", "grid", "battery", "load", "total", "net", "backfeed", "charger"):
            for before, after in zip(getattr(earlier, name).phases, getattr(later, name).phases, strict=True):
                assert after.delivered_wh >= before.delivered_wh
                assert after.received_wh >= before.received_wh
                assert after.apparent_vah >= before.apparent_vah
        for panel, grown in zip(earlier.panels, later.panels, strict=True):
            assert grown.lifetime_j >= panel.lifetime_j


def test_energy_over_an_order_is_the_integral_of_its_powers() -> None:
    site = build("full")
    at = clock(site, "13:00:29")
    order(site, at, solar=SolarOrders(limit_w=1000, slew_w_per_s=50))
    states = [site.at(at + timedelta(seconds=step / 2)) for step in range(-120, 601)]
    for name in ("solar", "grid", "battery", "load"):
        powers = [getattr(state, name).all.active_w for state in states]
        moved_j = sum((first + last) / 4 for first, last in pairwise(powers))
        flow = [getattr(states[end], name).all for end in (0, -1)]
        net_wh = flow[1].delivered_wh - flow[0].delivered_wh - flow[1].received_wh + flow[0].received_wh
        assert net_wh == pytest.approx(moved_j / 3600, abs=0.6)  # half a second of a jump of some kilowatts


def test_orders_come_in_the_order_of_time() -> None:
    site = build("demo")
    first = order(site, clock(site, "10:00:00"), solar=SolarOrders(limit_pct=50))
    with pytest.raises(ValueError, match="in the order of time"):
        site.obey(replace(first, solar=SolarOrders()), clock(site, "09:59:59"))
    assert site.orders == first


def test_orders_of_the_same_second_are_replaced() -> None:
    site = build("demo")
    at = clock(site, "10:00:00")
    order(site, at, solar=SolarOrders(limit_pct=10))
    order(site, at, solar=SolarOrders())
    assert site.at(at + timedelta(minutes=5)) == build("demo").at(at + timedelta(minutes=5))


def test_an_order_at_midnight_belongs_to_the_new_day() -> None:
    site = build("demo")
    at = clock(site, "00:00:00")
    before = site.at(at - timedelta(seconds=1))
    assert site.opening(DAY) is site.opening(DAY)
    order(site, at, solar=SolarOrders(forced_off=True))
    assert site.at(at - timedelta(seconds=1)) == before
    assert site.at(clock(site, "12:00:00")).solar.all.active_w == 0
    assert site.block(SINCE).circuit.active_w[0].max() > 1000


def test_a_site_keeps_the_contract_of_its_gateway() -> None:
    site = build("demo")
    assert isinstance(site, Obedient)
    assert isinstance(site, HasSwitchgear)
    assert site.switchgear(clock(site, "12:00:00")).relay == "closed"
