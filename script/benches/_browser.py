"""What a browser with a slow processor needs for the dashboard of a demo, and what it loads."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benches import UnmeasurableError

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
WIDTH, HEIGHT = 1440, 900
PATIENCE_MS = 60_000

CLICK_TO_PAINT = """([selector, wanted]) => new Promise((resolve) => {
  const page = () => document.querySelector("[data-shown]");
  const isThere = () => page()?.dataset.shown.startsWith(wanted);
  const began = performance.now();
  const look = () => {
    if (!isThere()) return requestAnimationFrame(look);
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)));
  };
  document.querySelector(selector).click();
  look();
})"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one browser measured."""

    year_ms: Sequence[float]
    """From the click on a year until it is painted."""
    slow_year_ms: Sequence[float]
    """The same with the slow processor."""
    parts: Sequence[str]
    """Script and style that the first page loads, as paths below the dashboard."""


def measure(url: str, *, slow_down: float, runs: int) -> Seen:
    """Measure the dashboard at `url`."""
    try:
        from playwright.async_api import async_playwright  # noqa: PLC0415 - it comes with the tests only
    except ImportError as error:
        raise UnmeasurableError("playwright is not installed") from error
    if not CHROMIUM.exists():
        raise UnmeasurableError(f"there is no {CHROMIUM}")

    async def run() -> Seen:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
            try:
                return await _measure(browser, url, slow_down, runs)
            finally:
                await browser.close()

    return asyncio.run(run())


async def _measure(browser: Browser, url: str, slow_down: float, runs: int) -> Seen:
    async def year(page: Page) -> list[float]:
        await page.goto(f"{url}#/history?by=month")
        await page.locator('[data-shown^="month"]').wait_for()
        return [await _year(page) for _ in range(2)]

    async def weigh(page: Page) -> list[str]:
        await page.goto(url)
        await page.locator('[data-card="meters"]').wait_for()
        names: list[str] = await page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)")
        return sorted(
            {name.removeprefix(f"{url}/") for name in names if name.endswith((".js", ".css"))} - {"worker.js"}
        )

    async with _fresh(browser, 1) as page:
        loaded = await weigh(page)
    return Seen(
        parts=loaded,
        year_ms=await _repeat(browser, year, 1, runs),
        slow_year_ms=await _repeat(browser, year, slow_down, runs),
    )


async def _repeat(
    browser: Browser, measure_page: Callable[[Page], Awaitable[list[float]]], slow_down: float, runs: int
) -> list[float]:
    found: list[float] = []
    for _ in range(runs):
        async with _fresh(browser, slow_down) as page:
            found += await measure_page(page)
    return found


@asynccontextmanager
async def _fresh(browser: Browser, slow_down: float) -> AsyncIterator[Page]:
    context = await browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, locale="en-GB")
    try:
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        session = await context.new_cdp_session(page)
        await session.send("Emulation.setCPUThrottlingRate", {"rate": slow_down})
        yield page
    finally:
        await context.close()


async def _year(page: Page) -> float:
    """Go to the year, and back to the month for another time."""
    link = "nav a[href*='by={}']"
    taken: Any = await page.evaluate(CLICK_TO_PAINT, [link.format("year"), "year"])
    await page.evaluate(CLICK_TO_PAINT, [link.format("month"), "month"])
    return float(taken)
