"""Panels, meters, devices and events in a real browser, against the real history."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, Route, expect

from openvoy.cli.roof import RoofFile
from openvoy.model.layout import Layout, PanelPlace
from openvoy.model.records import Batch, DeviceEnergyRecord, EventRecord, InverterRecord, MeterRecord
from openvoy.store import HistoryStore
from tests.e2e.chromium import PHONE, visit
from tests.e2e.home import PANELS, SERIAL, SILENT, a_home, a_panel, a_status, zone_of_afternoon
from tests.e2e.serving import Served, serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PANEL = "482100000003"
ARRAY = "[data-array]"


@pytest_asyncio.fixture(loop_scope="module")
async def service(tmp_path: Path, store: HistoryStore) -> AsyncIterator[Served]:
    now = datetime.now(UTC)
    zone, _ = zone_of_afternoon(now)
    async with serving(
        store, zone=zone, roof=RoofFile(tmp_path / "layout.json"), accounts=tmp_path / "access.json"
    ) as served:
        served.feed.publish(a_status(now), a_home(now))
        yield served


async def write_day(store: HistoryStore, now: datetime) -> None:
    """Keep a report of every panel each quarter of an hour for two hours, with a power that names panel and time."""
    reports = tuple(
        InverterRecord(
            gateway=SERIAL,
            at=now - timedelta(minutes=15 * step),
            serial=f"4821{number:08}",
            power_w=200 + number - step,
        )
        for step in range(8)
        for number in range(12)
    )
    energies = tuple(
        DeviceEnergyRecord(
            gateway=SERIAL, at=now - timedelta(hours=hours), kind="inverter", serial=f"4821{number:08}", energy_wh=wh
        )
        for number in range(12)
        for hours, wh in ((3, 1000.0), (0, 1500.0 + number))
    )
    await store.write(Batch(inverters=reports, device_energy=energies))


async def test_a_layout_is_found_again_after_a_reload(browser: Browser, service: Served, tmp_path: Path) -> None:
    async with visit(browser, f"{service.url}#/panels") as opened:
        page = opened.page
        await page.locator("[data-edit]").wait_for()
        await opened.stand()
        await page.locator("[data-edit]").click()
        panel = page.locator(f'{ARRAY} [data-serial="{PANEL}"]')
        before = await panel.get_attribute("transform")
        await panel.focus()
        for key in ("Space", "ArrowRight", "ArrowDown", "r"):
            await page.keyboard.press(key)
        await expect(page.get_by_role("button", name="Group", exact=True)).to_be_disabled()
        # Who goes to another page for a moment finds what they were about.
        await page.get_by_role("link", name="Meters").click()
        await page.locator(ARRAY).wait_for(state="detached")
        await page.get_by_role("link", name="Panels").click()
        await expect(panel).not_to_have_attribute("transform", str(before))
        await panel.focus()
        await page.keyboard.press("Space")
        await page.get_by_label("Name of the group").fill("East roof")
        await page.get_by_role("button", name="Group", exact=True).click()
        await page.locator("[data-save]").click()
        await page.locator("[data-edit]").wait_for()
        moved = await panel.get_attribute("transform")
        assert moved != before
        await page.reload()
        await opened.wait_for(f"{ARRAY} .group", "East roof")
        assert await panel.get_attribute("transform") == moved
        assert opened.complaints == []
    (place,) = [one for one in (await RoofFile(tmp_path / "layout.json").read_layout()).panels if one.serial == PANEL]
    assert (place.turn_deg, place.group) == (15.0, "East roof")
    assert moved == f"translate({place.x:g} {place.y:g})"


async def test_of_two_who_lay_panels_out_at_once_nobody_loses_theirs_unasked(
    browser: Browser, service: Served, tmp_path: Path
) -> None:
    async def turn(page: Page, presses: int) -> None:
        await page.locator("[data-edit]").click()
        await page.locator(f'{ARRAY} [data-serial="{PANEL}"]').focus()
        for key in ("Space", *"r" * presses):
            await page.keyboard.press(key)

    async def kept() -> set[float]:
        return {one.turn_deg for one in (await RoofFile(tmp_path / "layout.json").read_layout()).panels}

    async with visit(browser, f"{service.url}#/panels") as first, visit(browser, f"{service.url}#/panels") as second:
        await turn(first.page, 1)
        await turn(second.page, 2)
        await first.page.locator("[data-save]").click()
        await first.page.locator("[data-edit]").wait_for()
        assert await kept() == {0.0, 15.0}
        await second.page.locator("[data-save]").click()
        await second.wait_for('[data-card="array"] [role="alert"]', "Somebody else has laid the panels out")
        assert await kept() == {0.0, 15.0}
        await second.page.locator("[data-save]").click()
        await second.page.locator("[data-edit]").wait_for()
        await expect(second.page.locator('[data-card="array"] [role="alert"]')).to_have_count(0)
        assert await kept() == {0.0, 30.0}


async def test_panels_are_dragged_with_the_mouse(browser: Browser, service: Served) -> None:
    async with visit(browser, f"{service.url}#/panels") as opened:
        page = opened.page
        await page.locator("[data-edit]").wait_for()
        await opened.stand()
        await page.locator("[data-edit]").click()
        panel = page.locator(f'{ARRAY} [data-serial="{PANEL}"]')
        before, box = await panel.get_attribute("transform"), await panel.bounding_box()
        assert box is not None
        x, y, spots = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, await places(page)
        await page.mouse.move(x, y)
        await page.mouse.down()
        await page.mouse.move(x + box["width"], y, steps=4)
        await expect(page.locator(f"{ARRAY} .stacked")).not_to_have_count(0)
        assert (
            await page.locator(f"{ARRAY} > :last-child").get_attribute("href") == f"#{await panel.get_attribute('id')}"
        )
        await page.mouse.up()
        await expect(page.locator(f"{ARRAY} use")).to_have_count(0)
        await expect(page.locator(f"{ARRAY} .stacked")).to_have_count(0)
        await expect(panel).not_to_have_attribute("transform", str(before))
        assert await places(page) == spots
        await page.get_by_role("button", name="Discard").click()
        await expect(panel).to_have_attribute("transform", str(before))


async def test_steps_are_taken_back_and_done_again(browser: Browser, service: Served) -> None:
    async with visit(browser, f"{service.url}#/panels") as opened:
        page = opened.page
        await page.locator("[data-edit]").click()
        panel = page.locator(f'{ARRAY} [data-serial="{PANEL}"]')
        undo, redo = (page.get_by_role("button", name=name, exact=True) for name in ("Undo", "Redo"))
        await expect(undo).to_have_attribute("aria-disabled", "true")
        lies = [await panel.get_attribute("transform")]
        box = await panel.bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        await page.mouse.move(x, y)
        await page.mouse.down()
        await page.mouse.move(x + 2 * box["width"], y + 20, steps=6)
        await page.mouse.up()
        lies.append(await panel.get_attribute("transform"))
        await panel.press("ArrowDown")
        lies.append(await panel.get_attribute("transform"))
        assert len(set(lies)) == 3
        await page.keyboard.press("Control+z")
        await expect(panel).to_have_attribute("transform", str(lies[1]))
        await undo.press("Enter")
        await expect(panel).to_have_attribute("transform", str(lies[0]))
        await expect(page.get_by_role("status").filter(has_text="All steps are undone.")).to_have_count(1)
        await expect(undo).to_be_focused()
        await expect(undo).to_have_attribute("aria-disabled", "true")
        await redo.click()
        await expect(panel).to_have_attribute("transform", str(lies[1]))
        await page.keyboard.press("Control+Shift+Z")
        await expect(panel).to_have_attribute("transform", str(lies[2]))
        # A field has steps of its own.
        await page.get_by_label("Name of the group").fill("East")
        await page.get_by_label("Name of the group").press("Control+z")
        await expect(panel).to_have_attribute("transform", str(lies[2]))
        assert opened.complaints == []


async def places(page: Page) -> list[str]:
    """Where panels lie, whichever."""
    return sorted(
        await page.locator(f"{ARRAY} [data-serial]").evaluate_all("all => all.map((e) => e.getAttribute('transform'))")
    )


@pytest.mark.parametrize("count", [60, 200])
@pytest.mark.sample(1)
async def test_many_panels_are_laid_out_with_fingers(browser: Browser, service: Served, count: int) -> None:
    now = datetime.now(UTC)
    service.feed.publish(a_status(now), a_home(now, inverters=tuple(a_panel(number, now) for number in range(count))))
    async with visit(browser, f"{service.url}#/panels", viewport=PHONE, has_touch=True) as opened:
        page = opened.page
        await page.locator(f"{ARRAY} [data-serial]").nth(count - 1).wait_for()
        await opened.stand()
        widths = await page.locator(f"{ARRAY} .glass").evaluate_all(
            "all => all.map((e) => e.getBoundingClientRect().width)"
        )
        assert min(widths) >= 20
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await page.locator("[data-edit]").tap()
        await page.get_by_role("button", name="Choose several").tap()
        first, second = (page.locator(f"{ARRAY} [data-serial]").nth(number) for number in (0, 1))
        before = [await panel.get_attribute("transform") for panel in (first, second)]
        await first.tap()
        await page.get_by_role("button", name="Choose several").tap()
        await drag_by_finger(page, first, -40)
        await expect(first).not_to_have_attribute("transform", str(before[0]))
        assert await second.get_attribute("transform") == before[1]
        await page.get_by_role("button", name="Turn by 90°").tap()
        await expect(first.locator("title")).to_contain_text("turned by 90°")
        assert opened.complaints == []


async def drag_by_finger(page: Page, panel: Locator, by_px: int) -> None:
    """Put a finger on a panel, move it and lift it, as the screen reports it."""
    await panel.scroll_into_view_if_needed()
    box = await panel.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    session = await page.context.new_cdp_session(page)
    for kind, shift in (("touchStart", 0), ("touchMove", by_px // 2), ("touchMove", by_px), ("touchEnd", None)):
        points = [] if shift is None else [{"x": x + shift, "y": y}]
        await session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


async def test_sleep_is_told_from_silence_by_day(browser: Browser, service: Served) -> None:
    """It is afternoon at the site's clock, but its place says which light there is: at night nobody is ill."""
    now = datetime.now(UTC)
    old = now - timedelta(hours=5)
    for shift_h, fault in ((0, 1), (12, 0)):
        # The sun stands over the place, or on the other side of the earth.
        place = {"latitude": 0.0, "longitude": sun_longitude(now, shift_h)}
        panels = tuple(replace(a_panel(number, old), at=old) for number in range(PANELS))
        home = a_home(now, inverters=panels)
        dark = replace(home, power=replace(home.power, solar_w=-3.0))
        service.feed.publish(a_status(now), home if fault else dark)
        async with visit(browser, "about:blank") as opened:
            start = await service.ask("api/v1/start")
            reply = {**start, "site": {**start["site"], **place}}
            await opened.page.route("**/api/v1/start", partial(answer, reply))
            await opened.page.goto(f"{service.url}#/panels")
            words = "although it is day" if fault else "Panels sleep without light"
            await opened.wait_for('[data-card="faults"]', words)
            assert await opened.page.locator('[data-fault="all"]').count() == fault


async def answer(reply: dict[str, Any], route: Route) -> None:
    await route.fulfill(json=reply)


def sun_longitude(now: datetime, shift_h: int) -> float:
    """Give the longitude over which the sun stands, to some degrees, or `shift_h` hours from it."""
    hours = now.hour + now.minute / 60 - 12 + shift_h
    return (-15 * hours + 180) % 360 - 180


async def test_the_heat_map_shows_what_history_has(browser: Browser, service: Served, store: HistoryStore) -> None:
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    await write_day(store, now)
    async with visit(browser, f"{service.url}#/panels") as opened:
        await opened.page.locator("[data-time]").wait_for()
        await opened.page.locator(f'{ARRAY} [data-serial="{PANEL}"]:not([data-value=""])').wait_for()
        at_s = int(await opened.page.locator("[data-time]").get_attribute("data-time") or 0)
        found = await service.ask("/api/v1/history/inverters", start=at_s, end=at_s + 1200, serial=PANEL)
        kept = await store.read_inverters(
            start=datetime.fromtimestamp(at_s, UTC), end=datetime.fromtimestamp(at_s + 1200, UTC), serial=PANEL
        )
        assert list(found["power_w"]) == list(kept["power_w"])
        shown = await opened.page.locator(f'{ARRAY} [data-serial="{PANEL}"]').get_attribute("data-value")
        assert float(shown or "nan") == kept["power_w"][0]
        await opened.page.locator(f'[data-rank="{PANEL}"]:not([data-energy=""])').wait_for()
        await opened.stand()
        energy = await opened.page.locator(f'[data-rank="{PANEL}"]').get_attribute("data-energy")
        assert float(energy or "nan") == pytest.approx(503.0)
        assert await opened.page.locator('[data-fault="late"]').count() == 1
        assert SILENT[-4:] in await opened.text('[data-fault="late"] b')


async def test_without_history_nothing_is_claimed(browser: Browser, service: Served) -> None:
    async with visit(browser, f"{service.url}#/panels") as opened:
        await opened.wait_for("[data-empty]", "These are values of now")
        assert await opened.page.locator(f'{ARRAY} [data-serial="{PANEL}"]').get_attribute("data-value") == "303"
        await opened.page.get_by_role("button", name="Previous day").click()
        await opened.wait_for("[data-empty]", "No panel reported on this day")
        assert await opened.page.locator(f'{ARRAY} [data-serial="{PANEL}"]').get_attribute("data-value") == ""
        await opened.page.goto(f"{service.url}#/meters")
        await opened.wait_for('[data-card="quality"]', "Nothing was recorded")
        await opened.page.goto(f"{service.url}#/devices")
        await opened.wait_for('[data-card="events"]', "No event is recorded")


async def test_the_voltage_of_the_day_against_its_band(browser: Browser, service: Served, store: HistoryStore) -> None:
    now = datetime.now(UTC)
    rows = tuple(
        MeterRecord(gateway=SERIAL, at=now - timedelta(minutes=minute), eid=704643328, channel=1, voltage_v=volts)
        for minute, volts in ((30, 229.0), (20, 254.5), (10, 231.0))
    )
    await store.write(Batch(meters=rows))
    async with visit(browser, f"{service.url}#/meters") as opened:
        band = opened.page.locator('[data-band="1"]')
        await band.wait_for()
        await opened.stand()
        assert (await band.get_attribute("data-low"), await band.get_attribute("data-high")) == ("229", "254.5")
        assert "above 253.0" in await opened.text('[data-band="1"]')


async def test_events_are_found_by_kind_and_text(browser: Browser, service: Served, store: HistoryStore) -> None:
    now = datetime.now(UTC)
    kinds = ("gateway.unreachable", "counter.wrap", "firmware.changed")
    events = tuple(
        EventRecord(gateway=SERIAL, at=now - timedelta(hours=hours), kind=kind, subject=SERIAL, text=f"About {kind}.")
        for hours, kind in enumerate(kinds)
    )
    await store.write(Batch(events=events))
    async with visit(browser, f"{service.url}#/devices") as opened:
        page = opened.page
        await opened.wait_for('[data-event="gateway.unreachable"]', "does not answer")
        shown = await page.locator("[data-event]").evaluate_all("all => all.map((each) => each.dataset.event)")
        assert shown == list(kinds)
        await page.get_by_label("Contains").fill("counter")
        await expect(page.locator("[data-event]")).to_have_count(1)
        await page.locator(f'[data-device="{PANEL}"]').wait_for()


async def test_who_only_looks_is_not_offered_to_lay_out(browser: Browser, service: Served, tmp_path: Path) -> None:
    await RoofFile(tmp_path / "layout.json").write_layout(
        Layout(panels=(PanelPlace(serial=PANEL, x=3, y=3, group="East roof"),), groups=("East roof",))
    )
    async with visit(browser, f"{service.url}#/panels") as opened:
        account = {"password": "correct horse battery"}
        for name, right in (("anna", "owner"), ("ben", "viewer")):
            token = next(one["value"] for one in await opened.page.context.cookies() if one["name"] == "openvoy_csrf")
            reply = await opened.page.request.put(
                f"{service.url}api/v1/accounts" if service.url.endswith("/") else f"{service.url}/api/v1/accounts",
                data={**account, "name": name, "right": right},
                headers={"X-CSRFToken": token},
            )
            assert reply.ok
    async with visit(browser, f"{service.url}#/panels") as opened:
        page = opened.page
        await page.get_by_label("Name").fill("ben")
        await page.get_by_label("Password").fill(account["password"])
        await page.get_by_role("button", name="Log in").click()
        await opened.wait_for(f"{ARRAY} .group", "East roof")
        assert await page.locator("[data-edit]").count() == 0
