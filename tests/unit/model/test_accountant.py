"""A site's energies from all its counters: sources that change, inverters that come and go, what the house used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from openvoy.model import CounterSource, RawCounter
from openvoy.model.accounting import Accountant, Accounted, FeedMeter, Freshness, Integrator, Step

START = datetime(2026, 6, 1, 12, tzinfo=UTC)
FIVE_MINUTES = timedelta(minutes=5)


def counter(value_wh: float, quantity: str = "solar", endpoint: str = "meter_readings") -> RawCounter:
    blocks = {"device_data": "inverters", "production_v1": "total", "production_details": "production.inverters"}
    block = blocks.get(endpoint, "aggregate")
    return RawCounter(
        source=CounterSource(quantity=quantity, endpoint=endpoint, block=block, device=""), value_wh=value_wh
    )


def inverter(serial: str, value_wh: float) -> RawCounter:
    source = CounterSource(quantity="inverter", endpoint="device_data", block="lifetime", device=serial)
    return RawCounter(source=source, value_wh=value_wh)


def fleet(**lifetimes_wh: float) -> list[RawCounter]:
    return [
        counter(sum(lifetimes_wh.values()), endpoint="device_data"),
        *(inverter(serial, value_wh) for serial, value_wh in lifetimes_wh.items()),
    ]


def account(readings: Sequence[Sequence[RawCounter]], every: timedelta = FIVE_MINUTES) -> list[Accounted]:
    books = Accountant()
    return [books.account(reading, START + index * every) for index, reading in enumerate(readings)]


def solar(readings: Sequence[Sequence[RawCounter]], every: timedelta = FIVE_MINUTES) -> list[float | None]:
    return [accounted.energy.solar_wh for accounted in account(readings, every)]


def test_the_first_reading_is_the_lifetime() -> None:
    assert solar([[counter(5000)], [counter(5100)]]) == [5000, 5100]


def test_an_energy_is_known_only_while_its_source_is_read() -> None:
    found = account([[counter(5000)], [counter(50, "import")], [counter(5100)]])
    assert [sorted(one.known) for one in found] == [["solar_wh"], ["import_wh"], ["solar_wh"]]
    assert found[1].energy.solar_wh == 5000, "what was known last is shown on"


def test_a_source_that_falls_silent_is_waited_for_and_loses_nothing() -> None:
    silent = [[counter(700 + 10 * n, endpoint="device_data"), inverter("1", 700 + 10 * n)] for n in range(6)]
    readings = [[counter(5000), *silent[0]], [counter(5010), *silent[1]], *silent[2:5], [counter(5050), *silent[5]]]
    assert solar(readings)[-4:] == [5010, 5010, 5010, 5050]


def test_a_source_that_stays_silent_is_followed_by_another_from_where_both_were_known() -> None:
    def both(n: int) -> list[RawCounter]:
        return [counter(5000 + 10 * n), counter(700 + 10 * n, endpoint="production_v1")]

    readings = [both(0), both(1), both(2), *([both(n)[1]] for n in range(3, 40))]
    found = account(readings)
    assert found[-1].energy.solar_wh == 5390
    changes = [(n, one.notices[0]) for n, one in enumerate(found) if one.notices]
    assert [(n, notice.step, notice.added_wh) for n, notice in changes] == [(27, Step.SOURCE_CHANGED, 250)]


def test_a_page_that_is_an_hour_old_tells_the_meters_counter_as_it_was() -> None:
    """The page is read hourly while the meter is; it is the first to be there when the meter's readings fail."""
    said = CounterSource(quantity="solar", endpoint="production_details", block="production.eim", device="")
    meter = [[counter(5000 + 300 * n)] for n in range(12)]
    page = [[RawCounter(source=said, value_wh=5000 + 300 * n)] for n in [2] * 12 + list(range(24, 50))]
    found = solar([*meter, *page])
    assert found[11] == 8300
    assert found[-1] == 5000 + 300 * 49, "nothing is counted again of what the meter had counted"


def test_a_source_that_comes_back_knows_best_what_it_missed() -> None:
    stand_in = [[counter(700 + 9 * n, endpoint="production_v1")] for n in range(60)]
    readings = [[counter(5000 + 10 * n), *stand_in[n]] if n < 3 or n > 50 else stand_in[n] for n in range(60)]
    assert solar(readings)[-1] == 5590


def test_a_meter_that_is_back_after_a_night_and_a_morning_knows_what_the_hourly_page_has_yet_to_tell() -> None:
    """It stood for the night and could not be read in the morning, so that all of it comes late; the page led."""
    page = CounterSource(quantity="solar", endpoint="production_details", block="production.eim", device="")

    def quarter(n: int) -> list[RawCounter]:
        counted_wh = 300.0 * min(n, 20) + 300.0 * max(0, n - 60)
        told_wh = 300.0 * min(n // 4 * 4, 20) + 300.0 * max(0, n // 4 * 4 - 60)
        meter = [] if 58 <= n < 83 else [counter(5000 + counted_wh)]
        return [*meter, RawCounter(source=page, value_wh=5000 + told_wh)]

    found = solar([quarter(n) for n in range(90)], timedelta(minutes=15))
    assert found[82] == 5000 + 300 * 40
    assert found[83] == 5000 + 300 * 43
    assert found[-1] == 5000 + 300 * 49


def test_a_meter_that_was_switched_off_does_not_take_back_what_another_counted() -> None:
    stand_in = [[counter(700 + 50 * n, endpoint="production_v1")] for n in range(60)]
    readings = [
        [counter(5000 + 50 * min(n, 2) + 50 * max(0, n - 51)), *stand_in[n]] if n < 3 or n > 50 else stand_in[n]
        for n in range(60)
    ]
    assert solar(readings)[-1] == 5000 + 50 * 59


def test_a_number_that_stands_there_never_leads() -> None:
    """Metered gateways without transformers show 1 583 Wh in the interval snapshot for ever."""
    readings = [
        [counter(900_000 + 20 * n, endpoint="production_details"), counter(1583, endpoint="production_v1")]
        for n in range(1, 9)
    ]
    readings.insert(0, [counter(900_000, endpoint="production_details")])
    assert solar(readings)[-1] == 900_160


def test_a_source_that_freezes_while_another_counts_is_left() -> None:
    readings = [
        [
            counter(5000 + 100 * min(n, 5), endpoint="production_v1"),
            counter(700 + 100 * n, endpoint="production_details"),
        ]
        for n in range(60)
    ]
    found = account(readings)
    assert found[-1].energy.solar_wh == 5000 + 100 * 59
    assert [notice.step for one in found for notice in one.notices] == [Step.SOURCE_CHANGED]


def test_a_stand_in_that_was_frozen_too_does_not_count_the_afternoon_again_at_night() -> None:
    """The page stands from the afternoon on; when it moves again at night, its step is from before sunset."""
    page = "production_details"
    afternoon = [[counter(1000 + 500 * step), counter(1000, endpoint=page)] for step in range(8)]
    night = [[counter(4500), counter(1000, endpoint=page)]] * 20
    again = [[counter(4500), counter(4640, endpoint=page)]] * 4
    assert solar([*afternoon, *night, *again], timedelta(minutes=15))[-1] == 4500


def test_inverters_that_leave_take_nothing_away_and_new_ones_bring_nothing_along() -> None:
    before = {"a": 2_000_000.0, "b": 2_100_000.0}
    assert solar(
        [
            fleet(**before),
            fleet(a=2_000_010.0, b=2_100_010.0),
            fleet(a=2_000_020.0),
            fleet(a=2_000_030.0, c=1_500_000.0),
            fleet(a=2_000_040.0, c=1_500_010.0, d=5.0),
        ]
    ) == [4_100_000, 4_100_020, 4_100_030, 4_100_040, 4_100_065]


def test_an_inverter_that_is_left_out_of_one_reply_is_made_up_for() -> None:
    found = account([fleet(a=1000.0, b=1000.0), fleet(a=1010.0), fleet(a=1020.0, b=1020.0)])
    assert [one.energy.solar_wh for one in found] == [2000, 2010, 2040]
    assert all(one.notices == () for one in found)


def test_who_left_for_a_day_is_told_once() -> None:
    readings = [fleet(a=1000.0, b=1000.0), *(fleet(a=1000.0 + n) for n in range(1, 60))]
    found = account(readings, timedelta(hours=1))
    notices = [(notice.step, notice.source.device) for one in found for notice in one.notices]
    assert notices == [(Step.RETIRED, "b")]


@pytest.mark.parametrize("is_replay", [False, True])
def test_what_an_absent_inverter_counted_meanwhile_belongs_to_all_the_time_since(is_replay: bool) -> None:
    books = Accountant(is_replay=is_replay)
    readings = [fleet(a=1000.0 + 20 * n, b=1000.0 + 20 * n) for n in range(5)]
    readings += [fleet(a=1080.0 + 20 * n) for n in range(1, 20)]
    found = [books.account(one, START + n * FIVE_MINUTES) for n, one in enumerate(readings)]
    assert not any(one.late_since for one in found)
    back = books.account(fleet(a=1480.0, b=1480.0), START + 24 * FIVE_MINUTES)
    assert back.late_since == {"solar_wh": START + 4 * FIVE_MINUTES}
    assert back.energy.solar_wh == 2960


def test_what_inverters_tell_late_is_nothing_new_beside_a_meter_that_stands_for_the_night() -> None:
    def panels(meter_wh: float, n: int, *, is_back: bool) -> list[RawCounter]:
        others = {"b": 1000.0 + 40 * n} if is_back else {}
        return [counter(meter_wh), *fleet(a=1000.0 + 40 * min(n, 20), **others)]

    day = [panels(8000 + 80 * min(n, 19), n, is_back=n < 5) for n in range(21)]
    night = [panels(9520, 20, is_back=False)] * 60
    morning = [panels(9520, 20, is_back=True)] * 30
    assert solar([*day, *night, *morning])[-1] == 9520


def test_an_hour_that_inverters_tell_at_night_is_nothing_new_beside_a_meter_that_stands() -> None:
    """By themselves they are not late: so much may come in an hour, and they stood for the night as the meter did."""

    def evening(quarter: int, *, is_back: bool) -> list[RawCounter]:
        hour = min((quarter + 1) // 4, 9)
        counted_wh = 1000.0 + 200 * min(hour, 8)
        away = {"b": counted_wh, "c": counted_wh} if is_back or quarter < 28 else {}
        return [counter(8000 + 150 * min(quarter, 32)), *fleet(a=counted_wh + 10 * (hour > 8), **away)]

    readings = [evening(quarter, is_back=quarter >= 70) for quarter in range(90)]
    assert solar(readings, timedelta(minutes=15))[-1] == 8000 + 150 * 32


def test_a_new_meter_knows_better_than_lagging_reports_what_it_counted_since_it_began() -> None:
    old = [[counter(5000 + 10 * n), *fleet(a=1000.0 + 10 * n)] for n in range(3)]
    silent = [[counter(0), *fleet(a=1020.0)]] * 30
    new = [[counter(60.0 * n), *fleet(a=1020.0)] for n in range(1, 8)]
    assert solar([*old, *silent, *new])[-1] == 5020 + 420


def test_each_inverters_wrap_is_put_back() -> None:
    wrap_wh = 2**32 / 3600
    assert solar([fleet(a=wrap_wh - 20, b=500.0), fleet(a=30.0, b=510.0)]) == pytest.approx(
        [wrap_wh + 480, wrap_wh + 540]
    )


def house(solar_wh: float, import_wh: float, export_wh: float, *others: RawCounter) -> list[RawCounter]:
    return [counter(solar_wh), counter(import_wh, "import"), counter(export_wh, "export"), *others]


def test_the_house_used_what_came_less_what_went_and_never_less() -> None:
    found = account([house(1000, 500, 200), house(1000, 500, 201), house(1050, 510, 210)])
    assert [one.energy.load_wh for one in found] == [1300, 1300, 1350]


def test_meters_of_different_age_are_no_debt_of_the_house() -> None:
    """Of the past they may say that it used less than nothing; from then on it uses what they count."""
    found = account([house(1000, 2000, 3050), house(1010, 2005, 3054), house(1020, 2010, 3058)])
    assert [one.energy.load_wh for one in found] == [0, 11, 22]


def test_what_inverters_draw_at_night_is_not_the_houses() -> None:
    found = account([house(1000, 500, 200, counter(10, "standby")), house(1000, 540, 200, counter(40, "standby"))])
    assert found[1].energy.load_wh == found[0].energy.load_wh + 10  # type: ignore[operator]  # both are known


def test_a_battery_that_is_seen_later_does_not_change_what_the_house_used() -> None:
    storage = (counter(7_000_000, "discharge"), counter(8_000_000, "charge"))
    found = account([house(1000, 500, 200), house(1010, 500, 200, *storage), house(1020, 500, 200, *storage)])
    assert [one.energy.load_wh for one in found] == [1300, 1310, 1320]


def test_the_balance_waits_for_all_its_parts() -> None:
    found = account([house(1000, 500, 200), house(1100, 500, 200)[:2], house(1100, 500, 290)])
    assert [one.energy.load_wh for one in found] == [1300, 1300, 1310]
    assert "load_wh" not in found[1].known


def test_what_a_generator_feeds_is_no_import() -> None:
    """The net meter counts both; what it counts while the grid's relay is open is the generator's."""
    feed, books = FeedMeter(), Accountant()
    said = [  # import's counter, relay open, generator feeding
        (500.0, False, False),
        (510.0, True, False),  # the last of the grid
        (510.0, True, False),
        (560.0, True, True),
        (760.0, True, True),
        (800.0, True, False),
        (800.0, False, False),
        (830.0, False, False),
    ]
    found = []
    for n, (import_wh, is_open, is_feeding) in enumerate(said):
        at, readings = START + n * FIVE_MINUTES, house(1000, import_wh, 200)
        fed = feed.take(readings, at, is_open=is_open, is_feeding=is_feeding)
        found.append(books.account([*readings, *fed], at))
    assert [one.energy.import_wh for one in found] == [500, 510, 510, 510, 510, 510, 510, 540]
    assert [one.generator_wh for one in found] == [0, 0, 0, 50, 250, 290, 290, 290]
    assert [one.energy.load_wh for one in found] == [1300, 1310, 1310, 1360, 1560, 1600, 1600, 1630]


def test_a_meter_that_was_silent_gives_the_generator_its_part_when_it_speaks_again() -> None:
    feed, books = FeedMeter(), Accountant()
    found = []
    for n, import_wh in enumerate([500.0, 500.0, None, None, 680.0, 690.0]):
        at = START + n * FIVE_MINUTES
        readings = house(1000, import_wh, 200) if import_wh is not None else [counter(1000)]
        fed = feed.take(readings, at, is_open=n < 5, is_feeding=1 < n < 5)
        found.append(books.account([*readings, *fed], at))
    assert [one.energy.import_wh for one in found] == [500, 500, 500, 500, 500, 510]
    assert found[-1].generator_wh == 180


def test_feeding_goes_on_from_the_last_reading() -> None:
    feed = FeedMeter()
    feed.resume([(FeedMeter.SOURCE, 6025.0, START)])
    (reading,) = feed.take(house(1000, 500, 200), START, is_open=True, is_feeding=True)
    assert (reading.source, reading.value_wh) == (FeedMeter.SOURCE, 6025)
    assert feed.take([counter(1000)], START, is_open=True, is_feeding=True) == ()


def test_what_the_balance_leaves_over_is_told() -> None:
    readings = [house(1000, 500, 200, counter(1290, "total")), house(1100, 500, 200, counter(1385, "total"))]
    found = account(readings)
    assert [one.residual_wh for one in found] == [10, 15]
    assert found[1].energy.load_wh == found[0].energy.load_wh + 95  # type: ignore[operator]  # both are known


def test_accounting_goes_on_from_what_history_knows() -> None:
    books = Accountant(is_replay=True)
    books.account(house(1000, 500, 200), START)
    books.resume({"solar_wh": 7000.0, "import_wh": 900.0, "export_wh": 100.0, "load_wh": 7777.0})
    books.go_live()
    energy = books.account(house(1060, 500, 240), START + timedelta(hours=2)).energy
    assert (energy.solar_wh, energy.import_wh, energy.export_wh, energy.load_wh) == (7060, 900, 140, 7797)


@pytest.mark.parametrize("phase", ["L1", "L2", "L3"])
def test_phases_are_not_added_to_the_site(phase: str) -> None:
    source = CounterSource(quantity="solar", endpoint="meter_readings", block=phase, device="1")
    assert Accountant().account([RawCounter(source=source, value_wh=9.0)], START).energy.solar_wh is None


def test_power_is_integrated_along_straight_lines_and_not_across_silence() -> None:
    integrator = Integrator("discharge", "charge")
    powers = [-600.0, -600.0, 0.0, 1200.0, None, 1200.0, -1200.0]
    found = [integrator.take(power, START + timedelta(minutes=n)) for n, power in enumerate(powers)]
    discharge, charge = found[-1]
    # Discharged 1200 W / 2 for a minute, 1200 W for two, and a quarter of one minute's 1200 W while it turned round.
    assert (discharge.source.quantity, charge.source.quantity) == ("discharge", "charge")
    assert discharge.value_wh == pytest.approx(10 + 40 + 5)
    assert charge.value_wh == pytest.approx(10 + 5 + 5)
    later = integrator.take(-1200.0, START + timedelta(hours=2))
    assert later[1].value_wh == charge.value_wh


def charged(integrator: Integrator, minute: float, power_w: float, soc_pct: float | None) -> float | None:
    """Take a power, and give what went into the batteries on the whole; None where that is not known at the moment."""
    found = integrator.take(power_w, START + timedelta(minutes=minute), soc_pct=soc_pct, capacity_wh=10_000)
    return found[1].value_wh - found[0].value_wh if found else None


def test_what_went_into_batteries_in_a_silence_is_told_by_their_state_of_charge() -> None:
    integrator = Integrator("discharge", "charge")
    assert charged(integrator, 0, -600, 40) == 0
    assert charged(integrator, 1, -600, 40) == pytest.approx(10)
    assert charged(integrator, 180, 0, 40) is None, "read before the silence perhaps"
    assert charged(integrator, 181, 0, None) is None
    assert charged(integrator, 182, 600, 65) == pytest.approx(10 + 2500)
    assert charged(integrator, 183, 600, 65) == pytest.approx(10 + 2500 - 10)
    assert charged(integrator, 300, 0, 45) == pytest.approx(10 + 2500 - 10 - 2000)


@pytest.mark.parametrize("soc_pct", [0.0, 41.0, 100.0, None])
def test_a_state_of_charge_that_says_nothing_or_too_much_tells_nothing(soc_pct: float | None) -> None:
    """0 is how gateways say nothing, 1 % may be rounding, and from 40 to 100 % takes longer than ten minutes."""
    integrator = Integrator("discharge", "charge")
    charged(integrator, 0, -600, 40)
    for minute in range(10, 16):
        known = charged(integrator, minute, 0, soc_pct)
    assert known == 0
    assert charged(integrator, 16, -600, 41) == pytest.approx(5), "and counting goes on"


def test_a_silence_is_told_across_a_restart() -> None:
    integrator = Integrator("discharge", "charge")
    integrator.resume([], (40.0, START - timedelta(hours=5)))
    assert charged(integrator, 0, 300, 40) is None
    assert charged(integrator, 1, 300, 25) == pytest.approx(-1500)


def test_a_meter_whose_time_stands_still_is_frozen() -> None:
    freshness = Freshness()
    source = counter(0).source
    kept = [
        freshness.sift([RawCounter(source=source, value_wh=float(minute), at=START)], START.timestamp() + minute * 60)
        for minute in range(8)
    ]
    assert [len(one) for one in kept] == [1, 1, 1, 1, 1, 1, 0, 0]
    moved = RawCounter(source=source, value_wh=8.0, at=START + timedelta(minutes=8))
    assert freshness.sift([moved], START.timestamp() + 480) == (moved,)


def test_counters_that_are_repeated_are_of_when_they_were_read() -> None:
    """Powers are streamed, counters read once a minute; then they cannot be read any more."""
    freshness, page, at_s = Freshness(), counter(2.0, endpoint="production_details"), START.timestamp()
    metered = RawCounter(source=counter(0).source, value_wh=1.0, at=START)
    assert freshness.sift([metered, page], at_s) == (metered, page)
    assert freshness.sift([metered, page], at_s + 60) == (metered, page)
    assert freshness.read_s == at_s
    assert freshness.sift([metered, page], at_s + 95) == (page,)
    assert freshness.read_s == at_s + 95
    later = RawCounter(source=metered.source, value_wh=1.0, at=START + timedelta(seconds=100))
    assert freshness.sift([later], at_s + 100) == (later,)
    assert freshness.read_s == at_s + 100
