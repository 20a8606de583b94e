"""The service comes back as a newer version while pages of the older one are open, without a service worker.

Browsers have those over https and on this machine only: a page that was opened over plain http has none.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from openvoy.client.clock import SystemClock
from openvoy.settings.listen import Listen
from openvoy.store import HistoryStore
from openvoy.web.access import Access
from openvoy.web.assets import STATIC_FOLDER
from tests.e2e.chromium import Visit, visit
from tests.e2e.home import a_home, a_status
from tests.e2e.newcomer import PASSWORD
from tests.e2e.serving import Served, serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

SCRIPT = 'script[type="module"]'


def make_newer(folder: Path) -> Path:
    """Make a dashboard none of whose parts has the name it has in the one that is built."""
    shutil.copytree(STATIC_FOLDER, folder, ignore=shutil.ignore_patterns("*.gz"))
    parts = [path.name for path in (folder / "assets").iterdir()]
    for path in [*folder.glob("*.html"), *(folder / "assets").iterdir()]:
        text = path.read_text("utf-8")
        for name in parts:
            text = text.replace(name, renamed(name))
        path.write_text(text, "utf-8")
    for name in parts:
        (folder / "assets" / name).rename(folder / "assets" / renamed(name))
    return folder


def renamed(part: str) -> str:
    stem, _, suffix = part.rpartition(".")
    return f"{stem}0.{suffix}"


@contextlib.asynccontextmanager
async def renewed(
    store: HistoryStore, opened: Visit, served: Served, newer: Path, *, accounts: Path | None = None
) -> AsyncIterator[None]:
    """Have the service that a page is open of come back as a newer one."""
    await served.stop()
    listen = Listen(host="127.0.0.1", port=served.bound.port)
    async with serving(store, listen=listen, static=newer, accounts=accounts) as again:
        publish(again)
        yield


def publish(served: Served) -> None:
    now = datetime.now(UTC)
    served.feed.publish(a_status(now), a_home(now))


async def script_of(page: Page) -> str:
    return await page.locator(SCRIPT).get_attribute("src") or ""


@pytest.mark.parametrize("way", ["at a click", "by a page that is opened first now"])
async def test_a_page_goes_on_with_the_newer_version(
    browser: Browser, store: HistoryStore, tmp_path: Path, way: str
) -> None:
    newer = make_newer(tmp_path / "static")
    async with serving(store) as served, visit(browser, served.url) as opened:
        publish(served)
        await opened.wait_for_health("live")
        older = await script_of(opened.page)
        offer = opened.page.locator(".offer")
        async with renewed(store, opened, served, newer):
            await expect(offer).to_contain_text("new version")
            assert await script_of(opened.page) == older
            if way == "at a click":
                await offer.get_by_role("button").click()
                await opened.wait_for_health("live")
            else:
                await opened.page.locator("nav").get_by_role("link", name="History").click()
                await expect(opened.page.get_by_role("link", name="Year", exact=True)).to_be_visible()
            assert await script_of(opened.page) == f"./assets/{renamed(Path(older).name)}"
            await expect(offer).to_have_count(0)


async def test_a_service_that_comes_back_as_it_was_offers_nothing(browser: Browser, store: HistoryStore) -> None:
    async with serving(store) as served, visit(browser, served.url) as opened:
        publish(served)
        await opened.wait_for_health("live")
        async with opened.page.expect_response(served.url) as looked, renewed(store, opened, served, STATIC_FOLDER):
            await opened.wait_for_health("live")
            await looked.value
            await opened.stand()
            await expect(opened.page.locator(".offer")).to_have_count(0)


async def test_a_tablet_on_the_wall_takes_the_newer_version_by_itself(
    browser: Browser, store: HistoryStore, tmp_path: Path
) -> None:
    newer, accounts = make_newer(tmp_path / "static"), tmp_path / "access.json"
    access = Access(clock=SystemClock(), file=accounts)
    await access.set_password("anna", PASSWORD, "owner")
    link = access.issue_key("kitchen", kind="link", right="viewer").shown
    async with (
        serving(store, accounts=accounts) as served,
        visit(browser, f"{served.url}/#link={link}") as tablet,
    ):
        publish(served)
        await tablet.wait_for_health("live")
        older = await script_of(tablet.page)
        async with renewed(store, tablet, served, newer, accounts=accounts):
            await expect(tablet.page.locator(SCRIPT)).to_have_attribute("src", f"./assets/{renamed(Path(older).name)}")
            await tablet.wait_for_health("live")
