"""Months that are looked at day by day are unpacked; nobody who reads can tell, whatever happens to the months."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from openvoy.model.records import Batch
from openvoy.ports import Columns
from openvoy.store import HistoryStore, unpacked
from openvoy.store.unpacked import Unpacked
from tests.unit.store.records import GATEWAY, SECOND, inverter, made_once, opened, power
from tests.unit.store.test_sealing import sealed

JANUARY = datetime(2024, 1, 1, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
PATIENCE_S = 60.0


DAYS = (0, 5, 6, 9, 10, 11, 30, 31, 32, 45, 61)


async def make(folder: Path) -> None:
    """Days of two months by the minute, sealed, in which things are not said now and then; one gateway begins later."""
    async with opened(folder) as store:
        for name, first in ((GATEWAY, 0), (SECOND, 10)):
            days = [JANUARY + day * DAY for day in DAYS if day >= first]
            at_s = [(day + number * MINUTE).timestamp() for day in days for number in range(1440)]
            watts = [None if number % 701 == 5 else number % 977 / 10 for number in range(len(at_s))]
            powers = {"gateway": name, "at": at_s, "interval_s": 60, "solar_w": watts, "load_w": watts[::-1]}
            await store.write_columns("power", powers)
            for serial in ("7", "8"):
                reports = {"gateway": name, "at": at_s[::5], "serial": serial + name, "power_w": watts[::5]}
                await store.write_columns("inverters", reports)
        await sealed(store)


async def make_alone(folder: Path) -> None:
    """One gateway with one inverter: of a day every minute is there, of others some are not; loads are always said."""
    async with opened(folder) as store:
        minutes = [JANUARY + day * DAY + number * MINUTE for day in DAYS for number in range(1440)]
        at_s = [at.timestamp() for at in minutes if at < JANUARY + 9 * DAY or at.minute % 7]
        watts = [None if number % 701 == 5 else number % 977 / 10 for number in range(len(at_s))]
        loads = [number % 311 / 10 for number in range(len(at_s))]
        powers = {"gateway": GATEWAY, "at": at_s, "interval_s": 60, "solar_w": watts, "load_w": loads}
        await store.write_columns("power", powers)
        reports = {"gateway": GATEWAY, "at": at_s[::5], "serial": "8" + GATEWAY, "power_w": watts[::5]}
        await store.write_columns("inverters", reports)
        await sealed(store)


def spans() -> Sequence[tuple[datetime, datetime]]:
    days = [JANUARY + number * DAY for number in (0, 9, 10, 30, 30.5, 31, 45)]
    return [(day, day + DAY) for day in days]


async def answers(store: HistoryStore) -> list[dict[str, list[Any]]]:
    """What is told of some days, whole and of one gateway or inverter."""
    found: list[Columns] = []
    for start, end in spans():
        found.append(await store.read_power(start=start, end=end, step_s=60))
        found.append(await store.read_power(start=start, end=end, step_s=60, gateway=SECOND))
        found.append(await store.read_inverters(start=start, end=end))
        found.append(await store.read_inverters(start=start, end=end, serial="8" + GATEWAY))
    assert all(isinstance(values, list | tuple) for columns in found for values in columns.values()), "as JSON has them"
    return [{name: list(values) for name, values in columns.items()} for columns in found]


def kept(store: HistoryStore) -> Unpacked:
    return store._writer.database().shared.catalog.unpacked


async def unpacked_files(store: HistoryStore, count: int) -> None:
    """Wait until so many files are unpacked."""
    async with asyncio.timeout(PATIENCE_S):
        while len(kept(store)._kept) < count:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(("make", "none"), [(make, 2), (make_alone, len(spans()))])
async def test_nobody_can_tell(tmp_path: Path, make: Callable[[Path], Awaitable[None]], none: int) -> None:
    await made_once(make, tmp_path)
    async with opened(tmp_path) as store:
        every = await answers(store)
        await unpacked_files(store, 4)
        # The second gateway began later, or is not there.
        assert [len(columns["at"]) > 0 for columns in every].count(False) == none
        assert every == await answers(store)


async def test_a_month_that_is_taken_back_is_read_anew(tmp_path: Path) -> None:
    await made_once(make, tmp_path)
    at = JANUARY + 5 * DAY
    async with opened(tmp_path) as store:
        before = await answers(store)
        await unpacked_files(store, 4)
        await store.write(Batch(power=(power(at, solar_w=4444.0),), inverters=(inverter(at, "7" + GATEWAY, 55.0),)))
        found = await store.read_power(start=at, end=at + DAY, step_s=60, gateway=GATEWAY)
        assert found["solar_w"][0] == 4444.0
        reports = await store.read_inverters(start=at, end=at + DAY)
        assert 55.0 in reports["power_w"]
        await sealed(store)
        assert await answers(store) == before  # of other days
        assert (await store.read_power(start=at, end=at + DAY, step_s=60, gateway=GATEWAY))["solar_w"][0] == 4444.0


async def test_who_was_not_asked_for_the_longest_makes_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await made_once(make, tmp_path)
    monkeypatch.setattr(unpacked, "MOST_BYTES", 6 << 20)
    async with opened(tmp_path) as store:
        every = await answers(store)
        for _ in range(3):
            assert await answers(store) == every
        await unpacked_files(store, 1)
        assert sum(rows.size_bytes for rows in kept(store)._kept.values()) <= 6 << 20


async def test_a_day_at_hand_takes_no_thread(tmp_path: Path) -> None:
    await made_once(make, tmp_path)
    start, end = JANUARY + 9 * DAY, JANUARY + 10 * DAY
    async with opened(tmp_path) as store:
        every = await answers(store)
        await unpacked_files(store, 4)
        store._shut_readers()
        powers = await store.read_power(start=start, end=end, step_s=60)
        reports = await store.read_inverters(start=start, end=end)
        assert [{name: list(values) for name, values in found.items()} for found in (powers, reports)] == [
            every[4],
            every[6],
        ]
        with pytest.raises(RuntimeError, match="shutdown"):
            await store.read_power(start=JANUARY, end=JANUARY + 45 * DAY, step_s=60)


async def test_what_is_given_is_the_askers_own(tmp_path: Path) -> None:
    await made_once(make_alone, tmp_path)
    span: Any = {"start": JANUARY + 5 * DAY, "end": JANUARY + 6 * DAY}
    async with opened(tmp_path) as store:
        await answers(store)
        await unpacked_files(store, 4)
        for ask in (partial(store.read_power, step_s=60), store.read_inverters):
            found = await ask(**span)
            before = {name: list(values) for name, values in found.items()}
            for values in found.values():
                assert isinstance(values, list)
                values.clear()
            assert await ask(**span) == before


async def test_what_turns_out_to_be_too_much_is_read_as_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await made_once(make, tmp_path)
    async with opened(tmp_path) as store:
        every = await answers(store)
        await unpacked_files(store, 4)
        sizes = [len(rows.times) * (1 + len(rows.columns)) for rows in kept(store)._kept.values()]
        largest = unpacked.CELL_BYTES * max(sizes)
    monkeypatch.setattr(unpacked, "MOST_BYTES", largest)
    async with opened(tmp_path) as store:
        async with asyncio.timeout(PATIENCE_S):
            while not kept(store)._too_large:
                assert await answers(store) == every
        assert await answers(store) == every
        assert not kept(store)._too_large & set(kept(store)._kept)
