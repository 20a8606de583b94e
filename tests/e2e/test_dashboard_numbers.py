"""Every number on Panels, Meters and Devices is the API's, and the API's is the store's, in more than one language."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone
from pathlib import Path
from statistics import median
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator

from openvoy.store import HistoryStore
from tests.e2e.chromium import Visit, visit
from tests.e2e.home import PANELS, SILENT, a_home, a_status, zone_of_afternoon
from tests.e2e.measured import GONE, METERS, a_day
from tests.e2e.serving import Served, serving
from tests.e2e.shown import is_moment, is_shown

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

OPENED = "482100000004"
CHARTS = {"voltage_v": 3, "active_power_w": 3, "frequency_hz": 1, "power_factor": 3}
"""How many phases each chart draws."""


@dataclass(frozen=True, kw_only=True)
class Home:
    """A service over a day that is past its noon."""

    service: Served
    store: HistoryStore
    now: datetime
    midnight: datetime

    @property
    def end(self) -> datetime:
        """Midnight to come."""
        return self.midnight + timedelta(days=1)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Home]:
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    name, zone = zone_of_afternoon(now)
    midnight = datetime.combine(now.astimezone(zone).date(), time.min, zone)
    store = await HistoryStore.open(Path(tmp_path_factory.mktemp("history")))
    await store.write(a_day(midnight, now))
    await store.read_devices()  # Threads that read live as long as the store: not as long as the first test that reads.
    async with serving(store, zone=name) as service:
        service.feed.publish(a_status(now), a_home(now))
        yield Home(service=service, store=store, now=now, midnight=midnight)
    await store.close()


async def texts_of(rows: Locator) -> list[list[str]]:
    """Read the cells of the rows of a table."""
    found: list[list[str]] = await rows.evaluate_all(
        "all => all.map((row) => [...row.cells].map((cell) => cell.innerText))"
    )
    return found


async def open_tables(opened: Visit, within: str) -> None:
    """Open every table that stands behind a chart."""
    await opened.page.locator(f"{within} [data-table] summary").evaluate_all(
        "all => all.forEach((each) => each.click())"
    )
    await opened.stand()


async def same(home: Home, path: str, kept: Mapping[str, Sequence[Any]], **query: Any) -> dict[str, list[Any]]:
    """Ask the API, and check that it says what the store does."""
    said: dict[str, list[Any]] = await home.service.ask(
        path, start=int(home.midnight.timestamp()), end=int(home.end.timestamp()), **query
    )
    assert said
    shares = {name: share_of(kept, *SHARES[name]) for name in SHARES.keys() & said.keys()}
    assert said == shares | {name: list(kept[name]) for name in said.keys() - shares.keys()}
    return said


SHARES = {
    "autarky_pct": ("house_load_wh", "house_import_wh"),
    "self_consumption_pct": ("sun_solar_wh", "sun_export_wh"),
}


def share_of(kept: Mapping[str, Sequence[Any]], total: str, exchanged: str) -> list[Any]:
    """Give what of a total was not exchanged with the grid, as the store has them."""
    return [
        pytest.approx(max(0.0, 100 - 100 * exchanged_wh / total_wh)) if total_wh and exchanged_wh is not None else None
        for total_wh, exchanged_wh in zip(kept[total], kept[exchanged], strict=True)
    ]


def rows_of(columns: Mapping[str, Sequence[Any]], **wanted: Any) -> list[dict[str, Any]]:
    """Turn columns into rows, those that fit."""
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]


@pytest.mark.parametrize("locale", ["de-DE", "fr-FR"])
@pytest.mark.sample(1)
async def test_panels(browser: Browser, home: Home, locale: str) -> None:
    reports = await same(
        home, "api/v1/history/inverters", await home.store.read_inverters(start=home.midnight, end=home.end)
    )
    zone = (await home.service.ask("api/v1/site"))["time_zone"]
    kept = await home.store.read_device_energy(start=home.midnight, end=home.end, by="day", time_zone=zone)
    energies = await same(home, "api/v1/history/panels", kept, by="day")
    made = dict(zip(energies["serial"], energies["energy_wh"], strict=True))
    assert made.pop(GONE) is None
    assert len(made) == PANELS
    async with visit(browser, f"{home.service.url}#/panels", locale=locale) as opened:
        await opened.page.locator(f'[data-rank="{OPENED}"]:not([data-energy=""])').wait_for()
        await opened.stand()
        frame_s = int(str(await opened.page.locator("[data-time]").get_attribute("data-time")))
        for serial, text in (await tiles(opened)).items():
            covering = [row["power_w"] for row in rows_of(reports, serial=serial) if 0 <= row["at"] - frame_s < 1200]
            assert text.startswith("!") if serial == SILENT else is_shown(text, covering[0], locale), (serial, text)
        highest = max(value for value in reports["power_w"] if value is not None)
        assert is_shown(await opened.text("[data-highest]"), highest, locale)

        await opened.page.locator('input[value="energy"]').check(force=True)
        await opened.page.locator("[data-time]").wait_for(state="detached")
        await opened.stand()
        assert all(is_shown(text, made[serial], locale) for serial, text in (await tiles(opened)).items())

        ranked = await texts_of(opened.page.locator("[data-rank]"))
        best_first = sorted(made, key=lambda serial: -made[serial])
        assert [cells[0].strip() for cells in ranked] == [serial[-4:] for serial in best_first]
        usual = median(made.values())
        for serial, (_, energy, against) in zip(best_first, ranked, strict=True):
            assert is_shown(energy, made[serial], locale)
            assert is_shown(against, 100 * (made[serial] / usual - 1), locale)

        await opened.page.locator(f'[data-rank="{OPENED}"] button').click()
        await check_sheet(opened, home, reports, made, locale)


async def tiles(opened: Visit) -> dict[str, str]:
    """Read what stands on each panel."""
    found: dict[str, str] = await opened.page.locator("[data-array] [data-serial]").evaluate_all(
        "all => Object.fromEntries(all.map((each) => [each.dataset.serial, ['.value', '.unit']"
        ".map((part) => each.querySelector(part).textContent).join(' ').trim()]))"
    )
    return found


async def check_sheet(
    opened: Visit, home: Home, reports: Mapping[str, Sequence[Any]], made: Mapping[str, float], locale: str
) -> None:
    """Compare the facts of a panel with the newest snapshot, and its charts with history."""
    snapshot = await home.service.ask("api/v1/snapshot")
    (panel,) = [one for one in snapshot["inverters"] if one["serial"] == OPENED]
    facts = {
        "power": ("power_w", "max_power_w"),
        "dc": ("dc_voltage_v", "dc_current_a"),
        "ac": ("ac_voltage_v", "ac_current_a"),
        "frequency": ("frequency_hz",),
        "temperature": ("temperature_c",),
        "lifetime": ("lifetime_wh",),
    }
    for fact, names in facts.items():
        shown = (await opened.text(f'dialog [data-fact="{fact}"]')).replace(" / ", " · ").split(" · ")
        assert [is_shown(text, panel[name], locale) for text, name in zip(shown, names, strict=True)] == [True] * len(
            names
        )
    await opened.page.locator("dialog [data-month] rect").first.wait_for()
    await opened.stand()
    await open_tables(opened, "dialog")
    by_day, of_days = (
        opened.page.locator("dialog [data-table]").nth(0),
        opened.page.locator("dialog [data-month] tbody tr"),
    )
    own = rows_of(reports, serial=OPENED)
    for cells, row in zip(await texts_of(by_day.locator("tbody tr")), own, strict=True):
        others = [
            one["power_w"]
            for one in rows_of(reports, at=row["at"])
            if one["serial"] != OPENED and one["power_w"] is not None
        ]
        assert is_shown(cells[1], row["power_w"], locale)
        assert is_shown(cells[2], median(others), locale)
    ((_, energy, usual),) = await texts_of(of_days)
    assert is_shown(energy, made[OPENED], locale)
    assert is_shown(usual, median(value for serial, value in made.items() if serial != OPENED), locale)


@pytest.mark.parametrize("locale", ["en-GB", "de-DE"])
@pytest.mark.sample(1)
async def test_meters(browser: Browser, home: Home, locale: str) -> None:
    snapshot = await home.service.ask("api/v1/snapshot")
    async with visit(browser, f"{home.service.url}#/meters", locale=locale) as opened:
        await opened.page.locator('[data-chart="voltage_v"] [data-table]').wait_for()
        await opened.stand()
        for meter in snapshot["meters"]:
            rows = await texts_of(opened.page.locator(f'[data-meter="{meter["eid"]}"] tr:not(:first-child)'))
            for cells, reading in zip(rows, [*meter["channels"], meter], strict=True):
                names = ["active_power_w", "voltage_v", "current_a", "power_factor", "frequency_hz"]
                if reading is meter and len(meter["channels"]) == 3:
                    assert cells.pop(2) == "", "three phases have no voltage together"
                    names.remove("voltage_v")
                shown = [is_shown(cell, reading[name], locale) for cell, name in zip(cells[1:], names, strict=True)]
                assert shown == [True] * len(names), cells
        for eid in METERS:
            await opened.page.locator('[data-card="quality"] select').select_option(str(eid))
            await check_charts(opened, home, eid, locale)
        await check_balance(opened, home, locale)


async def check_charts(opened: Visit, home: Home, eid: int, locale: str) -> None:
    """Compare bands and tables of a meter's day with its readings."""
    kept = await home.store.read_meters(start=home.midnight, end=home.end, step_s=600, eid=eid)
    said = await same(home, "api/v1/history/meters", kept, eid=eid, step_s=600)
    await opened.page.wait_for_function(
        "([low]) => document.querySelector('[data-band=\"1\"]')?.dataset.low === String(low)",
        arg=[min(row["voltage_v_min"] for row in rows_of(said, channel=1))],
    )
    await opened.stand()
    for channel in (1, 2, 3):
        rows = rows_of(said, channel=channel)
        low, high = (await opened.text(f'[data-band="{channel}"] .num')).split(" – ")
        assert is_shown(low, min(row["voltage_v_min"] for row in rows), locale)
        assert is_shown(high, max(row["voltage_v_max"] for row in rows), locale)
    await open_tables(opened, "[data-chart]")
    for chart, phases in CHARTS.items():
        shown = await texts_of(opened.page.locator(f'[data-chart="{chart}"] tbody tr'))
        by_phase = [[row[chart] for row in rows_of(said, channel=phase + 1)] for phase in range(phases)]
        for cells, values in zip(shown, zip(*by_phase, strict=True), strict=True):
            assert all(is_shown(cell, value, locale) for cell, value in zip(cells[1:], values, strict=True)), (
                cells,
                values,
            )
    await opened.page.locator("[data-chart] details[open] summary").evaluate_all(
        "all => all.forEach((each) => each.click())"
    )


async def check_balance(opened: Visit, home: Home, locale: str) -> None:
    """Compare what the meters leave unexplained with history's energies."""
    zone = (await home.service.ask("api/v1/site"))["time_zone"]
    kept = dict(await home.store.read_energy(start=home.midnight, end=home.end, by="hour", time_zone=zone))
    kept |= {
        name: [None if flag is None else bool(flag) for flag in kept[name]]
        for name in ("estimated", "charge_estimated")
    }
    hours = rows_of(await same(home, "api/v1/history/energy", kept, by="hour"))
    total = sum(hour["residual_wh"] for hour in hours if hour["residual_wh"] is not None)
    came = sum(hour["solar_wh"] + hour["import_wh"] for hour in hours if hour["residual_wh"] is not None)
    assert total < -100
    assert is_shown(await opened.text("[data-residual]"), total, locale)
    share = (await opened.text("[data-share]")).replace("%", " %")
    assert is_shown(share[: share.index("%") + 1], 100 * total / came, locale)
    await open_tables(opened, "[data-balance]")
    for cells, hour in zip(await texts_of(opened.page.locator("[data-balance] tbody tr")), hours, strict=True):
        known = None if hour["solar_wh"] is None else hour["solar_wh"] + hour["import_wh"]
        assert is_shown(cells[1], known, locale)
        assert is_shown(cells[2], hour["residual_wh"], locale)


@pytest.mark.parametrize("locale", ["en-GB", "fr-FR"])
@pytest.mark.sample(1)
async def test_devices(browser: Browser, home: Home, locale: str) -> None:
    said = await home.service.ask("api/v1/devices")
    assert said == rows_of(await home.store.read_devices())
    known = {device["serial"]: device for device in said}
    snapshot = await home.service.ask("api/v1/snapshot")
    reported = {one["serial"]: datetime.fromisoformat(one["at"]) for one in snapshot["inverters"]}
    zone: timezone = home.midnight.tzinfo  # type: ignore[assignment]
    async with visit(browser, f"{home.service.url}#/devices", locale=locale) as opened:
        await opened.page.locator("[data-event]").first.wait_for()
        await opened.stand()
        rows = opened.page.locator("[data-device]")
        listed = 1 + len(snapshot["batteries"]) + len(snapshot["meters"]) + PANELS
        assert await rows.count() == listed + 1
        assert (await opened.text("[data-count]")).startswith(f"{listed + 1} ")
        for serial, device in known.items():
            row = opened.page.locator(f'[data-device="{serial}"]')
            cells = {
                name: await row.locator(f'[data-column="{name}"]').inner_text()
                for name in ("part", "firmware", "first", "last")
            }
            assert cells["part"] == (device["part_number"] or "–")
            assert cells["firmware"] == (device["firmware"] or "–")
            assert is_moment(cells["first"], datetime.fromtimestamp(device["first_seen"], zone))
            last = reported.get(serial, datetime.fromtimestamp(device["last_seen"], UTC))
            assert is_moment(cells["last"], last.astimezone(zone))
        await check_events(opened, home, zone)


async def check_events(opened: Visit, home: Home, zone: timezone) -> None:
    """Compare the list of events with history's."""
    events = await home.service.ask("api/v1/events", limit=26)
    kept = await home.store.read_events(limit=26)
    assert [(one["kind"], one["text"], datetime.fromisoformat(one["at"])) for one in events] == [
        (one.kind, one.text, one.at) for one in kept
    ]
    shown = opened.page.locator("[data-event]")
    assert await shown.evaluate_all("all => all.map((each) => each.dataset.event)") == [one["kind"] for one in events]
    for row, event in enumerate(events):
        texts = await shown.nth(row).locator("p").all_inner_texts()
        assert texts[1] == event["text"]
        moment = await shown.nth(row).locator("[data-at]").inner_text()
        assert is_moment(moment, datetime.fromisoformat(event["at"]).astimezone(zone))
