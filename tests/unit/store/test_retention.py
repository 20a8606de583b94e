from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from openvoy.model.records import Batch
from openvoy.store import HistoryStore
from tests.unit.store.records import SECOND, START, minute, opened, power, rows_of


async def write_hours(store: HistoryStore, first: int, last: int) -> None:
    """Live rows every ten minutes, a batch an hour."""
    for hour in range(first, last):
        live = tuple(power(minute(60 * hour + 10 * number), float(hour), interval_s=1) for number in range(6))
        await store.write(Batch(live=live, power=(power(minute(60 * hour), float(hour)),)))


def oldest(folder: Path) -> timedelta:
    ((first, last),) = rows_of(folder, "SELECT min(time), max(time) FROM live")
    assert isinstance(first, datetime)
    return last - first  # type: ignore[no-any-return]


async def test_live_rows_go_after_some_days_and_minutes_stay(tmp_path: Path) -> None:
    async with opened(tmp_path, live_days=1) as store:
        await write_hours(store, 0, 72)
    assert timedelta(hours=24) <= oldest(tmp_path) <= timedelta(hours=26)
    assert rows_of(tmp_path, "SELECT count(*) FROM power") == [(72,)]


async def test_after_an_absence_they_go_step_by_step(tmp_path: Path) -> None:
    async with opened(tmp_path, live_days=1) as store:
        await write_hours(store, 0, 20)
    before = rows_of(tmp_path, "SELECT count(*) FROM live")[0][0]
    async with opened(tmp_path, live_days=1) as store:
        await write_hours(store, 1000, 1001)
    assert rows_of(tmp_path, "SELECT count(*) FROM live") == [(before,)]
    async with opened(tmp_path, live_days=1) as store:
        await write_hours(store, 1001, 1023)
    assert oldest(tmp_path) < timedelta(hours=24)


async def test_one_wrong_clock_costs_an_hour_at_most(tmp_path: Path) -> None:
    async with opened(tmp_path, live_days=1) as store:
        await write_hours(store, 0, 20)
        await store.write(Batch(live=(power(minute(60 * 24 * 3650), 1.0, interval_s=1, gateway=SECOND),)))
        await write_hours(store, 20, 24)
    assert rows_of(tmp_path, "SELECT count(*) FROM live")[0][0] >= 6 * 23


async def test_a_sequence_goes_on_though_its_rows_are_gone(tmp_path: Path) -> None:
    """The last row written is an old one that came late; it stays until there is a newer sequence."""
    async with opened(tmp_path, live_days=1) as store:
        await write_hours(store, 0, 30)
        await store.write(Batch(live=(power(START + timedelta(seconds=1), 1.0, interval_s=1),)))
        highest = 30 * 6 + 1
    async with opened(tmp_path, live_days=1) as store:
        await write_hours(store, 60, 70)
    ((lowest, last),) = rows_of(tmp_path, f"SELECT min(seq), max(seq) FROM live WHERE time >= '{minute(3600):%F %T}'")
    assert (lowest, last) == (highest + 1, highest + 60)
