from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from openvoy.testing.clock import NOON, ManualClock
from openvoy.virtual.clock import VirtualClock

MIDNIGHT = datetime(2026, 1, 1, tzinfo=UTC)


async def test_runs_as_the_real_clock_from_the_real_time() -> None:
    real = ManualClock()
    clock = VirtualClock(real)
    await real.advance(90)
    assert clock.now() == NOON + timedelta(seconds=90)
    assert clock.monotonic() == 90


async def test_runs_from_any_start_at_any_speed() -> None:
    real = ManualClock()
    clock = VirtualClock(real, start=MIDNIGHT, speed=3600)
    await real.advance(24)
    assert clock.now() == MIDNIGHT + timedelta(days=1)


async def test_a_sleep_takes_virtual_seconds() -> None:
    real = ManualClock()
    clock = VirtualClock(real, speed=60)
    sleeper = asyncio.create_task(clock.sleep(120))
    await real.advance(1.9)
    assert not sleeper.done()
    await real.advance(0.1)
    await sleeper


@pytest.mark.parametrize("speed", [0, 1])
async def test_advancing_wakes_who_is_due_and_no_other(speed: float) -> None:
    clock = VirtualClock(ManualClock(), speed=speed)
    early, late = asyncio.create_task(clock.sleep(600)), asyncio.create_task(clock.sleep(601))
    await asyncio.sleep(0)
    clock.advance(600)
    await early
    assert not late.done()
    clock.advance(1)
    await late
    assert clock.monotonic() == 601


async def test_standing_still_it_moves_only_by_request() -> None:
    real = ManualClock()
    clock = VirtualClock(real, start=MIDNIGHT, speed=0)
    await real.advance(3600)
    assert clock.now() == MIDNIGHT
    clock.advance(5)
    assert clock.now() == MIDNIGHT + timedelta(seconds=5)


def test_it_never_runs_backwards_and_knows_its_zone() -> None:
    real = ManualClock()
    with pytest.raises(ValueError, match="backwards"):
        VirtualClock(real, speed=-1)
    with pytest.raises(ValueError, match="timezone-aware"):
        VirtualClock(real, start=datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point
    with pytest.raises(ValueError, match="backwards"):
        VirtualClock(real).advance(-1)
