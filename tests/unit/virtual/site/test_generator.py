"""The generator: when it starts and stops, and what it carries."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from openvoy.virtual.site import Site, SiteDefinition
from openvoy.virtual.site.branches import Branch
from openvoy.virtual.site.equipment import GeneratorExercise, GeneratorHours
from openvoy.virtual.site.genset import is_exercise, run_at
from openvoy.virtual.site.orders import Exercise, GeneratorOrders, GeneratorRun
from openvoy.virtual.site.switchgear import GeneratorPosition
from tests.unit.virtual.site.houses import DAY, clock, order, plain, seconds, with_battery, with_outage


def house(*, start_pct: float = 60, mode: Any = "backup", **generator: Any) -> SiteDefinition:
    """The house with everything, its generator ready at any hour; what it has in its batteries it keeps."""
    site = with_battery(
        plain("full").commissioned_on(DAY), start_pct=start_pct, mode=mode, charge_from_grid=False, reserve_pct=20
    )
    assert site.generator is not None
    hours = generator.pop("hours", (GeneratorHours(start_pct=50, stop_pct=80),))
    return replace(site, generator=replace(site.generator, hours=hours, exercise=None, **generator))


def stage(site: Site, text: str, after_s: float = 0) -> GeneratorPosition | None:
    return site.switchgear(clock(site, text) + timedelta(seconds=after_s)).generator


OFF, WARM = GeneratorPosition(), GeneratorPosition(running=True)
FEEDING = GeneratorPosition(running=True, feeding=True)


def commanded(command: Any, *, warm_up_s: float = 60.0, cool_down_s: float = 120.0) -> GeneratorOrders:
    return GeneratorOrders(command=command, rated_w=14000, warm_up_s=warm_up_s, cool_down_s=cool_down_s)


def test_it_cranks_warms_up_feeds_and_cools_down() -> None:
    site = Site(house(command="off"), seed=1)
    order(site, clock(site, "10:00:05"), generator=commanded("on"))
    after_s = (0, 11, 12, 71, 72)
    assert [stage(site, "10:00:05", after) for after in after_s] == [OFF, OFF, WARM, WARM, FEEDING]
    states = seconds(site, clock(site, "10:00:05"), 71, 73)
    assert [state.supply for state in states] == ["grid", "generator"]
    assert [state.switchgear.relay for state in states] == ["closed", "open"]
    order(site, clock(site, "11:00:00"), generator=commanded("off"))
    assert [stage(site, "11:00:00", after) for after in (0, 119, 120)] == [WARM, WARM, OFF]
    assert site.at(clock(site, "11:00:30")).supply == "grid"


def test_it_carries_house_and_charging_and_leaves_the_grid_alone() -> None:
    site = Site(house(command="off", start_pct=30), seed=1)
    order(site, clock(site, "01:00:00"), generator=commanded("on"))
    for minute in range(5, 35):
        state = site.at(clock(site, f"01:{minute:02}:30"))
        assert state.grid.all.active_w == 0
        assert state.battery.all.active_w < -8000
        made = state.generator.all.active_w
        assert made == state.load.all.active_w - state.solar.all.active_w - state.battery.all.active_w
        assert state.net.all.active_w == made
        assert 0 < made <= 14000
    assert state.storage is not None
    assert state.storage.soc_pct > 55


def test_the_sun_gives_way_to_its_least_load() -> None:
    site = Site(house(command="off", start_pct=100), seed=1)
    order(site, clock(site, "11:00:00"), generator=commanded("on"))
    for minute in range(5, 55, 7):
        state = site.at(clock(site, f"11:{minute:02}:00"))
        assert state.generator.all.active_w >= min(700, state.load.all.active_w) - 4
        assert state.solar_pct < 90
        assert all(phase.active_w >= -1e-9 for phase in state.generator.phases)


def test_it_starts_by_charge_without_grid_and_stops_when_there_is_enough() -> None:
    site = Site(with_outage(house(start_pct=56), "00:30:00", 1000), seed=1)
    states = [site.at(clock(site, "00:30:00") + timedelta(minutes=step)) for step in range(400)]
    feeding = [state.supply == "generator" for state in states]
    first = feeding.index(True)
    started, before = states[first].storage, states[first - 2].storage
    assert started is not None
    assert before is not None
    assert started.soc_pct == pytest.approx(50, abs=2)
    last = first + feeding[first:].index(False)
    stopped = states[last].storage
    assert stopped is not None
    assert stopped.soc_pct == pytest.approx(80, abs=2)
    assert all(state.supply == "island" for state in states[1 : first - 2])


def test_with_100_and_minus_1_it_runs_until_the_grid_is_back() -> None:
    site = Site(with_outage(house(hours=(GeneratorHours(start_pct=100, stop_pct=-1),)), "09:00:00", 120), seed=1)
    assert site.at(clock(site, "09:00:30")).supply == "island"
    for minute in range(3, 120, 9):
        assert site.at(clock(site, "09:00:00") + timedelta(minutes=minute)).supply == "generator"
    # Back at eleven, steady five minutes later; then the relay takes 24 seconds.
    assert site.at(clock(site, "11:04:59")).supply == "generator"
    assert site.at(clock(site, "11:05:25")).supply == "grid"


def test_hours_and_commands_keep_it_quiet() -> None:
    hours = (GeneratorHours(from_h=7, to_h=22, start_pct=90, stop_pct=95),)
    night = Site(with_outage(house(hours=hours), "01:00:00", 480), seed=1)
    assert {night.at(clock(night, f"0{hour}:30:00")).supply for hour in range(1, 7)} == {"island"}
    assert night.at(clock(night, "07:10:00")).supply == "generator"
    off = Site(with_outage(house(hours=hours, command="off"), "08:00:00", 480), seed=1)
    assert {off.at(clock(off, f"{hour:02}:30:00")).supply for hour in range(8, 16)} == {"island"}


def test_it_does_not_charge_where_it_may_not() -> None:
    site = Site(house(command="off", start_pct=40), seed=1)
    order(site, clock(site, "01:00:00"), generator=replace(commanded("on"), charges_batteries=False))
    state = site.at(clock(site, "02:00:00"))
    assert state.battery.all.active_w == 0
    assert state.generator.all.active_w == state.load.all.active_w - state.solar.all.active_w


def test_a_small_one_is_helped_by_the_batteries() -> None:
    site = Site(house(command="off", start_pct=90), seed=3)
    order(site, clock(site, "17:00:00"), generator=replace(commanded("on"), rated_w=900.0))
    active = site.block(DAY).circuit.active_w.sum(axis=1)
    feeding = active[Branch.GENERATOR] > 0
    assert active[Branch.GENERATOR].max() <= 900 + 1e-6
    heavy = feeding & (active[Branch.LOAD] - active[Branch.SOLAR] > 1000)
    assert heavy.sum() > 20
    assert (active[Branch.BATTERY][heavy] > 0).all()


def test_a_house_without_batteries_lives_on_it_alone() -> None:
    bare = replace(house(hours=(GeneratorHours(start_pct=100, stop_pct=-1),)), battery=None)
    site = Site(with_outage(replace(bare, meters=replace(bare.meters, storage=False)), "12:00:00", 90), seed=1)
    assert site.at(clock(site, "12:00:30")).supply == "dark"
    for minute in range(2, 88, 7):
        state = site.at(clock(site, "12:00:00") + timedelta(minutes=minute))
        assert state.supply == "generator"
        assert state.storage is None
        assert state.load.all.active_w == state.solar.all.active_w + state.generator.all.active_w
        assert min(phase.active_w for phase in state.generator.phases) >= 0


def test_it_exercises_without_load() -> None:
    saturday = date(2025, 6, 14)
    generator = house().generator
    assert generator is not None
    exercise = GeneratorExercise(weekday="Sat", start_h=10.5, minutes=20, every_weeks=2)
    definition = replace(house(), generator=replace(generator, exercise=exercise))
    site = Site(definition.commissioned_on(saturday), seed=1)
    assert saturday.isocalendar().week % 2 == 0
    times = ("10:29:59", "10:30:00", "10:49:59", "10:50:00")
    found = [site.switchgear(clock(site, text, saturday)).generator for text in times]
    running = GeneratorPosition(running=True, exercising=True)
    assert found == [OFF, running, running, OFF]
    assert not site.block(saturday).circuit.active_w[Branch.GENERATOR].any()


def test_hours_of_the_week() -> None:
    late = GeneratorRun(weekdays=frozenset({4}), start_min=1320, duration_min=300, start_pct=40, stop_pct=60)
    orders = GeneratorOrders(command="auto", rated_w=5000, runs=(late,))
    assert [run_at(orders, day, minute) for day, minute in ((4, 1319), (4, 1320), (5, 179), (5, 180), (4, 60))] == [
        None,
        late,
        late,
        None,
        None,
    ]
    weekly = Exercise(weekday=2, start_min=600, duration_min=15, every_weeks=1)
    wednesday = date(2025, 6, 18)
    assert [is_exercise(weekly, wednesday, minute) for minute in (599, 600, 614, 615)] == [False, True, True, False]
    assert not is_exercise(weekly, wednesday + timedelta(days=1), 605)
    assert not is_exercise(None, wednesday, 605)


def test_its_energy_is_counted_apart_and_by_the_net_meter() -> None:
    site = Site(house(command="off", start_pct=30), seed=1)
    order(site, clock(site, "01:00:00"), generator=commanded("on"))
    order(site, clock(site, "03:00:00"), generator=commanded("off"))
    before, after = site.at(clock(site, "00:59:00")), site.at(clock(site, "03:10:00"))
    fed_wh = after.generator.all.delivered_wh - before.generator.all.delivered_wh
    counts = np.array([after.net.all.delivered_wh - before.net.all.delivered_wh, fed_wh])
    bought_wh = after.grid.all.delivered_wh - before.grid.all.delivered_wh
    assert fed_wh > 5000
    assert counts[0] == pytest.approx(fed_wh + bought_wh, abs=1e-6)
