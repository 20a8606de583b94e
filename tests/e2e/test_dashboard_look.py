"""How the dashboard looks and can be used: sizes, colours, languages, motion, assistive technology, weight."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.contract.broken_store import BrokenStore
from tests.e2e.chromium import DESK, PHONE, Visit, visit
from tests.e2e.home import a_home, a_status
from tests.e2e.serving import Served, serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

SIZES = {
    "phone": PHONE,
    "tablet": {"width": 820, "height": 1180},
    "desk": DESK,
    "wall": {"width": 2560, "height": 1440},
}
CARDS = 9
BUDGET_BYTES = 150_000
AXE = Path(__file__).parents[2] / "ui" / "node_modules" / "axe-core" / "axe.min.js"
SCREENSHOTS = os.environ.get("OPENVOY_SCREENSHOTS")
"""A folder that the pictures are kept in, for who wants to look at them."""


@pytest_asyncio.fixture(loop_scope="module")
async def service() -> AsyncIterator[Served]:
    async with serving(BrokenStore()) as served:
        now = datetime.now(UTC)
        served.feed.publish(a_status(now), a_home(now))
        yield served


def corner(png: bytes) -> tuple[int, ...]:
    """Read the colour of the first pixel of a PNG of 8-bit RGB or RGBA."""
    channels = {2: 3, 6: 4}[png[25]]
    data, at = b"", 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += length + 12
    return tuple(zlib.decompress(data)[1 : 1 + channels][:3])


async def ready(opened: Visit) -> None:
    """Wait until all cards stand, of which those below the first view come once that is filled."""
    await opened.wait_for_health("live")
    await opened.wait_for('[data-card="today"]', "history")
    await expect(opened.page.locator("[data-card]")).to_have_count(CARDS)


@pytest.mark.parametrize(
    ("size", "scheme"),
    [
        *((size, "light") for size in SIZES),
        *(pytest.param(size, "dark", marks=() if size == "desk" else pytest.mark.slow) for size in SIZES),
    ],
)
@pytest.mark.sample(4)
async def test_fits_every_size_in_both_colours(
    browser: Browser, service: Served, size: str, scheme: Literal["light", "dark"]
) -> None:
    async with visit(browser, service.url, viewport=SIZES[size], color_scheme=scheme) as opened:
        await ready(opened)
        page = opened.page
        wide = await page.evaluate(
            "[...document.querySelectorAll('body, .card, .card *')].filter((each) => !each.closest('.sr-only') &&"
            " each.getBoundingClientRect().right > innerWidth + 1).map((each) => each.outerHTML.slice(0, 90))"
        )
        assert wide == []
        clipped = await page.eval_on_selector_all(
            "[data-device] .value, [data-serial] .value, .num",
            "all => all.filter((each) => each.scrollWidth > each.clientWidth + 1 && each.clientWidth > 0)"
            ".map((each) => each.textContent)",
        )
        assert clipped == []
        picture = await page.screenshot()
        assert all(level > 200 if scheme == "light" else level < 60 for level in corner(picture))
        if SCREENSHOTS:
            await page.screenshot(path=Path(SCREENSHOTS) / f"{size}-{scheme}.png", full_page=True)


async def test_a_chosen_theme_is_remembered_and_never_flashes(browser: Browser, service: Served) -> None:
    async with visit(browser, service.url) as opened:
        await ready(opened)
        button = opened.page.locator("[data-theme-button]")
        for _ in ("light", "dark"):
            await button.click()
        await opened.page.reload()
        assert await opened.page.evaluate("document.documentElement.dataset.theme") == "dark"
        await ready(opened)
        assert all(level < 60 for level in corner(await opened.page.screenshot()))
        await button.click()
        assert await opened.page.evaluate("localStorage.getItem('openvoy.theme')") is None


LANGUAGES = {
    "fr-FR": ("Maintenant", "4,12", "d’énergie autoproduite"),  # noqa: RUF001 - as French is written
    "de-AT": ("Jetzt", "4,12", "Eigenstrom"),
    "en-US": ("Now", "4.12", "own power"),
    "ja-JP": ("Now", "4.12", "own power"),
}


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.sample(2)
async def test_speaks_the_browsers_language(browser: Browser, service: Served, locale: str) -> None:
    title, power, words = LANGUAGES[locale]
    async with visit(browser, service.url, locale=locale) as opened:
        await ready(opened)
        flow = await opened.card("flow")
        assert flow.startswith(title)
        assert power in flow
        assert words in flow
        assert [line for line in opened.complaints if "503" not in line] == []


@pytest.mark.parametrize("locale", ["en-GB", "de-DE", "es-ES", "fr-FR", "nl-NL"])
async def test_the_names_of_the_pages_are_whole_on_a_narrow_phone(
    browser: Browser, service: Served, locale: str
) -> None:
    async with visit(browser, service.url, viewport={"width": 360, "height": 740}, locale=locale) as opened:
        await opened.page.locator("nav a[aria-current] .short").wait_for()
        await opened.stand()
        names = await opened.page.locator("nav .short").evaluate_all(
            """all => all.map((e) => {
              const text = document.createRange();
              text.selectNodeContents(e);
              return [e.textContent, text.getBoundingClientRect().width, e.parentElement.getBoundingClientRect().width];
            })"""
        )
        assert len(names) == 7
        assert [name for name, needed, given in names if needed > given] == []
        assert await opened.page.evaluate("document.querySelector('nav').scrollWidth <= innerWidth")


async def test_a_chosen_language_is_remembered(browser: Browser, service: Served) -> None:
    async with visit(browser, service.url) as opened:
        await ready(opened)
        await opened.page.select_option("footer select", "de")
        await opened.wait_for('[data-card="flow"] h2', "Jetzt")
        await opened.page.reload()
        await opened.wait_for('[data-card="flow"] h2', "Jetzt")
        assert await opened.page.evaluate("document.documentElement.lang") == "de"


async def test_less_motion_is_none(browser: Browser, service: Served) -> None:
    async with visit(browser, service.url, reduced_motion="reduce") as opened:
        await ready(opened)
        states = await opened.page.evaluate("document.getAnimations().map(({ playState }) => playState)")
        assert "running" not in states
        assert await opened.page.locator("[data-leg] .arrow").count() == 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.sample(1)
async def test_axe_finds_nothing_serious(browser: Browser, service: Served, scheme: str) -> None:
    if not AXE.exists():
        pytest.skip("no axe-core: npm ci in ui/ brings it")
    async with visit(browser, service.url, color_scheme=scheme) as opened:
        await ready(opened)
        await opened.page.evaluate(AXE.read_text("utf-8"))
        for click in (None, '[data-device="load"]'):
            if click:
                await opened.page.click(click)
            found: dict[str, Any] = await opened.page.evaluate("axe.run(document)")
            grave = [each["id"] for each in found["violations"] if each["impact"] in {"serious", "critical"}]
            assert grave == []
            assert len(found["passes"]) > 20


async def test_the_first_page_is_light(browser: Browser, service: Served) -> None:
    async with visit(browser, service.url) as opened:
        await ready(opened)
        parts = {url for url in opened.requests if url.endswith((".js", ".css"))}
    sizes = {}
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        for url in parts:
            async with session.get(url, headers={"Accept-Encoding": "gzip"}) as reply:
                assert reply.headers["Content-Encoding"] == "gzip"
                sizes[url] = len(await reply.read())
    assert len(sizes) >= 3
    assert sum(sizes.values()) <= BUDGET_BYTES, sizes


async def test_another_page_begins_at_its_top_and_the_skip_link_stays_on_it(browser: Browser, service: Served) -> None:
    async with visit(browser, f"{service.url}#/devices", viewport=PHONE) as opened:
        await opened.stand()
        await expect(opened.page.locator("[data-chosen]")).to_be_empty()
        await opened.page.evaluate("scrollTo(0, 400)")
        await opened.page.wait_for_function("() => scrollY > 0")
        await opened.page.get_by_role("link", name="Meters").click()
        await opened.page.wait_for_function("() => scrollY === 0 && location.hash === '#/meters'")
        await expect(opened.page.locator("[data-chosen]")).to_have_text("Meters")
        skip = opened.page.get_by_role("link", name="Skip to content")
        await skip.focus()
        await opened.page.keyboard.press("Enter")
        assert await opened.page.evaluate("[document.activeElement.id, location.hash]") == ["main", "#/meters"]
