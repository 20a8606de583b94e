"""Counters that lie, one by one, and what is made of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openvoy.model.accounting import Counter, Step

WRAP_WH = 2**32 / 3600
MINUTE_S = 60.0
KEPT_S = 300.0
"""Readings are kept this often."""


def steps(readings: list[float], every_s: float = MINUTE_S, most_w: float = 100_000) -> list[tuple[Step, float]]:
    counter = Counter(readings[0], 0.0, most_w=most_w)
    result = []
    for index, raw_wh in enumerate(readings[1:], start=1):
        before_wh = counter.total_wh
        step = counter.take(raw_wh, index * every_s)
        result.append((step, round(counter.total_wh - before_wh, 3)))
    return result


def counted(readings: list[float], every_s: float = MINUTE_S) -> float:
    return round(sum(added for _, added in steps(readings, every_s)), 3)


def test_what_grows_is_counted() -> None:
    assert steps([100, 150, 150, 175.5]) == [(Step.NORMAL, 50), (Step.NORMAL, 0), (Step.NORMAL, 25.5)]


def test_a_wrap_is_put_back() -> None:
    assert steps([WRAP_WH - 40, 60]) == [(Step.WRAP, 100)]
    assert steps([3 * WRAP_WH + 5, 2 * WRAP_WH + 25]) == [(Step.WRAP, 20)]


def test_an_overflow_that_comes_back_is_taken_out_and_put_back_again() -> None:
    assert steps([500_000, 500_020 + WRAP_WH, 500_030 + WRAP_WH, 500_050]) == [
        (Step.RESTORED, 20),
        (Step.NORMAL, 10),
        (Step.WRAP, 20),
    ]


def test_an_overflow_that_comes_back_at_night_is_no_energy() -> None:
    """In the hours since dusk a site of the largest size could have made as much; this one never did."""
    day = [500_000.0 + 250 * quarter for quarter in range(20)]
    night = [day[-1]] * 48
    assert steps([*day, *night, day[-1] + WRAP_WH + 30], 900)[-1] == (Step.RESTORED, 30)


def test_a_fall_that_no_overflow_explains_is_none() -> None:
    """Once a counter's pace is known, an overflow has to leave a rest that fits it."""
    slow = [1_200_000.0 + 10 * minute for minute in range(20)]
    assert steps([*slow, 1_200_190 - WRAP_WH + 50_000])[-1] == (Step.HELD, 0)
    assert steps([*slow, 1_200_190 - WRAP_WH + 10])[-1] == (Step.WRAP, 10)


def test_a_restart_counts_all_that_came_since() -> None:
    assert steps([500_000, 12, 20, 31], KEPT_S)[2] == (Step.RESTART, 31)


@pytest.mark.parametrize(
    ("lifetime_wh", "away_h", "back_wh"),
    [(340_000, 3.5, 750), (2_000_000, 24, 1500), (9_000_000, 24, 1000), (9_000_000, 96, 1000), (4_000, 24, 900)],
)
def test_who_goes_on_from_what_was_saved_last_has_not_begun_again(
    lifetime_wh: float, away_h: float, back_wh: float
) -> None:
    """A gateway that lost its power comes back a little lower; its lifetime is not counted a second time."""
    counter = Counter(lifetime_wh, 0.0)
    for minute in range(1, 60):
        counter.take(lifetime_wh + 50 * minute, minute * MINUTE_S)
    for minute in range(60, 120):
        counter.take(lifetime_wh + 50 * minute - back_wh, minute * MINUTE_S + away_h * 3600)
    assert counter.total_wh == pytest.approx(50 * 118, abs=100)


def test_small_numbers_that_stand_still_are_no_restart() -> None:
    """Metered gateways without transformers answer 1 583 Wh for ever."""
    assert steps([500_000, 1583, 1583, 1583, 1583, 500_070])[1:] == [
        (Step.HELD, 0),
        (Step.HELD, 0),
        (Step.HELD, 0),
        (Step.NORMAL, 70),
    ]


def test_zero_is_no_reading() -> None:
    assert steps([500_000, 0, 0, 0, 0, 500_030])[-2:] == [(Step.HELD, 0), (Step.NORMAL, 30)]


def test_a_level_that_counts_on_is_the_counters_and_only_the_first_step_is_bridged() -> None:
    found = steps([500_000, 500_010, 1_900_000, 1_900_050, 1_900_100, 1_900_150], KEPT_S)
    # The five minutes between the levels: 10 Wh in that time is the pace before, 50 Wh the one after.
    assert [step for step, _ in found] == [Step.NORMAL, Step.HELD, Step.HELD, Step.REBASED, Step.NORMAL]
    assert found[3][1] == pytest.approx(100 + (10 + 50) / 2)
    assert found[4][1] == 50


def test_a_level_has_to_last_however_often_it_is_read() -> None:
    found = steps([500_000, 500_010, *(1_900_000 + 5 * minute for minute in range(12))])
    assert [step for step, _ in found][-3:] == [Step.HELD, Step.REBASED, Step.NORMAL]
    assert found.index((Step.REBASED, found[-2][1])) == 11, "ten minutes after it was read first"


def test_a_bridge_that_was_too_long_is_taken_back_once_that_is_known() -> None:
    """A sum of reports stands for five minutes, so that nothing may have passed between two levels."""
    before = [589_056.0, 589_306.0]
    meanwhile = [473_635.0 + 200 * report for report in range(6)]
    after = [590_556.0 + 250 * report for report in range(3)]
    found = steps([*before, *meanwhile, *after], KEPT_S)
    assert [step for step, _ in found] == [
        *(Step.NORMAL, Step.HELD, Step.HELD, Step.REBASED, Step.NORMAL, Step.NORMAL, Step.NORMAL),
        *(Step.RESTORED, Step.NORMAL, Step.NORMAL),
    ]
    assert all(added_wh >= 0 for _, added_wh in found)
    assert sum(added_wh for _, added_wh in found) == pytest.approx(after[-1] - before[0])


def test_what_is_too_much_is_kept_in_mind_at_another_level() -> None:
    """What a bridge had too much is not counted anew where the next level ends."""
    first = [590_000.0, 590_250.0, *(400_000.0 + 200 * report for report in range(4)), 591_100.0]
    second = [*(300_000.0 + 200 * report for report in range(4)), 592_000.0, 592_250.0, 592_500.0]
    assert counted([*first, *second], KEPT_S) == 2500


@given(
    reports=st.lists(st.integers(0, 400), min_size=30, max_size=60),
    left=st.integers(20, 60),
    minutes=st.integers(1, 60),
    down_wh=st.integers(20_000, 200_000),
)
def test_who_accounts_kept_readings_anew_finds_what_was_found(
    reports: list[int], left: int, minutes: int, down_wh: int
) -> None:
    """Kept are readings of every fifth minute, those whose step is told, and the last ones before them."""
    sums = [600_000 + sum(reports[:number]) for number in range(len(reports))]
    live = [
        float(sums[minute // 5] - (down_wh if left <= minute < left + minutes else 0))
        for minute in range(5 * len(sums))
    ]
    counter, was_doubted = Counter(live[0], 0.0), False
    kept, totals = {0}, [0.0]
    for minute, raw_wh in enumerate(live[1:], start=1):
        step = counter.take(raw_wh, MINUTE_S * minute)
        is_told = step is not Step.NORMAL and not (step is Step.HELD and was_doubted)
        was_doubted = counter.is_doubted
        totals.append(counter.total_wh)
        kept |= {minute} if minute % 5 == 0 else set()
        kept |= {minute - 1, minute} if is_told else set()
    anew = Counter(live[0], 0.0)
    for minute in sorted(kept - {0}):
        anew.take(live[minute], MINUTE_S * minute)
        assert anew.total_wh == pytest.approx(totals[minute])


def test_a_level_that_comes_back_brings_what_it_counted_meanwhile() -> None:
    lower = [500_000 - 250_000 + 10 * minute for minute in range(1, 7)]
    assert counted([500_000, *lower, 500_070]) == 70


def test_a_level_that_comes_back_by_a_step_that_a_site_could_do_is_no_energy() -> None:
    """Three inverters of a small site out of a sum for hours: their 9 kWh are less than 100 kW make in a quarter."""
    before = [3_650_000.0 + 500 * quarter for quarter in range(8)]
    meanwhile = [before[-1] - 9_000 + 400 * quarter for quarter in range(1, 9)]
    found = steps([*before, *meanwhile, before[-1] + 500 * 9], 900)
    assert found[-1][0] is Step.RESTORED
    assert sum(added for _, added in found) == pytest.approx(500 * 16)


def test_what_a_level_that_comes_back_brings_belongs_to_all_the_time_since() -> None:
    counter = Counter(500_000, 0.0)
    for number in range(1, 7):
        counter.take(250_000 + 10.0 * number, KEPT_S * number)
    assert counter.take(500_400, 7 * KEPT_S) is Step.RESTORED
    assert counter.late_since_s == 0.0
    counter.take(500_410, 8 * KEPT_S)
    assert counter.late_since_s is None


HOUSE_WH = [500_000.0 + 8 * minute for minute in range(60)]


@pytest.mark.parametrize("too_much_wh", [3_000, 20_000, 90_000])
def test_one_reading_that_is_too_high_by_what_a_site_could_do_is_no_energy(too_much_wh: float) -> None:
    later = [HOUSE_WH[-1] + 8 * minute for minute in range(2, 10)]
    found = steps([*HOUSE_WH, HOUSE_WH[-1] + 8 + too_much_wh, *later])
    assert found[59:61] == [(Step.HELD, 0), (Step.NORMAL, 16)]
    assert sum(added for _, added in found) == later[-1] - HOUSE_WH[0]


@pytest.mark.parametrize("at_once_wh", [3_000, 20_000, 90_000])
def test_what_is_read_again_is_counted_however_much_it_is(at_once_wh: float) -> None:
    later = [HOUSE_WH[-1] + at_once_wh + 8 * minute for minute in range(10)]
    found = steps([*HOUSE_WH, *later])
    assert found[59:61] == [(Step.HELD, 0), (Step.NORMAL, at_once_wh + 8)]
    assert sum(added for _, added in found) == later[-1] - HOUSE_WH[0]


def test_a_house_may_begin_to_draw_a_lot() -> None:
    """A car is plugged in where nothing drew more than 500 W before, and is seen each minute or every fifth."""
    for every_s in (MINUTE_S, KEPT_S):
        charging_wh = [HOUSE_WH[-1] + 22_000 * every_s / 3600 * reading for reading in range(1, 5)]
        assert {step for step, _ in steps([*HOUSE_WH, *charging_wh], every_s)} == {Step.NORMAL}


def test_energy_is_not_lost_to_a_false_restart() -> None:
    assert counted([500_000, 0.01, 0.02, 0.03, 0.04, 500_090]) == 90


def test_noise_is_not_counted_twice() -> None:
    assert counted([1000, 1001, 1000.5, 1001, 1000.5, 1001]) == 1


def test_a_counter_fed_by_reports_may_move_by_a_quarter_of_an_hour_at_once() -> None:
    assert steps([1000, 1000, 1000, 3500], 5)[-1] == (Step.NORMAL, 2500)


def test_what_comes_late_all_at_once_is_told() -> None:
    counter = Counter(1000.0, 0.0, most_w=10_000)
    for minute in range(1, 300):
        assert counter.take(1000.0, minute * 60.0) is Step.NORMAL
    assert counter.take(9000.0, 300 * 60.0) is Step.LATE
    assert (counter.total_wh, counter.late_since_s) == (8000, 0)


QUARTER_S, EVENING_WH = 900.0, [250.0, 180.0, 90.0, 30.0, 6.0, 1.0]


def sunlit(growths_wh: list[float], *, still: int, then_wh: float) -> tuple[Step, float | None]:
    """Let a panel's counter grow by each quarter of an hour, stand for some and count again."""
    counter = Counter(100_000.0, 0.0, fades=True)
    raw_wh, at_s = 100_000.0, 0.0
    for growth_wh in [*growths_wh, *[0.0] * still]:
        raw_wh, at_s = raw_wh + growth_wh, at_s + QUARTER_S
        counter.take(raw_wh, at_s)
    return counter.take(raw_wh + then_wh, at_s + QUARTER_S), counter.late_since_s


def test_the_sun_fades_and_a_night_is_no_lateness() -> None:
    assert sunlit(EVENING_WH, still=40, then_wh=20.0) == (Step.NORMAL, None)


def test_a_counter_of_the_sun_that_stops_while_it_counts_is_late_when_it_goes_on() -> None:
    assert sunlit(EVENING_WH[:2], still=40, then_wh=500.0) == (Step.LATE, 2 * QUARTER_S)
    assert sunlit(EVENING_WH[:4], still=40, then_wh=50.0) == (Step.NORMAL, None), "a steep dusk leaves no more"


def test_a_counter_that_stood_for_a_day_and_a_night_is_late() -> None:
    assert sunlit(EVENING_WH, still=130, then_wh=2000.0)[0] is Step.LATE
    assert sunlit(EVENING_WH, still=130, then_wh=20.0)[0] is Step.NORMAL, "snow melts slowly"


def test_what_may_stand_at_any_time_is_late_only_by_far() -> None:
    """Import stands while the sun shines, and goes on where it stopped."""
    counter = Counter(100_000.0, 0.0)
    for quarter in range(1, 5):
        counter.take(100_000.0 + 250 * quarter, QUARTER_S * quarter)
    for quarter in range(5, 40):
        counter.take(101_000.0, QUARTER_S * quarter)
    assert counter.take(101_250.0, QUARTER_S * 40) is Step.NORMAL


def test_an_outage_is_no_lateness() -> None:
    counter = Counter(1000.0, 0.0, most_w=10_000)
    assert counter.take(9000.0, 300 * 60.0) is Step.NORMAL


def test_three_days_without_readings_are_counted_whole() -> None:
    assert steps([1000, 181_000], 3 * 86_400.0) == [(Step.NORMAL, 180_000)]
    assert steps([WRAP_WH - 1000, 179_000], 3 * 86_400.0) == [(Step.WRAP, 180_000)]


@given(st.lists(st.floats(0, 5e7), min_size=2, max_size=30))
def test_whatever_comes_the_accounted_counter_never_falls(readings: list[float]) -> None:
    assert all(added >= 0 for _, added in steps(readings))


@given(st.lists(st.floats(0, 400), min_size=2, max_size=40), st.integers(0, 5))
def test_a_counter_of_32_bits_counts_what_one_of_64_bits_counts(growths: list[float], wraps: int) -> None:
    true_wh = [wraps * WRAP_WH + sum(growths[:index]) for index in range(len(growths))]
    wrapped = [value % WRAP_WH for value in true_wh]
    assert counted(wrapped, 300.0) == pytest.approx(true_wh[-1] - true_wh[0], abs=0.1)
