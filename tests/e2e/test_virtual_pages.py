"""A person with a browser: from the token service to a copied token, and through the gateway's own pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from openvoy.testing.clock import ManualClock
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.gateway import GatewaySettings, VirtualGateway
from tests.e2e.chromium import PHONE, Visit, visit
from tests.unit.virtual.cloud.desk import INSTALLER, OWNER, payload
from tests.unit.virtual.recordings import SERIAL, recording
from tests.unit.virtual.ui.test_pages import EVERYTHING

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

INSECURE: dict[str, Any] = {"ignore_https_errors": True}
"""The gateway's certificate is its own."""


@asynccontextmanager
async def served(*faults: str, firmware: str = "8.3.5433") -> AsyncIterator[VirtualGateway]:
    clock = VirtualClock(ManualClock(datetime.now(UTC)))
    settings = GatewaySettings(cloud_port=0, faults=faults)
    async with VirtualGateway(recording(firmware, *EVERYTHING), clock=clock, settings=settings) as gateway:
        yield gateway


@pytest_asyncio.fixture(loop_scope="module")
async def gateway() -> AsyncIterator[VirtualGateway]:
    async with served() as gateway:
        yield gateway


async def log_in(page: Page, gateway: VirtualGateway, address: str = OWNER, password: str | None = None) -> None:
    await page.get_by_label("E-mail address").fill(address)
    await page.get_by_label("Password").fill(
        str(gateway.describe()["cloud_password"]) if password is None else password
    )
    await page.get_by_role("button", name="Log in").click()


async def create_token(page: Page, gateway: VirtualGateway, address: str) -> None:
    await log_in(page, gateway, address)
    await page.get_by_label("Select system").select_option("Home")
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_label("Select gateway").select_option(SERIAL)
    await page.get_by_role("button", name="Create access token").last.click()
    await page.get_by_label("Token", exact=True).wait_for()


async def heading(page: Page, text: str) -> None:
    await page.get_by_role("heading", name=text, level=1).wait_for()


def stays_here(opened: Visit, gateway: VirtualGateway) -> None:
    """No script, style or picture comes from anywhere else, and none of ours stumbles."""
    homes = (str(gateway.url), str(gateway.cloud_url))
    assert [url for url in opened.requests if not url.startswith(homes)] == []
    assert [text for text in opened.complaints if "Failed to load resource" not in text] == []


async def test_a_token_is_copied_and_opens_the_gateway(browser: Browser, gateway: VirtualGateway) -> None:
    rights = ["clipboard-read", "clipboard-write"]
    async with visit(browser, str(gateway.cloud_url), permissions=rights, **INSECURE) as opened:
        page = opened.page
        await create_token(page, gateway, INSTALLER)
        await page.get_by_role("button", name="Copy token").click()
        await page.get_by_text("Copied.").wait_for()
        token: str = await page.evaluate("navigator.clipboard.readText()")
        assert (payload(token)["aud"], payload(token)["enphaseUser"]) == (SERIAL, "installer")

        await page.goto(f"{gateway.url}/home")
        await page.get_by_label("Token").fill(f" {token[:50]}\n{token[50:]} ")
        await page.get_by_role("button", name="Submit").click()
        await heading(page, "Home")
        assert "4.32 kW" in await opened.text("main")
        for name, told in (
            ("Production", "86.3 kWh"),
            ("Inventory", "122200000101"),
            ("Events", "Microinverter failed to report: Set"),
            ("Administration", "D8.3.5433"),
        ):
            await page.get_by_role("link", name=name, exact=True).click()
            await heading(page, name)
            assert told in await opened.text("body")
        stays_here(opened, gateway)


async def test_the_account_opens_the_gateway_too(browser: Browser, gateway: VirtualGateway) -> None:
    async with visit(browser, f"{gateway.url}/production", **INSECURE) as opened:
        page = opened.page
        await page.wait_for_url("**/login.html")
        await page.get_by_role("button", name="Login with Enphase").click()
        await log_in(page, gateway, password="wrong")
        await page.get_by_role("alert").get_by_text("Invalid Email or Password").wait_for()
        await log_in(page, gateway)
        await heading(page, "Home")
        assert await page.get_by_role("link", name="Administration").count() == 0
        await page.goto(f"{gateway.url}/production")
        await heading(page, "Production")
        assert (await page.context.cookies(str(gateway.url)))[0]["name"] == "sessionId"
        stays_here(opened, gateway)


async def test_what_is_no_token_is_told(browser: Browser, gateway: VirtualGateway) -> None:
    async with visit(browser, f"{gateway.url}/home", **INSECURE) as opened:
        await opened.page.get_by_label("Token").fill("rubbish")
        await opened.page.get_by_role("button", name="Submit").click()
        await opened.page.get_by_role("alert").get_by_text("does not accept this token").wait_for()
        await opened.page.goto(f"{gateway.url}/auth/callback?code=x")
        await opened.page.get_by_role("alert").get_by_text("only reached by logging in").wait_for()


async def test_a_refused_code_is_told(browser: Browser) -> None:
    async with served("cloud-code-refused") as gateway, visit(browser, f"{gateway.url}/home", **INSECURE) as opened:
        await opened.page.get_by_role("button", name="Login with Enphase").click()
        await log_in(opened.page, gateway)
        await opened.page.get_by_role("alert").get_by_text("code is not valid").wait_for()


async def test_one_installer_too_many_is_told(browser: Browser) -> None:
    fault = "too-many-sessions:most=0"
    async with served(fault) as gateway, visit(browser, f"{gateway.url}/home", **INSECURE) as opened:
        await opened.page.get_by_label("Token").fill(str(gateway.installer_token))
        await opened.page.get_by_role("button", name="Submit").click()
        await heading(opened.page, "Too many sessions")


async def test_the_token_service_needs_no_script(browser: Browser, gateway: VirtualGateway) -> None:
    async with visit(browser, str(gateway.cloud_url), java_script_enabled=False) as opened:
        await create_token(opened.page, gateway, OWNER)
        token = await opened.page.get_by_label("Token", exact=True).input_value()
        assert payload(token)["enphaseUser"] == "owner"
        stays_here(opened, gateway)


PAGES = ["/home", "/production", "/inventory", "/event", "/admin/home", "/installer/setup/home", "/doc/api.html"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.sample(1)
async def test_pages_fit_a_phone_and_can_be_told_apart(browser: Browser, gateway: VirtualGateway, scheme: str) -> None:
    settings = {"viewport": PHONE, "color_scheme": scheme, **INSECURE}
    async with visit(browser, f"{gateway.url}/home", **settings) as opened:
        page = opened.page
        shown = [await look(page)]
        await page.get_by_label("Token").fill(str(gateway.installer_token))
        await page.get_by_role("button", name="Submit").click()
        await heading(page, "Home")
        for path in PAGES:
            await page.goto(f"{gateway.url}{path}")
            shown.append(await look(page))
        await page.goto(f"{gateway.cloud_url}/login")
        shown.append(await look(page))
        assert shown == [{"fits": True, "contrast": True}] * (len(PAGES) + 2)


async def look(page: Page) -> dict[str, bool]:
    """Whether a page is no wider than the screen, and its text stands out by 4.5 to 1 (WCAG 2.1, 1.4.3)."""
    seen: dict[str, bool] = await page.evaluate(
        """() => {
          const light = (colour) => {
            const [r, g, b] = colour.match(/[\\d.]+/g).map(Number).map((v) => v / 255)
              .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const paper = (element) => {
            const { backgroundColor } = getComputedStyle(element);
            return /, 0\\)$/.test(backgroundColor) ? paper(element.parentElement) : backgroundColor;
          };
          const good = (element) => {
            const [a, b] = [light(getComputedStyle(element).color), light(paper(element))].sort((x, y) => y - x);
            return (a + 0.05) / (b + 0.05) >= 4.5;
          };
          const texts = [...document.querySelectorAll("h1, h2, p, a, td, th, dt, dd, label, button:enabled, caption")];
          return {
            fits: document.scrollingElement.scrollWidth <= innerWidth,
            contrast: texts.filter((element) => element.textContent.trim()).every(good),
          };
        }"""
    )
    return seen
