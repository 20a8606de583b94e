"""Which price holds when: seasons, days, clock changes, series; and what energies cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from openvoy.errors import ConfigError
from openvoy.model.costs import Costs, build_frame, compute_costs
from openvoy.model.prices import HOLIDAY, PricePlan, RatePeriod, Rates, RateSeason, RateTier, parse_series
from openvoy.model.prices.gateway import build_gateway_plan
from openvoy.model.prices.slots import build_slots
from openvoy.model.tariff import DayPlan, Period, Season, Tariff, Tier

PARIS = ZoneInfo("Europe/Paris")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
WORKDAYS, WEEKEND = frozenset(range(5)), frozenset({5, 6, HOLIDAY})
NAMES = ("solar_wh", "import_wh", "export_wh", "load_wh")


def period(price: str, start: str = "00:00", end: str = "24:00", days: frozenset[int] | None = None) -> RatePeriod:
    start_min, end_min = (int(text[:2]) * 60 + int(text[3:]) for text in (start, end))
    given_days = {} if days is None else {"days": days}
    return RatePeriod(name=price, price_per_kwh=Decimal(price), start_min=start_min, end_min=end_min, **given_days)


def plan_of(*periods: RatePeriod, tiers: tuple[RateTier, ...] = (), **more: Any) -> PricePlan:
    return PricePlan(
        name="test", imports=Rates(seasons=(RateSeason(name="all", periods=periods, tiers=tiers),)), **more
    )


def costs_of(plan: PricePlan, first: date, last: date, by: Any = "day", **wh_per_hour: float) -> list[Costs]:
    """Costs of steady energies."""
    frame = build_frame(plan, start=first, last=last, by=by, zone=PARIS)
    energies: dict[str, Sequence[Any]] = {
        name: [
            None if name not in wh_per_hour else wh_per_hour[name] * (slot.end_s - slot.start_s) / 3600
            for slot in frame.slots
        ]
        for name in NAMES
    }
    return compute_costs(frame, {**energies, "estimated": [0] * len(frame.slots)})


NIGHT = plan_of(period("0.10", "22:00", "06:00"), period("0.30"))


@pytest.mark.parametrize(
    ("day", "kwh", "cost"),
    [
        (date(2025, 3, 29), 24, 16 * Decimal("0.30") + 8 * Decimal("0.10")),
        (date(2025, 3, 30), 23, 16 * Decimal("0.30") + 7 * Decimal("0.10")),
        (date(2025, 10, 26), 25, 16 * Decimal("0.30") + 9 * Decimal("0.10")),
    ],
)
def test_a_night_price_has_as_many_hours_as_the_night(day: date, kwh: int, cost: Decimal) -> None:
    (one,) = costs_of(NIGHT, day, day, import_wh=1000)
    assert one.import_wh == kwh * 1000
    assert one.energy_cost == cost
    assert one.end_s - one.start_s == kwh * 3600


def test_a_change_inside_the_repeated_hour_happens_twice() -> None:
    slots = build_slots(
        plan_of(period("1", "02:30", "04:00"), period("2")), date(2025, 10, 26), date(2025, 10, 27), PARIS
    )
    local = [(datetime.fromtimestamp(slot.start_s, UTC).strftime("%H:%M"), str(slot.import_per_kwh)) for slot in slots]
    assert local == [("22:00", "2"), ("00:30", "1"), ("01:00", "2"), ("01:30", "1"), ("03:00", "2")]


days = some.dates(min_value=date(2024, 1, 1), max_value=date(2026, 12, 31))
minutes = some.integers(0, 95).map(lambda quarter: quarter * 15)


@settings(max_examples=60)
@given(day=days, start=minutes, end=minutes, zone=some.sampled_from([PARIS, LORD_HOWE, ZoneInfo("America/New_York")]))
def test_every_minute_has_the_price_of_its_clock_on_the_wall(day: date, start: int, end: int, zone: ZoneInfo) -> None:
    night = RatePeriod(name="a", price_per_kwh=Decimal(1), start_min=start, end_min=end or 1440, days=WORKDAYS)
    slots = build_slots(plan_of(night, period("2")), day, day + timedelta(days=1), zone)
    assert [slot.end_s for slot in slots[:-1]] == [slot.start_s for slot in slots[1:]]
    for slot in slots:
        for at_s in range(slot.start_s, slot.end_s, 60):
            local = datetime.fromtimestamp(at_s, zone)
            minute = local.hour * 60 + local.minute
            end_min = end or 1440
            inside = start <= minute < end_min if start < end_min else minute >= start or minute < end_min
            assert local.date() == day
            assert slot.import_per_kwh == (1 if inside and day.weekday() < 5 else 2)


def test_seasons_and_holidays() -> None:
    winter = RateSeason(name="winter", start=(11, 1), periods=(period("3"),))
    summer = RateSeason(name="summer", start=(4, 1), periods=(period("1", days=WEEKEND), period("2")))
    plan = PricePlan(
        name="test",
        imports=Rates(seasons=(summer, winter)),
        holidays=frozenset({(5, 1), date(2025, 6, 9)}),
    )
    prices = {
        day: build_slots(plan, day, day + timedelta(days=1), PARIS)[0].import_per_kwh
        for day in (date(2025, 1, 1), date(2025, 5, 1), date(2025, 6, 9), date(2025, 6, 10), date(2026, 6, 9))
    }
    assert list(prices.values()) == [3, 1, 1, 2, 2]


def test_blocks_of_the_month_begin_anew_each_month() -> None:
    tiers = (
        RateTier(limit_kwh=Decimal(100), price_per_kwh=Decimal("0.20")),
        RateTier(limit_kwh=None, price_per_kwh=Decimal("0.50")),
    )
    months = costs_of(plan_of(tiers=tiers), date(2025, 5, 1), date(2025, 6, 30), "month", import_wh=1000, load_wh=2000)
    assert [one.energy_cost for one in months] == [
        100 * Decimal("0.20") + 644 * Decimal("0.50"),
        100 * Decimal("0.20") + 620 * Decimal("0.50"),
    ]
    assert months[0].savings == 744 * Decimal("0.50")
    (day,) = costs_of(plan_of(tiers=tiers), date(2025, 5, 5), date(2025, 5, 5), import_wh=1000)
    assert day.energy_cost == 4 * Decimal("0.20") + 20 * Decimal("0.50")


def test_netting_takes_back_what_was_imported_also_in_blocks() -> None:
    tiers = (
        RateTier(limit_kwh=Decimal(300), price_per_kwh=Decimal("0.10")),
        RateTier(limit_kwh=None, price_per_kwh=Decimal("0.20")),
    )
    plan = plan_of(tiers=tiers, is_netted=True, tax_pct=Decimal(10))
    (month,) = costs_of(plan, date(2025, 6, 1), date(2025, 6, 30), "month", import_wh=1000, export_wh=500)
    assert month.net_cost == (300 * Decimal("0.10") + 60 * Decimal("0.20")) * Decimal("1.1")


amounts = some.lists(some.tuples(*[some.integers(0, 500_000)] * 3), min_size=1, max_size=40)


@settings(max_examples=60)
@given(amounts=amounts, is_netted=some.booleans())
def test_days_add_up_to_months_to_the_last_digit(amounts: list[tuple[int, int, int]], is_netted: bool) -> None:
    tiers = (
        RateTier(limit_kwh=Decimal("33.3"), price_per_kwh=Decimal("0.1234")),
        RateTier(limit_kwh=None, price_per_kwh=Decimal("0.4321")),
    )
    plan = plan_of(*NIGHT.imports.seasons[0].periods, tiers=tiers, is_netted=is_netted, fee_per_day=Decimal("0.33"))
    totals = []
    for by in ("day", "month"):
        frame = build_frame(plan, start=date(2025, 10, 1), last=date(2025, 10, 31), by=by, zone=PARIS)
        rows = [amounts[index % len(amounts)] for index in range(len(frame.slots))]
        energies: dict[str, Sequence[Any]] = {
            name: [row[place] / 100 for row in rows] for place, name in enumerate(("import_wh", "export_wh", "load_wh"))
        }
        unknown = [None] * len(rows)
        costs = compute_costs(frame, {"solar_wh": unknown, **energies, "estimated": [0] * len(rows)})
        totals.append(
            [sum(getattr(one, name) for one in costs) for name in ("energy_cost", "credit", "savings", "fixed_cost")]
        )
    assert totals[0] == totals[1]


def test_what_is_not_known_costs_nothing_and_is_not_free() -> None:
    first, second = costs_of(NIGHT, date(2025, 6, 1), date(2025, 6, 2))
    assert (first.energy_cost, first.credit, first.net_cost, first.savings) == (None, None, None, None)
    assert first.fixed_cost == second.fixed_cost == 0


def test_fees_are_of_days_of_which_something_is_known() -> None:
    plan = plan_of(period("0.25"), fee_per_day=Decimal("0.5"), fee_per_month=Decimal(30), tax_pct=Decimal(20))
    frame = build_frame(plan, start=date(2025, 6, 1), last=date(2025, 6, 30), by="month", zone=PARIS)
    imported = [None if index < 20 else 1000.0 for index in range(len(frame.slots))]
    nothing = [None] * len(imported)
    energies: dict[str, Sequence[Any]] = {"solar_wh": nothing, "export_wh": nothing, "load_wh": nothing}
    (month,) = compute_costs(frame, {**energies, "import_wh": imported, "estimated": [0] * len(imported)})
    assert month.fixed_cost == (10 * Decimal("0.5") + 10) * Decimal("1.2")
    assert month.energy_cost == 10 * Decimal("0.25") * Decimal("1.2")
    assert month.tax == (15 + Decimal("2.5")) * Decimal("0.2")


def test_the_highest_quarter_of_an_hour_of_a_month_is_charged_once() -> None:
    plan = plan_of(period("0"), demand_per_kw=Decimal(5))
    frame = build_frame(plan, start=date(2025, 6, 9), last=date(2025, 6, 15), by="day", zone=PARIS)
    bounds = frame.demand_bounds
    assert bounds[0] == datetime(2025, 5, 31, 22, tzinfo=UTC).timestamp()
    wanted = datetime(2025, 6, 10, 18, 15, tzinfo=PARIS).timestamp()
    demand = [1500.0 if at_s == wanted else 250.0 for at_s in bounds[:-1]]
    nothing = [None] * len(frame.slots)
    energies = dict.fromkeys(NAMES, nothing)
    costs = compute_costs(frame, {**energies, "estimated": nothing}, {"import_wh": demand})
    assert [one.demand_cost for one in costs] == [0, 6 * 5, 0, 0, 0, 0, 0]


def test_prices_by_time() -> None:
    text = (
        "time;price\n2025-06-01T00:00:00+02:00;0,10\n2025-06-01T01:00:00+02:00;-0,02\n2025-06-01T02:00:00+02:00;0,30\n"
    )
    series = parse_series(text, name="p.csv", zone=PARIS)
    plan = PricePlan(name="test", imports=Rates(series=series, series_factor=Decimal("1.5")))
    frame = build_frame(plan, start=date(2025, 6, 1), last=date(2025, 6, 1), by="day", zone=PARIS)
    assert [slot.import_per_kwh for slot in frame.slots] == [
        Decimal("0.150"),
        Decimal("-0.030"),
        Decimal("0.450"),
        None,
    ]
    (day,) = costs_of(plan, date(2025, 6, 1), date(2025, 6, 1), import_wh=1000)
    assert day.energy_cost == Decimal("0.57")
    assert day.unpriced_wh == 21_000
    (later,) = costs_of(plan, date(2025, 6, 2), date(2025, 6, 2), import_wh=1000, export_wh=500)
    assert (later.energy_cost, later.credit, later.net_cost) == (None, None, None)
    assert later.unpriced_wh == 24_000


def test_times_of_the_clock_on_the_wall_say_the_repeated_hour_twice() -> None:
    """25 hours of the day on which clocks go back, each with a price of its own, as local times without offset."""
    names = [*range(3), *range(2, 24)]
    text = "".join(
        f"2025-10-26T{hour:02d}:{minute:02d},{number}\n" for number, hour in enumerate(names) for minute in (0, 30)
    )
    series = parse_series(text, name="p.csv", zone=PARIS)
    midnight_s = int(datetime(2025, 10, 26, tzinfo=PARIS).timestamp())
    assert [series.value_at(midnight_s + 3600 * number + 1800) for number in range(25)] == list(range(25))
    upwards = parse_series("\n".join(reversed(text.splitlines())), name="p.csv", zone=PARIS)
    assert upwards == series, "the newest may stand first"


def test_hours_become_quarters_and_nothing_is_without_price_or_has_that_of_a_hole() -> None:
    """The day-ahead market of 2025-10-01: hours before it, quarters since; one hour and three quarters are missing."""
    switch = datetime(2025, 10, 1, tzinfo=PARIS)
    hours = [switch - timedelta(hours=number) for number in range(100, 0, -1) if number != 50]
    quarters = [switch + timedelta(minutes=15 * number) for number in range(400) if not 200 <= number < 203]
    text = "".join(f"{at.isoformat()},{place}\n" for place, at in enumerate([*hours, *quarters]))
    series = parse_series(text, name="p.csv", zone=PARIS)
    asked = [switch + timedelta(minutes=15 * number) for number in range(-400, 400)]
    without = [at for at in asked if series.value_at(int(at.timestamp())) is None]
    missing = [switch - timedelta(hours=50) + timedelta(minutes=15 * number) for number in range(4)]
    assert without == [*missing, *(switch + timedelta(minutes=15 * number) for number in range(200, 203))]


def test_what_was_saved_is_of_times_of_which_both_sides_are_known() -> None:
    """A report without grid columns until noon: its load was neither bought nor saved as far as anybody knows."""
    plan = plan_of(period("0.5"))
    frame = build_frame(plan, start=date(2025, 6, 2), last=date(2025, 6, 3), by="month", zone=PARIS)
    places = [place for place, slot in enumerate(frame.slots) if slot.day in {date(2025, 6, 2), date(2025, 6, 3)}]
    energies: dict[str, list[Any]] = {name: [None] * len(frame.slots) for name in (*NAMES, "estimated")}
    for place, (load, imported) in zip(places, ((20_000, None), (10_000, 6_000)), strict=True):
        energies["load_wh"][place], energies["import_wh"][place] = load, imported
    (month,) = compute_costs(frame, energies)
    assert [month.load_wh, month.import_wh, month.energy_cost] == [30_000, 6_000, 3]
    assert [month.savings, month.autarky_pct, month.self_consumption_pct] == [2, 40, None]


def test_what_is_exported_at_no_known_price_is_told() -> None:
    """Prices of the export for one of two days: the other's energy is in no credit, and not sold for nothing."""
    text = "2025-06-02T00:00:00+02:00,0.1\n2025-06-02T12:00:00+02:00,0.1\n"
    plan = replace(plan_of(period("0.5")), exports=Rates(series=parse_series(text, name="p.csv", zone=PARIS)))
    days = costs_of(plan, date(2025, 6, 2), date(2025, 6, 3), import_wh=100, export_wh=100, load_wh=100)
    assert [day.unpriced_export_wh for day in days] == [0, 2400]
    assert [day.credit for day in days] == [Decimal("0.24"), None]
    assert [day.net_cost is None for day in days] == [False, True]
    assert [day.savings is None for day in days] == [False, True]
    (still,) = costs_of(plan, date(2025, 6, 3), date(2025, 6, 3), import_wh=100, export_wh=0, load_wh=100)
    assert [still.credit, still.unpriced_export_wh] == [0, 0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no price"),
        ("time,price\n", "no price"),
        ("2025-06-01T00:00,0.1\nyesterday,0.2\n", "line 2: 'yesterday'"),
        ("2025-06-01T00:00,0.1\n2025-06-01T01:00,dear\n", "line 2: 'dear'"),
        ("2025-06-01T00:00,0.1\n2025-06-01T01:00,nan\n", "line 2: 'nan'"),
        ("2025-06-01T00:00,0.1\n\n2025-06-01T01:00\n", "line 3"),
    ],
)
def test_a_broken_series_says_where(text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        parse_series(text, name="p.csv", zone=PARIS)


def test_the_plan_of_a_gateway() -> None:
    weekdays, weekend = ("Mon", "Tue", "Wed", "Thu", "Fri"), ("Sat", "Sun")
    peak = DayPlan(
        days=weekdays, periods=(Period(start_min=420, price_per_kwh=0.3), Period(start_min=1380, price_per_kwh=0.2))
    )
    calm = DayPlan(days=weekend, periods=(Period(start_min=0, price_per_kwh=0.2),))
    blocks = (Tier(limit_kwh=300, price_per_kwh=0.12), Tier(limit_kwh=None, price_per_kwh=0.22))
    tariff = Tariff(
        currency="USD",
        import_per_kwh=0.15,
        export_per_kwh=0.05,
        seasons=(Season(start="6/1", plans=(peak, calm)), Season(start="10/1", tiers=blocks)),
    )
    plan = build_gateway_plan(tariff)
    assert plan is not None
    (monday,) = costs_of(plan, date(2025, 6, 2), date(2025, 6, 2), import_wh=1000, export_wh=1000)
    assert monday.energy_cost == 16 * Decimal("0.3") + 8 * Decimal("0.2")
    assert monday.credit == 24 * Decimal("0.05")
    (january,) = costs_of(plan, date(2025, 1, 1), date(2025, 1, 31), "month", import_wh=1000)
    assert january.energy_cost == 300 * Decimal("0.12") + 444 * Decimal("0.22")
    assert build_gateway_plan(Tariff(currency="EUR")) is None


@pytest.mark.parametrize(
    ("day", "hours", "half_past_six"),
    [(date(2025, 3, 29), 24, 6), (date(2025, 3, 30), 23, 5), (date(2025, 10, 26), 25, 7)],
)
def test_hours_of_a_day_by_the_clock_on_the_wall(day: date, hours: int, half_past_six: int) -> None:
    """At 0.10 until half past six, at 0.30 from then on; the hours are those between two midnights."""
    plan = plan_of(period("0.10", "00:00", "06:30"), period("0.30"), fee_per_day=Decimal(1))
    found = costs_of(plan, day, day, by="hour", import_wh=1000)
    assert [one.end_s - one.start_s for one in found] == [3600] * hours
    assert all(before.end_s == after.start_s for before, after in pairwise(found))
    cheap, mixed, dear = (Decimal(text) for text in ("0.10", "0.20", "0.30"))
    assert [one.energy_cost for one in found] == [
        *[cheap] * half_past_six,
        mixed,
        *[dear] * (hours - half_past_six - 1),
    ]
    assert {one.fixed_cost for one in found} == {Decimal(0)}
