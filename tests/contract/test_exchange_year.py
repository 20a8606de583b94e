"""A year of somebody's files in three formats, beside a live history: in every order each day is counted once."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from openvoy.model.records import Batch, EnergyRecord
from openvoy.store import HistoryStore
from openvoy.store.exchange import Reading, plan_import, write_import
from tests.unit.store.exchange.files import (
    PARIS,
    SENSORS,
    daily_report,
    day_sums,
    energy_wh,
    make_recorder,
    quarter_report,
    quarters,
)
from tests.unit.store.records import opened

NOW = datetime(2025, 1, 20, 10, tzinfo=UTC)
YEAR = (date(2024, 1, 1), date(2025, 1, 1))
BEGAN = datetime(2024, 11, 15, 10, 37, 12, tzinfo=PARIS)
STOPPED = datetime(2024, 12, 20, 9, tzinfo=PARIS)
"""The service is stopped, since one imports; it goes on an hour later, and the counters say what passed."""
RESUMED = datetime(2024, 12, 20, 10, tzinfo=PARIS)
GATEWAY = "122000000001"
COUNTED = ("solar", "import", "export", "load")
FLOWS = {
    "solar": "solar",
    "load": "home",
    "import": "from_grid",
    "export": "to_grid",
    "charge": "to_pw",
    "discharge": "from_pw",
}


def counted_until(quantity: str, at: datetime) -> float:
    """What the meter has counted since the day on which the live history began."""
    total_wh = 0.0
    for quarter in quarters(BEGAN.date(), YEAR[1]):
        share = min(1.0, (at - quarter) / timedelta(minutes=15))
        if share <= 0:
            break
        total_wh += share * energy_wh(quantity, quarter)
    return total_wh


def own_rows(first: datetime, last: datetime) -> list[EnergyRecord]:
    """The gateway's own counters: at any second at first, then by the quarter of an hour."""
    moments = [first, *(at for at in quarters(first.date(), YEAR[1] + timedelta(days=1)) if first < at <= last)]
    totals = {quantity: counted_until(quantity, moments[0]) + 3e6 for quantity in COUNTED}
    rows = []
    for before, at in itertools.pairwise([moments[0], *moments]):
        for quantity in COUNTED:
            quarter = before.astimezone(UTC).replace(minute=before.minute // 15 * 15, second=0)
            totals[quantity] += energy_wh(quantity, quarter) * ((at - before) / timedelta(minutes=15))
        values: dict[str, Any] = {f"{quantity}_wh": value for quantity, value in totals.items()}
        rows.append(EnergyRecord(gateway=GATEWAY, at=at.astimezone(UTC), **values))
    return rows


def reports(folder: Path) -> list[Path]:
    """Reports month by month as the portal gives them, of which one was forgotten."""
    months = [date(2024, month, 1) for month in range(1, 13) if month != 5]
    files = []
    for first in months:
        end = (first + timedelta(days=32)).replace(day=1)
        files.append(folder / f"1234567_custom_report_{first:%Y-%m}.csv")
        files[-1].write_text(quarter_report(first, end), encoding="utf-16" if first.month == 3 else "utf-8")
    return files


def recorder(folder: Path) -> list[Path]:
    """Home Assistant's database: one sum was 0 for an hour and came back, one began anew in August."""
    file = folder / "home-assistant_v2.db"
    make_recorder(file, *YEAR)
    with closing(sqlite3.connect(file)) as database:
        ids = dict(database.execute("SELECT statistic_id, id FROM statistics_meta"))
        of_import, of_export = ids[SENSORS["import"]], ids[SENSORS["export"]]
        at_s = datetime(2024, 2, 10, 12, tzinfo=UTC).timestamp()
        database.execute("UPDATE statistics SET sum = 0 WHERE metadata_id = ? AND start_ts = ?", (of_import, at_s))
        at_s = datetime(2024, 8, 10, 12, tzinfo=UTC).timestamp()
        change = (
            "UPDATE statistics SET sum = sum - (SELECT sum FROM statistics WHERE metadata_id = ?1 AND start_ts = ?2)"
        )
        database.execute(f"{change} WHERE metadata_id = ?1 AND start_ts > ?2", (of_export, at_s))
        database.commit()
    return [file]


def points(folder: Path) -> list[Path]:
    """Powers of every five minutes and energies of every hour, as one export has both; it began in September."""
    file, since = folder / "powers.lp", quarters(date(2024, 9, 1), YEAR[1])
    with file.open("w") as out:
        out.write("# CONTEXT-RETENTION-POLICY: autogen\n")
        for at, minute in itertools.product(since, (0, 5, 10)):
            said = ",".join(f"{name}={energy_wh(quantity, at) * 4}" for quantity, name in FLOWS.items())
            out.write(f"http,month=Jan,year=2024 {said} {int(at.timestamp()) + 60 * minute}000000000\n")
        out.write("# CONTEXT-RETENTION-POLICY: kwh\n")
        for at in since[::4]:
            sums = {
                name: sum(energy_wh(quantity, at + timedelta(minutes=15 * n)) for n in range(4)) / 1000
                for quantity, name in FLOWS.items()
            }
            said = ",".join(f"{name}={value}" for name, value in sums.items())
            out.write(f"http,month=Jan,year=2024 {said} {int(at.timestamp())}000000000\n")
        out.write("http,month=Dec,year=2024 solar=")
    return [file]


def days(folder: Path) -> list[Path]:
    """The report of production by day, in the hand of a country with decimal commas."""
    file = folder / "days.csv"
    file.write_text(daily_report(*YEAR))
    return [file]


async def import_files(store: HistoryStore, files: Sequence[Path]) -> int:
    plan = await plan_import(store, files, reading=Reading(zone=PARIS, until=NOW), gateway=GATEWAY)
    if plan.chains:
        await write_import(store, plan, now=NOW)
    return len(plan.chains)


async def check_days(store: HistoryStore, quantities: Sequence[str]) -> None:
    """Compare every day of the year with what was; the day on which Openvoy began has a seam of some minutes."""
    start, end = (datetime.combine(day, time.min, PARIS) for day in YEAR)
    for by, count in (("day", 366), ("month", 12), ("year", 1)):
        found = await store.read_energy(start=start, end=end, by=by, time_zone="Europe/Paris")  # type: ignore[arg-type]
        assert len(found["start"]) == count
    by_day = await store.read_energy(start=start, end=end, by="day", time_zone="Europe/Paris")
    names = [datetime.fromtimestamp(float(at or 0), PARIS).date() for at in by_day["start"]]
    for quantity in quantities:
        sums = day_sums(quantity, *YEAR)
        # The first hour of statistics has no sum before it; what stood at 0 for an hour is counted once.
        found_wh = dict(zip(names, by_day[f"{quantity}_wh"], strict=True))
        for day in names[1:]:
            slack_wh = 0.01 * sums[day] if day == BEGAN.date() else 1.0
            assert found_wh[day] == pytest.approx(sums[day], abs=slack_wh), (quantity, day)
        year = float(found[f"{quantity}_wh"][0] or 0)
        assert year == pytest.approx(sum(sums.values()), rel=1e-3)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "order",
    [(reports, recorder, points), (recorder, points, reports), (points, reports, recorder)],
    ids=["reports first", "statistics first", "powers first"],
)
async def test_a_year_of_all_kinds_in_any_order(tmp_path: Path, order: Sequence[Any]) -> None:
    files = {make: make(tmp_path) for make in order}
    async with opened(tmp_path / "data") as store:
        await store.write(Batch(energy=tuple(own_rows(BEGAN, STOPPED))))
        for make in order:
            await import_files(store, files[make])
        # Whatever is imported again, or by day, is known.
        for make in order:
            assert await import_files(store, files[make]) == 0
        assert await import_files(store, days(tmp_path)) == 0
        later = [row for row in own_rows(BEGAN, datetime.combine(YEAR[1], time(3), PARIS)) if row.at >= RESUMED]
        await store.write(Batch(energy=tuple(later)))
        await check_days(store, COUNTED)
