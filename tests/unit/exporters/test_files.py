"""Files of days and months, and those that were missed."""

from __future__ import annotations

import contextlib
import csv
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from openvoy.client.control import MemoryAudit
from openvoy.collector import ControlDesk, Exporting
from openvoy.errors import ConfigError
from openvoy.exporters.files import KIND, FilesSettings
from openvoy.model.place import SitePlace
from openvoy.model.records import Batch, EnergyRecord, PowerRecord
from openvoy.ports import Household
from openvoy.store import HistoryStore
from openvoy.store.exchange.files import StoreFiles
from openvoy.store.exchange.parquet import read_parquet
from openvoy.testing.clock import ManualClock
from tests.unit.exporters.house import StillFeed

START = datetime(2026, 3, 27, 23, 0, tzinfo=UTC)
"""Midnight in Paris; the day after next has 23 hours."""


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[HistoryStore]:
    opened = await HistoryStore.open(tmp_path / "history")
    try:
        yield opened
    finally:
        await opened.close()


async def fill(store: HistoryStore, hours: Sequence[int]) -> None:
    """Rows of full hours, 100 W and 100 Wh each."""
    at = [START + timedelta(hours=hour) for hour in hours]
    power = tuple(PowerRecord(gateway="1", at=one, interval_s=60, solar_w=100.0) for one in at)
    energy = tuple(
        EnergyRecord(gateway="1", at=one, solar_wh=100.0 * hour) for hour, one in zip(hours, at, strict=True)
    )
    await store.write(Batch(power=power, energy=energy))


def build_household(store: HistoryStore, clock: ManualClock) -> Household:
    return Household(
        place=SitePlace(name="home", time_zone="Europe/Paris"),
        feed=StillFeed(),
        store=store,
        clock=clock,
        desk=ControlDesk({}, audit=MemoryAudit(), store=store),
        environ={},
        files=StoreFiles(store, clock),
    )


@contextlib.asynccontextmanager
async def exporting(settings: FilesSettings, store: HistoryStore, clock: ManualClock) -> AsyncIterator[Exporting]:
    exporter = KIND.build(settings, build_household(store, clock))
    async with Exporting([("files", exporter)], clock=clock) as running:
        await clock.until_sleeping()
        yield running


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as opened:
        return list(csv.DictReader(opened))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "exports"
    made.mkdir()
    return made


async def test_each_day_that_is_over_becomes_a_file_in_the_sites_days(store: HistoryStore, folder: Path) -> None:
    await fill(store, range(71))
    clock = ManualClock(START + timedelta(hours=26))
    async with exporting(FilesSettings(folder=folder, table="power"), store, clock) as running:
        assert names(folder) == ["power-raw-2026-03-28.csv"]
        await clock.advance(24 * 3600)
        await clock.until_sleeping()
        assert names(folder) == ["power-raw-2026-03-28.csv", "power-raw-2026-03-29.csv"]
        assert running.statuses()[0].delivered_count == 2
    first, second = (rows(folder / name) for name in names(folder))
    assert (len(first), len(second)) == (24, 23)
    assert (first[0]["time"], second[-1]["time"]) == ("2026-03-28T00:00:00+01:00", "2026-03-29T23:00:00+02:00")


async def test_after_a_pause_what_was_missed_is_written_and_nothing_again(store: HistoryStore, folder: Path) -> None:
    await fill(store, range(24 * 6))
    settings = FilesSettings(folder=folder, by="day")
    async with exporting(settings, store, ManualClock(START + timedelta(hours=26))):
        assert names(folder) == ["energy-day-2026-03-28.csv"]
    (folder / "energy-day-2026-03-28.csv").unlink()
    async with exporting(settings, store, ManualClock(START + timedelta(days=5))):
        assert names(folder) == [f"energy-day-2026-03-{day}.csv" for day in (29, 30, 31)]
    (row,) = rows(folder / "energy-day-2026-03-30.csv")
    assert (row["start"], row["end"], float(row["solar_wh"])) == (
        "2026-03-30T00:00:00+02:00",
        "2026-03-31T00:00:00+02:00",
        2400.0,
    )


async def test_months_as_parquet(store: HistoryStore, folder: Path) -> None:
    await fill(store, range(24 * 10))
    settings = FilesSettings(folder=folder, table="power", by="hour", every="month", format="parquet")
    async with exporting(settings, store, ManualClock(START + timedelta(days=5))):
        assert names(folder) == ["power-hour-2026-03.parquet"]
    read = [row["solar_w"] for row in read_parquet(folder / "power-hour-2026-03.parquet")]
    assert read == [100.0] * (24 * 4 - 1)


async def test_without_history_it_begins_with_today(store: HistoryStore, folder: Path) -> None:
    await fill(store, range(24 * 4))
    clock = ManualClock(START + timedelta(hours=30))
    async with exporting(FilesSettings(folder=folder, table="power", history=False), store, clock):
        assert names(folder) == []
        await clock.advance(24 * 3600)
        await clock.until_sleeping()
        assert names(folder) == ["power-raw-2026-03-29.csv"]


async def test_a_folder_that_is_gone_is_told_and_made_up_for(store: HistoryStore, folder: Path) -> None:
    await fill(store, range(30))
    clock = ManualClock(START + timedelta(hours=26))
    folder.rmdir()  # noqa: ASYNC240 - nothing else runs
    async with exporting(FilesSettings(folder=folder, table="power"), store, clock) as running:
        (status,) = running.statuses()
        assert status.state == "trouble"
        assert status.problem is not None
        assert "cannot be written" in status.problem
        folder.mkdir()  # noqa: ASYNC240 - as above
        await clock.advance(300)
        await clock.until_sleeping()
        assert names(folder) == ["power-raw-2026-03-28.csv"]
        assert running.statuses()[0].state == "ok"


@pytest.mark.parametrize(
    "wrong",
    [{"table": "powers"}, {"by": "minute"}, {"table": "events", "by": "day"}, {"by": "month"}, {"folder": None}],
)
async def test_what_cannot_be_had_is_refused_at_the_start(
    store: HistoryStore, folder: Path, wrong: dict[str, str]
) -> None:
    settings = FilesSettings(**{"folder": folder, **wrong})  # type: ignore[arg-type]
    with pytest.raises(ConfigError) as caught:
        KIND.build(settings, build_household(store, ManualClock()))
    assert caught.value.hint
