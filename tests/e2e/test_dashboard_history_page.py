"""The page of the past: every number is the API's, and every view has its address."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from openvoy.model.records import Batch, EnergyRecord
from openvoy.store import HistoryStore
from tests.e2e.chromium import DESK, PHONE, Visit, chromium, visit
from tests.e2e.home import SERIAL, a_home, a_status
from tests.e2e.serving import Served, serving
from tests.e2e.test_dashboard_look import AXE

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

RATES_W = {"solar": 1000, "import": 200, "discharge": 100, "export": 300, "charge": 400, "load": 600}
FIRST = datetime(2026, 3, 1, tzinfo=UTC)
DAYS = 40
GAP = range(10, 12)
"""Nothing was recorded on these days."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


@pytest_asyncio.fixture(loop_scope="module")
async def store(tmp_path: Path) -> AsyncIterator[HistoryStore]:
    opened = await HistoryStore.open(tmp_path)
    yield opened
    await opened.close()


@pytest_asyncio.fixture(loop_scope="module")
async def service(store: HistoryStore) -> AsyncIterator[Served]:
    hours = (hour for hour in range(DAYS * 24 + 1) if hour // 24 not in GAP)
    await store.write(Batch(energy=tuple(an_hour(hour) for hour in hours)))
    async with serving(store, zone="UTC") as served:
        now = datetime.now(UTC)
        served.feed.publish(a_status(now), a_home(now))
        yield served


def an_hour(hour: int) -> EnergyRecord:
    """Build counters of which the sun's grow faster from day to day."""
    values: dict[str, Any] = {f"{name}_wh": float(rate * hour) for name, rate in RATES_W.items()}
    values["solar_wh"] += 0.3 * hour * hour
    return EnergyRecord(gateway=SERIAL, at=FIRST + timedelta(hours=hour), **values)


def kwh(value_wh: float | None) -> str:
    """Write an energy as the dashboard should, by rules of its own: about three figures."""
    if value_wh is None:
        return "–"
    if round(value_wh) < 1000:
        return f"{value_wh:.0f} Wh"
    digits = 2 if value_wh < 9995 else 1 if value_wh < 99_950 else 0
    return f"{value_wh / 1000:.{digits}f} kWh"


async def opened_at(opened: Visit, shown: str) -> None:
    await opened.page.locator(f'.page[data-shown="{shown}"]').wait_for()


async def test_a_month_is_what_the_api_says(browser: Browser, service: Served) -> None:
    async with visit(browser, f"{service.url}#/history?by=month&start=2026-03-17") as opened:
        await opened_at(opened, "month 2026-03-01")
        month = await service.ask("api/v1/history/energy", start="2026-03-01", end="2026-04-01", by="month")
        for part in RATES_W:
            shown = await opened.text(f'[data-total="{part}_wh"]')
            assert shown.replace("\u00a0", " ") == kwh(month[f"{part}_wh"][0])
        days = await service.ask("api/v1/history/energy", start="2026-03-01", end="2026-04-01", by="day")
        await opened.page.get_by_text("Table of these values").click()
        rows = opened.page.locator('[data-card="energies"] tbody tr')
        assert await rows.count() == 31
        texts = [text.replace("\u00a0", " ").split("\t") for text in await rows.all_inner_texts()]
        order = ("solar", "discharge", "import", "load", "charge", "export")
        for row, cells in enumerate(texts):
            assert cells[1:] == [kwh(days[f"{name}_wh"][row]) for name in order]
            assert ("estimated" in cells[0]) is bool(days["estimated"][row])
        assert "estimated" in texts[10][0]
        assert await opened.page.locator('rect[fill="url(#estimated)"]').count() == sum(map(bool, days["estimated"]))
        assert "Tue, 31 Mar 2026" in (await opened.card("total")).replace("Sunniest day ", "")
        assert [line for line in opened.complaints if "404" not in line] == []


async def test_every_view_has_its_address(browser: Browser, service: Served) -> None:
    async with visit(browser, f"{service.url}#/history?by=month&start=2026-04-01") as opened:
        await opened_at(opened, "month 2026-04-01")
        await opened.page.get_by_role("link", name="Earlier").click()
        await opened_at(opened, "month 2026-03-01")
        await opened.page.get_by_label("Compare with").select_option("previous")
        await opened.wait_for('[data-card="energies"]', "compared with February 2026")
        assert "by=month&start=2026-03-01&compare=previous" in opened.page.url
        await opened.page.get_by_role("link", name="Year", exact=True).click()
        await opened_at(opened, "year 2026-01-01")
        assert await opened.page.locator('[data-card="calendar"] rect').count() == 365
        await opened.page.go_back()
        await opened_at(opened, "month 2026-03-01")
        await opened.page.reload()
        await opened.wait_for('[data-card="energies"]', "compared with February 2026")


@pytest.mark.parametrize("kind", ["day", "week", "month", "year", "all", "range"])
async def test_every_kind_opens_and_nobody_is_shut_out(browser: Browser, service: Served, kind: str) -> None:
    async with visit(
        browser, f"{service.url}#/history?by={kind}&start=2026-03-16", viewport=PHONE if kind == "week" else DESK
    ) as opened:
        await opened.page.locator(f'.page[data-shown^="{kind} "]').wait_for()
        assert await opened.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        if AXE.exists():
            await opened.page.evaluate(AXE.read_text("utf-8"))
            found: dict[str, Any] = await opened.page.evaluate("axe.run(document)")
            assert [each["id"] for each in found["violations"] if each["impact"] in {"serious", "critical"}] == []


async def test_what_is_shown_as_a_file(browser: Browser, service: Served) -> None:
    async with visit(browser, f"{service.url}#/history?by=week&start=2026-03-16") as opened:
        await opened_at(opened, "week 2026-03-16")
        async with opened.page.expect_download() as waiting:
            await opened.page.get_by_role("button", name="Save as CSV").click()
        saved = await waiting.value
        assert saved.suggested_filename == "openvoy-2026-03-16-2026-03-22.csv"
        lines = (await asyncio.to_thread(Path(await saved.path()).read_text, "utf-8")).splitlines()
        week = await service.ask("api/v1/history/energy", start="2026-03-16", end="2026-03-23", by="day")
        assert [float(line.split(",")[1]) for line in lines[1:]] == week["solar_wh"]


async def test_an_empty_time_says_so(browser: Browser, service: Served) -> None:
    async with visit(browser, f"{service.url}#/history?by=month&start=2025-03-01") as opened:
        await opened.wait_for('[data-card="energies"]', "Nothing was recorded in this time.")
        assert await opened.text('[data-total="solar_wh"]') == "–"
