"""What the dashboard shows of the present, in a real browser, from the real service."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from openvoy.model import Power
from tests.contract.broken_store import BrokenStore
from tests.e2e.chromium import MOVING, PHONE, Visit, visit
from tests.e2e.home import MISSING, SILENT, a_home, a_status, an_unmetered_home
from tests.e2e.serving import Served, serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(loop_scope="module")
async def service() -> AsyncIterator[Served]:
    async with serving(BrokenStore()) as served:
        yield served


def now() -> datetime:
    return datetime.now(UTC)


async def legs(opened: Visit) -> dict[str, str]:
    """Directions in the flow diagram: 1 to the house, -1 away from it."""
    found: dict[str, str] = await opened.page.eval_on_selector_all(
        "[data-leg]", "all => Object.fromEntries(all.map(({ dataset }) => [dataset.leg, dataset.direction]))"
    )
    return found


async def moving(opened: Visit) -> int:
    count: int = await opened.page.evaluate(
        "document.getAnimations().filter(({ playState, effect }) => playState === 'running'"
        " && effect.getTiming().iterations === Infinity).length"
    )
    return count


NO_PATIENCE_ENDS = (
    "((real) => (window.setTimeout = (then, ms, ...all) => (ms === 1500 ? 0 : real(then, ms, ...all))))(setTimeout)"
)


async def test_who_comes_before_the_first_reply_sees_nothing_move_when_it_arrives(
    browser: Browser, service: Served
) -> None:
    """What a gateway has is not known yet: cards that are drawn without its devices would make room for them."""
    service.feed.publish(a_status(now(), state="starting", fresh_at=None, is_fresh=False), None)
    async with visit(browser, service.url) as opened:
        await opened.page.add_init_script(NO_PATIENCE_ENDS)
        await opened.page.reload()
        await opened.wait_for_health("starting")
        assert await opened.page.locator("[data-card]").count() == 0
        service.feed.publish(a_status(now()), a_home(now()))
        await opened.wait_for_health("live")
        await opened.page.locator('[data-card="flow"]').wait_for()


async def test_what_happens_now(browser: Browser, service: Served) -> None:
    service.feed.publish(a_status(now()), a_home(now()))
    async with visit(browser, service.url, **MOVING) as opened:
        await opened.wait_for_health("live")
        shown = {device: await opened.value(device) for device in ("solar", "load", "battery", "grid")}
        assert shown == {"solar": "4.12 kW", "load": "630 W", "battery": "2.03 kW", "grid": "1.46 kW"}
        assert await legs(opened) == {"solar": "1", "battery": "-1", "grid": "-1"}
        assert await moving(opened) == 3
        flow = await opened.card("flow")
        assert "Exporting" in flow
        assert "Charging · 57%" in flow
        assert "100% own power" in flow
        said = await opened.page.locator('[data-card="flow"] p.sr-only').text_content()
        assert said is not None
        assert " ".join(said.split()) == (
            "Solar 4.12 kW. The house uses 630 W. 1.46 kW go to the grid. "
            "The battery charges with 2.03 kW. It is at 57%."
        )
        storage = await opened.card("storage")
        for words in ("57%", "5.70 kWh / 10.0 kWh", "Self-consumption", "20%", "full in 2 hrs 7 mins"):
            assert words in storage
        assert await opened.text("header .site") == "Maison"
        assert [line for line in opened.complaints if "503" not in line] == []
        assert all(address.startswith(service.url) for address in opened.requests)


async def test_unknown_is_a_dash_and_never_zero(browser: Browser, service: Served) -> None:
    service.feed.publish(a_status(now()), an_unmetered_home(now()))
    async with visit(browser, service.url) as opened:
        await opened.wait_for('[data-device="solar"]', "812")
        assert await opened.value("load") == "–"
        assert await opened.value("grid") == "–"
        assert await opened.page.locator('[data-device="battery"]').count() == 0
        assert await opened.page.locator('[data-card="storage"]').count() == 0
        assert "Not measured" in await opened.card("flow")
        # The sum is of the panels' last report, two minutes ago.
        await expect(opened.page.locator('[data-card="flow"] [data-newest]')).to_have_text(
            re.compile(r"as of \d\d:\d\d")
        )
        service.feed.publish(a_status(now()), a_home(now()))
        await expect(opened.page.locator("[data-newest]")).to_have_count(0)
        service.feed.publish(a_status(now()), an_unmetered_home(now()))
        await expect(opened.page.locator("[data-newest]")).to_have_count(2)
        assert "No meter is in use." in await opened.card("meters")
        assert "0 W" not in (await opened.card("flow")).split(" · ")


async def test_values_change_where_they_are(browser: Browser, service: Served) -> None:
    service.feed.publish(a_status(now()), a_home(now()))
    async with visit(browser, service.url, **MOVING) as opened:
        await opened.wait_for('[data-device="solar"]', "4.12")
        await opened.wait_for('[data-card="today"]', "history")
        places = (
            "[...document.querySelectorAll('[data-card], [data-device]')].map(({ offsetLeft, offsetTop, offsetWidth,"
        )
        places += " offsetHeight }) => [offsetLeft, offsetTop, offsetWidth, offsetHeight])"
        before = await opened.page.evaluate(places)
        power = Power(solar_w=-2.4, grid_w=10_240.0, battery_w=0.0, load_w=10_237.6)
        service.feed.publish(a_status(now()), a_home(now(), power=power))
        await opened.wait_for('[data-device="load"]', "10.2")
        assert await opened.value("solar") == "−2 W"
        assert await opened.value("grid") == "10.2 kW"
        assert await legs(opened) == {"solar": "0", "battery": "0", "grid": "1"}
        assert await opened.page.evaluate(places) == before


TROUBLE = {
    "unreachable": ("envoy.local does not answer.", "Check that it has power."),
    "needs_login": ("The token has expired.", "Run openvoy token fetch."),
    "quiet": ("The gateway is restarting for the night.", "Nothing is lost."),
}


@pytest.mark.parametrize("state", TROUBLE)
@pytest.mark.sample(2)
async def test_trouble_says_what_and_since_when_and_what_helps(browser: Browser, service: Served, state: str) -> None:
    problem, hint = TROUBLE[state]
    service.feed.publish(a_status(now()), a_home(now()))
    async with visit(browser, service.url, viewport=PHONE, **MOVING) as opened:
        await opened.wait_for_health("live")
        old = now() - timedelta(minutes=20)
        service.feed.publish(a_status(old, state=state, is_fresh=False, problem=problem, hint=hint))
        await opened.wait_for_health(state)
        band = await opened.text("[data-band]")
        assert problem in band
        assert hint in band
        assert "20 minutes ago" in band
        assert "as of" in await opened.card("flow")
        assert await opened.value("solar") == "4.12 kW"
        assert await moving(opened) == 0
        assert problem in await opened.text('p[role="status"]:not([data-chosen])')


async def test_missing_parts_are_named(browser: Browser, service: Served) -> None:
    service.feed.publish(a_status(now(), state="degraded"), a_home(now(), missing=MISSING))
    async with visit(browser, service.url) as opened:
        await opened.wait_for_health("degraded")
        await opened.page.click("[data-missing] summary")
        parts = await opened.text("[data-missing]")
        assert "2 readings are missing" in parts
        assert "tariff no answer within 20 s" in parts
        assert await opened.value("solar") == "4.12 kW"


async def test_a_battery_does_not_vanish_because_one_reply_failed(browser: Browser, service: Served) -> None:
    service.feed.publish(a_status(now()), a_home(now()))
    async with visit(browser, service.url) as opened:
        await opened.wait_for('[data-device="battery"]', "2.03")
        power = replace(a_home(now()).power, battery_w=None, load_w=None)
        lost = a_home(now(), power=power, storage=None, batteries=(), missing=MISSING[:1])
        service.feed.publish(a_status(now(), state="degraded"), lost)
        await opened.wait_for_health("degraded")
        assert await opened.value("battery") == "–"
        assert "57%" not in await opened.card("storage")


async def test_a_broken_history_leaves_the_present(browser: Browser, service: Served) -> None:
    service.feed.publish(a_status(now()), a_home(now()))
    async with visit(browser, service.url) as opened:
        await opened.wait_for('[data-card="today"]', "history")
        reply = await opened.page.request.get(service.url + "api/v1/today")
        assert reply.status == 503
        problem = await reply.json()
        for card in ("today", "chart"):
            assert problem["error"] in await opened.card(card)
            assert problem["hint"] in await opened.card(card)
        assert await opened.value("solar") == "4.12 kW"


async def test_the_stream_is_lost_and_found(browser: Browser) -> None:
    async with serving(BrokenStore()) as first:
        first.feed.publish(a_status(now()), a_home(now()))
        async with visit(browser, first.url, **MOVING) as opened:
            await opened.wait_for_health("live")
            await first.stop()
            await opened.wait_for_health("lost")
            assert "keeps trying" in await opened.text("[data-band]")
            assert await opened.value("solar") == "4.12 kW"
            assert await moving(opened) == 0
            async with serving(BrokenStore(), listen=first.bound) as again:
                power = replace(a_home(now()).power, solar_w=5000.0)
                again.feed.publish(a_status(now()), a_home(now(), power=power))
                await opened.wait_for('[data-device="solar"]', "5.00")
                await opened.wait_for_health("live")


async def test_one_stream_and_no_polling(browser: Browser, service: Served) -> None:
    service.feed.publish(a_status(now()), a_home(now()))
    async with visit(browser, service.url) as opened:
        await opened.wait_for_health("live")
        await opened.stand()
        settled = len(opened.requests)
        for watts in range(20):
            power = replace(a_home(now()).power, solar_w=4000.0 + watts)
            service.feed.publish(a_status(now()), a_home(now(), power=power))
            await asyncio.sleep(0.1)
        await opened.wait_for('[data-device="solar"]', "4.02")
        assert len(opened.requests) == settled
        asked = [address.partition("/api/v1/")[2] for address in opened.requests if "/api/v1/" in address]
        # What is shown first comes in one reply; who looks is asked besides where that is late.
        assert [path for path in asked if path != "me"][:2] == ["start", "live"]
        assert [asked.count(path) for path in ("start", "live")] == [1, 1]


SHOW = (
    "(state) => { Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });"
    " document.dispatchEvent(new Event('visibilitychange')); }"
)


async def test_who_looks_at_another_tab_leaves_it_the_connection(browser: Browser, service: Served) -> None:
    service.feed.publish(a_status(now()), a_home(now()))
    async with visit(browser, service.url) as first:
        await first.wait_for_health("live")
        await first.page.evaluate(SHOW, "hidden")
        other = Visit(await first.page.context.new_page())
        await other.page.goto(f"{service.url}/#/history")
        await first.wait_for_health("connecting")
        await other.wait_for_health("live")
        await other.page.evaluate(SHOW, "hidden")
        await first.page.evaluate(SHOW, "visible")
        await first.wait_for_health("live")
        await other.wait_for_health("connecting")
        behind = await first.page.context.new_page()
        await behind.add_init_script("Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' })")
        asked: list[str] = []
        behind.on("request", lambda request: asked.append(request.url))
        await behind.goto(service.url)
        await Visit(behind).wait_for_health("connecting")
        assert not [url for url in asked if url.endswith("/live")]


async def test_a_page_that_nobody_looks_at_gives_its_stream_back(browser: Browser, service: Served) -> None:
    service.feed.publish(a_status(now()), a_home(now()))
    async with visit(browser, service.url) as opened:
        await opened.wait_for_health("live")
        await opened.page.clock.install()
        await opened.page.evaluate(SHOW, "hidden")
        await opened.page.clock.run_for(61_000)
        await opened.wait_for_health("connecting")
        service.feed.publish(a_status(now()), a_home(now(), power=Power(solar_w=3210.0)))
        await asyncio.sleep(0.3)
        assert await opened.value("solar") == "4.12 kW"
        await opened.page.evaluate(SHOW, "visible")
        await opened.wait_for_health("live")
        assert await opened.value("solar") == "3.21 kW"


async def test_a_panel_by_keyboard(browser: Browser, service: Served) -> None:
    service.feed.publish(a_status(now()), a_home(now()))
    async with visit(browser, service.url) as opened:
        page = opened.page
        await opened.wait_for('[data-card="panels"]', "1 panel silent")
        assert await page.locator('[data-state="silent"]').get_attribute("data-serial") == SILENT
        assert await page.locator("[data-serial]").count() == 12
        await page.locator("[data-serial]").first.focus()
        await page.keyboard.press("ArrowRight")
        await page.keyboard.press("Enter")
        await opened.wait_for("dialog", "482100000001")
        detail = await opened.text("dialog")
        for words in ("301 W / 400 W", "36.3 V · 8.40 A", "233.1 V · 1.30 A", "31 °C", "2.31 MWh", "2 minutes ago"):
            assert words in detail.replace("\u00a0", " ")
        await page.keyboard.press("Escape")
        await page.locator("dialog").wait_for(state="detached")
        assert await page.evaluate("document.activeElement.dataset.serial") == "482100000001"


async def test_a_silent_panel_says_what_to_check(browser: Browser, service: Served) -> None:
    service.feed.publish(a_status(now()), a_home(now()))
    async with visit(browser, service.url) as opened:
        tile = opened.page.locator(f'[data-serial="{SILENT}"]')
        await tile.wait_for()
        assert "307" not in await tile.inner_text()
        await tile.click()
        detail = await opened.text("dialog")
        assert "Check its wiring" in detail
        assert "1 day ago" in detail
        assert "– / 400 W" in detail.replace("\u00a0", " ")


async def test_one_click_says_why(browser: Browser, service: Served) -> None:
    service.feed.publish(a_status(now()), a_home(now()))
    async with visit(browser, service.url) as opened:
        await opened.page.click('[data-device="load"]')
        why = (await opened.text("dialog")).replace("\u00a0", " ")
        assert "Solar 4.12 kW Grid to the grid −1.46 kW Battery into the battery −2.03 kW House 630 W" in why
        await opened.page.click("dialog button")
        await opened.page.click('[data-device="grid"]')
        assert "EN 50549" in await opened.text("dialog")


async def test_meters_by_phase(browser: Browser, service: Served) -> None:
    service.feed.publish(a_status(now()), a_home(now()))
    async with visit(browser, service.url) as opened:
        rows = opened.page.locator('[data-meter="net-consumption"] tr')
        await rows.first.wait_for()
        texts = [" ".join(text.split()) for text in await rows.all_inner_texts()]
        assert texts[0] == "Grid"
        assert texts[1].startswith("L1 −730 W 231.4 V 3.16 A 0.98")
        assert texts[1].endswith("50.01 Hz")
        assert texts[4].startswith("Sum −1.46 kW")


async def test_several_gateways(browser: Browser) -> None:
    async with serving(BrokenStore(), names=("home", "barn")) as service:
        service.feed.publish(a_status(now()), a_home(now()))
        service.feed.publish(a_status(now(), name="barn"), an_unmetered_home(now()))
        async with visit(browser, service.url) as opened:
            await opened.wait_for('[data-device="solar"]', "4.12")
            await opened.page.get_by_role("button", name="barn").click()
            await opened.wait_for('[data-device="solar"]', "812")
            assert any("today?gateway=barn" in address for address in opened.requests)
