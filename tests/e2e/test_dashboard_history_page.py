"""The page of the past: every number is the API's, and every view has its address."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from openvoy.cli.tariff import parse_tariff
from openvoy.model.prices import PricePlan
from openvoy.model.records import Batch, EnergyRecord
from openvoy.store import HistoryStore
from tests.e2e.chromium import DESK, MOVING, PHONE, Visit, visit
from tests.e2e.home import SERIAL, a_home, a_status
from tests.e2e.serving import Served, serving
from tests.e2e.test_dashboard_look import AXE

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

RATES_W = {"solar": 1000, "import": 200, "discharge": 100, "export": 300, "charge": 400, "load": 600}
FIRST = datetime(2026, 3, 1, tzinfo=UTC)
DAYS = 40
TARIFF = """
currency = "EUR"
[fees]
per_month = 6
[[import.period]]
price_per_kwh = 0.30
[export]
price_per_kwh = 0.10
"""
GAP = range(10, 12)
"""Nothing was recorded on these days."""

SHIFTS = """window.shifted = 0; new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true });"""


class FixedPrices:
    """0.30 for a kilowatt hour imported, 0.10 for one exported, 6 a month."""

    async def find_plan(self, start: datetime, end: datetime) -> PricePlan | None:
        """Give the plan."""
        return parse_tariff(TARIFF, file=Path("tariff.toml"), zone=ZoneInfo("UTC")).plan


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    store = await HistoryStore.open(tmp_path_factory.mktemp("history"))
    hours = (hour for hour in range(DAYS * 24 + 1) if hour // 24 not in GAP)
    await store.write(Batch(energy=tuple(an_hour(hour) for hour in hours)))
    await store.read_devices()  # Threads that read live as long as the store: not as long as the first test that reads.
    async with serving(store, zone="UTC", prices=FixedPrices()) as served:
        now = datetime.now(UTC)
        served.feed.publish(a_status(now), a_home(now))
        yield served
    await store.close()


def an_hour(hour: int) -> EnergyRecord:
    """Build counters of which the sun's grow faster from day to day."""
    values: dict[str, Any] = {f"{name}_wh": float(rate * hour) for name, rate in RATES_W.items()}
    values["solar_wh"] += 0.3 * hour * hour
    values["residual_wh"] = -2.0 * hour
    return EnergyRecord(gateway=SERIAL, at=FIRST + timedelta(hours=hour), **values)


def kwh(value_wh: float | None) -> str:
    """Write an energy as the dashboard should, by rules of its own: about three figures."""
    if value_wh is None:
        return "–"
    if round(value_wh) < 1000:
        return f"{value_wh:.0f} Wh".replace("-", "−")
    digits = 2 if value_wh < 9995 else 1 if value_wh < 99_950 else 0
    return f"{value_wh / 1000:.{digits}f} kWh"


async def opened_at(opened: Visit, shown: str) -> None:
    await opened.page.locator(f'.page[data-shown="{shown}"]').wait_for()
    await opened.stand()


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
        await expect(rows).to_have_count(31)
        texts = [text.replace("\u00a0", " ").split("\t") for text in await rows.all_inner_texts()]
        order = ("solar", "discharge", "import", "load", "charge", "export")
        costs = await service.ask("api/v1/costs", start="2026-03-01", end="2026-04-01", by="day")
        for row, cells in enumerate(texts):
            amounts = (costs[name][row] for name in ("energy_cost", "fixed_cost", "demand_cost", "credit", "net_cost"))
            assert cells[8:-1] == ["–" if each is None else f"€{each:.2f}".replace("€-", "−€") for each in amounts]
            assert cells[1:8] == [kwh(days[f"{name}_wh"][row]) for name in (*order, "residual")]
            assert ("estimated" in cells[0]) is bool(days["estimated"][row])
        assert "estimated" in texts[10][0]
        assert await opened.page.locator('[data-card="energies"] [data-estimated]').count() == sum(
            map(bool, days["estimated"])
        )
        assert "31 Mar 2026" in (await opened.card("total")).replace("Sunniest day ", "")
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
        await expect(opened.page.locator('[data-card="calendar"] [data-day]')).to_have_count(365)
        await opened.page.go_back()
        await opened_at(opened, "month 2026-03-01")
        await opened.page.evaluate("localStorage.setItem('openvoy.language', 'de')")
        await opened.page.reload()
        await opened.wait_for('[data-card="energies"]', "verglichen mit Februar 2026")
        await check_date(opened)


async def check_date(opened: Visit) -> None:
    """A date is written, refused and chosen by keys in the page's language, whatever the browser's is."""
    field, button = opened.page.get_by_label("Datum", exact=True), opened.page.get_by_label("Datum: im Kalender wählen")
    await expect(field).to_have_value("01.03.2026")
    chart = opened.page.locator('[data-card="energies"]')
    before = await chart.bounding_box()
    await field.fill("31.2.26")
    await field.press("Enter")
    await expect(opened.page.get_by_role("alert").filter(has_text="Das ist kein Datum")).to_be_visible()
    assert await chart.bounding_box() == before, "nothing moves away under who is writing"
    await field.fill("5.2.26")
    await field.press("Enter")
    await opened_at(opened, "month 2026-02-01")
    await expect(field).to_be_focused()
    await button.press("Enter")
    for key, day in (("ArrowDown", "Sonntag, 8. Februar 2026"), ("PageUp", "Donnerstag, 8. Januar 2026")):
        await opened.page.keyboard.press(key)
        await expect(opened.page.get_by_label(day, exact=True)).to_be_focused()
    await opened.page.keyboard.press("Enter")
    await opened_at(opened, "month 2026-01-01")
    await expect(button).to_be_focused()


@pytest.mark.parametrize("kind", ["day", "week", "month", "year", "all", "range"])
@pytest.mark.sample(3)
async def test_every_kind_opens_and_nobody_is_shut_out(browser: Browser, service: Served, kind: str) -> None:
    async with visit(
        browser, f"{service.url}#/history?by={kind}&start=2026-03-16", viewport=PHONE if kind == "week" else DESK
    ) as opened:
        await opened.page.locator(f'.page[data-shown^="{kind} "]').wait_for()
        await opened.stand()
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
        columns = dict(
            zip(lines[0].split(","), zip(*(line.split(",") for line in lines[1:]), strict=True), strict=True)
        )
        for name in ("solar_wh", "load_wh", "import_wh", "export_wh", "residual_wh"):
            assert [float(cell) for cell in columns[name]] == week[name]
        costs = await service.ask("api/v1/costs", start="2026-03-16", end="2026-03-23", by="day")
        for name in ("energy_cost", "fixed_cost", "credit", "net_cost", "savings"):
            assert [float(cell) for cell in columns[name]] == pytest.approx(costs[name])
        assert set(columns["currency"]) == {"EUR"}


async def test_the_file_has_what_it_is_compared_with_and_what_is_estimated(browser: Browser, service: Served) -> None:
    async with visit(browser, f"{service.url}#/history?by=month&start=2026-03-01&compare=previous") as opened:
        await opened_at(opened, "month 2026-03-01")
        assert await opened.text('[data-total="solar_wh"] .was') == "–", "nothing is known of February, not even about"
        await opened.page.get_by_text("Table of these values").click()
        await opened.page.locator('[data-column="compared_net_cost"]').first.wait_for()
        columns = await saved_columns(opened, "openvoy-2026-03-01-2026-03-31.csv")
        month = await service.ask("api/v1/history/energy", start="2026-03-01", end="2026-04-01", by="day")
        before = await service.ask("api/v1/history/energy", start="2026-02-01", end="2026-03-01", by="day")
        assert columns["estimated"] == ["true" if flag else "false" for flag in month["estimated"]]
        assert "true" in columns["estimated"]
        for name in ("solar_wh", "load_wh", "residual_wh"):
            assert numbers(columns[name]) == month[name]
            assert numbers(columns[f"compared_{name}"]) == [*before[name], None, None, None]
        assert columns["compared_start"][0] == "2026-02-01T00:00:00+00:00"
        costs = await service.ask("api/v1/costs", start="2026-02-01", end="2026-03-01", by="day")
        for name in ("energy_cost", "credit", "net_cost", "savings"):
            assert numbers(columns[f"compared_{name}"]) == [*costs[name], None, None, None]
        heads = await opened.page.locator('[data-card="energies"] thead th').all_inner_texts()
        beside = {"start", "estimated", "compared_start", "compared_estimated", "currency"}
        assert len(heads[1:]) == len(columns.keys() - beside)
        await opened.page.goto(f"{service.url}#/history?by=all")
        await opened.page.locator('.page[data-shown^="all "]').wait_for()
        await opened.page.locator("[data-day]").first.wait_for()
        await opened.stand()
        await saved_columns(opened, "openvoy-2026-03-01-2026-04-09.csv")


async def saved_columns(opened: Visit, name: str) -> dict[str, list[str]]:
    """Save what is shown as a file of this name, and read its columns."""
    async with opened.page.expect_download() as waiting:
        await opened.page.get_by_role("button", name="Save as CSV").click()
    saved = await waiting.value
    assert saved.suggested_filename == name
    lines = (await asyncio.to_thread(Path(await saved.path()).read_text, "utf-8")).splitlines()
    head, *rows = (line.split(",") for line in lines)
    return {name: [row[place] for row in rows] for place, name in enumerate(head)}


def numbers(cells: list[str]) -> list[float | None]:
    return [None if cell == "" else float(cell) for cell in cells]


async def test_money_by_the_hour(browser: Browser, service: Served) -> None:
    async with visit(browser, f"{service.url}#/history?by=day&start=2026-03-16") as opened:
        await opened_at(opened, "day 2026-03-16")
        await opened.page.locator('[data-card="money"] [data-piece]').first.wait_for()
        costs = await service.ask("api/v1/costs", start="2026-03-16", end="2026-03-17", by="hour")
        assert costs["energy_cost"] == [0.06] * 24
        await opened.page.get_by_text("Table of these values").click()
        await opened.page.locator('[data-card="energies"] tbody tr').first.wait_for()
        for name in ("energy_cost", "credit", "net_cost", "savings"):
            shown = await opened.page.locator(f'[data-card="energies"] [data-column="{name}"]').all_inner_texts()
            assert shown == [f"{'−' if value < 0 else ''}€{abs(value):.2f}" for value in costs[name]]
        assert "hours are without them" in await opened.card("money")
        day = (await service.ask("api/v1/costs", start="2026-03-16", end="2026-03-17", by="day"))["net_cost"][0]
        assert await opened.text('[data-total="cost"]') == f"{'−' if day < 0 else ''}€{abs(day):.2f}"
        await opened.page.get_by_label("Compare with").select_option("previous")
        await opened.page.locator('[data-column="compared_net_cost"]').first.wait_for()
        before = await service.ask("api/v1/costs", start="2026-03-15", end="2026-03-16", by="hour")
        shown = await opened.page.locator('[data-card="energies"] [data-column="compared_net_cost"]').all_inner_texts()
        assert shown == [f"{'−' if value < 0 else ''}€{abs(value):.2f}" for value in before["net_cost"]]
        assert await opened.page.locator('[data-card="money"] .other').count() == 24


async def test_a_range_that_would_end_before_it_begins_is_the_day_that_was_chosen(
    browser: Browser, service: Served
) -> None:
    async with visit(browser, f"{service.url}#/history?by=range&start=2026-03-16&end=2026-06-30") as opened:
        await opened_at(opened, "range 2026-03-16")
        for label, typed in (("To", "02/03/2026"), ("From", "05/03/2026")):
            await opened.page.get_by_label(label, exact=True).fill(typed)
            await opened.page.keyboard.press("Enter")
            day = "-".join(reversed(typed.split("/")))
            await opened_at(opened, f"range {day}")
            for field in ("From", "To"):
                await expect(opened.page.get_by_label(field, exact=True)).to_have_value(typed)


async def test_a_range_costs_what_its_days_cost(browser: Browser, service: Served) -> None:
    """Bars are months, of which the first and the last are cut: 16 to 31 March, 1 to 5 April, and days without any."""
    query = "by=range&start=2026-03-16&end=2026-06-30"
    async with visit(browser, f"{service.url}#/history?{query}") as opened:
        await opened_at(opened, "range 2026-03-16")
        await opened.wait_for('[data-total="cost"]', "€")
        costs = await service.ask("api/v1/costs", start="2026-03-16", end="2026-07-01", by="day")
        for total, name in (("cost", "net_cost"), ("credit", "credit"), ("savings", "savings")):
            amount = sum(value for value in costs[name] if value is not None)
            assert await opened.text(f'[data-total="{total}"]') == f"{'−' if amount < 0 else ''}€{abs(amount):.2f}"
        energy = await service.ask("api/v1/history/energy", start="2026-03-16", end="2026-07-01", by="day")
        imported = sum(value for value in energy["import_wh"] if value is not None)
        assert (await opened.text('[data-total="import_wh"]')).replace("\u00a0", " ") == kwh(imported)
        await opened.page.get_by_text("Table of these values").click()
        march = opened.page.locator('[data-card="energies"] tbody tr').first
        paid = sum(value for value in costs["energy_cost"][:16])
        assert await march.locator('[data-column="energy_cost"]').inner_text() == f"€{paid:.2f}"
        assert (await march.locator('[data-column="import_wh"]').inner_text()).replace("\u00a0", " ") == kwh(
            sum(energy["import_wh"][:16])
        )


@pytest.mark.parametrize("kind", ["day", "week", "year", "range"])
@pytest.mark.sample(2)
async def test_nothing_jumps_when_values_come(browser: Browser, service: Served, kind: str) -> None:
    for viewport in (DESK, PHONE):
        async with visit(browser, "about:blank", viewport=viewport, **MOVING) as opened:
            await opened.page.add_init_script(SHIFTS)
            await opened.page.goto(f"{service.url}#/history?by={kind}&start=2026-03-16&compare=previous")
            await opened.page.locator(f'.page[data-shown^="{kind} "]').wait_for()
            await opened.wait_for('[data-total="cost"]', "€")
            await opened.page.wait_for_timeout(300)
            assert await opened.page.evaluate("window.shifted") <= 0.1


async def test_an_empty_time_says_so(browser: Browser, service: Served) -> None:
    async with visit(browser, f"{service.url}#/history?by=month&start=2025-03-01") as opened:
        await opened.wait_for('[data-card="energies"]', "Nothing was recorded in this time.")
        assert await opened.text('[data-total="solar_wh"]') == "–"
