"""Copies that come when they should, hold everything, and say when they cannot."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from openvoy.collector import Exporting
from openvoy.errors import ConfigError
from openvoy.exporters.backup import KIND, BackupSettings
from openvoy.model.records import Batch, PowerRecord
from openvoy.store import HistoryStore
from openvoy.store.backup import restore_history
from openvoy.store.copies import FolderCopies
from openvoy.testing.clock import ManualClock
from tests.unit.exporters.test_files import START, build_household, fill
from tests.unit.store.test_sealing import sealed

HOUR_S = 3600.0


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[HistoryStore]:
    opened = await HistoryStore.open(tmp_path / "history")
    try:
        yield opened
    finally:
        await opened.close()


@contextlib.asynccontextmanager
async def backing_up(folder: Path, store: HistoryStore, clock: ManualClock, every: str) -> AsyncIterator[Exporting]:
    household = replace(build_household(store, clock), copies=FolderCopies(folder.parent / "history"))
    exporter = KIND.build(BackupSettings(folder=folder, every=every), household)
    async with Exporting([("backup", exporter)], clock=clock) as running:
        await clock.until_sleeping()
        yield running


async def move(clock: ManualClock, hours: float) -> None:
    """Let the hours pass as they do: a copy takes real time, in which the clock waits."""
    for _ in range(int(hours)):
        await clock.advance(HOUR_S)
        await clock.until_sleeping()


def count(running: Exporting) -> int:
    (status,) = running.statuses()
    return status.delivered_count


@pytest.mark.parametrize(("every", "days"), [("day", 1), ("week", 7)])
async def test_a_copy_is_made_at_once_and_then_at_its_hour(
    store: HistoryStore, tmp_path: Path, every: str, days: int
) -> None:
    (tmp_path / "copy").mkdir()
    clock = ManualClock(datetime(2026, 6, 1, 20, tzinfo=UTC))
    async with backing_up(tmp_path / "copy", store, clock, every) as running:
        assert count(running) == 1
        await move(clock, 24 * (days - 1) + 4)
        assert count(running) == 1
        await move(clock, 2)
        assert count(running) == 2
    async with backing_up(tmp_path / "copy", store, clock, every) as again:
        assert count(again) == 0
        await move(clock, 24 * days)
        assert count(again) == 1


async def test_a_copy_holds_what_history_had(store: HistoryStore, tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    await fill(store, range(5))
    async with backing_up(tmp_path / "copy", store, ManualClock(START), "day"):
        pass
    restore_history(tmp_path / "copy", tmp_path / "restored")
    restored = await HistoryStore.open(tmp_path / "restored")
    try:
        last = await restored.read_last_energy("1")
        assert last is not None
        assert last.solar_wh == 400
    finally:
        await restored.close()


async def test_a_disk_that_is_not_there_is_said_and_served_once_it_is(store: HistoryStore, tmp_path: Path) -> None:
    clock = ManualClock(START)
    async with backing_up(tmp_path / "stick", store, clock, "day") as running:
        (status,) = running.statuses()
        assert status.state == "trouble"
        assert "Plug the disk in" in (status.hint or "")
        (tmp_path / "stick").mkdir()
        await clock.advance(HOUR_S)
        await clock.until_sleeping()
        (status,) = running.statuses()
        assert (status.state, status.delivered_count) == ("ok", 1)


@pytest.mark.parametrize("folder", [None, "history", "history/copy"])
async def test_a_copy_inside_the_history_would_not_help(
    store: HistoryStore, tmp_path: Path, folder: str | None
) -> None:
    household = replace(build_household(store, ManualClock()), copies=FolderCopies(tmp_path / "history"))
    with pytest.raises(ConfigError):
        KIND.build(BackupSettings(folder=None if folder is None else tmp_path / folder), household)


async def test_what_a_copy_is_without_stays_trouble_until_a_copy_is_whole(store: HistoryStore, tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    await fill(store, range(5))
    await store.write(Batch(power=(PowerRecord(gateway="1", at=START + timedelta(days=90), interval_s=60),)))
    await sealed(store)
    lost = tmp_path / "history" / "sealed" / "month=2026-03" / "power-1.parquet"
    content = lost.read_bytes()
    lost.unlink()
    clock = ManualClock(START)
    for is_first in (True, False):
        async with backing_up(tmp_path / "copy", store, clock, "day") as running:
            (status,) = running.statuses()
            assert (status.state, status.delivered_count, status.delivered_at) == ("trouble", int(is_first), START)
            assert "month=2026-03/power-1.parquet" in (status.problem or "")
            assert "history verify" in (status.hint or "")
            await move(clock, 2)
            assert running.statuses()[0].state == "trouble"
            if not is_first:
                lost.write_bytes(content)
                await move(clock, 25)
                assert running.statuses()[0].state == "ok"
