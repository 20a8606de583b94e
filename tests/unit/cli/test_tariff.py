"""Files of prices: the examples of the documentation, and what is wrong in others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from openvoy.cli.tariff import SitePrices, TariffFile, load_tariff, parse_tariff
from openvoy.collector.feed import LiveFeed
from openvoy.errors import ConfigError, ExportError
from openvoy.model.costs import Costs, build_frame, compute_costs
from openvoy.model.prices import PricePlan
from openvoy.model.tariff import Tariff
from openvoy.testing.clock import ManualClock
from tests.architecture.tree import ROOT
from tests.unit.web.examples import a_snapshot, a_status

PARIS = ZoneInfo("Europe/Paris")
PAGE = (ROOT / "docs" / "tariffs.md").read_text(encoding="utf-8")


def example(heading: str, language: str = "toml") -> str:
    section = PAGE.partition(f"\n## {heading}\n")[2]
    found = re.search(rf"```{language}\n(.*?)```", section, re.DOTALL)
    assert found
    return found[1]


def parse(text: str, folder: Path = Path()) -> TariffFile:
    return parse_tariff(text, file=folder / "tariff.toml", zone=PARIS)


def costs_of(plan: PricePlan, day: date, *, by: Any = "day", kw_peak: float = 0, **wh_per_hour: float) -> Costs:
    frame = build_frame(plan, start=day, last=day, by=by, zone=PARIS)
    energies: dict[str, Sequence[Any]] = {
        name: [
            None if name not in wh_per_hour else wh_per_hour[name] * (slot.end_s - slot.start_s) / 3600
            for slot in frame.slots
        ]
        for name in ("solar_wh", "import_wh", "export_wh", "load_wh")
    }
    demand = {"import_wh": [kw_peak * 250.0] * max(0, len(frame.demand_bounds) - 1)}
    return compute_costs(frame, {**energies, "estimated": [0] * len(frame.slots)}, demand)[0]


def test_one_price() -> None:
    plan = parse(example("One price")).plan
    day = costs_of(plan, date(2025, 6, 1), import_wh=500, export_wh=250, load_wh=750, solar_wh=500)
    assert day.energy_cost == 12 * Decimal("0.2450") * Decimal("1.05")
    assert day.fixed_cost == Decimal("0.5321") * Decimal("1.05")
    assert day.credit == 6 * Decimal("0.15")
    assert day.savings == 6 * Decimal("0.2450") * Decimal("1.05") + day.credit
    assert day.co2_avoided_g == (18 - 12 + 6) * 170
    assert plan.currency == "GBP"


@pytest.mark.parametrize(
    ("day", "cost"),
    [
        (date(2025, 1, 2), 8 * Decimal("0.1760") + 16 * Decimal("0.2913")),
        (date(2025, 1, 1), 24 * Decimal("0.1890")),
        (date(2025, 1, 4), 24 * Decimal("0.1890")),
        (date(2025, 3, 31), 8 * Decimal("0.1760") + 16 * Decimal("0.2913")),
        (date(2025, 4, 1), 24 * Decimal("0.1980")),
        (date(2025, 10, 26), 25 * Decimal("0.1980")),
    ],
)
def test_by_time_of_day_weekday_and_season(day: date, cost: Decimal) -> None:
    plan = parse(example("By time of day, weekday and season")).plan
    assert costs_of(plan, day, import_wh=1000).energy_cost == cost


def test_blocks_of_the_month_net_metering_demand() -> None:
    plan = parse(example("Blocks of the month, net metering, demand")).plan
    month = costs_of(plan, date(2025, 6, 1), by="month", kw_peak=4, import_wh=2000, export_wh=1000)
    blocks = 350 * Decimal("0.31") + 350 * Decimal("0.39") + 20 * Decimal("0.49")
    assert month.demand_cost == 10
    assert month.fixed_cost == 12
    assert month.net_cost == blocks + 22
    surplus = costs_of(plan, date(2025, 6, 1), by="month", import_wh=500, export_wh=1000)
    assert surplus.net_cost == -360 * Decimal("0.31") + 12


def test_prices_that_change_every_hour(tmp_path: Path) -> None:
    heading = "Prices that change every hour"
    (tmp_path / "spot.csv").write_text(example(heading, "csv"))
    (tmp_path / "tariff.toml").write_text(example(heading))
    plan = load_tariff(tmp_path / "tariff.toml", PARIS).plan
    day = costs_of(plan, date(2025, 6, 1), import_wh=1000, export_wh=2000)
    spot = Decimal("0.0842") + Decimal("0.07975") - Decimal("0.0031")
    assert day.energy_cost == (spot + 3 * Decimal("0.0415")) * Decimal("1.25")
    assert day.credit == 2 * spot
    assert day.unpriced_wh == 21_000


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[import\n", 1, "Expected"),
        ('currency = "EUR"\n', None, r"no \[import\]"),
        ("currency = 3\n[import]\nprice_per_kwh = 1\n", 1, "currency cannot be a number"),
        ('currency = "Euro"\n[import]\nprice_per_kwh = 1\n', 1, "not the code of a currency"),
        ("tax = 3\n[import]\nprice_per_kwh = 1\n", 1, "no setting 'tax'"),
        ("[imports]\nprice_per_kwh = 1\n", 1, r"no table \[imports\]"),
        ("import = 3\n", 1, "import is a table"),
        ("[import]\n", 1, "has no price"),
        ('[import]\nprice_per_kwh = "0.3"\n', 2, "price_per_kwh cannot be text"),
        ("[import]\nprice_per_kwh = nan\n", 2, "price_per_kwh is NaN"),
        ("[import]\nprice = 0.3\n", 2, "no setting 'price'"),
        ("[import]\nprice_per_kwh = 0.3\nperiod = 3\n", 3, "period is a list"),
        ("[fees]\nper_week = 1\n[import]\nprice_per_kwh = 1\n", 2, "no setting 'per_week'"),
        ("[[import.period]]\nprice_per_kwh = 1\nstart = 25\n", 3, "start cannot be a number"),
        ('[[import.period]]\nprice_per_kwh = 1\nstart = "25:00"\n', 3, "not a time of the day"),
        ('[[import.period]]\nprice_per_kwh = 1\ndays = ["Mo", "Someday"]\n', 3, "'Someday' is no day"),
        ('[[import.period]]\nprice_per_kwh = 1\nstart = "06:00"\n', 1, "Monday has no price at 00:00"),
        ('[[import.period]]\nstart = "06:00"\n', 1, "period has no price"),
        ('[[import.period]]\nprice_per_kwh = 1\nstart = "06:00"\nend = "06:00"\n', 1, "no length"),
        ("[[import.season]]\nprice_per_kwh = 1\n", 1, "season has no start"),
        ('[[import.season]]\nstart = "13-01"\nprice_per_kwh = 1\n', 2, "not a day of the year"),
        ('[[import.season]]\nstart = "01-01"\n', 1, "has no price"),
        ("[[import.tier]]\nup_to_kwh = 5\nprice_per_kwh = 1\n", 1, "last block has an end"),
        ("[[import.tier]]\nprice_per_kwh = 1\n[[import.tier]]\nprice_per_kwh = 1\n", 3, "ends before"),
        ('[import.prices]\nfile = "gone.csv"\n', 2, "cannot be read"),
        ("[import.prices]\nfactor = 1.2\n", 1, "not said where prices come from"),
        ('[import.prices]\nurl = "ftp://x/y"\n', 2, "not an address"),
        ('holidays = ["25.12."]\n[import]\nprice_per_kwh = 1\n', 1, "not a day"),
    ],
)
def test_a_mistake_names_its_line(text: str, line: int | None, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        parse(text)
    place = "tariff.toml:" if line is None else f"tariff.toml, line {line}:"
    assert caught.value.message.startswith(place)
    assert caught.value.hint


def test_a_decimal_comma_is_told_how_it_is_written() -> None:
    with pytest.raises(ConfigError) as caught:
        parse("[import]\nprice_per_kwh = 0,2913   # since January\n")
    assert caught.value.message.startswith("tariff.toml, line 2:")
    assert caught.value.hint == "Decimals stand after a point: 0.2913."


def test_prices_that_are_hardly_meant(tmp_path: Path) -> None:
    """Cents, and prices of the MWh; what is dear for an hour, or of a currency with small units, is no doubt."""
    (tmp_path / "spot.csv").write_text("".join(f"2025-06-01T{hour:02d}:00Z,{80 + hour}\n" for hour in range(24)))
    night = '[[import.period]]\nname = "night"\nend = "06:00"\nprice_per_kwh = 17.6\n'
    cents = f"{night}[[import.period]]\nprice_per_kwh = 0.3\n"
    spot = '[import.prices]\nfile = "spot.csv"\n'
    assert parse(f'currency = "EUR"\n{cents}').doubts == (
        "tariff.toml: import, night is 17.6 EUR a kWh: is it in cents?",
    )
    (doubt,) = parse(f'currency = "EUR"\n{spot}', tmp_path).doubts
    assert "91.5 EUR a kWh: is it a price of the MWh, which takes factor = 0.001?" in doubt
    assert not parse(f'currency = "EUR"\n{spot}factor = 0.001\n', tmp_path).doubts
    assert not parse(f'currency = "JPY"\n{cents}').doubts
    assert not parse(cents).doubts


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_tariff(tmp_path / "tariff.toml", PARIS)


class Service:
    """Prices by month, as a service on the web gives them."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.is_down = False

    async def fetch(self, url: str) -> str:
        self.asked.append(url)
        if self.is_down:
            raise ExportError("down", hint="wait")
        start = datetime.fromisoformat(url.partition("=")[2].partition("&")[0]).replace(tzinfo=PARIS)
        return "".join(f"{int(start.timestamp()) + 3600 * hour},0.{hour % 10}\n" for hour in range(48))


async def test_fetched_prices_are_remembered(tmp_path: Path) -> None:
    file = parse('[import.prices]\nurl = "http://127.0.0.1/p?a={start}&b={end}"\n')
    clock, service = ManualClock(), Service()
    prices = SitePrices(file, clock=clock, fetch=service.fetch, cache=tmp_path)
    span = (datetime(2025, 5, 10, tzinfo=UTC), datetime(2025, 6, 20, tzinfo=UTC))

    plan = await prices.find_plan(*span)
    assert plan is not None
    assert plan.imports.series is not None
    assert plan.imports.series.value_at(int(datetime(2025, 6, 1, 3, tzinfo=PARIS).timestamp())) == Decimal("0.3")
    assert service.asked == [
        "http://127.0.0.1/p?a=2025-05-01&b=2025-06-01",
        "http://127.0.0.1/p?a=2025-06-01&b=2025-07-01",
    ]

    service.asked.clear()
    await prices.find_plan(*span)
    assert service.asked == []
    await clock.advance(7200)
    service.is_down = True
    assert await prices.find_plan(*span) == plan
    assert service.asked == ["http://127.0.0.1/p?a=2025-06-01&b=2025-07-01"]

    with pytest.raises(ExportError, match="down"):
        await prices.find_plan(span[0] - timedelta(days=90), span[1])


async def test_without_a_file_the_gateway_says_the_prices(tmp_path: Path) -> None:
    feed = LiveFeed(["home"])
    prices = SitePrices(None, clock=ManualClock(), fetch=Service().fetch, cache=tmp_path, feed=feed)
    span = (datetime(2025, 6, 1, tzinfo=UTC), datetime(2025, 6, 2, tzinfo=UTC))
    assert await prices.find_plan(*span) is None
    feed.publish(a_status("home"), a_snapshot())
    assert await prices.find_plan(*span) is None
    tariff = Tariff(currency="USD", import_per_kwh=0.31, export_per_kwh=0.04)
    feed.publish(a_status("home"), replace(a_snapshot(), tariff=tariff))
    plan = await prices.find_plan(*span)
    assert plan is not None
    day = costs_of(plan, date(2025, 6, 1), import_wh=1000, export_wh=1000)
    assert day.energy_cost == 24 * Decimal("0.31")
    assert day.credit == 24 * Decimal("0.04")
    assert plan.currency == "USD"
