from __future__ import annotations

from datetime import timedelta
from typing import cast

import pytest

from openvoy.collector.keeper import KEPT_AGAIN, MOST_WAITING, Keeper
from openvoy.model.records import Batch, PowerRecord
from openvoy.ports import Store
from openvoy.testing.clock import NOON, ManualClock
from tests.unit.collector.house import MemoryStore


def minutes(first: int, count: int) -> list[Batch]:
    return [
        Batch(power=(PowerRecord(gateway="1", at=NOON + timedelta(minutes=first + number), interval_s=60),))
        for number in range(count)
    ]


async def test_that_minutes_are_given_up_is_said_once_in_each_trouble(caplog: pytest.LogCaptureFixture) -> None:
    store = MemoryStore()
    keeper = Keeper(cast("Store", store), ManualClock())
    for trouble in range(2):
        store.is_full, store.batches = True, []
        for batch in minutes(trouble * 2 * MOST_WAITING, MOST_WAITING + 5):
            keeper.keep(batch)
            await keeper.settle()
        assert [record.message.partition(";")[0] for record in caplog.records] == [
            "The disk is full.",
            "History could not be written for a day",
        ]
        assert (keeper.status.waiting_count, keeper.status.lost_count) == (MOST_WAITING, 5 * (trouble + 1))
        store.is_full = False
        await keeper.settle()
        *_, said = caplog.records
        assert said.message == f"History is written again; {MOST_WAITING} minutes had to wait, 5 were given up."
        (told,) = (event for batch in store.batches for event in batch.events)
        assert (told.kind, told.details["lost_count"]) == (KEPT_AGAIN, 5)
        caplog.clear()
