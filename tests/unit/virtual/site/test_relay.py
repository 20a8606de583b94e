"""Relay and contacts: how long they take, and what the house notices."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from openvoy.virtual.site import Site
from openvoy.virtual.site.orders import ContactOrders
from openvoy.virtual.site.relay import Relay
from openvoy.virtual.site.switchgear import Switchgear
from tests.unit.virtual.site.houses import build, clock, order, plain, seconds, with_outage


def relays(site: Site, start: str, *after_s: float) -> list[str]:
    return [state.switchgear.relay for state in seconds(site, clock(site, start), *after_s)]


def test_the_relay_opens_after_fifteen_seconds_and_the_grid_is_gone() -> None:
    site = build("three-phase-battery")
    order(site, clock(site, "20:10:07"), grid_relay="open")
    assert relays(site, "20:10:07", 0, 14, 15, 600) == ["closed", "closed", "open", "open"]
    before, after = seconds(site, clock(site, "20:10:07"), 14.9, 15.1)
    assert before.switchgear.supply == "grid"
    assert before.grid.all.apparent_va > 0
    assert after.switchgear.supply == after.supply == "island"
    for flow in (after.grid.all, *after.grid.phases):
        assert (flow.active_w, flow.reactive_var, flow.apparent_va) == (0, 0, 0)
    assert after.load.all.active_w == pytest.approx(before.load.all.active_w, rel=0.05)
    assert after.battery.all.active_w == after.load.all.active_w - after.solar.all.active_w


def test_it_closes_by_way_of_synchronizing() -> None:
    site = build("full")
    order(site, clock(site, "12:00:00"), grid_relay="open")
    order(site, clock(site, "12:30:40"), grid_relay="closed")
    ways = ["open", "open synchronizing", "open synchronizing", "open synchronized", "open synchronized", "closed"]
    assert relays(site, "12:30:40", 1, 2, 17, 18, 23, 24) == ways
    supplies = [state.supply for state in seconds(site, clock(site, "12:30:40"), 23.9, 24)]
    assert supplies == ["island", "grid"]


def test_orders_that_turn_round_on_the_way() -> None:
    site = build("full")
    order(site, clock(site, "12:00:00"), grid_relay="open")
    order(site, clock(site, "12:00:09"), grid_relay="closed")
    assert set(relays(site, "12:00:00", *range(0, 60, 3))) == {"closed"}
    order(site, clock(site, "13:00:00"), grid_relay="open")
    order(site, clock(site, "13:01:00"), grid_relay="closed")
    order(site, clock(site, "13:01:20"), grid_relay="open")
    assert relays(site, "13:01:00", 19, 20, 21, 100) == ["open synchronized", "open", "open", "open"]


def test_what_is_told_twice_changes_nothing() -> None:
    relay = Relay().told("open", 100)
    assert relay.told("open", 110) is relay
    assert (relay.at(114), relay.at(115), relay.due_s(100), relay.due_s(115)) == ("closed", "open", 115, None)


def test_a_failing_grid_opens_it_at_once_and_a_steady_one_closes_it() -> None:
    site = Site(with_outage(plain("three-phase-battery"), "19:00:30", 12), seed=1)
    assert relays(site, "19:00:30", -0.1, 0, 300) == ["closed", "open", "open"]
    # Back after twelve minutes; steady after one more, then 24 seconds of synchronizing.
    assert relays(site, "19:12:30", 1, 59, 62, 78, 84) == [
        "open",
        "open",
        "open synchronizing",
        "open synchronized",
        "closed",
    ]


def test_without_a_controller_nothing_opens() -> None:
    site = build("demo")
    assert site.switchgear(clock(site, "12:00:00")) == Switchgear(
        relay="closed", supply="grid", contacts={}, generator=None
    )


def test_a_controller_that_was_provisioned_later_can_open() -> None:
    site = build("demo")
    order(site, clock(site, "12:00:00"), grid_relay="open", contacts=(ContactOrders(name="NC1"),))
    assert site.at(clock(site, "12:00:20")).supply == "island"


def positions(site: Site, text: str, *names: str) -> list[str]:
    contacts = site.switchgear(clock(site, text)).contacts
    return [contacts[name] for name in names]


def test_contacts_do_what_the_supply_asks_for() -> None:
    site = build("full")
    assert positions(site, "12:00:00", "NC1", "NC2", "NO1", "NO2") == ["closed"] * 4
    order(site, clock(site, "12:00:00"), grid_relay="open")
    assert positions(site, "12:01:00", "NC1", "NC2", "NO1", "NO2") == ["open", "open", "closed", "closed"]


def test_a_shed_load_is_off_and_the_rest_goes_on() -> None:
    whole = plain("full")
    bare = replace(whole, house=replace(whole.house, cooling_w_per_c=0, heating_w_per_c=0))
    there, here = build("full", house=replace(whole.house, cooling_w_per_c=900)), Site(bare, seed=1)
    at = clock(there, "15:20:00")
    assert there.at(at).load.all.active_w > here.at(at).load.all.active_w + 500
    shed = tuple(replace(row, on_grid="shed") if row.name == "NC1" else row for row in there.orders.contacts)
    order(there, at, contacts=shed)
    assert there.at(at + timedelta(seconds=2)).load.all.active_w > here.at(at).load.all.active_w + 500
    for after_s in (3, 60, 3600):
        moment = at + timedelta(seconds=after_s)
        assert there.at(moment).load.all.active_w == pytest.approx(here.at(moment).load.all.active_w, abs=0.01)


def test_a_schedule_holds_by_the_wall_clock() -> None:
    site = build("full")
    times = ("08:59:59", "09:00:00", "16:59:59", "17:00:00")
    assert [positions(site, text, "NO1")[0] for text in times] == ["open", "closed", "closed", "open"]


def test_a_hand_holds_until_the_supply_changes() -> None:
    site = build("full")
    by_hand = tuple(replace(row, by_hand="open") if row.name == "NC1" else row for row in site.orders.contacts)
    order(site, clock(site, "10:00:00"), contacts=by_hand)
    assert [positions(site, text, "NC1")[0] for text in ("10:00:02", "10:00:03", "11:00:00")] == [
        "closed",
        "open",
        "open",
    ]
    order(site, clock(site, "12:00:00"), grid_relay="open")
    order(site, clock(site, "13:00:00"), grid_relay="closed")
    assert positions(site, "14:00:00", "NC1") == ["closed"]


def test_a_hand_that_is_held_stays() -> None:
    site = build("full")
    rows = tuple(
        replace(row, by_hand="closed", holds_hand=True) if row.name == "NC1" else row for row in site.orders.contacts
    )
    order(site, clock(site, "10:00:00"), contacts=rows)
    order(site, clock(site, "12:00:00"), grid_relay="open")
    assert positions(site, "13:00:00", "NC1") == ["closed"]


def test_a_contact_may_follow_the_charge_of_an_island() -> None:
    definition = replace(plain("full"), generator=None)
    assert definition.battery is not None
    site = Site(replace(definition, battery=replace(definition.battery, start_pct=80, units=1)), seed=1)
    order(site, clock(site, "21:00:00"), grid_relay="open")
    soc: dict[str, list[float]] = {"closed": [], "open": []}
    for minute in range(1, 1400, 3):
        state = site.at(clock(site, "21:00:00") + timedelta(minutes=minute))
        assert state.storage is not None
        soc[state.switchgear.contacts["NO1"]].append(state.storage.soc_pct)
    assert min(soc["closed"]) > 39
    assert max(soc["open"]) < 61
    assert min(soc["open"]) < 39


def test_a_contact_cuts_off_an_array() -> None:
    site = build("full")
    at = clock(site, "13:00:00")
    behind = next(row.panels for row in site.orders.contacts if row.name == "NO2")
    rows = tuple(replace(row, on_grid="shed") if row.name == "NO2" else row for row in site.orders.contacts)
    order(site, at, contacts=rows)
    before, after = seconds(site, at, 2, 4)
    lost_w = sum(panel.power_w for panel in before.panels if panel.serial in behind)
    assert len(behind) == 8
    assert lost_w > 1000
    assert all(panel.power_w == 0 for panel in after.panels if panel.serial in behind)
    assert before.solar.all.active_w - after.solar.all.active_w == pytest.approx(lost_w, rel=0.02)
