"""The service learns when its gateway is away at night, and still knows after a restart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from openvoy.errors import GatewayTimeout
from tests.unit.collector.house import House

EVENING = datetime(2026, 6, 1, 20, 0, tzinfo=UTC)
"""22:00 in Paris."""
AWAY_S = 400


async def night(house: House, day: int) -> None:
    """Let the gateway be away at 22:10, an hour before the usual."""
    house.clock.jump_to(EVENING + timedelta(days=day, minutes=9))
    await house.clock.advance(60)
    house.reader.faults["*"] = GatewayTimeout("No reply.")
    await house.clock.advance(AWAY_S)
    house.reader.faults.clear()
    await house.clock.advance(60)


async def test_three_nights_make_a_habit_that_outlasts_a_restart() -> None:
    house = House()
    states = []
    async with house.collecting() as collector:
        for day in range(3):
            await night(house, day)
        house.clock.jump_to(EVENING + timedelta(days=3, minutes=9))
        await house.clock.advance(60)
        house.reader.faults["*"] = GatewayTimeout("No reply.")
        await house.clock.advance(60)
        states.append(collector.feed.statuses()[0].state)
        house.reader.faults.clear()
        await house.clock.advance(60)
    house.clock.jump_to(EVENING + timedelta(days=4, minutes=9))
    async with house.collecting() as collector:
        await house.clock.advance(60)
        house.reader.faults["*"] = GatewayTimeout("No reply.")
        await house.clock.advance(60)
        states.append(collector.feed.statuses()[0].state)
        house.clock.jump_to(EVENING + timedelta(days=4, minutes=65))
        await house.clock.advance(60)
        states.append(collector.feed.statuses()[0].state)
    assert states == ["quiet", "quiet", "unreachable"]
    kinds = house.store.events()
    assert kinds.count("gateway.unreachable") >= 3
