"""The last minutes, and the day beside others, over real HTTP out of a real database."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from openvoy.model.records import Batch, EnergyRecord, PowerRecord
from openvoy.store import HistoryStore
from openvoy.testing.clock import NOON
from openvoy.web.api.compared import build_bounds
from tests.contract.broken_store import BrokenStore
from tests.contract.test_web_costs import FixedPrices
from tests.contract.web_service import Setup, WebService, web_service
from tests.unit.web.examples import a_snapshot, a_status

PARIS = ZoneInfo("Europe/Paris")
HOME = "1220home"
TODAY = date(2025, 6, 21)
"""The manual clock starts at 14:00 of it in Paris."""
PRICES = 'currency = "EUR"\n[[import.period]]\nprice_per_kwh = 0.30\n[export]\nprice_per_kwh = 0.05\n'


@contextlib.asynccontextmanager
async def service_with(folder: Path, batch: Batch, prices: str = "") -> AsyncIterator[WebService]:
    store = await HistoryStore.open(folder)
    try:
        await store.write(batch)
        async with web_service(Setup(store=store, prices=FixedPrices(prices))) as service:
            service.feed.publish(a_status())
            yield service
    finally:
        await store.close()


async def read_at(service: WebService, elapsed_s: float, solar_w: float | None) -> None:
    """Let the gateway be read that long after noon."""
    await service.clock.advance((NOON - service.clock.now()).total_seconds() + elapsed_s)
    now = service.clock.now()
    service.feed.publish(a_status(fresh_at=now), replace(a_snapshot(solar_w), at=now))
    await asyncio.sleep(0)


async def test_the_last_minutes_as_often_as_they_were_read() -> None:
    async with web_service(Setup(store=BrokenStore())) as service:
        for second, solar_w in ((0, 10.0), (0.5, 11.0), (5, 12.0), (10, None)):
            await read_at(service, second, solar_w)
        live = await service.ask("/api/v1/history/live")
        # Half a second after another is no point.
        assert [at - NOON.timestamp() for at in live["at"]] == [0, 5, 10]
        assert live["solar_w"] == [10.0, 12.0, None]
        assert live["grid_w"] == [None] * 3


async def test_where_contact_ends_so_does_the_line() -> None:
    async with web_service(Setup(store=BrokenStore())) as service:
        await read_at(service, 0, 10.0)
        await service.clock.advance(20)
        for problem in ("slow", "gone"):
            service.feed.publish(a_status(state="unreachable", is_fresh=False, problem=problem))
            await asyncio.sleep(0)
        await read_at(service, 60, 13.0)
        live = await service.ask("/api/v1/history/live")
        assert [at - NOON.timestamp() for at in live["at"]] == [0, 20, 60]
        assert live["solar_w"] == [10.0, None, 13.0]


async def test_the_window_is_bounded_in_time() -> None:
    async with web_service(Setup(store=BrokenStore())) as service:
        for minute in range(0, 60, 5):
            await read_at(service, minute * 60, float(minute))
        assert (await service.ask("/api/v1/history/live", minutes=30))["solar_w"] == [25, 30, 35, 40, 45, 50, 55]
        assert (await service.ask("/api/v1/history/live", minutes=10))["solar_w"] == [45, 50, 55]
        for wrong in (0, 31):
            assert "minutes" in (await service.ask("/api/v1/history/live", status=400, minutes=wrong))["error"]


async def test_before_the_service_was_started_history_says(tmp_path: Path) -> None:
    minutes = tuple(
        PowerRecord(gateway=HOME, at=NOON - timedelta(minutes=ago), interval_s=60, solar_w=100.0 * ago)
        for ago in (20, 5, 4, 2)
    )
    async with service_with(tmp_path, Batch(power=minutes)) as service:
        await read_at(service, 20, 7.0)
        live = await service.ask("/api/v1/history/live", minutes=6)
        assert [at - NOON.timestamp() for at in live["at"]] == [-270, -210, -150, -90, -30, 20]
        assert live["solar_w"] == [500.0, 400.0, None, 200.0, None, 7.0]


def counted(day: date, hour: int, **wh: Any) -> EnergyRecord:
    return EnergyRecord(gateway=HOME, at=datetime.combine(day, time(hour), PARIS).astimezone(UTC), **wh)


def a_month() -> Batch:
    """Forty days: by 14:00 of the day n days ago n kWh came from the sun, by midnight twice that."""
    rows, solar_wh = [], 0.0
    for ago in range(40, -1, -1):
        day = TODAY - timedelta(days=ago)
        for hour, gain_wh in ((0, 0.0), (14, 1000.0 * ago)):
            solar_wh += gain_wh
            rows.append(counted(day, hour, solar_wh=solar_wh, load_wh=2 * solar_wh, import_wh=3 * solar_wh))
        solar_wh += 1000.0 * ago
    return Batch(energy=tuple(rows))


async def test_the_day_so_far_beside_others_by_the_same_hour(tmp_path: Path) -> None:
    async with service_with(tmp_path, a_month()) as service:
        compared = await service.ask("/api/v1/today/compared")
        assert compared["until"] == "2025-06-21T14:00:00+02:00"
        assert compared["today"]["solar_wh"] == 0
        assert compared["yesterday"]["days"] == 1
        assert compared["yesterday"]["solar_wh"] == pytest.approx(1000)
        assert compared["week"]["days"] == 7
        assert compared["week"]["solar_wh"] == pytest.approx(1000 * sum(range(1, 8)) / 7)
        assert compared["month"]["days"] == 30
        assert compared["month"]["solar_wh"] == pytest.approx(1000 * sum(range(1, 31)) / 30)
        assert compared["month"]["load_wh"] == pytest.approx(2 * compared["month"]["solar_wh"])
        assert compared["month"]["import_wh"] == pytest.approx(3 * compared["month"]["solar_wh"])
        assert compared["month"]["export_wh"] is None
        assert compared["money"] is None
        # The same numbers as history gives for that span.
        span: dict[str, Any] = {"start": "2025-06-20", "end": "2025-06-20T14:00", "by": "hour"}
        hours = await service.ask("/api/v1/history/energy", **span)
        assert compared["yesterday"]["solar_wh"] == pytest.approx(sum(wh or 0 for wh in hours["solar_wh"]), abs=1)


async def test_days_are_compared_until_today_is_known(tmp_path: Path) -> None:
    rows = [counted(TODAY - timedelta(days=1), hour, solar_wh=1000.0 * hour) for hour in range(24)]
    rows += [counted(TODAY, hour, solar_wh=24_000 + 500.0 * hour) for hour in range(12)]
    async with service_with(tmp_path, Batch(energy=tuple(rows))) as service:
        compared = await service.ask("/api/v1/today/compared")
    assert compared["until"] == "2025-06-21T11:00:00+02:00"
    assert compared["today"]["solar_wh"] == pytest.approx(5500)
    assert compared["yesterday"]["solar_wh"] == pytest.approx(11_000)


async def test_what_the_day_earned(tmp_path: Path) -> None:
    batch = Batch(
        energy=(
            counted(TODAY, 0, solar_wh=0, load_wh=0, import_wh=0, export_wh=0),
            counted(TODAY, 14, solar_wh=9000, load_wh=8000, import_wh=2000, export_wh=3000),
        )
    )
    async with service_with(tmp_path, batch, PRICES) as service:
        money = (await service.ask("/api/v1/today/compared"))["money"]
        # 2 kWh at 30 ct, 3 kWh at 5 ct; 8 kWh would have cost 2.40.
        assert money == {"currency": "EUR", "energy_cost": 0.6, "credit": 0.15, "savings": 1.95}


async def test_shares_are_of_the_gateways_that_measure_both_parts(tmp_path: Path) -> None:
    """A house with a meter, and a garage of which the panels alone are known."""
    barn = [replace(counted(TODAY, hour, solar_wh=wh), gateway="1220barn") for hour, wh in ((0, 0), (14, 5000))]
    home = (
        counted(TODAY, 0, solar_wh=0, load_wh=0, import_wh=0, export_wh=0),
        counted(TODAY, 14, solar_wh=9000, load_wh=8000, import_wh=2000, export_wh=3000),
    )
    store = await HistoryStore.open(tmp_path)
    try:
        await store.write(Batch(energy=(*home, *barn)))
        async with web_service(Setup(store=store, names=("home", "barn"))) as service:
            for name in ("home", "barn"):
                service.feed.publish(a_status(name))
            both, one = [await service.ask("/api/v1/today", gateway=name) for name in ("", "home")]
    finally:
        await store.close()
    assert (both["solar_wh"], both["export_wh"]) == (14_000, 3000)
    for share, pct in (("autarky_pct", 75.0), ("self_consumption_pct", 200 / 3)):
        assert both[share] == one[share] == pytest.approx(pct)


async def test_of_days_without_history_nothing_is_said(tmp_path: Path) -> None:
    rows = (counted(TODAY, 0, solar_wh=5000), counted(TODAY, 13, solar_wh=6000))
    async with service_with(tmp_path, Batch(energy=rows)) as service:
        compared = await service.ask("/api/v1/today/compared")
        assert compared["today"]["solar_wh"] == 1000
        for part in ("yesterday", "week", "month"):
            assert compared[part]["days"] == 0
            assert compared[part]["solar_wh"] is None


@pytest.mark.parametrize(
    ("now", "zone"),
    [
        ("2025-06-21T00:00:00", "Europe/Paris"),
        ("2025-04-15T02:30:00", "Europe/Paris"),  # a time that one of the days does not have
        ("2025-11-10T02:30:00", "Europe/Paris"),  # and one that another has twice
        ("2025-09-20T00:15:00", "America/Santiago"),  # a day that begins at one o'clock
        ("2025-06-21T23:59:59", "Pacific/Auckland"),
    ],
)
def test_bounds_are_in_their_order(now: str, zone: str) -> None:
    site_zone = ZoneInfo(zone)
    bounds = build_bounds(datetime.fromisoformat(now).replace(tzinfo=site_zone), site_zone)
    assert len(bounds) == 62
    assert list(bounds) == sorted(set(bounds))
