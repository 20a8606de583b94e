"""What the dashboard shows of the past equals the API, which reads a real store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from openvoy.model.records import Batch, EnergyRecord, InverterRecord, PowerRecord
from openvoy.store import HistoryStore
from tests.e2e.chromium import Visit, visit
from tests.e2e.home import SERIAL, a_home, a_status, zone_of_afternoon
from tests.e2e.serving import Served, serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

STEP = timedelta(minutes=5)
YESTERDAY_W = 777.0
GAP = (time(9, 0), time(10, 0))
"""Nothing was recorded in this hour of today."""
RATES_W = {"solar": 1000, "import": 200, "discharge": 100, "export": 300, "charge": 400, "load": 600}


@dataclass(frozen=True, kw_only=True)
class Past:
    """A service with two days of history, in a zone where it is afternoon."""

    service: Served
    midnight: datetime


@pytest_asyncio.fixture(loop_scope="module")
async def past(store: HistoryStore) -> AsyncIterator[Past]:
    now = datetime.now(UTC)
    name, zone = zone_of_afternoon(now)
    midnight = datetime.combine(now.astimezone(zone).date(), time.min, zone)
    await store.write(Batch(power=tuple(powers(midnight, now)), energy=tuple(energies(midnight, now))))
    reports = (now - STEP * number for number in range(1, 100))
    await store.write(
        Batch(
            inverters=tuple(
                InverterRecord(gateway=SERIAL, at=at, serial="482100000000", power_w=311.0) for at in reports
            )
        )
    )
    async with serving(store, zone=name) as service:
        service.feed.publish(a_status(now), a_home(now))
        yield Past(service=service, midnight=midnight)


def steps(start: datetime, end: datetime, step: timedelta) -> Iterator[datetime]:
    while start < end:
        yield start
        start += step


def powers(midnight: datetime, now: datetime) -> Iterator[PowerRecord]:
    """Yield yesterday at one power, and today at one that tells the time: 1,345 W at 13:45."""
    for at in steps(midnight - timedelta(days=1), now, STEP):
        wall = at.timetz().replace(tzinfo=None)
        if at >= midnight and GAP[0] <= wall < GAP[1]:
            continue
        solar_w = YESTERDAY_W if at < midnight else 100.0 * wall.hour + wall.minute
        yield PowerRecord(
            gateway=SERIAL, at=at, interval_s=300, solar_w=solar_w, grid_w=-50.0, load_w=400.0, soc_pct=50.0
        )


def energies(midnight: datetime, now: datetime) -> Iterator[EnergyRecord]:
    """Yield counters that grow evenly."""
    start = midnight - timedelta(days=1)
    for at in (*steps(start, now, timedelta(minutes=15)), now):
        hours = (at - start).total_seconds() / 3600
        values: dict[str, Any] = {f"{name}_wh": rate * hours for name, rate in RATES_W.items()}
        yield EnergyRecord(gateway=SERIAL, at=at, **values)


def kwh(value_wh: float | None) -> str:
    """Write an energy as the dashboard should, by rules of its own: three figures."""
    if value_wh is None:
        return "–"
    if round(value_wh) < 1000:
        return f"{value_wh:.0f} Wh"
    return f"{value_wh / 1000:.{2 if value_wh < 9995 else 1}f} kWh"


async def slide_to(opened: Visit, clock: str) -> str:
    """Move along the chart by keyboard until it tells this time, and give what it says there."""
    slider = opened.page.locator('[data-card="chart"]').get_by_role("slider")
    await slider.focus()
    for _ in range(120):
        said = str(await slider.get_attribute("aria-valuetext")).replace("\u00a0", " ")
        at = said.partition(",")[0]
        if at == clock:
            return said
        is_far = int(at[:2]) > int(clock[:2]) + 1
        await opened.page.keyboard.press("PageDown" if is_far else "ArrowLeft" if at > clock else "ArrowRight")
    raise AssertionError(f"no {clock} on the chart; it stands at {said}")


async def test_today_is_what_the_api_says(browser: Browser, past: Past) -> None:
    async with visit(browser, past.service.url) as opened:
        await opened.wait_for('[data-part="solar"]', "kWh")
        today: dict[str, Any] = await past.service.ask("api/v1/today")
        assert today["solar_wh"] > 14_000
        for part in ("solar", "import", "discharge", "load", "export", "charge"):
            shown = await opened.text(f'[data-part="{part}"] b')
            assert shown.replace("\u00a0", " ") == kwh(today[f"{part}_wh"])
        card = await opened.card("today")
        assert f"{today['autarky_pct']:.0f}%" in card
        assert f"{today['self_consumption_pct']:.0f}%" in card
        assert card.replace("\u00a0", " ").count(kwh(1300 * today["solar_wh"] / 1000)) == 2
        assert opened.complaints == []


async def test_the_chart_tells_every_moment_and_its_gap(browser: Browser, past: Past) -> None:
    async with visit(browser, past.service.url) as opened:
        await opened.wait_for('[data-card="chart"] .legend', "Solar")
        said = await slide_to(opened, "13:45")
        assert said.startswith("13:45, Solar 1.35 kW, House 400 W, Grid −50 W")
        assert "1.35 kW" in (await opened.text('[data-card="chart"] .legend')).replace("\u00a0", " ")
        said = await slide_to(opened, "09:30")
        assert said.startswith("09:30, Solar –, House –, Grid –")
        said = await slide_to(opened, "00:05")
        assert said.startswith("00:05, Solar 5 W")


async def test_the_chart_ends_with_the_present(browser: Browser, past: Past) -> None:
    async with visit(browser, past.service.url) as opened:
        await opened.wait_for('[data-card="chart"] .legend', "now")
        legend = (await opened.text('[data-card="chart"] .legend')).replace("\u00a0", " ")
        assert legend == "now Solar 4.12 kW House 630 W Grid −1.46 kW Battery −2.03 kW"


async def test_another_day(browser: Browser, past: Past) -> None:
    async with visit(browser, past.service.url) as opened:
        await opened.wait_for('[data-card="chart"] .legend', "now")
        forward = opened.page.get_by_role("button", name="Next day")
        assert await forward.is_disabled()
        await opened.page.get_by_role("button", name="Previous day").click()
        await opened.wait_for('[data-card="chart"] .legend', "777")
        assert "Battery" not in await opened.text('[data-card="chart"] .legend')
        assert await opened.page.locator('[data-card="storage"] path.line').count() == 1
        await opened.page.locator('[data-serial="482100000001"]').click()
        await opened.wait_for("dialog figcaption", "Nothing was recorded on this day.")
        await opened.page.keyboard.press("Escape")
        await forward.click()
        await opened.wait_for('[data-card="chart"] .legend', "now")


async def test_the_table_behind_the_chart(browser: Browser, past: Past) -> None:
    async with visit(browser, past.service.url) as opened:
        await opened.page.get_by_text("Table by hour").click()
        rows = opened.page.locator('[data-card="chart"] tbody tr')
        await rows.first.wait_for()
        await opened.stand()
        start = past.midnight.timestamp()
        hours = await past.service.ask("api/v1/history/energy", start=start, end=start + 86_400, by="hour")
        texts = [text.replace("\u00a0", " ").split("\t") for text in await rows.all_inner_texts()]
        assert len(texts) == len(hours["start"])
        order = ("solar", "load", "import", "export", "charge", "discharge")
        for row in range(13):
            assert texts[row] == [f"{row:02}:00", *(kwh(hours[f"{name}_wh"][row]) for name in order)]
        assert texts[3][1] == "1.00 kWh"


async def test_a_panels_day(browser: Browser, past: Past) -> None:
    async with visit(browser, past.service.url) as opened:
        await opened.page.locator('[data-serial="482100000000"]').click()
        await opened.wait_for("dialog figcaption", "peak 311")
        drawn = await opened.page.locator("dialog path.line").get_attribute("d")
        assert drawn is not None
        assert drawn.count("L") > 90


async def test_no_history_yet(browser: Browser, store: HistoryStore) -> None:
    async with serving(store) as service:
        service.feed.publish(a_status(datetime.now(UTC)), a_home(datetime.now(UTC)))
        async with visit(browser, service.url) as opened:
            await opened.wait_for('[data-card="chart"]', "Nothing is recorded yet")
            assert await opened.text('[data-part="solar"] b') == "–"
            assert await opened.value("solar") == "4.12 kW"
            assert opened.complaints == []


async def test_yesterday_is_taken_until_today_is_known_on_every_page(browser: Browser, past: Past) -> None:
    async with visit(browser, past.service.url) as opened:
        await opened.wait_for('[data-card="compared"] [data-of="yesterday"]', "kWh")
        before = await opened.text('[data-compared="solar_wh"] [data-of="yesterday"]')
        until = datetime.fromisoformat((await past.service.ask("api/v1/today/compared"))["until"])
        await opened.page.goto(f"{past.service.url}#/history?by=day&compare=previous")
        await opened.wait_for('[data-total="solar_wh"] .was', "kWh")
        assert (await opened.text('[data-total="solar_wh"] .was')) in before
        await opened.page.get_by_text("Table of these values").click()
        rows = opened.page.locator('[data-card="energies"] [data-column="compared_solar_wh"]')
        await rows.first.wait_for()
        passed_wh = RATES_W["solar"] * (until.minute * 60 + until.second) / 3600
        shown = (await rows.nth(until.hour).inner_text()).replace("\u00a0", " ")
        assert shown == (kwh(passed_wh) if passed_wh else "–")
