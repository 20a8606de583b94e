"""A year of somebody's files beside a gateway: imported by command, shown by the service, and counted once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from playwright.async_api import Browser

from tests.e2e.chromium import PHONE, Visit, visit
from tests.e2e.newcomer import new_site
from tests.e2e.processes import login, openvoy, service, virtual_gateway, wait_for
from tests.unit.store.exchange.files import PARIS, daily_report, day_sums, make_recorder, quarter_report

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

YEAR = (date(2024, 1, 1), date(2025, 1, 1))
REPORTED = (YEAR[0], date(2024, 4, 1))
"""The portal's report; Home Assistant's statistics say all of the year."""
BEFORE = (date(2023, 12, 1), date(2024, 1, 3))
"""Of December there is a report by day alone."""
BOTH = ("solar", "load", "import", "export")
BATTERY = ("charge", "discharge")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service over a history into which somebody's files were imported after it had begun."""
    folder = tmp_path_factory.mktemp("somebody")
    data, files = folder / "data", make_files(folder)
    (folder / "openvoy.toml").write_text('[site.home]\ntime_zone = "Europe/Paris"\n')

    def import_files(*names: str, code: int = 0) -> str:
        given = (str(files[name]) for name in names)
        done: CompletedProcess[str] = openvoy("history", "import", *config, *given, data=data)
        assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
        return done.stderr

    config = ("--config", str(folder / "openvoy.toml"))
    with virtual_gateway("--site", str(new_site("metered-split", folder)), data=folder) as gateway:
        with service(*login(gateway), *config, data=data) as (_, address):
            wait_for(f"{address}/healthz", lambda reply: all(one["is_fresh"] for one in reply["gateways"]))
            assert "Stop it" in import_files("report", "days", code=5)
        assert "Imported as" in import_files("report", "days")
        assert "Imported as" in import_files("statistics")
        assert "nothing was changed" in import_files("report", "days", "cut")
        with service(*login(gateway), *config, data=data) as (_, address):
            yield address


def make_files(folder: Path) -> Mapping[str, Path]:
    """A report, statistics that go on after it, a report by day, and a report that was cut off."""
    files = {name: folder / f"{name}.csv" for name in ("report", "days", "cut")}
    report = quarter_report(*REPORTED)
    files["report"].write_text(report)
    files["cut"].write_text(report[: len(report) // 2])
    files["days"].write_text(daily_report(*BEFORE))
    files["statistics"] = folder / "home-assistant_v2.db"
    make_recorder(files["statistics"], *YEAR)
    return files


async def saved_columns(opened: Visit) -> Mapping[str, Sequence[str]]:
    """Save what is shown as CSV, and read its columns."""
    async with opened.page.expect_download() as waiting:
        await opened.page.get_by_role("button", name="Save as CSV").click()
    saved = await waiting.value
    head, *rows = (await asyncio.to_thread(Path(await saved.path()).read_text, "utf-8")).splitlines()
    return dict(zip(head.split(","), zip(*(row.split(",") for row in rows), strict=True), strict=True))


def sums_by(columns: Mapping[str, Sequence[str]], quantity: str, length: int) -> dict[str, int]:
    """What the files say of the periods that are shown: `length` is that of their names, 7 of months."""
    shown = [datetime.fromisoformat(start).astimezone(PARIS).date().isoformat()[:length] for start in columns["start"]]
    sums = dict.fromkeys(shown, 0)
    for day, energy_wh in day_sums(quantity, *YEAR).items():
        if (period := day.isoformat()[:length]) in sums:
            sums[period] += energy_wh
    return sums


def numbers(cells: Sequence[str]) -> list[float]:
    return [float(cell) for cell in cells]


async def opened_at(opened: Visit, shown: str) -> None:
    await opened.page.locator(f'.page[data-shown="{shown}"]').wait_for()


async def test_a_year_is_that_of_the_files(browser: Browser, url: str) -> None:
    async with visit(browser, f"{url}/#/history?by=year&start=2024-01-01") as opened:
        await opened_at(opened, "year 2024-01-01")
        columns = await saved_columns(opened)
        for quantity in BOTH:
            assert numbers(columns[f"{quantity}_wh"]) == list(sums_by(columns, quantity, 7).values())
        for quantity in BATTERY:
            cells = columns[f"{quantity}_wh"]
            assert numbers(cells[:3]) == list(sums_by(columns, quantity, 7).values())[:3]
            assert set(cells[3:]) == {""}, "what nobody said is unknown"
        assert set(columns["estimated"]) == {"false"}
        assert await opened.page.locator("[data-estimated]").count() == 0
        # A month in which there is the day on which clocks went forward.
        await opened.page.goto(f"{url}/#/history?by=month&start=2024-03-01")
        await opened_at(opened, "month 2024-03-01")
        columns = await saved_columns(opened)
        for quantity in BOTH:
            assert numbers(columns[f"{quantity}_wh"]) == list(sums_by(columns, quantity, 10).values())
        await opened.page.goto(f"{url}/#/history?by=all")
        await opened.page.locator('.page[data-shown^="all "]').wait_for()
        columns = await saved_columns(opened)
        place = [datetime.fromisoformat(at).astimezone(PARIS).year for at in columns["start"]].index(2024)
        assert float(columns["import_wh"][place]) == sum(day_sums("import", *YEAR).values())
        assert opened.complaints == []


async def test_hours_of_a_report_by_day_are_estimated(browser: Browser, url: str) -> None:
    async with visit(browser, f"{url}/#/history?by=day&start=2023-12-10", viewport=PHONE) as opened:
        await opened_at(opened, "day 2023-12-10")
        await opened.wait_for('[data-card="energies"]', "estimated")
        columns = await saved_columns(opened)
        assert sum(numbers(columns["solar_wh"])) == pytest.approx(
            day_sums("solar", *BEFORE)[date(2023, 12, 10)], abs=0.2
        )
        assert set(columns["estimated"]) == {"true"}
        assert set(columns["load_wh"]) == {""}
        await opened.page.goto(f"{url}/#/history?by=month&start=2023-12-01")
        await opened_at(opened, "month 2023-12-01")
        columns = await saved_columns(opened)
        assert numbers(columns["solar_wh"]) == list(day_sums("solar", BEFORE[0], YEAR[0]).values())
        assert set(columns["estimated"]) == {"false"}
        assert await opened.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
