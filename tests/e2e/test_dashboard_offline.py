"""The dashboard as an installed app: without its service it shows the last day, and says so."""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext

from openvoy.model.records import Batch, EnergyRecord, PowerRecord
from openvoy.settings.listen import Listen
from openvoy.store import HistoryStore
from openvoy.web.assets import STATIC_FOLDER
from tests.e2e.chromium import MOVING, PATIENCE_MS, Visit, visit
from tests.e2e.home import SERIAL, a_home, a_status, zone_of_afternoon
from tests.e2e.serving import Served, serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

KEPT = "caches.open('openvoy-data').then((cache) => cache.keys()).then((all) => all.map((one) => one.url))"
SHELLS = "caches.keys().then((names) => names.filter((name) => name.startsWith('openvoy-shell-')))"
SETTLED_S = 0.5
REPLIES = ("me", "today", "today/compared", "history/power", "history/energy", "costs")
NEEDED = ["/kept/updates", "/kept/who", *(f"/api/v1/{name}" for name in REPLIES)]


@pytest_asyncio.fixture(loop_scope="module")
async def store(tmp_path: Path) -> AsyncIterator[HistoryStore]:
    """Open a history of the last hours, in which a kilowatt-hour comes from the sun each hour."""
    opened = await HistoryStore.open(tmp_path / "history")
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    hours = [now - timedelta(hours=ago) for ago in range(30, -1, -1)]
    energy = [
        EnergyRecord(gateway=SERIAL, at=at, solar_wh=1000 * n, load_wh=800 * n, import_wh=300 * n, export_wh=500 * n)
        for n, at in enumerate(hours)
    ]
    power = [
        PowerRecord(gateway=SERIAL, at=now - timedelta(minutes=ago), interval_s=60, solar_w=4000.0)
        for ago in range(60, 0, -1)
    ]
    await opened.write(Batch(energy=tuple(energy), power=tuple(power)))
    yield opened
    await opened.close()


def afternoon() -> str:
    """Name a zone in which the day is old enough for kilowatt-hours."""
    return zone_of_afternoon(datetime.now(UTC))[0]


@contextlib.asynccontextmanager
async def installed(browser: Browser, served: Served, **settings: Any) -> AsyncIterator[Visit]:
    """Open the page and wait until it could do without the service."""
    now = datetime.now(UTC)
    served.feed.publish(a_status(now), a_home(now))
    async with visit(browser, served.url, service_workers="allow", **settings) as opened:
        await opened.wait_for_health("live")
        await opened.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        await opened.page.wait_for_function("() => navigator.serviceWorker.controller !== null")
        # The first page came before its worker; this one is kept.
        await opened.page.reload()
        await opened.wait_for_health("live")
        await until(opened, KEPT, is_all)
        yield opened


async def until(opened: Visit, script: str, holds: Callable[[Any], bool]) -> None:
    """Ask the page again and again; what it answers with is a promise."""
    loop = asyncio.get_running_loop()
    end_s = loop.time() + PATIENCE_MS / 1000
    while not holds(found := await opened.page.evaluate(script)):
        assert loop.time() < end_s, found
        await asyncio.sleep(0.1)


def is_all(urls: Sequence[str]) -> bool:
    """Whether all that the last day needs is among what is kept."""
    return {urlsplit(url).path for url in urls} >= set(NEEDED)


async def check_the_last_day(opened: Visit) -> None:
    """The numbers are there, marked as old wherever they stand."""
    await opened.wait_for_health("lost")
    await opened.wait_for('[data-band="lost"]', "Offline, as of")
    assert "4.12" in await opened.value("solar")
    for card in ("flow", "live", "compared"):
        assert "as of" in await opened.card(card), card
    assert "kWh" in await opened.card("today")
    assert await opened.page.locator('[data-health="live"]').count() == 0
    running = "document.getAnimations().filter(({ playState }) => playState === 'running').length"
    assert await opened.page.evaluate(running) == 0
    assert await opened.page.title() == "Openvoy"
    await opened.page.click('nav a[href="#/history"]')
    await opened.page.goto(f"{opened.page.url.partition('#')[0]}#/history?by=day")
    await opened.wait_for("main", "kWh")
    await opened.wait_for('[data-band="lost"]', "Offline, as of")


async def test_the_last_day_without_a_network(browser: Browser, store: HistoryStore) -> None:
    async with serving(store, zone=afternoon()) as served, installed(browser, served, **MOVING) as opened:
        context: BrowserContext = opened.page.context
        await context.set_offline(True)
        await opened.page.reload()
        await check_the_last_day(opened)
        await context.set_offline(False)
        await opened.page.goto(served.url)
        await opened.wait_for_health("live")
        await opened.page.locator('[data-band="lost"]').wait_for(state="detached")


async def test_the_last_day_without_the_service_and_back(browser: Browser, store: HistoryStore) -> None:
    async with serving(store, zone=afternoon()) as served:
        listen = Listen(host="127.0.0.1", port=served.bound.port)
        async with installed(browser, served, **MOVING) as opened:
            await served.stop()
            await opened.page.reload()
            await check_the_last_day(opened)
            async with serving(store, zone=afternoon(), listen=listen) as again:
                now = datetime.now(UTC)
                again.feed.publish(a_status(now), a_home(now))
                await opened.wait_for_health("live")
                await opened.page.locator('[data-band="lost"]').wait_for(state="detached")


async def test_nothing_that_was_kept_goes_while_it_is_kept_for_the_first_time(
    browser: Browser, store: HistoryStore
) -> None:
    async with serving(store, zone=afternoon()) as served, installed(browser, served) as opened:
        await opened.page.evaluate("caches.delete('openvoy-data')")
        await opened.page.reload()
        seen: set[str] = set()

        def all_stay(urls: Sequence[str]) -> bool:
            assert seen <= set(urls), seen - set(urls)
            seen.update(urls)
            return is_all(urls)

        await until(opened, KEPT, all_stay)


async def test_who_logs_out_leaves_nothing_behind(browser: Browser, store: HistoryStore, tmp_path: Path) -> None:
    async with serving(store, zone=afternoon(), accounts=tmp_path / "accounts.json") as served:
        now = datetime.now(UTC)
        served.feed.publish(a_status(now), a_home(now))
        async with installed(browser, served) as opened:
            page = opened.page
            made = await page.evaluate(
                """async () => {
                  const token = /openvoy_csrf=([^;]+)/.exec(document.cookie)[1];
                  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
                  const body = JSON.stringify({ name: "anna", password: "correct horse battery", right: "owner" });
                  return (await fetch("api/v1/accounts", { method: "PUT", headers, body })).status;
                }"""
            )
            assert made == 200
            await page.reload()
            await until(opened, KEPT, is_all)
            await page.click("[aria-label='Log out']")
            await page.locator("#login-title").wait_for()
            assert (
                await page.evaluate("fetch('api/v1/me').then((reply) => reply.json()).then((me) => me.right)")
                == "nobody"
            )
            await asyncio.sleep(SETTLED_S)  # what was kept for nobody would be now
            await until(opened, KEPT, lambda urls: not urls)
            await served.stop()
            await page.reload()
            await opened.wait_for("main", "lost the connection")
            assert await page.locator("[data-card]").count() == 0


async def test_a_new_version_is_offered_and_shown_at_a_click(
    browser: Browser, store: HistoryStore, tmp_path: Path
) -> None:
    newer = tmp_path / "static"
    shutil.copytree(STATIC_FOLDER, newer)
    worker = newer / "worker.js"
    changed = re.sub(r'"version":"\w+"', '"version":"newer"', worker.read_text("utf-8"))
    assert changed != worker.read_text("utf-8")
    worker.write_text(changed, "utf-8")
    (newer / "worker.js.gz").unlink()
    async with serving(store, zone=afternoon()) as served:
        listen = Listen(host="127.0.0.1", port=served.bound.port)
        async with installed(browser, served) as opened:
            page = opened.page
            assert await page.locator(".offer").count() == 0
            await served.stop()
            async with serving(store, zone=afternoon(), listen=listen, static=newer) as again:
                now = datetime.now(UTC)
                again.feed.publish(a_status(now), a_home(now))
                await opened.wait_for_health("live")
                await page.evaluate("navigator.serviceWorker.getRegistration().then((found) => found.update())")
                await opened.wait_for(".offer", "new version")
                assert len(await page.evaluate(SHELLS)) == 2
                async with page.expect_navigation():
                    await page.click(".offer button")
                await opened.wait_for_health("live")
                await until(opened, SHELLS, lambda names: names == ["openvoy-shell-newer"])
                assert await page.locator(".offer").count() == 0


async def test_of_two_gateways_the_chosen_one_is_shown_with_and_without_the_service(
    browser: Browser, store: HistoryStore
) -> None:
    barn = [
        EnergyRecord(gateway="1220barn", at=datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=ago))
        for ago in range(30, -1, -1)
    ]
    rows = tuple(replace(row, solar_wh=100.0 * n) for n, row in enumerate(barn))
    await store.write(Batch(energy=rows))
    async with serving(store, zone=afternoon(), names=("home", "barn")) as served:
        now = datetime.now(UTC)
        served.feed.publish(a_status(now, name="barn", serial="1220barn"), a_home(now))
        async with installed(browser, served) as opened:
            await opened.page.click('button[data-gateway-health]:has-text("barn")')
            own = await served.ask("/api/v1/today", gateway="barn")
            shown = f"{own['solar_wh'] / 1000:.2f}"
            await opened.wait_for('[data-card="today"]', shown)
            await opened.page.reload()
            await opened.wait_for('[data-card="today"]', shown)
            chosen = opened.page.locator('button[data-gateway-health][aria-pressed="true"]')
            assert await chosen.inner_text() == "barn"
            await until(opened, KEPT, lambda urls: any("today?gateway=barn" in url for url in urls))
            await served.stop()
            await opened.page.reload()
            await opened.wait_for_health("lost")
            await opened.wait_for('[data-card="today"]', shown)
            assert await opened.page.locator("button[data-gateway-health]").count() == 2
