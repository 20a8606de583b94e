"""What comes later, is replaced or goes; cars, AC Batteries, and what a tariff makes of batteries."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from openvoy.virtual.site import Site, SiteDefinition, history, read_site
from openvoy.virtual.site.branches import Branch, Count
from openvoy.virtual.site.definition import Panel
from openvoy.virtual.site.equipment import Charger
from openvoy.virtual.site.orders import StorageAction
from tests.unit.virtual.site.houses import DAY, SINCE, build, clock, order, plain, with_battery, with_outage

LATER = DAY + timedelta(days=2)


def with_panel(**members: object) -> SiteDefinition:
    site = plain("three-phase")
    special = replace(Panel(number=4), **members)  # type: ignore[arg-type]
    return replace(site, array=(replace(site.array[0], panel=(special,)),))


def test_a_replaced_inverter_keeps_what_it_counted_and_another_goes_on() -> None:
    whole, changed = Site(plain("three-phase"), seed=1), Site(with_panel(replaced=LATER), seed=1)
    before, after = (changed.at(clock(changed, "20:00:00", day)) for day in (DAY, LATER))
    old, new = ([state.panels[place] for state in (before, after)] for place in (3, 20))
    assert [panel.service for panel in old] == ["active", "retired"]
    assert [panel.service for panel in new] == ["planned", "active"]
    assert old[1].lifetime_j == changed.opening(LATER).panel_j[3] >= old[0].lifetime_j > 1e6
    assert new[0].lifetime_j == 0 < new[1].lifetime_j
    assert new[1].since_s == clock(changed, "00:00:00", LATER).timestamp()
    assert old[1].since_s == changed.commissioned_at.timestamp()
    same = whole.at(clock(whole, "20:00:00", LATER))
    assert after.solar == same.solar
    grown = same.panels[3].lifetime_j
    assert old[1].lifetime_j + new[1].lifetime_j == pytest.approx(grown, rel=1e-12)


def test_a_retired_panel_is_missing_from_its_phase() -> None:
    whole, less = Site(plain("three-phase"), seed=1), Site(with_panel(retired=LATER), seed=1)
    assert np.array_equal(whole.block(DAY).panel_w, less.block(DAY).panel_w)
    there, here = whole.block(LATER).circuit.active_w, less.block(LATER).circuit.active_w
    lost = there[Branch.SOLAR] - here[Branch.SOLAR]
    assert not lost[1:].any()
    assert np.abs(lost[0] - whole.block(LATER).panel_w[3]).max() <= 0.125
    assert lost[0].max() > 100


def test_an_array_may_come_later() -> None:
    site = read_site("full").commissioned_on(date(2025, 4, 26))
    carport = slice(18, 26)
    early, late = (Site(site, seed=1).block(date(2025, 4, day)) for day in (27, 28))
    assert not early.panel_w[carport].any()
    assert late.panel_w[carport].max() > 200
    sent = early.harvest.sent_by(early.day.end_s)
    assert not sent[carport].any()
    assert early.circuit.reactive_var[Branch.SOLAR].sum(axis=0)[0] == pytest.approx(18 * 12)
    assert late.circuit.reactive_var[Branch.SOLAR].sum(axis=0)[0] == pytest.approx(26 * 12)


def test_batteries_may_come_later() -> None:
    definition = replace(with_battery(plain("demo"), installed=LATER), acb=None)
    site, bare = Site(definition, seed=1), Site(replace(definition, battery=None), seed=1)
    assert site.at(clock(site, "20:00:00")).storage is None
    assert np.array_equal(site.block(DAY).circuit.active_w, bare.block(DAY).circuit.active_w)
    storage = site.at(clock(site, "20:00:00", LATER)).storage
    assert storage is not None
    assert storage.since_s == clock(site, "00:00:00", LATER).timestamp()
    assert site.block(LATER).banks_w.any()
    days = list(history(site, clock(site, "00:00:00"), clock(site, "00:00:00", LATER + timedelta(days=1))))
    assert [len(day.batteries["at"]) > 0 for day in days] == [False, False, True]
    assert ["soc_pct" in day.power for day in days] == [False, False, True]


def test_a_car_is_a_part_of_the_load_with_a_meter_of_its_own() -> None:
    definition = replace(plain("metered-split"), charger=Charger(per_week=7, power_w=7200, kwh=10))
    with_car, without = Site(definition, seed=5), Site(plain("metered-split"), seed=5)
    days = [SINCE + timedelta(days=number) for number in range(14)]
    charged_kwh = []
    for day in days:
        there, here = with_car.block(day).circuit.active_w, without.block(day).circuit.active_w
        assert np.array_equal(there[Branch.LOAD] - here[Branch.LOAD], there[Branch.CHARGER])
        assert set(there[Branch.CHARGER].sum(axis=0).tolist()) <= {0.0, 7200.0}
        counts = with_car.opening(day + timedelta(days=1)).counts - with_car.opening(day).counts
        charged_kwh.append(counts[Count.DELIVERED, Branch.CHARGER].sum() / 3.6e6)
    assert np.mean(charged_kwh) == pytest.approx(10, rel=0.25)
    assert 3 < min(charged_kwh) < max(charged_kwh) < 17


def test_ac_batteries_help_and_rest_without_grid() -> None:
    site = Site(with_outage(plain("acb"), "14:00:00", 30), seed=1)
    block = site.block(DAY)
    acb = block.circuit.active_w[Branch.ACB].sum(axis=0)
    assert np.array_equal(acb, block.banks_w[1:].sum(axis=0))
    assert np.array_equal(block.circuit.active_w[Branch.BATTERY].sum(axis=0), block.banks_w.sum(axis=0))
    assert acb.min() < -200
    assert acb.max() > 100
    states = [site.at(clock(site, text)) for text in ("14:10:00", "21:00:00")]
    assert [row.power_w for row in states[0].ac_batteries] == [0, 0, 0]
    assert len({row.stored_wh for row in states[1].ac_batteries}) == 1
    assert [row.capacity_wh for row in states[1].ac_batteries] == [1240] * 3
    assert states[1].storage is not None
    assert states[1].storage.capacity_wh == 3500


def test_a_sleeping_ac_battery_keeps_what_it_has() -> None:
    site = build("acb")
    serial = site.at(clock(site, "10:00:00")).ac_batteries[1].serials[0]
    storage = site.orders.storage
    assert storage is not None
    order(site, clock(site, "10:00:00"), storage=replace(storage, asleep=frozenset({serial})))
    then, now = (site.at(clock(site, text)).ac_batteries for text in ("10:00:00", "23:00:00"))
    moved = [abs(after.stored_wh - before.stored_wh) for before, after in zip(then, now, strict=True)]
    assert moved[1] == pytest.approx(0, abs=0.01)
    assert moved[0] == moved[2] > 10


def test_savings_keep_the_charge_for_the_dear_hours() -> None:
    site = build("full")
    power = site.block(DAY).lines.minute_means(site.block(DAY).banks_w[0])
    hours = {hour: power[60 * hour : 60 * hour + 60] for hour in range(24)}
    dear = np.concatenate([hours[hour] for hour in range(16, 21)])
    cheap = np.concatenate([hours[hour] for hour in range(24) if not 16 <= hour < 21])
    assert cheap.max() <= 0
    assert dear.max() > 300
    assert dear.min() >= 0
    assert hours[1][1:10] == pytest.approx(-11520, abs=1)


@pytest.mark.parametrize(("action", "low_w", "high_w"), [
    ("idle", 0, 0),
    ("no-discharge", -7680, 0),
    ("charge-from-solar", -7680, 0),
    ("discharge-to-load", 0, 7680),
    ("discharge-to-grid", 0, 7680),
])  # fmt: skip
def test_each_action_of_a_plan_keeps_within_its_bounds(action: StorageAction, low_w: float, high_w: float) -> None:
    site = build("demo")
    storage = site.orders.storage
    assert storage is not None
    slot = replace(storage.plan[0], action=action)
    order(site, clock(site, "00:00:00"), storage=replace(storage, plan=(slot,)))
    power = site.block(DAY).banks_w[0]
    assert power.min() >= low_w
    assert power.max() <= high_w
    assert (np.abs(power).max() > 500) == (action != "idle")


def test_a_reserve_that_may_be_fetched_from_the_grid_is_fetched() -> None:
    site = Site(with_battery(plain("demo"), reserve_pct=10, charge_from_grid=True), seed=1)
    storage = site.orders.storage
    assert storage is not None
    order(site, clock(site, "01:00:00"), storage=replace(storage, reserve_pct=95))
    state = site.at(clock(site, "05:00:00"))
    assert state.storage is not None
    assert state.storage.soc_pct == pytest.approx(95, abs=0.2)
    assert site.at(clock(site, "01:05:00")).battery.all.active_w == pytest.approx(-7680, abs=1)
