"""A gateway's clock is set while its panels report: what was kept stays, what comes is of its own time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from openvoy.collector.gateway_clock import GatewayClock
from openvoy.testing.clock import NOON
from tests.unit.collector.house import House


def test_what_is_wrong_is_told_once_and_once_when_it_is_right() -> None:
    clock = GatewayClock()
    assert (clock.take(None), clock.take(29.0), clock.ahead_s) == (None, None, 0.0)
    assert (clock.take(45.0), clock.ahead_s) == (None, 45.0)
    assert "10 min behind" in (clock.take(-600.0) or "")
    assert (clock.take(-601.0), clock.take(-590.0), clock.ahead_s) == (None, None, -590.0)
    assert "48.0 h ahead of" in (clock.take(172_800.0) or "")
    assert (clock.take(None), clock.ahead_s) == (None, 172_800.0)
    assert "right again" in (clock.take(-1.0) or "")
    assert (clock.take(2.0), clock.ahead_s) == (None, 0.0)


@pytest.mark.parametrize("ahead_s", [-600.0, 172_800.0])
async def test_reports_of_panels_are_kept_at_the_time_when_they_were_made(ahead_s: float) -> None:
    house = House()
    async with house.collecting():
        for minute in range(60):
            house.reader.clock_ahead_s = ahead_s if 15 <= minute < 45 else 0.0
            await house.clock.advance(60)
    times = [record.at for batch in house.store.batches for record in batch.inverters if record.serial == "1"]
    assert times == [NOON + timedelta(minutes=5 * number) for number in range(len(times))]
    assert len(times) in {12, 13}
    kinds = [(event.kind, event.text) for batch in house.store.batches for event in batch.events]
    told = [text for kind, text in kinds if kind == "gateway.clock"]
    assert len(told) == 2
    assert "corrected" in told[0]
