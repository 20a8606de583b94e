"""From nothing to live values, as a new user in a browser: each kind of login, and what can go wrong."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.e2e.chromium import PHONE, Visit, chromium, visit
from tests.e2e.processes import address_of, started, virtual_gateway

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

PASSWORD = "correct horse battery"
READY_MS = 20_000
SITES = {
    "none": ("3.9", "standard"),
    "digest": ("5.0", "standard"),
    "7.6": ("7.6", "metered-split"),
    "8.3": ("8.3", "full"),
}
Gateways = Mapping[str, Mapping[str, Any]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def gateways(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateways]:
    """One virtual gateway of each kind of login, the newest with a cloud."""
    with contextlib.ExitStack() as stack:
        running = {}
        for name, (firmware, site) in SITES.items():
            more = ("--cloud-port", "0") if name == "8.3" else ()
            arguments = ("--site", site, "--firmware", firmware, *more)
            running[name] = stack.enter_context(virtual_gateway(*arguments, data=tmp_path_factory.mktemp("gateway")))
        yield running


class NewUser(Visit):
    """Counts what a person clicks and types into."""

    clicks = 0
    fields = 0

    async def click(self, text: str) -> None:
        await self.page.get_by_role("button", name=text).click(timeout=READY_MS)
        self.clicks += 1

    async def choose(self, text: str) -> None:
        await self.page.get_by_label(text).check()
        self.clicks += 1

    async def fill(self, label: str, value: str) -> None:
        await self.page.get_by_label(label).fill(value)
        self.fields += 1

    async def trouble(self) -> str:
        alert = self.page.locator('[role="alert"] .trouble')
        await alert.wait_for(timeout=READY_MS)
        return await alert.inner_text()


class House:
    """A machine on which Openvoy was just installed."""

    def __init__(self, folder: Path, cloud_url: str) -> None:
        self.folder = folder
        self.config = folder / "config" / "openvoy" / "openvoy.toml"
        self.config.parent.mkdir(parents=True)
        self.config.write_text(f'# kept by hand\n[cloud]\nbase_url = "{cloud_url}"\n')

    @contextlib.contextmanager
    def running(self) -> Iterator[str]:
        with started("run", "--listen", "127.0.0.1:0", data=self.folder) as process:
            yield address_of(process) + "/"


@pytest.fixture
def house(tmp_path: Path, gateways: Gateways) -> House:
    return House(tmp_path, gateways["8.3"]["cloud_url"])


@contextlib.asynccontextmanager
async def new_user(browser: Browser, url: str, **settings: Any) -> AsyncIterator[NewUser]:
    async with visit(browser, url, **settings) as opened:
        user = NewUser(opened.page)
        await user.page.locator("#first-title").wait_for(timeout=READY_MS)
        yield user


async def is_live(page: Page) -> None:
    """Wait for the dashboard with live values."""
    await page.locator('[data-health="live"], [data-health="degraded"]').first.wait_for(timeout=READY_MS)
    await page.locator('[data-device="solar"]').wait_for(timeout=READY_MS)


@pytest.mark.parametrize(
    ("kind", "most_clicks"), [("none", 3), ("digest", 3), ("token 7.6", 5), ("token 8.3", 5), ("cloud", 4)]
)
async def test_from_nothing_to_live_values(
    browser: Browser, house: House, gateways: Gateways, kind: str, most_clicks: int
) -> None:
    gateway = gateways["8.3" if kind == "cloud" else kind.removeprefix("token ")]
    with house.running() as url:
        begun_s = time.monotonic()
        async with new_user(browser, url) as user:
            await user.fill("Address or name", gateway["url"])
            await user.click("Continue")
            if kind == "cloud":
                await user.fill("E-mail", gateway["cloud_user"])
                await user.fill("Its password", gateway["cloud_password"])
                await user.click("Check it")
            elif kind.startswith("token"):
                await user.choose("Paste a token")
                await user.page.locator("textarea").fill(gateway["owner_token"])
                await user.wait_for("[data-token]", "owner")
                await user.click("Check it")
            await user.page.locator("[data-trial]").wait_for(timeout=READY_MS)
            assert "W" in await user.text("[data-trial]")
            await user.click("Save and collect")
            await user.page.get_by_label("Password").wait_for(timeout=READY_MS)
            await user.fill("Password", PASSWORD)
            await user.click("Set password and finish")
            await is_live(user.page)
            took_s = time.monotonic() - begun_s
            logging.getLogger("tests").info("%s: %d clicks, %.1f s", kind, user.clicks, took_s)
            assert user.clicks <= most_clicks
            assert took_s < 120
    written = house.config.read_text()
    assert written.startswith("# kept by hand\n")
    assert house.config.stat().st_mode & 0o077 == 0
    for secret in (gateway["owner_token"], gateway["cloud_password"], PASSWORD):
        assert secret is None or secret not in written


async def test_what_can_be_wrong_with_an_address_and_a_token_is_told(
    browser: Browser, house: House, gateways: Gateways
) -> None:
    new, other = gateways["8.3"], gateways["7.6"]
    with house.running() as url:
        async with new_user(browser, url, viewport=PHONE) as user:
            for address, says in (("not an address", "no address"), ("127.0.0.1:1", "127.0.0.1:1")):
                await user.fill("Address or name", address)
                await user.click("Continue")
                assert says in await user.trouble()
            await user.fill("Address or name", url)
            await user.click("Continue")
            assert "no gateway" in await user.trouble()
            await user.fill("Address or name", new["url"])
            await user.click("Continue")
            await user.choose("Paste a token")
            await user.page.locator("textarea").fill("nonsense")
            assert "token" in await user.trouble()
            await user.page.locator("textarea").fill(other["owner_token"])
            await user.wait_for("p.bad", "another gateway")
            assert await user.page.get_by_role("button", name="Check it").is_disabled()
            await user.choose("Log in to the vendor")
            await user.fill("E-mail", new["cloud_user"])
            await user.fill("Its password", "wrong password")
            await user.click("Check it")
            assert new["cloud_user"] in await user.trouble()
    assert "[[gateway]]" not in house.config.read_text()


async def test_who_was_interrupted_begins_again_and_what_was_saved_is_there(
    browser: Browser, house: House, gateways: Gateways
) -> None:
    gateway = gateways["digest"]
    for is_second in (False, True):
        with house.running() as url:
            async with new_user(browser, url) as user:
                await user.fill("Address or name", gateway["url"])
                await user.click("Continue")
                await user.page.locator("[data-trial]").wait_for(timeout=READY_MS)
                if is_second:
                    await user.click("Save and collect")
                    await user.page.get_by_label("Password").wait_for(timeout=READY_MS)
    with house.running() as url:
        async with visit(browser, url) as opened:
            await is_live(opened.page)
            assert opened.complaints == []
