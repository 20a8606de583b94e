"""Replies that come late or never: nothing is shown as something else, sent twice, or said of what is not known."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Route, expect

from openvoy.cli.roof import RoofFile
from openvoy.model.records import Batch, EnergyRecord
from openvoy.store import HistoryStore
from tests.e2e.chromium import visit
from tests.e2e.home import SERIAL, a_home, a_status
from tests.e2e.household import log_in, shared
from tests.e2e.processes import address_of, started
from tests.e2e.serving import Served, serving
from tests.e2e.test_dashboard_history_page import FixedPrices

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(60)]

DAYS = 80


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    folder = tmp_path_factory.mktemp("house")
    store = await HistoryStore.open(folder / "history")
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = (
        EnergyRecord(gateway=SERIAL, at=midnight - timedelta(days=DAYS - day), solar_wh=1e4 * day, import_wh=2e3 * day)
        for day in range(DAYS + 1)
    )
    await store.write(Batch(energy=tuple(rows)))
    await store.read_devices()  # Threads that read live as long as the store: not as long as the first test that reads.
    async with serving(store, zone="UTC", prices=FixedPrices(), roof=RoofFile(folder / "layout.json")) as served:
        now = datetime.now(UTC)
        served.feed.publish(a_status(now), a_home(now))
        yield served
    await store.close()


async def fail(route: Route) -> None:
    await route.fulfill(status=500, json={"error": "It broke.", "hint": "", "kind": "Defect"})


async def test_amounts_stand_beside_the_energies_of_their_own_time_alone(browser: Browser, service: Served) -> None:
    month = (datetime.now(UTC).replace(day=1) - timedelta(days=1)).replace(day=1).date()
    day = (datetime.now(UTC) - timedelta(days=2)).date()
    async with visit(browser, f"{service.url}#/history?by=day&start={day}") as opened:
        await opened.wait_for('[data-card="total"]', "10.0 kWh")
        await opened.page.route("**/api/v1/history/energy**", fail)
        async with opened.page.expect_response("**/api/v1/costs**"):
            await opened.page.goto(f"{service.url}#/history?by=month&start={month}")
        await opened.wait_for('[data-card="energies"]', "It broke.")
        total = await opened.card("total")
        assert "10.0 kWh" not in total
        assert "€" not in total
        assert "Loading" not in await opened.card("money")


async def test_panels_of_today_are_asked_for_again_and_what_fails_is_told(browser: Browser, service: Served) -> None:
    async with visit(browser, service.url) as opened:
        page = opened.page
        await page.route("**/api/v1/history/panels**", fail)
        await page.goto(f"{service.url}#/panels")
        said = page.locator('[data-card="array"] [role="alert"]')
        await expect(said).to_contain_text("It broke.")
        await page.unroute("**/api/v1/history/panels**")
        # Pages move their time every five seconds.
        async with page.expect_request("**/api/v1/history/inverters**"):
            await page.evaluate("(() => { const now = Date.now; Date.now = () => now() + 7 * 60_000; })()")
        await expect(said).to_have_count(0)


async def test_a_link_is_made_once_and_what_is_typed_meanwhile_stays(browser: Browser, tmp_path: Path) -> None:
    is_let = asyncio.Event()
    sent: list[Any] = []

    async def answer_late(route: Route) -> None:
        if route.request.method == "POST":
            sent.append(route.request.post_data_json)
            await is_let.wait()
        await route.continue_()

    with started(*shared(tmp_path), data=tmp_path / "data") as process:
        async with visit(browser, f"{address_of(process)}/#/settings") as opened:
            await log_in(opened.page, "anna")
            await opened.page.route("**/api/v1/keys", answer_late)
            form = opened.page.get_by_role("form", name="Make it")
            await form.locator("input").fill("kitchen")
            await form.get_by_role("button").click()
            await expect(form.get_by_role("button")).to_be_disabled()
            await form.locator("input").fill("bedroom")
            await form.locator("input").press("Enter")
            is_let.set()
            await expect(opened.page.locator("[data-shown]")).to_be_visible()
            await expect(form.locator("input")).to_have_value("bedroom")
            assert [one["name"] for one in sent] == ["kitchen"]
            await expect(form.get_by_role("button")).to_be_enabled()
            await form.locator("input").fill("Kitchen")
            await form.locator("input").press("Enter")
            await expect(opened.page.get_by_text("'Kitchen' is there already.")).to_be_visible()
            await expect(opened.page.locator("[data-shown]")).to_have_count(0)
            await expect(form.get_by_role("button")).to_be_enabled()
            await form.locator("input").fill("bedroom")
            await form.locator("input").press("Enter")
            await expect(opened.page.locator("[data-shown]")).to_be_visible()
            await opened.page.get_by_role("button", name="Revoke: bedroom").click()
            await opened.page.get_by_role("button", name="bedroom").last.click()
            await expect(opened.page.locator("[data-shown]")).to_have_count(0)


async def test_whoever_comes_in_is_in_on_every_page_of_the_browser(browser: Browser, tmp_path: Path) -> None:
    with started(*shared(tmp_path), data=tmp_path / "data") as process:
        url = f"{address_of(process)}/#/settings"
        async with visit(browser, url) as opened:
            await log_in(opened.page, "anna")
            await expect(opened.page.locator('[data-card="site"]')).to_be_visible()
            other = await opened.page.context.new_page()
            await other.goto(url)
            await other.get_by_role("button", name="Log out").click()
            await expect(opened.page.locator("#login-title")).to_be_visible()
            await log_in(other, "bert")
            await expect(opened.page.locator("#login-title")).to_have_count(0)
            await expect(opened.page.locator('[data-card="look"]')).to_be_visible()
            await expect(opened.page.locator('[data-card="site"]')).to_have_count(0)


async def test_a_part_that_failed_is_asked_for_again_by_itself(browser: Browser, service: Served) -> None:
    async with visit(browser, service.url) as opened:
        page = opened.page
        await page.clock.install()
        asked = ("**/api/v1/events**", "**/api/v1/devices**", "**/api/v1/control/audit**")
        for path in asked:
            await page.route(path, fail)
        await page.goto(f"{service.url}#/devices")
        said = [
            page.locator(f'[data-card="{card}"]').get_by_text("It broke.") for card in ("events", "inventory", "audit")
        ]
        for one in said:
            await expect(one).to_be_visible()
        for path in asked:
            await page.unroute(path)
        await page.clock.fast_forward(31_000)
        for one in said:
            await expect(one).to_have_count(0)


async def test_a_tablet_whose_link_was_revoked_is_told_so(browser: Browser, tmp_path: Path) -> None:
    with started(*shared(tmp_path), data=tmp_path / "data") as process:
        url = address_of(process)
        async with visit(browser, f"{url}/#/settings") as opened:
            await log_in(opened.page, "anna")
            form = opened.page.get_by_role("form", name="Make it")
            await form.locator("input").fill("kitchen")
            await form.get_by_role("button").click()
            link = await opened.page.locator("[data-shown]").input_value()
            async with visit(browser, link) as tablet:
                await expect(tablet.page.locator("nav")).to_be_visible()
                await opened.page.get_by_role("button", name="Revoke: kitchen").click()
                await opened.page.get_by_role("button", name="kitchen").last.click()
                await expect(tablet.page.get_by_text("The link of this device is no longer valid.")).to_be_visible()


@pytest.mark.parametrize("part", ["shell-*.js", "shell-*.css"])
async def test_a_page_whose_parts_are_refused_is_loaded_again(browser: Browser, service: Served, part: str) -> None:
    refused: list[str] = []

    async def refuse_once(route: Route) -> None:
        refused.append(route.request.url)
        await (route.abort("connectionrefused") if len(refused) == 1 else route.continue_())

    async with visit(browser, "about:blank") as opened:
        await opened.page.route(f"**/assets/{part}", refuse_once)
        await opened.page.goto(service.url)
        await expect(opened.page.locator("nav")).to_have_css("display", "flex", timeout=20_000)
        assert len(refused) == 2


async def test_panels_are_not_laid_out_anew_over_a_layout_that_could_not_be_read(
    browser: Browser, service: Served
) -> None:
    async with visit(browser, service.url) as opened:
        page = opened.page
        await page.clock.install()
        await page.route("**/api/v1/layout", fail)
        await page.goto(f"{service.url}#/panels")
        lay_out = page.locator("[data-edit]")
        await expect(page.locator('[data-card="array"] [role="alert"]')).to_contain_text("It broke.")
        await expect(lay_out).to_be_disabled()
        await page.unroute("**/api/v1/layout")
        await page.clock.fast_forward(31_000)
        await expect(lay_out).to_be_enabled()
        await expect(page.locator('[data-card="array"] [role="alert"]')).to_have_count(0)
