"""A year of somebody's files becomes history: sums equal those of the files, and nothing counts twice."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from openvoy.errors import ConfigError
from openvoy.model.records import Batch, EnergyRecord, PowerRecord
from openvoy.store import HistoryStore
from openvoy.store.exchange import Reading, plan_import, read_imports, revoke_import, write_import
from tests.unit.store.exchange.files import (
    PARIS,
    REPORT,
    daily_report,
    day_sums,
    energy_wh,
    hourly_sums,
    make_recorder,
    quarter_report,
    quarters,
)
from tests.unit.store.records import opened

NOW = datetime(2025, 7, 1, 10, tzinfo=UTC)
YEAR = (date(2024, 1, 1), date(2025, 1, 1))
GATEWAY = "122000000001"


async def import_files(
    store: HistoryStore, *files: Path, gateway: str = "", is_gone: bool = False, **names: str
) -> int:
    """Import what is new; gives the number of stretches."""
    reading = Reading(zone=PARIS, names=names, until=NOW)
    plan = await plan_import(store, files, reading=reading, gateway=gateway, is_gone=is_gone)
    if plan.chains:
        await write_import(store, plan, now=NOW)
    return len(plan.chains)


async def days_of(
    store: HistoryStore, first: date, end: date, gateway: str | None = None
) -> dict[date, dict[str, Any]]:
    start, stop = (datetime.combine(day, time.min, PARIS) for day in (first, end))
    columns = await store.read_energy(start=start, end=stop, by="day", time_zone="Europe/Paris", gateway=gateway)
    days = [datetime.fromtimestamp(float(at or 0), PARIS).date() for at in columns["start"]]
    return {day: {quantity: columns[f"{quantity}_wh"][index] for quantity in REPORT} for index, day in enumerate(days)}


def own_energy(start: datetime, hours: int, quantities: Sequence[str] = ("solar", "import", "export", "load")) -> Batch:
    """A gateway that counts a kWh an hour of everything."""
    rows = [
        EnergyRecord(
            gateway=GATEWAY,
            at=start + timedelta(minutes=15 * number),
            **dict[str, Any]({f"{quantity}_wh": 5e6 + 250 * number for quantity in quantities}),
        )
        for number in range(4 * hours + 1)
    ]
    return Batch(energy=tuple(rows))


def sum_of(quantity: str, day: date) -> int:
    return sum(day_sums(quantity, day, day + timedelta(days=1)).values())


async def test_a_year_by_quarters_of_an_hour(tmp_path: Path) -> None:
    report = tmp_path / "1234567_custom_report.csv"
    report.write_text(quarter_report(*YEAR, ("solar", "export", "import")))
    async with opened(tmp_path / "data") as store:
        assert await import_files(store, report) == 1
        found = await days_of(store, *YEAR)
        for quantity in ("solar", "export", "import"):
            assert {day: values[quantity] for day, values in found.items()} == day_sums(quantity, *YEAR)
        assert found[date(2024, 7, 1)]["load"] is not None
        year = await store.read_energy(
            start=NOW.replace(year=2024), end=NOW.replace(year=2024, day=2), by="year", time_zone="Europe/Paris"
        )
        assert year["solar_wh"] == [sum(day_sums("solar", *YEAR).values())]
        assert year["estimated"] == [0]


async def test_days_with_a_total_at_the_end(tmp_path: Path) -> None:
    report = tmp_path / "1234567_site_energy_production_report.csv"
    report.write_text(daily_report(*YEAR))
    async with opened(tmp_path / "data") as store:
        await import_files(store, report)
        found = await days_of(store, *YEAR)
        assert {day: values["solar"] for day, values in found.items()} == day_sums("solar", *YEAR)
        assert {values["import"] for values in found.values()} == {None}


async def test_statistics_of_home_assistant(tmp_path: Path) -> None:
    database = tmp_path / "home-assistant_v2.db"
    make_recorder(database, *YEAR)
    async with opened(tmp_path / "data") as store:
        reading = Reading(zone=PARIS)
        plan = await plan_import(store, [database], reading=reading)
        assert reading.ignored == {"sensor.car_energy": 1}
        assert plan.problems == []
        await write_import(store, plan, now=NOW)
        found = await days_of(store, date(2024, 1, 2), YEAR[1])
        for quantity in ("solar", "import", "export", "load"):
            kept = {day: values[quantity] for day, values in found.items()}
            sums = day_sums(quantity, date(2024, 1, 2), YEAR[1])
            assert kept == pytest.approx(sums, abs=0.02)
        assert await import_files(store, database) == 0


async def test_two_sources_of_one_year_count_once(tmp_path: Path) -> None:
    database, report = tmp_path / "home-assistant_v2.db", tmp_path / "report.csv"
    make_recorder(database, date(2024, 3, 1), date(2024, 4, 15))
    report.write_text(quarter_report(date(2024, 3, 20), date(2024, 5, 1)))
    async with opened(tmp_path / "data") as store:
        await import_files(store, database)
        await import_files(store, report)
        found = await days_of(store, date(2024, 3, 2), date(2024, 5, 1))
        for quantity in ("solar", "import", "export", "load"):
            kept = {day: values[quantity] for day, values in found.items()}
            assert kept == pytest.approx(day_sums(quantity, date(2024, 3, 2), date(2024, 5, 1)), abs=0.02)
        # Batteries are in the report alone.
        assert found[date(2024, 3, 19)]["charge"] is None
        assert found[date(2024, 3, 21)]["charge"] == sum_of("charge", date(2024, 3, 21))
        with pytest.raises(ConfigError, match="different kinds"):
            await import_files(store, database, report)


async def test_what_the_gateway_counted_itself_rules(tmp_path: Path) -> None:
    """The gateway was there on 10 June from noon until 13 June; a report tells of the days around it too."""
    report = tmp_path / "report.csv"
    report.write_text(quarter_report(date(2024, 6, 8), date(2024, 6, 16)))
    async with opened(tmp_path / "data") as store:
        await store.write(own_energy(datetime(2024, 6, 10, 10, tzinfo=UTC), 72))
        before = await days_of(store, date(2024, 6, 11), date(2024, 6, 13))
        assert await import_files(store, report, gateway=GATEWAY, is_gone=True) == 3
        for gateway in (None, GATEWAY):
            found = await days_of(store, date(2024, 6, 8), date(2024, 6, 16), gateway)
            for day in (date(2024, 6, 11), date(2024, 6, 12)):
                assert {**found[day], "charge": None, "discharge": None} == before[day]
            sums = day_sums("import", date(2024, 6, 8), date(2024, 6, 16))
            for day in (date(2024, 6, 8), date(2024, 6, 9), date(2024, 6, 14), date(2024, 6, 15)):
                assert found[day]["import"] == sums[day]
            morning = sum(
                value for at, value in _quarter_values("import", date(2024, 6, 10)) if at.astimezone(PARIS).hour < 12
            )
            assert found[date(2024, 6, 10)]["import"] == morning + 12_000
            # Nothing but the report knows of batteries.
            assert found[date(2024, 6, 11)]["charge"] == sum_of("charge", date(2024, 6, 11))


def _quarter_values(quantity: str, day: date) -> list[tuple[datetime, int]]:
    return [(at, energy_wh(quantity, at)) for at in quarters(day, day + timedelta(days=1))]


async def test_hours_that_a_file_leaves_out_are_unknown(tmp_path: Path) -> None:
    """Two hours in the morning, and the sun's nights, which its logger left out as nothing shone."""
    day = date(2024, 6, 3)

    def is_said(quantity: str, at: datetime) -> bool:
        hour = at.astimezone(PARIS).hour
        return (at.astimezone(PARIS).date() != day or hour not in {10, 11}) and (quantity == "load" or 6 <= hour < 20)

    file = tmp_path / "powers.lp"
    names = {"solar": "solar", "load": "home"}
    rows = [
        f"http {name}={4 * (1 if quantity == 'solar' and at.astimezone(PARIS).hour in {6, 19} else 300)} "
        f"{int((at + timedelta(minutes=minute)).timestamp())}000000000"
        for at in quarters(day - timedelta(days=1), day + timedelta(days=2))
        for quantity, name in names.items()
        for minute in (0, 5, 10)
        if is_said(quantity, at)
    ]
    file.write_text("\n".join(rows))
    async with opened(tmp_path / "data") as store:
        await import_files(store, file)
        start = datetime.combine(day, time.min, PARIS)
        hours = await store.read_energy(start=start, end=start + timedelta(days=1), by="hour", time_zone="Europe/Paris")
        for quantity, night_wh in (("solar", 0.0), ("load", 1200.0)):
            values = hours[f"{quantity}_wh"]
            assert values[10:12] == [None, None]
            assert [round(float(value or 0), 1) for value in values[1:5]] == [night_wh] * 4
            assert values[12] == pytest.approx(1200.0)
            assert values[9] == pytest.approx(1200.0)
        assert hours["estimated"] == [0] * 24
        days = await store.read_energy(
            start=start - timedelta(days=1), end=start + timedelta(days=2), by="day", time_zone="Europe/Paris"
        )
        # The first day begins before the file does.
        assert days["estimated"] == [1, 1, 0]
        total = (await days_of(store, day, day + timedelta(days=1)))[day]
        assert total["load"] == pytest.approx(22 * 1200.0)


async def test_an_import_is_taken_out_as_a_whole(tmp_path: Path) -> None:
    report = tmp_path / "report.csv"
    report.write_text(quarter_report(date(2024, 6, 8), date(2024, 6, 16)))
    async with opened(tmp_path / "data") as store:
        await store.write(own_energy(datetime(2024, 6, 10, 10, tzinfo=UTC), 72))
        before = await days_of(store, date(2024, 6, 1), date(2024, 6, 20))
        await import_files(store, report)
        (record,) = await read_imports(store)
        assert (record.id, record.state, record.format) == ("20250701-1", "done", "enlighten")
        with pytest.raises(ConfigError, match="no import 7"):
            await revoke_import(store, "7")
        await revoke_import(store, record.id)
        assert await days_of(store, date(2024, 6, 1), date(2024, 6, 20)) == before
        assert [one.state for one in await read_imports(store)] == ["revoked"]
        assert await import_files(store, report) > 0
        assert [one.id for one in await read_imports(store)] == ["20250701-1", "20250701-2"]


async def test_history_goes_on_after_it_was_closed(tmp_path: Path) -> None:
    report = tmp_path / "report.csv"
    span = date(2024, 3, 25), date(2024, 4, 10)
    report.write_text(quarter_report(*span))
    async with opened(tmp_path / "data") as store:
        await import_files(store, report)
    async with opened(tmp_path / "data") as store:
        found = await days_of(store, *span)
        for quantity in REPORT:
            assert {day: values[quantity] for day, values in found.items()} == day_sums(quantity, *span)
        assert await import_files(store, report) == 0
        assert await days_of(store, *span) == found


def test_the_made_up_sums_are_of_the_quarters() -> None:
    totals = [total for _, total in hourly_sums("import", date(2024, 3, 31), date(2024, 4, 1))]
    assert len(totals) == 23
    assert totals[-1] - 17.25 == pytest.approx(sum_of("import", date(2024, 3, 31)) / 1000)


def sealed_files(data: Path) -> set[str]:
    return {file.name for file in data.glob("sealed/month=2024-06/energy-*.parquet")}


async def sealed_after(store: HistoryStore, data: Path, known: set[str]) -> set[str]:
    """Wait until June's energy is sealed in a file that is not known yet."""
    for _ in range(200):
        await store.read_events(limit=1)
        if (files := sealed_files(data)) - known:
            return files | known
        await asyncio.sleep(0.02)
    raise AssertionError("it is not sealed")


async def test_an_import_into_sealed_months_and_out_of_them_again(tmp_path: Path) -> None:
    report, data = tmp_path / "report.csv", tmp_path / "data"
    report.write_text(quarter_report(date(2024, 6, 8), date(2024, 6, 16)))
    span = date(2024, 6, 1), date(2024, 6, 20)
    async with opened(data) as store:
        await store.write(own_energy(datetime(2024, 6, 10, 10, tzinfo=UTC), 72))
        await store.write(Batch(power=(PowerRecord(gateway=GATEWAY, at=NOW, interval_s=60, solar_w=1.0),)))
        files = await sealed_after(store, data, set())
        before = await days_of(store, *span)
        await import_files(store, report)
        with_import = await days_of(store, *span)
        assert with_import != before
        files = await sealed_after(store, data, files)
        assert await days_of(store, *span) == with_import
        assert await import_files(store, report) == 0
    async with opened(data) as store:
        assert await days_of(store, *span) == with_import
        (record,) = await read_imports(store)
        await revoke_import(store, record.id)
        assert await days_of(store, *span) == before
        await sealed_after(store, data, files)
        assert await days_of(store, *span) == before
