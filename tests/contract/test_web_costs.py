"""Costs over real HTTP, out of a real database."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from openvoy.cli.tariff import SitePrices, parse_tariff
from openvoy.client.prices import fetch_text
from openvoy.collector.feed import LiveFeed
from openvoy.model.prices import PricePlan
from openvoy.model.records import Batch, EnergyRecord
from openvoy.ports.prices import Prices
from openvoy.store import HistoryStore
from openvoy.testing.clock import ManualClock
from tests.contract.web_service import SITE, Setup, WebService, web_service
from tests.unit.web.examples import a_status

START = datetime(2025, 5, 31, 22, tzinfo=UTC)
"""1 June in Paris."""
SITE_ZONE = ZoneInfo(SITE.time_zone)
TARIFF = """
currency = "EUR"
tax_pct = 20
[fees]
per_month = 3
[demand]
price_per_kw = 2
[[import.period]]
start = "06:00"
end = "22:00"
price_per_kwh = 0.30
[[import.period]]
price_per_kwh = 0.10
[export]
price_per_kwh = 0.05
"""


class FixedPrices:
    """The prices of one text; or none."""

    def __init__(self, text: str = "") -> None:
        self._text = text

    async def find_plan(self, start: datetime, end: datetime) -> PricePlan | None:
        """Give the plan."""
        return parse_tariff(self._text, file=Path("tariff.toml"), zone=SITE_ZONE).plan if self._text else None


def an_hour(number: int, gateway: str = "1220home") -> EnergyRecord:
    """1.5 kWh an hour are imported, 0.5 exported; the house uses 2."""
    return EnergyRecord(
        gateway=gateway,
        at=START + timedelta(hours=number),
        solar_wh=1000 * number,
        import_wh=1500 * number,
        export_wh=500 * number,
        load_wh=2000 * number,
    )


@contextlib.asynccontextmanager
async def service_with(folder: Path, prices: Prices | None, hours: int = 48) -> AsyncIterator[WebService]:
    store = await HistoryStore.open(folder)
    try:
        await store.write(Batch(energy=tuple(an_hour(number) for number in range(hours + 1))))
        async with web_service(Setup(store=store, prices=prices)) as service:
            service.feed.publish(a_status("home"))
            yield service
    finally:
        await store.close()


async def test_costs_by_day_and_month(tmp_path: Path) -> None:
    async with service_with(tmp_path, FixedPrices(TARIFF)) as service:
        days = await service.ask("/api/v1/costs", start="2025-06-01", end="2025-06-04", by="day")
        assert days["start"] == [int(START.timestamp()) + 86_400 * number for number in range(3)]
        energy = round((16 * 1.5 * 0.30 + 8 * 1.5 * 0.10) * 1.2, 4)
        assert days["energy_cost"] == [energy, energy, None]
        assert days["credit"] == [0.6, 0.6, None]
        assert days["fixed_cost"] == [0.12, 0.12, None]
        assert sum(days["demand_cost"][:2]) == pytest.approx(1.5 * 2 * 1.2)
        assert days["autarky_pct"] == [25.0, 25.0, None]
        assert days["self_consumption_pct"] == [50.0, 50.0, None]
        assert days["savings"][0] == pytest.approx((16 * 2 * 0.30 + 8 * 2 * 0.10) * 1.2 - energy + 0.6)
        assert (days["currency"], days["tariff"]) == ("EUR", "tariff.toml")
        (month,) = (await service.ask("/api/v1/costs", start="2025-06-03", end="2025-06-04"))["net_cost"]
        assert month == pytest.approx(2 * energy + 0.24 + 3.6 - 1.2)
        weeks = await service.ask("/api/v1/costs", start="2025-06-01", end="2025-06-03", by="week")
        assert weeks["import_wh"] == [36_000.0, 36_000.0]


async def test_costs_until_a_time_of_the_last_day(tmp_path: Path) -> None:
    """Until 13:00 six hours are cheap and seven dear; the fee is that of the whole day, of which something is known."""
    async with service_with(tmp_path, FixedPrices(TARIFF)) as service:
        asked: dict[str, Any] = {"start": "2025-06-01", "end": "2025-06-02T13:00", "until_end": "true"}
        days = await service.ask("/api/v1/costs", **asked, by="day")
        assert days["import_wh"] == [36_000.0, 13 * 1500.0]
        assert days["energy_cost"][1] == pytest.approx((6 * 1.5 * 0.10 + 7 * 1.5 * 0.30) * 1.2)
        assert days["fixed_cost"] == [0.12, 0.12]
        assert days["credit"] == [0.6, pytest.approx(13 * 0.5 * 0.05)]
        (month,) = (await service.ask("/api/v1/costs", **asked, by="month"))["credit"]
        assert month == pytest.approx(sum(days["credit"]))


async def test_costs_by_hour(tmp_path: Path) -> None:
    """At 0.10 until six and 0.30 from then on, 20 % tax; fees and demand are charged by day."""
    async with service_with(tmp_path, FixedPrices(TARIFF)) as service:
        asked: dict[str, Any] = {"start": "2025-06-01", "end": "2025-06-02"}
        hours = await service.ask("/api/v1/costs", **asked, by="hour")
        energies = await service.ask("/api/v1/history/energy", **asked, by="hour")
        assert hours["start"] == energies["start"] == [int(START.timestamp()) + 3600 * number for number in range(24)]
        assert hours["import_wh"] == energies["import_wh"]
        dear, cheap = 0.54, 0.18
        assert hours["energy_cost"] == [cheap] * 6 + [dear] * 16 + [cheap] * 2
        assert hours["net_cost"] == [round(cost - 0.025, 4) for cost in hours["energy_cost"]]
        assert hours["fixed_cost"] == hours["demand_cost"] == [None] * 24
        (day,) = (await service.ask("/api/v1/costs", **asked, by="day"))["energy_cost"]
        assert sum(hours["energy_cost"]) == pytest.approx(day)


async def test_without_prices_there_are_no_costs_of_any_period(tmp_path: Path) -> None:
    for prices in (None, FixedPrices()):
        async with service_with(tmp_path, prices) as service:
            for by in ("hour", "month"):
                costs = await service.ask("/api/v1/costs", start="2025-06-01", end="2025-06-04", by=by)
                assert costs.pop("currency") is None
                assert costs.pop("tariff") is None
                assert {name for name, values in costs.items() if values != []} == set()


async def test_wrong_questions(tmp_path: Path) -> None:
    async with service_with(tmp_path, FixedPrices(TARIFF)) as service:
        for query in ({"by": "minute"}, {"start": "soon"}, {"end": "2019-01-01"}, {"end": "2199-01-01"}):
            asked = {"start": "2025-06-01", "end": "2025-06-04", **query}
            problem = await service.ask("/api/v1/costs", status=400, **asked)
            assert problem["error"]
            assert problem["hint"]


async def test_prices_that_cannot_be_fetched_are_for_later(tmp_path: Path) -> None:
    file = parse_tariff('[import.prices]\nurl = "http://127.0.0.1:1/p"\n', file=Path("t.toml"), zone=SITE_ZONE)
    feed = LiveFeed(["home"])
    prices = SitePrices(file, clock=ManualClock(), fetch=fetch_text, cache=tmp_path / "cache", feed=feed)
    async with service_with(tmp_path, prices) as service:
        problem = await service.ask("/api/v1/costs", status=503, start="2025-06-01", end="2025-06-04")
        assert "127.0.0.1:1" in problem["error"]


async def test_a_year_by_month(tmp_path: Path) -> None:
    async with service_with(tmp_path, FixedPrices(TARIFF.replace("[demand]\nprice_per_kw = 2\n", "")), 9000) as service:
        year = await service.ask("/api/v1/costs", start="2025-06-01", end="2026-06-01", by="month")
        assert sum(year["import_wh"]) == 365 * 36_000
        assert Decimal(repr(year["energy_cost"][0])) == 30 * 24 * (
            16 * Decimal("0.3") + 8 * Decimal("0.1")
        ) / 24 * Decimal("1.8")
