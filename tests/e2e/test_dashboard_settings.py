"""What data is handed on to, set up in a browser: checked before it is saved, secrets kept apart, in force at once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, Route, expect

from tests.e2e.chromium import DESK, PHONE, visit
from tests.e2e.household import configured, log_in, shared
from tests.e2e.newcomer import PASSWORD
from tests.e2e.processes import address_of, started

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(60)]


async def set_up(page: Page, kind: str) -> None:
    """Open the form of something new."""
    card = page.locator('[data-card="integrations"]')
    await card.get_by_role("combobox").select_option(kind)
    await card.get_by_role("button", name="Set up").click()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.sample(1)
async def test_a_receiver_is_set_up_changed_and_removed(browser: Browser, tmp_path: Path, size: dict[str, int]) -> None:
    (tmp_path / "stick").mkdir()
    with started(*configured(tmp_path), data=tmp_path / "data") as process:
        async with visit(browser, f"{address_of(process)}/#/settings", viewport=size) as opened:
            page = opened.page
            await set_up(page, "backup")
            form = page.locator('[data-form="backup"]')
            await form.locator('[name="hour"]').fill("99")
            await form.locator('[name="folder"]').fill(str(tmp_path / "stick"))
            await form.get_by_role("button", name="Save").click()
            await expect(form.get_by_role("alert")).to_contain_text("hour is 99")
            assert "backup" not in (tmp_path / "openvoy.toml").read_text()
            await form.locator('[name="hour"]').fill("4")
            await expect(form.locator('[name="every"]')).to_have_value("day")
            assert await form.locator('[name="every"] option').all_inner_texts() == ["day", "week"]
            await form.locator('[name="every"]').select_option("week")
            await form.get_by_role("button", name="Save").click()
            await expect(form).to_have_count(0)
            line = page.locator('[data-integration="backup"]')
            await expect(line).to_contain_text("works")
            await expect(line).to_contain_text(str(tmp_path / "stick"))
            assert 'every = "week"' in (tmp_path / "openvoy.toml").read_text()
            assert (tmp_path / "stick" / "journal").is_dir()

            await set_up(page, "influx")
            form = page.locator('[data-form="influx"]')
            await form.locator('[name="url"]').fill("http://127.0.0.1:9/write?db=home")
            await form.locator('[name="token"]').fill("hush")
            await form.get_by_role("button", name="Save").click()
            await expect(form).to_have_count(0)
            assert "hush" not in (tmp_path / "openvoy.toml").read_text()
            line = page.locator('[data-integration="influx"]')
            await line.get_by_role("button", name="Change").click()
            form = page.locator('[data-form="influx"]')
            await expect(form.locator('[name="token"]')).to_have_attribute("placeholder", "is kept")
            await page.keyboard.press("Escape")
            await line.get_by_role("button", name="Remove").click()
            await line.get_by_role("button", name="Remove it").click()
            await expect(line).to_have_count(0)
            assert "influx" not in (tmp_path / "openvoy.toml").read_text()
            width = await page.evaluate("() => document.documentElement.scrollWidth")
            assert width <= size["width"]


async def test_what_is_wrong_with_an_account_stands_under_its_form(browser: Browser, tmp_path: Path) -> None:
    with started(*configured(tmp_path), data=tmp_path / "data") as process:
        async with visit(browser, f"{address_of(process)}/#/settings", viewport=PHONE) as opened:
            card = opened.page.locator('[data-card="users"]')
            form = card.locator("form").first
            await form.locator("input").first.fill("anna")
            await form.locator('input[type="password"]').fill("x" * 2000)
            await form.get_by_role("button").click()
            await expect(card.locator(".trouble")).to_have_count(1)
            await expect(card.locator(".trouble")).to_contain_text("2000 characters")
            heading = card.get_by_role("heading", name="Tablets and programs")
            places = [await one.bounding_box() for one in (form, card.locator(".trouble"), heading)]
            tops = [place["y"] for place in places if place is not None]
            assert tops == sorted(tops)
            assert len(tops) == len(places)
            links = card.locator("form").last
            assert "this machine only" in await links.inner_text(), "said before a link is made that leads nowhere else"


async def test_who_removes_an_account_is_asked_and_without_the_service_nothing_is_claimed(
    browser: Browser, tmp_path: Path
) -> None:
    with started(*configured(tmp_path), data=tmp_path / "data") as process:
        async with visit(browser, f"{address_of(process)}/#/settings") as opened:
            page = opened.page
            users = page.locator('[data-card="users"]')
            for name in ("anna", "bert"):
                form = users.locator("form").first
                await form.get_by_label("Name").fill(name)
                await form.get_by_label("Password").fill("a good password")
                await form.get_by_role("button").click()
                await expect(users.get_by_text(name)).to_be_visible()
            remove = users.get_by_role("button", name="Remove: bert")
            await remove.click()
            await expect(users.get_by_role("button", name="Cancel")).to_be_focused()
            await page.keyboard.press("Escape")
            await expect(remove).to_be_focused()
            await remove.click()
            await users.get_by_role("button", name="Remove it; its sessions end: bert").click()
            await expect(users.get_by_text("bert")).to_have_count(0)
            assert await page.evaluate("document.activeElement !== document.body")

            site = page.locator('[data-card="site"]')
            await site.get_by_label("Time zone").fill("Mars/Base")
            await site.get_by_role("button", name="Save").click()
            await expect(site.get_by_role("alert")).to_contain_text("There is no time zone")
            await expect(site.get_by_label("Time zone")).to_be_focused()
            await expect(site.locator("[aria-invalid]")).to_have_count(1)
            assert "line" not in await site.get_by_role("alert").inner_text()

            process.terminate()
            await page.locator('[data-health="lost"], [data-health="offline"]').wait_for()
            await expect(site.get_by_role("button", name="Save")).to_be_disabled()
            await page.evaluate("location.hash = '#/'")
            await page.evaluate("location.hash = '#/settings'")
            await expect(page.locator('[data-card="integrations"] .trouble')).to_be_visible()
            text = await page.inner_text("main")
            assert "Nobody has to log in" not in text
            assert "handed on to nobody" not in text


async def test_the_first_account_is_not_sent_before_it_is_known_to_be_the_first(
    browser: Browser, tmp_path: Path
) -> None:
    is_typed = asyncio.Event()

    async def answer_late(route: Route) -> None:
        await is_typed.wait()
        await route.continue_()

    with started(*configured(tmp_path), data=tmp_path / "data") as process:
        url = address_of(process)
        async with visit(browser, url) as opened:
            await opened.page.route("**/api/v1/accounts", answer_late, times=1)
            await opened.page.goto(f"{url}/#/settings")
            users = opened.page.locator('[data-card="users"]')
            form = users.locator("form").first
            await form.get_by_label("Name").fill("anna")
            await form.get_by_label("Password").fill(PASSWORD)
            await expect(form.get_by_role("button")).to_be_disabled()
            is_typed.set()
            await form.get_by_role("button").click()
            await expect(users.get_by_role("listitem")).to_contain_text("owner")
            await expect(form.get_by_role("combobox")).to_have_value("viewer")
            await expect(users.get_by_text("saved")).to_be_visible()


async def test_what_was_typed_is_there_after_a_login_in_between(browser: Browser, tmp_path: Path) -> None:
    with started(*shared(tmp_path), data=tmp_path / "data") as process:
        async with visit(browser, f"{address_of(process)}/#/settings", viewport=PHONE) as opened:
            page = opened.page
            site, prices = (page.locator(f'[data-card="{name}"]') for name in ("site", "tariff"))
            await log_in(page, "anna")
            await site.locator('[name="name"]').fill("Elm Street")
            await prices.get_by_label("Prices as text").fill("[import]\n# half written")
            await set_up(page, "influx")
            await page.locator('[data-form="influx"] [name="url"]').fill("http://127.0.0.1:9/write?db=home")
            await end_session(page)
            await save(page.locator('[data-form="influx"]'))
            await expect(page.get_by_text("What you typed is still there")).to_be_visible()
            await expect(site).to_be_hidden()
            await page.keyboard.press("Escape")
            await log_in(page, "anna")
            assert page.url.endswith("#/settings")
            await expect(page.locator('[data-form="influx"] [name="url"]')).to_have_value(
                "http://127.0.0.1:9/write?db=home"
            )
            await page.keyboard.press("Escape")
            await expect(site.locator('[name="name"]')).to_have_value("Elm Street")
            await expect(prices.get_by_label("Prices as text")).to_have_value("[import]\n# half written")
            kept = await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, history.state])")
            assert "Elm Street" not in kept
            await site.get_by_role("button", name="Save").click()
            await expect(site).to_contain_text("in force")
            await site.locator('[name="name"]').fill("Somewhere else")
            await end_session(page)
            await save(site)
            await log_in(page, "bert")
            await expect(page.locator('[data-card="look"]')).to_be_visible()
            assert await page.locator('[data-card="site"]').count() == 0
    assert '[site."Elm Street"]' in (tmp_path / "openvoy.toml").read_text()


async def save(part: Locator) -> None:
    """Press the button, also where the page has found out by itself that somebody has to log in."""
    await part.get_by_role("button", name="Save", include_hidden=True).dispatch_event("click")


async def end_session(page: Page) -> None:
    """Log out in another tab."""
    other = await page.context.new_page()
    await other.goto(page.url)
    await other.get_by_role("button", name="Log out").click()
    await expect(other.locator("#login-title")).to_be_visible()
    await other.close()
