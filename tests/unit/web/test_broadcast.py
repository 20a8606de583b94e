from __future__ import annotations

import asyncio
import contextlib
import gc
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from openvoy.collector.feed import LiveFeed
from openvoy.testing.clock import ManualClock
from openvoy.web.broadcast import COMMENT, COMMENT_S, OPENING, Broadcaster
from tests.unit.web.examples import a_snapshot, a_status


def events(chunk: bytes) -> list[dict[str, Any]]:
    frames = chunk.removeprefix(OPENING).decode().split("\n\n")
    return [json.loads(frame.removeprefix("event: update\ndata: ")) for frame in frames if frame.startswith("event")]


@contextlib.asynccontextmanager
async def running(live: Broadcaster) -> AsyncIterator[None]:
    task = asyncio.create_task(live.run())
    await asyncio.sleep(0)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


@pytest.fixture
def feed() -> LiveFeed:
    feed = LiveFeed(["home", "barn"])
    feed.publish(a_status("home"), a_snapshot(1.0))
    feed.publish(a_status("barn", state="starting"))
    return feed


async def test_the_latest_state_of_all_gateways_comes_at_once(feed: LiveFeed) -> None:
    live = Broadcaster(feed, ManualClock())
    chunk = await anext(live.follow())
    assert chunk.startswith(OPENING)
    home, barn = events(chunk)
    assert home["status"]["name"] == "home"
    assert home["snapshot"]["power"]["solar_w"] == 1.0
    assert home["snapshot"]["power"]["grid_w"] is None
    assert barn["status"]["state"] == "starting"
    assert barn["snapshot"] is None


async def test_every_reader_gets_what_changes(feed: LiveFeed) -> None:
    live = Broadcaster(feed, ManualClock())
    async with running(live):
        readers = [live.follow() for _ in range(200)]
        for reader in readers:
            await anext(reader)
        assert live.readers == 200
        assert len(feed._followers) == 1
        waiting = [asyncio.ensure_future(anext(reader)) for reader in readers]
        await asyncio.sleep(0)
        feed.publish(a_status("home"), a_snapshot(2.0))
        chunks = await asyncio.gather(*waiting)
        assert all(chunk is chunks[0] for chunk in chunks), "an event is encoded once for all"
        assert {event["snapshot"]["power"]["solar_w"] for chunk in chunks for event in events(chunk)} == {2.0}


async def test_a_changed_status_carries_the_snapshot_that_is_known(feed: LiveFeed) -> None:
    live = Broadcaster(feed, ManualClock())
    async with running(live):
        reader = live.follow()
        await anext(reader)
        feed.publish(a_status("home", state="unreachable", is_fresh=False))
        (event,) = events(await anext(reader))
        assert event["status"]["state"] == "unreachable"
        assert event["snapshot"]["power"]["solar_w"] == 1.0


async def test_a_slow_reader_gets_the_newest_of_every_gateway_only(feed: LiveFeed) -> None:
    live = Broadcaster(feed, ManualClock())
    async with running(live):
        reader = live.follow()
        await anext(reader)
        for solar_w in range(100):
            feed.publish(a_status("home"), a_snapshot(float(solar_w)))
            feed.publish(a_status("barn"), a_snapshot(float(-solar_w)))
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        found = {
            event["status"]["name"]: event["snapshot"]["power"]["solar_w"] for event in events(await anext(reader))
        }
        assert found == {"home": 99.0, "barn": -99.0}
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(reader), 0.01)


async def test_a_comment_every_15_seconds_keeps_proxies_awake(feed: LiveFeed) -> None:
    clock = ManualClock()
    live = Broadcaster(feed, clock)
    async with running(live):
        reader = live.follow()
        await anext(reader)
        for _ in range(3):
            waiting = asyncio.ensure_future(anext(reader))
            await clock.advance(COMMENT_S - 0.1)
            assert not waiting.done()
            await clock.advance(0.1)
            assert await waiting == COMMENT


async def test_streams_end_with_the_service(feed: LiveFeed) -> None:
    live = Broadcaster(feed, ManualClock())
    async with running(live):
        waiting = []
        for _ in range(3):
            reader = live.follow()
            await anext(reader)
            waiting.append(asyncio.ensure_future(anext(reader)))
        await asyncio.sleep(0)
    for result in await asyncio.gather(*waiting, return_exceptions=True):
        assert isinstance(result, StopAsyncIteration)


async def test_a_late_reader_gets_the_state_and_then_the_end(feed: LiveFeed) -> None:
    live = Broadcaster(feed, ManualClock())
    live.close()
    assert len([chunk async for chunk in live.follow()]) == 1


async def test_a_dropped_reader_is_forgotten(feed: LiveFeed) -> None:
    live = Broadcaster(feed, ManualClock())
    reader = live.follow()
    await anext(reader)
    assert live.readers == 1
    del reader
    gc.collect()
    assert live.readers == 0


async def test_streams_begin_anew_and_a_gateway_that_is_gone_is_forgotten(feed: LiveFeed) -> None:
    clock = ManualClock()
    live = Broadcaster(feed, clock)
    async with running(live):
        reader = live.follow()
        await anext(reader)
        for name in ("home", "barn"):
            feed.publish(a_status(name), a_snapshot(2.0))
        assert len(events(await anext(reader))) == 2
        waiting = asyncio.ensure_future(anext(reader))
        feed.arrange(["home"], kept={"home"}, troubles={})
        live.begin_anew(kept={"home"})
        with pytest.raises(StopAsyncIteration):
            await waiting
        assert [one["status"]["name"] for one in events(await anext(live.follow()))] == ["home"]
        assert live.window.points("home", clock.now())
        assert not live.window.points("barn", clock.now())
