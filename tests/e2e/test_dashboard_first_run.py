"""From nothing to live values, as a new user in a browser: each kind of login, what can go wrong, the next login."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import socket
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, Error, Page, expect

from tests.e2e.chromium import PHONE, visit
from tests.e2e.newcomer import PASSWORD, Home, House, NewUser, gateways, new_user
from tests.e2e.processes import openvoy
from tests.support.patience import PATIENCE_S

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

MOST_S = 120.0
MOST_SILENT_S = 15.0
"""It takes ten on a machine that does nothing else."""
PAGE = Path(__file__).parents[2] / "docs" / "first-run.md"
HOUSES = {
    "3.9": ("standard", "3.9"),
    "5.0": ("standard", "5.0"),
    "7.6": ("metered-split", "7.6"),
    "8.3": ("full", "8.3", "--cloud-port", "0"),
}
ZONES = {"3.9": "Europe/Paris", "5.0": "Europe/Amsterdam", "7.6": "America/Los_Angeles", "8.3": "America/Los_Angeles"}
"""The gateway's, where its firmware says it, before the browser's in Paris."""
Homes = Mapping[str, Home]
Way = Callable[[NewUser, Home], Awaitable[None]]


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Homes]:
    """A virtual gateway of each kind of login, the newest with a cloud."""
    with gateways(tmp_path_factory.mktemp("gateways"), HOUSES) as running:
        yield running


@pytest.fixture
def house(tmp_path: Path, homes: Homes) -> House:
    return House(tmp_path, homes["8.3"]["cloud_url"])


async def nothing(_user: NewUser, _home: Home) -> None:
    """The gateway answers whoever knows its serial number."""


async def as_installer(user: NewUser, home: Home) -> None:
    await user.click("Log in as another user")
    await user.fill("Password of this user", home["installer_password"])
    await user.click("Check it")


async def give_account(user: NewUser, home: Home) -> None:
    await user.fill("E-mail of the account", home["cloud_user"])
    await user.fill("Its password", home["cloud_password"])
    await user.click("Check it")


async def paste(user: NewUser, home: Home) -> None:
    await user.fill("Token", home["owner_token"])
    await user.wait_for("[data-token]", "owner")
    await user.click("Check it")


async def choose_and_paste(user: NewUser, home: Home) -> None:
    await user.choose("Paste a token")
    await paste(user, home)


async def after_a_second_factor(user: NewUser, home: Home) -> None:
    """The account cannot be used by programs, which leads straight to the steps of a token."""
    with home.fault("cloud-mfa"):
        await give_account(user, home)
        assert "asks for a second factor" in await user.trouble()
    await expect(user.page.get_by_label("Paste a token")).to_be_checked()
    await expect(user.page.locator("form ol")).to_contain_text(f"choose gateway {home['serial']}")
    await paste(user, home)


def paste_after(fault: str, says: str) -> Way:
    """The cloud gives no token, which is told, and the token is pasted instead."""

    async def way(user: NewUser, home: Home) -> None:
        with home.fault(fault):
            await give_account(user, home)
            assert says in await user.trouble()
        await user.click("Paste a token instead")
        await paste(user, home)

    return way


async def after_an_expired_one(user: NewUser, home: Home) -> None:
    await user.choose("Paste a token")
    await user.fill("Token", home.token(left=timedelta(days=-3)))
    await user.wait_for("p.bad", "This token has expired.")
    await expect(user.page.get_by_role("button", name="Check it")).to_be_disabled()
    await paste(user, home)


WAYS: Mapping[str, tuple[str, Way]] = {
    "no login (3.9)": ("3.9", nothing),
    "serial number (5.0)": ("5.0", nothing),
    "installer's password (5.0)": ("5.0", as_installer),
    "owner's account (8.3)": ("8.3", give_account),
    "pasted token (7.6)": ("7.6", choose_and_paste),
    "pasted token (8.3)": ("8.3", choose_and_paste),
    "account with a second factor": ("8.3", after_a_second_factor),
    "cloud is down": ("8.3", paste_after("cloud-down", "cannot serve now")),
    "expired token first": ("8.3", after_an_expired_one),
}


ALWAYS = {"no login (3.9)", "installer's password (5.0)", "owner's account (8.3)", "account with a second factor"}
"""Between them they take every step that there is."""


def documented() -> Mapping[str, tuple[int, int]]:
    """Read clicks and fields by kind of login from the page that promises them."""
    rows = re.findall(r"^\| ([^|]+) \| (\d+) \| (\d+) \| [\d.]+ \|$", PAGE.read_text(), re.MULTILINE)
    return {kind.strip(): (int(clicks), int(fields)) for kind, clicks, fields in rows}


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=() if kind in ALWAYS else pytest.mark.slow) for kind in WAYS]
)
@pytest.mark.sample(2)
async def test_from_nothing_to_live_values(browser: Browser, house: House, homes: Homes, kind: str) -> None:
    version, way = WAYS[kind]
    home = homes[version]
    with house.running() as url:
        async with new_user(browser, url, timezone_id="Europe/Paris") as user:
            await user.fill("Address or name", home["url"])
            await user.click("Continue")
            await way(user, home)
            await user.page.locator("[data-trial]").wait_for()
            assert "W" in await user.text("[data-trial]")
            await user.click("Save and collect")
            await user.page.get_by_label("Password").wait_for()
            await user.fill("Password (8 characters or more)", PASSWORD)
            await user.click("Set password and finish")
            await user.is_live()
            logging.getLogger("tests").info("| %s | %d | %d | %.1f |", kind, user.clicks, user.fields, user.took_s)
            assert user.took_s < MOST_S
            assert (user.clicks, user.fields) == documented()[kind]
    written = house.config.read_text()
    assert written.startswith("# kept by hand\n")
    assert f'time_zone = "{ZONES[version]}"' in written
    assert house.config.stat().st_mode & 0o077 == 0
    for secret in (home["owner_token"], home["cloud_password"], home["installer_password"], PASSWORD):
        assert secret is None or secret not in written


async def test_what_can_be_wrong_is_told_where_it_is(browser: Browser, house: House, homes: Homes) -> None:
    new = homes["8.3"]
    with house.running() as url:
        async with new_user(browser, url, viewport=PHONE) as user:
            await user.click("Continue")
            await expect(user.page.locator(".field-problem")).to_have_text("Please fill this in.")
            await expect(user.page.get_by_label("Address or name")).to_be_focused()
            for address, says in (
                ("not an address", "no address"),
                ("127.0.0.1:1", "127.0.0.1:1"),
                (url, "no gateway"),
            ):
                await user.fill("Address or name", address)
                await expect(user.page.locator(".field-problem")).to_have_count(0)
                await user.click("Continue")
                await expect(user.page.locator(".trouble")).to_contain_text(says)
            await user.fill("Address or name", new["url"])
            await user.click("Continue")
            await user.choose("Paste a token")
            await user.fill("Token", "nonsense")
            assert "token" in await user.trouble()
            await user.fill("Token", new.token(serial="122200009999"))
            await user.wait_for("p.bad", "another gateway")
            await expect(user.page.get_by_role("button", name="Check it")).to_be_disabled()
            await user.choose("Log in to the vendor")
            await user.click("Check it")
            await expect(user.page.locator(".field-problem")).to_have_count(2)
            await user.fill("E-mail of the account", new["cloud_user"])
            await user.fill("Its password", "wrong password")
            await user.click("Check it")
            assert new["cloud_user"] in await user.trouble()
    assert "[[gateway]]" not in house.config.read_text()


@pytest.mark.slow
async def test_an_address_that_says_nothing_is_told_soon_and_who_waits_sees_it(browser: Browser, house: House) -> None:
    with socket.socket() as mute, house.running() as url:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        async with new_user(browser, url) as user:
            await user.fill("Address or name", f"127.0.0.1:{mute.getsockname()[1]}")
            begun_s = time.monotonic()
            await user.click("Continue")
            await expect(user.page.get_by_role("progressbar")).to_be_visible()
            await expect(user.page.get_by_role("status").filter(has_text="No answer yet")).to_be_visible()
            assert "takes the connection and says nothing" in await user.trouble()
            assert time.monotonic() - begun_s < MOST_SILENT_S
            await expect(user.page.get_by_role("progressbar")).to_have_count(0)


async def test_who_sets_no_password_has_chosen_the_zone_before(browser: Browser, house: House, homes: Homes) -> None:
    with house.running() as url:
        async with new_user(browser, url, timezone_id="Asia/Tokyo") as user:
            await user.fill("Address or name", homes["5.0"]["url"])
            await user.click("Continue")
            zone = user.page.get_by_label("Time zone of the house")
            likely = zone.locator('optgroup[label="Likely"] option')
            await expect(likely).to_contain_text(["Amsterdam", "Tokyo", "UTC"])
            await zone.select_option("Asia/Tokyo")
            await user.click("Save and collect")
            await user.fill("Password (8 characters or more)", "short")
            await user.click("Set password and finish")
            await expect(user.page.locator(".field-problem")).to_have_count(1)
            await user.click("Later")
            await expect(user.page.locator(".field-problem")).to_have_count(0)
            await user.is_live()
    assert 'time_zone = "Asia/Tokyo"' in house.config.read_text()


async def test_where_accounts_are_already_no_password_is_asked_for(
    browser: Browser, house: House, homes: Homes, tmp_path: Path
) -> None:
    (tmp_path / "password").write_text(PASSWORD)
    how = ("--right", "owner", "--password-file", str(tmp_path / "password"))
    assert openvoy("account", "set", "anna", *how, data=house.folder).returncode == 0
    with house.running() as url:
        async with visit(browser, url, timezone_id="Asia/Tokyo") as opened:
            user = NewUser(opened.page)
            await user.fill("Name", "anna")
            await user.fill("Password", PASSWORD)
            await user.click("Log in")
            await user.fill("Address or name", homes["5.0"]["url"])
            await user.click("Continue")
            await expect(user.page.get_by_label("Time zone of the house")).to_have_value("Europe/Amsterdam")
            await user.click("Save and collect")
            await user.is_live()
    assert 'time_zone = "Europe/Amsterdam"' in house.config.read_text()


async def test_the_way_back_of_the_browser_leads_to_the_step_before(
    browser: Browser, house: House, homes: Homes
) -> None:
    with house.running() as url:
        async with new_user(browser, url) as user:
            address = user.page.get_by_label("Address or name")
            await user.fill("Address or name", homes["7.6"]["url"])
            await user.click("Continue")
            await choose_and_paste(user, homes["7.6"])
            await user.page.locator("[data-trial]").wait_for()
            await user.page.go_back()
            await expect(user.page.get_by_role("button", name="Check it")).to_be_visible()
            await user.page.go_back()
            await expect(address).to_have_value(homes["7.6"]["url"])
            await user.click("Continue")
            await expect(user.page.get_by_role("button", name="Check it")).to_be_visible()
            await user.page.reload()
            await expect(address).to_have_value(homes["7.6"]["url"])


async def come_back(page: Page, url: str) -> None:
    """Leave the page and open it again, as often as it takes until the service listens and gives all of it."""
    await page.goto("about:blank")
    broken: list[str] = []
    page.on("requestfailed", lambda request: broken.append(request.url))
    async with asyncio.timeout(PATIENCE_S):
        while True:
            broken.clear()
            with contextlib.suppress(Error):
                await page.goto(url)
                if not any("/assets/" in one for one in broken):
                    return
            await asyncio.sleep(0.2)


async def test_who_was_interrupted_goes_on_where_it_was(browser: Browser, house: House, homes: Homes) -> None:
    with house.running() as url:
        async with new_user(browser, url, timezone_id="Asia/Tokyo") as user:
            await user.fill("Address or name", homes["3.9"]["url"])
            await user.click("Continue")
            await expect(user.page.get_by_label("Time zone of the house")).to_have_value("Asia/Tokyo")
            assert "time_zone" not in house.config.read_text()
            await user.page.reload()
            await expect(user.page.get_by_label("Address or name")).to_have_value(homes["3.9"]["url"])
            assert "[[gateway]]" not in house.config.read_text()
            await user.click("Continue")
            await user.page.get_by_label("Time zone of the house").select_option("America/Lima")
            async with user.page.expect_response(lambda reply: reply.url.endswith("/setup/gateways")):
                await user.click("Save and collect")
            # Whoever leaves while it begins anew has not seen the next step yet.
            await come_back(user.page, url)
            await user.page.get_by_label("Password").wait_for()
            assert 'time_zone = "America/Lima"' in house.config.read_text()
            await come_back(user.page, url)
            await user.fill("Password (8 characters or more)", PASSWORD)
            await user.click("Set password and finish")
            await user.is_live()
            await user.page.reload()
            await user.is_live()
            await expect(user.page.locator("#first-title")).to_have_count(0)


async def test_who_left_before_the_password_finds_the_gateway_in_another_browser(
    browser: Browser, house: House, homes: Homes
) -> None:
    with house.running() as url:
        async with new_user(browser, url) as user:
            await user.fill("Address or name", homes["5.0"]["url"])
            await user.click("Continue")
            await user.click("Save and collect")
            await user.page.get_by_label("Password").wait_for()
        assert 'time_zone = "Europe/Amsterdam"' in house.config.read_text()
        async with visit(browser, url) as opened:
            await NewUser(opened.page).is_live()
            assert opened.complaints == []


async def test_a_new_login_is_announced_weeks_ahead_and_takes_a_minute(
    browser: Browser, house: House, homes: Homes
) -> None:
    home = homes["8.3"]
    (house.config.parent / "old.jwt").write_text(home.token(left=timedelta(days=15)))
    (house.config.parent / "old.jwt").chmod(0o600)
    with house.config.open("a") as file:
        file.write(f'[[gateway]]\nname = "home"\nhost = "{home["url"]}"\ntoken_file = "old.jwt"\n')
    with house.running() as url:
        async with visit(browser, url, viewport=PHONE) as opened:
            await opened.wait_for('[data-band="degraded"]', "The token expires on")
            user = NewUser(opened.page)
            await user.page.locator("[data-band]").get_by_role("link", name="New login").click()
            user.clicks += 1
            await give_account(user, home)
            await user.page.locator("[data-trial]").wait_for()
            await user.click("Save and collect")
            await expect(user.page.locator('[data-gateway="home"]')).to_contain_text(re.compile("36[45] days left"))
            await expect(user.page.locator('[data-band="degraded"]')).to_have_count(0)
            logging.getLogger("tests").info("| next login | %d | %d | %.1f |", user.clicks, user.fields, user.took_s)
            assert user.took_s < MOST_S / 2
            assert (user.clicks, user.fields) == documented()["next login"]
    assert "old.jwt" not in house.config.read_text()
