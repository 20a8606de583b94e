"""A real browser for tests: Debian's Chromium, driven by Playwright, started once a module."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, Request, Route, async_playwright, expect
from playwright.async_api import Error as PlaywrightError

from openvoy.web.assets import STATIC_FOLDER
from tests.support.patience import PATIENCE_S

_WHOLE, _SHELL = Path("/usr/bin/chromium"), Path("/usr/bin/chromium-headless-shell")
CHROMIUM = Path(os.environ.get("OPENVOY_CHROMIUM", _SHELL if _SHELL.exists() else _WHOLE))
"""The same engine without what surrounds a window takes half the processor's time."""
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
LATE_S = float(os.environ.get("OPENVOY_LATE_S", "0"))
"""Up to this time each reply waits, as that of a slow machine: what a page takes for granted then shows."""
PATIENCE_MS = 1000 * PATIENCE_S
expect.set_options(timeout=PATIENCE_MS)
STREAM = "/api/v1/live"
"""The one request that does not end."""
DRAWN = """() => new Promise((drawn) => {
  const say = () => drawn(document.querySelector("main .place") === null);
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(say)));
})"""
"""What had come is on the screen, what it made the page ask for is asked, and no place is held for what comes."""
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
MOVING = {"reduced_motion": "no-preference"}
"""For tests of what moves: it is drawn anew 60 times a second, by the processor."""


@contextlib.asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Start the browser, and the event loop's helper thread, which lives as long."""
    check_needs()
    await asyncio.to_thread(check_needs)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        await browser.close()


def check_needs() -> None:
    """Skip where there is no browser, or no dashboard on purpose; fail where the dashboard was not built."""
    if not CHROMIUM.exists():
        pytest.skip(f"no browser: {CHROMIUM} is not there, OPENVOY_CHROMIUM may name another")
    if os.environ.get("OPENVOY_SKIP_UI", "") not in ("", "0"):
        pytest.skip("no dashboard: OPENVOY_SKIP_UI is set")
    assert (STATIC_FOLDER / "index.html").is_file(), "the dashboard is not built: run script/run or pip install -e ."


class Visit:
    """One page, and everything that went wrong on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self._asked: set[str] = set()
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("request", self._count)
        page.on("requestfinished", self._settle)
        page.on("requestfailed", self._settle)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and "blocked by Playwright" not in message.text:
            self.complaints.append(f"{message.type}: {message.text}")

    def _count(self, request: Request) -> None:
        self.requests.append(request.url)
        if request.is_navigation_request():
            self._asked.clear()
        if STREAM not in request.url:
            self._asked.add(request.url)

    def _settle(self, request: Request) -> None:
        # What was asked early and came too late is asked again, and the first reply is never read to its end.
        self._asked.discard(request.url)

    async def text(self, selector: str) -> str:
        """Give the visible text of the one element that fits, spaces and lines as single spaces."""
        return " ".join((await self.page.locator(selector).inner_text()).split())

    async def value(self, device: str) -> str:
        """Give the power on a node of the flow diagram."""
        return await self.text(f'[data-device="{device}"] .inside')

    async def card(self, name: str) -> str:
        """Give the text of a card."""
        return await self.text(f'[data-card="{name}"]')

    async def stand(self) -> None:
        """Wait until the page stands still: what it asked for has come, is drawn, and led to no further question."""
        async with asyncio.timeout(PATIENCE_MS / 1000):
            while True:
                asked = len(self.requests)
                await self.page.wait_for_function(DRAWN)
                if not self._asked and len(self.requests) == asked:
                    return

    async def wait_for(self, selector: str, text: str) -> None:
        """Wait until the element says this somewhere in its text, spaces being spaces, and the page stands."""
        await self.page.wait_for_function(
            "([selector, text]) => [...document.querySelectorAll(selector)]"
            ".some(({ textContent }) => textContent.replace(/\\s+/g, ' ').includes(text))",
            arg=[selector, text],
        )
        await self.stand()

    async def wait_for_health(self, key: str) -> None:
        """Wait for the word in the head of the page, and until the page stands."""
        await self.page.locator(f'[data-health="{key}"]').wait_for()
        await self.stand()


async def _answer_late(route: Route) -> None:
    await asyncio.sleep(random.uniform(0.0, LATE_S))
    # Its page may be gone by then.
    with contextlib.suppress(PlaywrightError):
        await route.continue_()


@contextlib.asynccontextmanager
async def visit(browser: Browser, url: str, **settings: Any) -> AsyncIterator[Visit]:
    """Open a page in a profile of its own, as English browsers do unless `settings` say otherwise.

    Nothing is kept for offline use unless `service_workers` is "allow", nothing moves unless `MOVING` is among them.
    """
    usual = {"viewport": DESK, "locale": "en-GB", "color_scheme": "light", "service_workers": "block"}
    settings = {**usual, "reduced_motion": "reduce", **settings}
    context = await browser.new_context(**settings)
    if LATE_S:
        await context.route("**/api/**", _answer_late)
    try:
        opened = Visit(await context.new_page())
        await opened.page.goto(url)
        yield opened
    finally:
        await context.close()
