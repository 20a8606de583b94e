"""Counters that cannot be read while powers arrive: told once, and once when it is over."""

from __future__ import annotations

from datetime import timedelta

from openvoy.collector.counter_watch import CounterWatch
from openvoy.testing.clock import NOON
from tests.unit.collector.house import House


def test_what_lasts_is_told_once_and_once_when_it_is_over() -> None:
    watch = CounterWatch()
    told = [watch.take(NOON + timedelta(minutes=minute), is_known=not 5 <= minute < 30) for minute in range(40)]
    assert [minute for minute, text in enumerate(told) if text is not None] == [15, 30]
    assert "no energy counter" in (told[15] or "")
    assert watch.trouble is None


def test_a_gateway_that_is_away_or_never_counted_is_another_matter() -> None:
    watch = CounterWatch()
    assert watch.take(NOON, is_known=False) is None
    assert watch.take(NOON + timedelta(hours=1), is_known=False) is None
    assert watch.take(NOON + timedelta(hours=1, seconds=30), is_known=True) is None
    assert watch.take(NOON + timedelta(hours=1, seconds=60), is_known=False) is None
    for later in range(9):
        assert watch.take(NOON + timedelta(hours=9, minutes=later), is_known=False) is None


async def test_events_and_status_tell_it() -> None:
    house = House()
    async with house.collecting() as collector:
        await house.clock.advance(120)
        house.reader.counted_s = house.clock.monotonic()  # powers come by the stream, counters do not
        await house.clock.advance(900)
        (status,) = collector.feed.statuses()
        assert (status.state, status.is_fresh) == ("degraded", True)
        assert "no energy counter" in (status.problem or "")
        house.reader.counted_s = None
        await house.clock.advance(120)
        (status,) = collector.feed.statuses()
        assert (status.state, status.problem) == ("ok", None)
    told = [event.text for batch in house.store.batches for event in batch.events if event.kind == "gateway.counters"]
    assert len(told) == 2
