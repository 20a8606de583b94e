from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from openvoy.ports import Clock
from openvoy.testing.clock import NOON, ManualClock


async def test_time_stands_still_until_it_is_advanced() -> None:
    clock: Clock = ManualClock()
    assert clock.now() == NOON
    await asyncio.sleep(0.01)
    assert clock.now() == NOON
    assert clock.monotonic() == 0


async def test_sleepers_wake_at_their_own_time_and_in_order() -> None:
    clock = ManualClock()
    woken: list[tuple[str, datetime]] = []

    async def nap(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append((name, clock.now()))

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(nap("late", 5))
        tasks.create_task(nap("early", 2))
        await clock.advance(1.5)
        assert woken == []
        await clock.advance(10)
    assert woken == [("early", NOON + timedelta(seconds=2)), ("late", NOON + timedelta(seconds=5))]
    assert clock.now() == NOON + timedelta(seconds=11.5)
    assert clock.monotonic() == 11.5


async def test_a_periodic_task_runs_once_a_period_within_one_advance() -> None:
    clock = ManualClock()
    ticks: list[float] = []

    async def tick() -> None:
        while True:
            await clock.sleep(60)
            ticks.append(clock.monotonic())

    task = asyncio.create_task(tick())
    await clock.advance(3600)
    task.cancel()
    assert ticks == [60.0 * n for n in range(1, 61)]


async def test_a_cancelled_sleeper_no_longer_counts() -> None:
    clock = ManualClock()
    task = asyncio.create_task(clock.sleep(5))
    await clock.until_sleeping()
    task.cancel()
    await asyncio.wait([task])
    assert clock.sleeping == 0
    await clock.advance(10)


async def test_a_jump_of_the_wall_clock_leaves_the_stopwatch_alone() -> None:
    clock = ManualClock()
    clock.jump_to(datetime(2030, 1, 1, tzinfo=UTC))
    assert clock.now() == datetime(2030, 1, 1, tzinfo=UTC)
    assert clock.monotonic() == 0


async def test_time_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="jump_to"):
        await ManualClock().advance(-1)
    with pytest.raises(ValueError, match="timezone-aware"):
        ManualClock(datetime(2025, 1, 1))  # noqa: DTZ001 - the mistake that is refused
