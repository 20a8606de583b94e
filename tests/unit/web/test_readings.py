"""What pages ask of history at once is read once, for as long as it says the same."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import cast

import pytest

from openvoy.errors import StorageError
from openvoy.ports import Store
from openvoy.testing.clock import ManualClock
from openvoy.web.readings import SharedReadings


@dataclass
class Shelf:
    """A history that says how often it was read; may be gone, or slow."""

    revision: int = 0
    reads: int = 0
    is_gone: bool = False
    held: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.held.set()

    async def read(self) -> int:
        self.reads += 1
        reads = self.reads
        await self.held.wait()
        if self.is_gone:
            raise StorageError("The disk is gone.")
        return reads


def readings(shelf: Shelf, clock: ManualClock) -> SharedReadings:
    return SharedReadings(cast("Store", shelf), clock)


async def test_many_who_ask_at_once_and_later_get_one_reading() -> None:
    shelf = Shelf()
    shared = readings(shelf, ManualClock())
    assert await asyncio.gather(*(shared.read("today", shelf.read) for _ in range(20))) == [1] * 20
    assert await shared.read("today", shelf.read) == 1


async def test_another_question_is_read_by_itself() -> None:
    shelf = Shelf()
    shared = readings(shelf, ManualClock())
    asked = (("today", "1"), ("today", "2"), ("today", "1"))
    assert [await shared.read(each, shelf.read) for each in asked] == [1, 2, 1]


async def test_what_was_written_is_read() -> None:
    shelf = Shelf()
    shared = readings(shelf, ManualClock())
    await shared.read("today", shelf.read)
    shelf.revision += 1
    assert await shared.read("today", shelf.read) == 2


async def test_the_day_goes_on_although_nothing_is_written() -> None:
    shelf, clock = Shelf(), ManualClock()
    shared = readings(shelf, clock)
    await shared.read("today", shelf.read)
    await clock.advance(60)
    assert await shared.read("today", shelf.read) == 2


async def test_trouble_is_told_to_all_who_wait_and_not_kept() -> None:
    shelf = Shelf(is_gone=True)
    shared = readings(shelf, ManualClock())
    found = await asyncio.gather(*(shared.read("today", shelf.read) for _ in range(3)), return_exceptions=True)
    assert [type(each) for each in found] == [StorageError] * 3
    assert shelf.reads == 1
    shelf.is_gone = False
    assert await shared.read("today", shelf.read) == 2


async def test_who_goes_away_leaves_it_to_those_who_come() -> None:
    shelf = Shelf()
    shelf.held.clear()
    shared = readings(shelf, ManualClock())
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await shared.read("today", shelf.read)
    later = asyncio.create_task(shared.read("today", shelf.read))
    await asyncio.sleep(0)
    shelf.held.set()
    assert await later == 1
