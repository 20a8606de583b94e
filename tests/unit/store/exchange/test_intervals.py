"""Energies out of whatever files say: nothing is lost, nothing counts twice."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from openvoy.store.exchange.chains import NIGHT_S, SHORT_HOLE_S, build_chains
from openvoy.store.exchange.coverage import (
    Coverage,
    build_coverage,
    build_quarter_bounds,
    find_days,
    find_ends,
    sieve,
)
from openvoy.store.exchange.intervals import Gatherer, add_up, bridge
from openvoy.store.exchange.observed import Amount, Total
from openvoy.store.exchange.steps import Interval

HOUR_S, DAY_S = 3600, 86_400
START_S = 20_000 * DAY_S

hours = some.lists(some.integers(0, 24 * 12), min_size=1, unique=True).map(sorted)


def hourly(numbers: list[int]) -> list[Interval]:
    return [Interval(START_S + HOUR_S * n, START_S + HOUR_S * (n + 1), float(n % 7 + 1)) for n in numbers]


@settings(max_examples=100)
@given(solar=hours, load=hours)
def test_chains_hold_every_energy_once_and_have_no_long_hole(solar: list[int], load: list[int]) -> None:
    given_intervals = {"solar": hourly(solar), "load": hourly(load)}
    chains = build_chains(given_intervals)
    for quantity, intervals in given_intervals.items():
        kept = [one for chain in chains for one in chain.intervals.get(quantity, ())]
        assert sorted(kept) == intervals
    for chain in chains:
        rows = list(chain.rows())
        assert (rows[0][0], rows[-1][0]) == (chain.start_s, chain.end_s)
        for quantity, stretch in chain.intervals.items():
            holes_s = [after.start_s - before.end_s for before, after in pairwise(stretch)]
            assert all(0 <= hole_s <= (NIGHT_S if quantity == "solar" else SHORT_HOLE_S) for hole_s in holes_s)
            counters = [counters[quantity] for _, counters, _ in rows]
            assert counters[0] == 0
            assert counters == sorted(counters)
            assert counters[-1] == sum(one.energy_wh for one in stretch)


def coverage_of(intervals: list[Interval]) -> Coverage:
    """What a history that has these energies says when it is asked."""

    def ask(bounds: list[int]) -> dict[str, list[float | None]]:
        spans = pairwise(bounds)
        values = [
            1.0 if any(one.start_s < end_s and start_s < one.end_s for one in intervals) else None
            for start_s, end_s in spans
        ]
        return {"solar_wh": values}

    bounds = list(range(START_S - DAY_S, START_S + 14 * DAY_S, DAY_S))
    days = find_days(bounds, ask(bounds), ["solar"])
    quarters = build_quarter_bounds({day for found in days.values() for day in find_ends(found)})
    return build_coverage(days, quarters, ask(quarters), {})


@settings(max_examples=60)
@given(known=hours, new=hours)
def test_what_is_known_is_never_kept_again(known: list[int], new: list[int]) -> None:
    coverage = coverage_of(hourly(known))
    sieved = sieve({"solar": hourly(new)}, coverage, {})
    kept = {(one.start_s - START_S) // HOUR_S for one in sieved.kept.get("solar", ())}
    assert not kept & set(known)
    assert len(kept) + sieved.skipped["solar"] == len(new)
    # Beyond the days that it has, nothing is held back; at its ends no hour is.
    first, last = min(known), max(known)
    assert {number for number in new if number < first or number > last} <= kept


def test_series_that_are_cut_differently_add_up() -> None:
    fine = [Interval(0, 300, 10.0), Interval(300, 600, 20.0), Interval(900, 1200, 5.0)]
    coarse = [Interval(150, 750, 60.0)]
    total = add_up([fine, coarse])
    assert sum(one.energy_wh for one in total) == pytest.approx(95)
    assert total[0] == Interval(0, 150, 5.0)
    assert total[1].energy_wh == pytest.approx(20.0)
    assert [one.start_s for one in total] == [0, 150, 300, 600, 900]


def test_short_holes_of_power_are_bridged_and_long_ones_are_not() -> None:
    filled = bridge([(0, 100.0), (4, 500.0), (9, 10.0)])
    assert dict(filled) == {0: 100, 1: 200, 2: 300, 3: 400, 4: 500, 9: 10}


@pytest.mark.parametrize(
    ("totals", "energies", "problem"),
    [
        ((1000, 1500, 2500), (500, 1000), ""),
        ((1000, 1500, 40), (500, 40), ""),
        ((1000, 1500, 1400), (500, 0), "falls"),
        ((1000, 200_000, 200_100), (100,), "jumps"),
        # It was 0 for an hour or three, and is back: nothing began anew.
        ((50_000, 0, 51_000), (0, 1000), ""),
        ((50_000, 20, 20, 30, 52_000), (20, 0, 10, 1970), ""),
        ((5000, 40, 3000, 6000), (40, 2960, 3000), ""),
    ],
)
def test_steps_of_a_counter(totals: tuple[float, ...], energies: tuple[float, ...], problem: str) -> None:
    gatherer = Gatherer()
    gatherer.take(Total("solar", "s", START_S + HOUR_S * n, total_wh) for n, total_wh in enumerate(totals))
    found = gatherer.gather()
    assert tuple(one.energy_wh for one in found.intervals["solar"]) == energies
    assert [problem in one.text for one in found.problems] == [True] * bool(problem)


def test_of_two_cuts_of_one_series_the_finer_rules_and_the_rest_is_of_the_other_time() -> None:
    gatherer = Gatherer()
    day = Amount("solar", "report", START_S, START_S + DAY_S, 24_000)
    gatherer.take([day, *(Amount("solar", "report", one.start_s, one.end_s, 1) for one in hourly([0, 1, 2]))])
    found = gatherer.gather()
    assert [one.energy_wh for one in found.intervals["solar"]] == [1, 1, 1, 23_997]
    assert (found.intervals["solar"][-1].end_s, found.repeated) == (START_S + DAY_S, 0)


def test_load_follows_from_the_rest() -> None:
    gatherer = Gatherer()
    amounts = {"solar": 1000.0, "import": 500.0, "export": 200.0, "charge": 300.0, "discharge": 100.0}
    gatherer.take(Amount(name, "s", START_S, START_S + HOUR_S, energy_wh) for name, energy_wh in amounts.items())
    assert list(gatherer.gather().intervals["load"]) == [Interval(START_S, START_S + HOUR_S, 1100.0)]
