"""Counters that lie, and what is made of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openvoy.model import CounterSource, Energy, RawCounter
from openvoy.model.accounting import Account, Accountant, Step, advance_counter

START = datetime(2026, 6, 1, 12, tzinfo=UTC)
WRAP_WH = 2**32 / 3600


def steps(readings: list[float], every: timedelta = timedelta(minutes=1)) -> list[tuple[Step, float]]:
    account, result = None, []
    for index, raw_wh in enumerate(readings):
        advance = advance_counter(account, raw_wh, START + index * every)
        account = advance.account
        result.append((advance.step, round(advance.added_wh, 3)))
    return result


def test_what_grows_is_counted() -> None:
    assert steps([100, 150, 150, 175.5]) == [
        (Step.FIRST, 0),
        (Step.NORMAL, 50),
        (Step.NORMAL, 0),
        (Step.NORMAL, 25.5),
    ]


def test_a_wrap_is_put_back() -> None:
    assert steps([WRAP_WH - 40, 60])[1] == (Step.WRAP, 100)
    assert steps([3 * WRAP_WH + 5, 2 * WRAP_WH + 25])[1] == (Step.WRAP, 20)


def test_a_restart_counts_what_came_since() -> None:
    assert steps([500_000, 12, 20]) == [(Step.FIRST, 0), (Step.RESTART, 12), (Step.NORMAL, 8)]


def test_zero_is_no_restart_but_a_reading_to_wait_out() -> None:
    assert steps([500_000, 0, 500_030])[1:] == [(Step.HELD, 0), (Step.NORMAL, 30)]


def test_a_jump_is_held_until_it_has_settled_and_never_counted() -> None:
    assert steps([500_000, 1_700_000, 500_010])[1:] == [(Step.HELD, 0), (Step.NORMAL, 10)]
    assert steps([500_000, 1_700_000, 1_700_010, 1_700_020, 1_700_030])[1:] == [
        (Step.HELD, 0),
        (Step.HELD, 0),
        (Step.REBASED, 0),
        (Step.NORMAL, 10),
    ]


def test_retired_inverters_leave_no_hole() -> None:
    assert [step for step, _ in steps([14_000_000, 9_700_000, 9_700_001, 9_700_002, 9_700_050])] == [
        Step.FIRST,
        Step.HELD,
        Step.HELD,
        Step.REBASED,
        Step.NORMAL,
    ]


def test_noise_is_not_counted_twice() -> None:
    assert sum(added for _, added in steps([1000, 1001, 1000.5, 1001, 1000.5, 1001])) == 1


def test_a_counter_fed_by_reports_may_move_by_a_quarter_of_an_hour_at_once() -> None:
    assert steps([1000, 1000, 1000, 3500], timedelta(seconds=5))[3] == (Step.NORMAL, 2500)


@given(st.lists(st.floats(0, 5e7), min_size=1, max_size=30))
def test_whatever_comes_the_accounted_counter_never_falls(readings: list[float]) -> None:
    assert all(added >= 0 for _, added in steps(readings))


def counter(value_wh: float, quantity: str = "solar", endpoint: str = "meter_readings") -> RawCounter:
    source = CounterSource(quantity=quantity, endpoint=endpoint, block="aggregate", device="1")
    return RawCounter(source=source, value_wh=value_wh)


def test_the_first_reading_is_the_lifetime_and_a_new_source_goes_on_from_it() -> None:
    accountant = Accountant()
    assert accountant.account([counter(5000)], Energy(), START)[0].solar_wh == 5000
    assert accountant.account([counter(5100)], Energy(), START)[0].solar_wh == 5100
    other = [counter(900, endpoint="device_data")]
    assert accountant.account(other, Energy(), START)[0].solar_wh == 5100
    assert accountant.account([counter(5200)], Energy(), START)[0].solar_wh == 5100
    assert accountant.account([counter(5250)], Energy(), START)[0].solar_wh == 5150


def test_a_restart_of_the_service_goes_on_where_it_stopped() -> None:
    last = [(counter(0).source, Account(raw_wh=5100, at=START))]
    accountant = Accountant(Energy(solar_wh=7000.0), last)
    energy, notices = accountant.account([counter(5160)], Energy(), START + timedelta(hours=2))
    assert (energy.solar_wh, notices) == (7060, ())


def test_the_load_goes_on_from_what_history_knows_of_it() -> None:
    known = Energy(solar_wh=1000.0, import_wh=500.0, export_wh=200.0, load_wh=1250.0)
    counters = [counter(1000), counter(500, "import"), counter(200, "export")]
    last = [(one.source, Account(raw_wh=one.value_wh, at=START)) for one in counters]
    accountant = Accountant(known, last)
    assert accountant.account(counters, Energy(load_wh=1.0), START)[0].load_wh == 1250
    counters[0] = counter(1040)
    assert accountant.account(counters, Energy(load_wh=1.0), START)[0].load_wh == 1290


def test_a_wrap_is_told_once() -> None:
    accountant = Accountant()
    accountant.account([counter(WRAP_WH - 1)], Energy(), START)
    _, notices = accountant.account([counter(1)], Energy(), START + timedelta(minutes=1))
    assert [notice.step for notice in notices] == [Step.WRAP]
    accountant.account([counter(900_000)], Energy(), START + timedelta(minutes=2))
    assert accountant.account([counter(900_001)], Energy(), START + timedelta(minutes=3))[1] == ()


def test_the_load_follows_from_the_others_and_never_falls() -> None:
    accountant = Accountant()
    reported = Energy(load_wh=1.0)
    counters = [counter(1000), counter(500, "import"), counter(200, "export")]
    assert accountant.account(counters, reported, START)[0].load_wh == 1300
    counters = [counter(1000), counter(500, "import"), counter(201, "export")]
    assert accountant.account(counters, reported, START)[0].load_wh == 1300
    assert accountant.account(counters, Energy(), START)[0].load_wh is None


@pytest.mark.parametrize("phase", ["L1", "L2", "L3"])
def test_phases_are_not_added_to_the_site(phase: str) -> None:
    source = CounterSource(quantity="solar", endpoint="meter_readings", block=phase, device="1")
    assert Accountant().account([RawCounter(source=source, value_wh=9.0)], Energy(), START)[0].solar_wh is None


def test_battery_power_is_integrated_where_nothing_counts_it() -> None:
    accountant, energy = Accountant(), Energy()
    counters = [counter(1000), counter(500, "import"), counter(200, "export")]
    for minute, battery_w in enumerate([-600.0, -600.0, 0.0, 1200.0, None, 1200.0]):
        at = START + timedelta(minutes=minute)
        energy, _ = accountant.account(counters, Energy(), at, battery_w=battery_w)
    # Charged 600 W for a minute and half of it for another; discharged 600 W for one, then 1200 W for two.
    assert energy.charge_wh == pytest.approx(15)
    assert energy.discharge_wh == pytest.approx(10 + 40)
    assert energy.load_wh == pytest.approx(1300 + 50 - 15)


def test_battery_power_is_not_integrated_across_silence_nor_beside_a_counter() -> None:
    accountant = Accountant()
    accountant.account([], Energy(), START, battery_w=3600.0)
    energy, _ = accountant.account([], Energy(), START + timedelta(hours=1), battery_w=3600.0)
    assert energy.discharge_wh == 0
    counted = [counter(70, "charge"), counter(30, "discharge")]
    energy, _ = Accountant().account(counted, Energy(charge_wh=70.0), START, battery_w=3600.0)
    assert (energy.charge_wh, energy.discharge_wh) == (70, 30)
