"""What a person chooses for one browser, and every page for those who do not look or point."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from openvoy.store import HistoryStore
from tests.e2e.chromium import PHONE, Visit, visit
from tests.e2e.home import SERIAL, a_home, a_status
from tests.e2e.serving import Served, serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

AXE = Path(__file__).parents[2] / "ui" / "node_modules" / "axe-core" / "axe.min.js"
PAGES = ("", "history", "panels", "meters", "devices", "control", "settings")


@pytest_asyncio.fixture(loop_scope="module")
async def service(tmp_path: Path) -> AsyncIterator[Served]:
    store = await HistoryStore.open(tmp_path / "history")
    try:
        async with serving(store, zone="America/New_York", accounts=tmp_path / "accounts.json") as served:
            now = datetime.now(UTC)
            served.feed.publish(a_status(now), a_home(now))
            yield served
    finally:
        await store.close()


async def test_clock_units_and_language_are_chosen_in_a_sheet_and_stay(browser: Browser, service: Served) -> None:
    async with visit(browser, service.url) as opened:
        await opened.wait_for_health("live")
        page = opened.page
        await page.click("[data-viewer-button]")
        await page.select_option("[name=clock]", "12")
        await page.select_option("[name=energy]", "MWh")
        await opened.wait_for("[data-example]", "0.012 MWh")
        assert "m" in (await opened.text(".health .time")).lower()
        await page.select_option("[name=language]", "de")
        await opened.wait_for("[data-example]", "0,012 MWh")
        await page.select_option("[name=theme]", "dark")
        await page.reload()
        await opened.wait_for_health("live")
        assert await page.evaluate("document.documentElement.lang") == "de"
        assert await page.evaluate("document.documentElement.dataset.theme") == "dark"
        time = await opened.text(".health .time")
        assert time.endswith(("AM", "PM"))
        await page.click("[data-viewer-button]")
        await page.select_option("[name=clock]", "24")
        await page.select_option("[name=energy]", "kWh")
        await opened.wait_for("[data-example]", "12,3 kWh")
        assert not (await opened.text(".health .time")).endswith(("AM", "PM"))
        await page.keyboard.press("Escape")
        assert await page.evaluate("document.activeElement.hasAttribute('data-viewer-button')")


async def test_the_sheet_fits_a_phone(browser: Browser, service: Served) -> None:
    async with visit(browser, service.url, viewport=PHONE) as opened:
        await opened.wait_for_health("live")
        await opened.page.click("[data-viewer-button]")
        box = await opened.page.locator("dialog").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]


async def grave(opened: Visit) -> list[str]:
    """What hinders people on a page that stands, as axe sees it."""
    await opened.stand()
    await opened.page.evaluate("() => Promise.all(document.getAnimations().map((one) => one.pause()))")
    found: dict[str, Any] = await opened.page.evaluate("axe.run(document)")
    assert len(found["passes"]) > 10
    return [
        f"{each['id']}: {node['target']}"
        for each in found["violations"]
        if each["impact"] in {"serious", "critical"}
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
async def test_axe_finds_nothing_serious_on_any_page(
    browser: Browser, service: Served, scheme: Literal["light", "dark"]
) -> None:
    if not AXE.exists():
        pytest.skip("no axe-core: npm ci in ui/ brings it")
    found: dict[str, list[str]] = {}
    async with visit(browser, service.url, color_scheme=scheme) as opened:
        page = opened.page
        await opened.wait_for_health("live")
        await page.evaluate(AXE.read_text("utf-8"))
        for name in PAGES:
            await page.evaluate(f"location.hash = '#/{name}'")
            await page.locator(f'nav a[href="#/{name}"][aria-current="page"]').wait_for()
            await page.locator("main section, main .page, main .cards, main form").first.wait_for()
            await opened.stand()
            found[name or "now"] = await grave(opened)
        await page.click("[data-viewer-button]")
        found["sheet"] = await grave(opened)
    assert {name: problems for name, problems in found.items() if problems} == {}


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
async def test_axe_finds_nothing_serious_before_anybody_is_in(
    browser: Browser, tmp_path: Path, scheme: Literal["light", "dark"]
) -> None:
    if not AXE.exists():
        pytest.skip("no axe-core: npm ci in ui/ brings it")
    store = await HistoryStore.open(tmp_path / "history")
    try:
        async with serving(store, names=(), accounts=tmp_path / "accounts.json") as served:
            async with visit(browser, served.url, color_scheme=scheme) as opened:
                await opened.page.locator("main h1, main h2").first.wait_for()
                await opened.page.evaluate(AXE.read_text("utf-8"))
                assert await grave(opened) == []
                made = await opened.page.evaluate(
                    """async () => {
                      const token = /openvoy_csrf=([^;]+)/.exec(document.cookie)[1];
                      const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
                      const body = JSON.stringify({ name: "anna", password: "correct horse battery", right: "owner" });
                      return (await fetch("api/v1/accounts", { method: "PUT", headers, body })).status;
                    }"""
                )
                assert made == 200
            async with visit(browser, served.url, color_scheme=scheme) as opened:
                await opened.page.locator("#login-title").wait_for()
                await opened.page.evaluate(AXE.read_text("utf-8"))
                assert await grave(opened) == []
                for _ in range(12):
                    await opened.page.keyboard.press("Tab")
                    if await opened.page.evaluate("document.activeElement.autocomplete") == "username":
                        break
                await opened.page.keyboard.type("anna")
                await opened.page.keyboard.press("Tab")
                await opened.page.keyboard.type("correct horse battery")
                await opened.page.keyboard.press("Enter")
                await opened.page.locator("#login-title").wait_for(state="detached")
    finally:
        await store.close()


async def test_a_session_that_ended_elsewhere_leads_to_the_login_which_tells_nothing_of_the_house(
    browser: Browser, service: Served
) -> None:
    async with visit(browser, service.url) as opened:
        page = opened.page
        await opened.wait_for_health("live")
        account = """async () => {
          const token = /openvoy_csrf=([^;]+)/.exec(document.cookie)[1];
          const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
          const body = JSON.stringify({ name: "anna", password: "a good password", right: "owner" });
          await fetch("api/v1/accounts", { method: "PUT", headers, body });
        }"""
        await page.evaluate(account)
        await page.reload()
        await opened.wait_for_health("live")
        other = await page.context.new_page()
        await other.goto(service.url)
        await other.get_by_role("button", name="Log out").click()
        await expect(other.get_by_label("Password")).to_be_visible()
        now = datetime.now(UTC)
        service.feed.publish(a_status(now), a_home(now))
        await expect(page.get_by_label("Password")).to_be_visible()
        text = await page.inner_text("body")
        assert SERIAL not in text
        assert "Maison" not in text
        assert "New_York" not in text
        await page.get_by_label("Name").fill("anna")
        await page.get_by_label("Password").fill("a good password")
        await page.keyboard.press("Enter")
        await opened.wait_for_health("live")
