"""Several gateways of a site: what compares two quantities is of those gateways, and times, that measure both."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from openvoy.model.records import Batch, EnergyRecord
from openvoy.store import HistoryStore
from tests.contract.test_web_costs import FixedPrices
from tests.contract.web_service import Setup, WebService, web_service
from tests.unit.web.examples import a_status

START = datetime(2025, 5, 31, 22, tzinfo=UTC)
"""1 June in Paris."""
FLAT = "[[import.period]]\nprice_per_kwh = 0.30\n[export]\nprice_per_kwh = 0.10\n"
BLOCKS = """
[[import.period]]
price_per_kwh = 0.20
[[import.tier]]
up_to_kwh = 5
price_per_kwh = 0
[[import.tier]]
price_per_kwh = 0.20
"""
HOUSE = {"solar_wh": 300, "import_wh": 200, "export_wh": 100, "load_wh": 400}
"""Each hour; half of the load is imported, a third of the solar energy exported."""
BARN = {"solar_wh": 700}
SHED = {"import_wh": 1000}
"""A meter that sees nothing but import."""


def living(gateway: str, first: int, last: int, **wh: float) -> Iterable[EnergyRecord]:
    """Counters that grow by so much each hour, of hours since 1 June."""
    for hour in range(first, last + 1):
        counted: dict[str, Any] = {name: value * (hour - first) for name, value in wh.items()}
        yield EnergyRecord(gateway=gateway, at=START + timedelta(hours=hour), **counted)


@contextlib.asynccontextmanager
async def service_with(folder: Path, *records: Iterable[EnergyRecord], prices: str = FLAT) -> AsyncIterator[WebService]:
    store = await HistoryStore.open(folder)
    try:
        await store.write(Batch(energy=tuple(record for each in records for record in each)))
        async with web_service(
            Setup(store=store, prices=FixedPrices(prices), names=("home", "barn", "shed"))
        ) as service:
            for name in ("home", "barn", "shed"):
                service.feed.publish(a_status(name))
            yield service
    finally:
        await store.close()


@pytest.mark.parametrize("prices", [FLAT, BLOCKS], ids=["flat", "blocks"])
async def test_shares_and_savings_are_those_of_the_gateway_that_measures_both(tmp_path: Path, prices: str) -> None:
    everywhere = (
        living("1220home", 0, 48, **HOUSE),
        living("1220barn", 0, 48, **BARN),
        living("1220shed", 0, 48, **SHED),
    )
    asked: dict[str, Any] = {"start": "2025-06-01", "end": "2025-06-02", "by": "day"}
    shown = ("autarky_pct", "self_consumption_pct", "savings")
    async with service_with(tmp_path, *everywhere, prices=prices) as service:
        site, home = [await service.ask("/api/v1/costs", **asked, gateway=name) for name in ("", "home")]
        energies = await service.ask("/api/v1/history/energy", **asked)
        barn = await service.ask("/api/v1/costs", **asked, gateway="barn")
    assert (site["solar_wh"], site["import_wh"]) == ([24_000], [28_800])
    assert {name: site[name] for name in shown} == {name: home[name] for name in shown}
    assert site["autarky_pct"] == energies["autarky_pct"] == [50.0]
    assert site["self_consumption_pct"] == energies["self_consumption_pct"] == [pytest.approx(200 / 3)]
    assert {name: barn[name] for name in shown} == {name: [None] for name in shown}
    # What the shed may have fed in is not known, so the net cost is not that of the site.
    assert (site["one_sided"], home["one_sided"], barn["one_sided"]) == ([True], [False], [False])
    if prices == FLAT:
        assert home["savings"] == [pytest.approx((9.6 - 4.8) * 0.30 + 2.4 * 0.10)]


async def test_of_a_month_only_the_days_count_on_which_both_are_known(tmp_path: Path) -> None:
    """Import is known for ten days, load for the last two; the first days are no part of either."""
    imported: dict[str, Any] = {name: wh for name, wh in HOUSE.items() if name != "load_wh"}
    first = list(living("1220home", 0, 192, **imported))
    rest = [
        replace(one, load_wh=400 * (hour - 192))
        for hour, one in enumerate(living("1220home", 0, 240, **imported))
        if hour >= 192
    ]
    async with service_with(tmp_path, first[:-1], rest) as service:
        asked: dict[str, Any] = {"start": "2025-06-01", "end": "2025-06-11"}
        month = await service.ask("/api/v1/history/energy", **asked, by="month")
        cut = await service.ask("/api/v1/history/energy", **asked, by="month", exact="true")
        costs = await service.ask("/api/v1/costs", **asked)
        days = await service.ask("/api/v1/history/energy", **asked, by="day")
    assert (month["import_wh"], month["load_wh"]) == ([48_000], [19_200])
    for shown in (month, cut):
        assert (shown["house_import_wh"], shown["house_load_wh"]) == ([9600], [19_200])
        assert shown["autarky_pct"] == costs["autarky_pct"] == [50.0]
    assert days["autarky_pct"] == [None] * 8 + [50.0] * 2
    assert costs["savings"] == [pytest.approx((19.2 - 9.6) * 0.30 + 4.8 * 0.10)]


async def test_a_gateway_that_was_replaced_is_asked_for_by_its_serial(tmp_path: Path) -> None:
    """It is configured no longer; its successor goes on with its counters."""
    old, new = living("122200000001", 0, 24, **HOUSE), living("1220home", 24, 48, **HOUSE)
    asked: dict[str, Any] = {"start": "2025-06-01", "end": "2025-06-03", "by": "day", "gateway": "122200000001"}
    async with service_with(tmp_path, old, new) as service:
        energies = await service.ask("/api/v1/history/energy", **asked)
        costs = await service.ask("/api/v1/costs", **asked)
        for path in ("/api/v1/today", "/api/v1/today/compared", "/api/v1/events", "/api/v1/devices"):
            await service.ask(path, gateway="122200000001")
        # What is not kept but asked of the gateway itself is not there; nor is one that nobody ever read.
        await service.ask("/api/v1/snapshot", status=404, gateway="122200000001")
        unknown = await service.ask("/api/v1/history/energy", status=404, **{**asked, "gateway": "122200000002"})
    assert energies["solar_wh"] == costs["solar_wh"] == [7200.0, None]
    assert "home, barn, shed" in unknown["hint"]
