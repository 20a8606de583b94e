from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from openvoy.errors import StorageError
from openvoy.model.records import Batch
from openvoy.store.read_power import add_up
from tests.unit.store.records import GATEWAY, SECOND, START, minute, opened, power

AT = int(START.timestamp())


async def test_steps_are_means_and_holes_are_not_filled(tmp_path: Path) -> None:
    minutes = [power(minute(number), float(number), grid_w=-1.0) for number in range(10) if number not in {4, 5}]
    async with opened(tmp_path) as store:
        await store.write(Batch(power=tuple(minutes)))
        columns = await store.read_power(start=START, end=minute(60), step_s=120)
    assert dict(columns) == {
        "at": [AT, AT + 120, AT + 240, AT + 360, AT + 480],
        "solar_w": [0.5, 2.5, None, 6.5, 8.5],
        "grid_w": [-1.0, -1.0, None, -1.0, -1.0],
        "battery_w": [None] * 5,
        "generator_w": [None] * 5,
        "load_w": [None] * 5,
        "soc_pct": [None] * 5,
    }


async def test_means_are_weighted_by_time_and_by_what_was_said(tmp_path: Path) -> None:
    rows = (
        power(START, 100.0, interval_s=20, load_w=7.0),
        power(START + timedelta(seconds=20), 400.0, interval_s=40),
    )
    async with opened(tmp_path) as store:
        await store.write(Batch(power=rows))
        columns = await store.read_power(start=START, end=minute(1), step_s=60)
    assert (columns["solar_w"], columns["load_w"]) == ([300.0], [7.0])


async def test_a_row_counts_in_each_step_that_it_reaches_into(tmp_path: Path) -> None:
    """An hour at 600 W from 12:00, a quarter at 1200 W from 13:00; asked for from 12:50, by 20 minutes."""
    rows = (power(START, 600.0, interval_s=3600), power(minute(60), 1200.0, interval_s=900))
    async with opened(tmp_path) as store:
        await store.write(Batch(power=rows))
        columns = await store.read_power(start=minute(50), end=minute(120), step_s=1200)
        until = await store.read_power(start=minute(50), end=minute(65), step_s=1200)
    # 12:50-13:10: ten minutes of each; 13:10-13:30: five minutes of 1200 W are all that is known.
    assert (columns["at"], columns["solar_w"]) == ([AT + 3000, AT + 4200], [900.0, 1200.0])
    assert until["solar_w"] == [(600.0 * 600 + 1200.0 * 300) / 900]


async def test_fine_steps_are_live_rows_and_before_them_minutes(tmp_path: Path) -> None:
    live = tuple(power(minute(2) + timedelta(seconds=5 * number), 10.0 * number, interval_s=1) for number in range(24))
    async with opened(tmp_path) as store:
        await store.write(Batch(live=live, power=tuple(power(minute(number), 1.0) for number in range(4))))
        fine = await store.read_power(start=minute(1), end=minute(4), step_s=30)
        coarse = await store.read_power(start=minute(1), end=minute(4), step_s=60)
        finest = await store.read_power(start=minute(2), end=minute(2) + timedelta(seconds=6), step_s=1)
    assert fine["at"] == [AT + 60 + 30 * number for number in range(6)]
    assert fine["solar_w"] == [1.0, 1.0, 25.0, 85.0, 145.0, 205.0]
    assert coarse["solar_w"] == [1.0, 1.0, 1.0]
    assert finest["solar_w"] == [0.0, None, None, None, None, 10.0]


async def test_a_minute_does_not_reach_into_live_rows(tmp_path: Path) -> None:
    live = (power(minute(0) + timedelta(seconds=40), 100.0, interval_s=1),)
    async with opened(tmp_path) as store:
        await store.write(Batch(live=live, power=(power(START, 1.0),)))
        columns = await store.read_power(start=START, end=minute(1), step_s=20)
    assert columns["solar_w"] == [1.0, 1.0, 100.0]


async def test_several_gateways_are_added_up(tmp_path: Path) -> None:
    first = [power(minute(number), 100.0, soc_pct=40.0) for number in range(6)]
    second = [power(minute(number), 10.0, gateway=SECOND, battery_w=5.0, soc_pct=60.0) for number in (0, 1, 4, 5)]
    async with opened(tmp_path) as store:
        await store.write(Batch(power=(*first, *second)))
        both = await store.read_power(start=START, end=minute(10), step_s=60)
        one = await store.read_power(start=START, end=minute(10), step_s=60, gateway=GATEWAY)
        unknown = await store.read_power(start=START, end=minute(10), step_s=60, gateway="0")
    # The second was silent in between: the sum is not known then, rather than less.
    assert both["solar_w"] == [110.0, 110.0, None, None, 110.0, 110.0]
    assert both["battery_w"] == [5.0, 5.0, None, None, 5.0, 5.0]
    assert both["soc_pct"] == [50.0, 50.0, None, None, 50.0, 50.0]
    assert one["solar_w"] == [100.0] * 6
    assert unknown["at"] == []


@pytest.mark.parametrize(
    ("first", "second", "total"),
    [
        ([1.0, 1.0, 1.0], [None, None, None], [1.0, 1.0, 1.0]),
        ([1.0, 1.0, 1.0], [None, 2.0, 2.0], [1.0, 3.0, 3.0]),
        ([1.0, 1.0, 1.0, 1.0], [2.0, None, None, None], [3.0, None, None, 1.0]),
        ([1.0, 1.0, None], [2.0, None, 2.0], [3.0, None, None]),
        ([None, None], [None, None], [None, None]),
        ([6.0, 6.0, None, None], [None, 4.0, 4.0, 4.0], [6.0, 5.0, 4.0, 4.0]),
        ([6.0, 6.0, None], [None, 4.0, None], [6.0, 10.0, None]),
        ([6.0, None], [4.0, 4.0], [10.0, None]),
    ],
    ids=[
        "never there",
        "came later",
        "gone for good",
        "holes of both",
        "nothing known",
        "one took the other's place",
        "one came just now",
        "both began together",
    ],
)
def test_who_is_waited_for(first: list[float | None], second: list[float | None], total: list[float | None]) -> None:
    assert add_up([first, second], grace_steps=2, mean=False) == total


async def test_unreasonable_questions_are_refused_or_empty(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        await store.write(Batch(power=(power(START, 1.0, interval_s=1), power(minute(1_500_000), 1.0))))
        assert (await store.read_power(start=minute(60), end=minute(70), step_s=60))["at"] == []
        assert (await store.read_power(start=minute(1), end=START, step_s=60))["at"] == []
        with pytest.raises(StorageError, match="too many") as told:
            await store.read_power(start=START, end=minute(2_000_000), step_s=1)
        assert "coarser step" in told.value.hint
        with pytest.raises(ValueError, match="at least 1 s"):
            await store.read_power(start=START, end=minute(1), step_s=0)
