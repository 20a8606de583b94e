"""Collection into a real history on a disk that gets full or read-only: it goes on, is told, and loses nothing."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from openvoy.collector import Collector, Source
from openvoy.collector.feed import LiveFeed
from openvoy.collector.tariffs import keeping_tariffs, read_tariff
from openvoy.model.tariff import Tariff
from openvoy.store import HistoryStore
from openvoy.testing.clock import ManualClock
from openvoy.web.app import build_app
from openvoy.web.listen import build_host_rule
from openvoy.web.server import serve
from tests.contract.web_service import LOOPBACK, SITE
from tests.support.disks import failing_disk, fill_up, small_disk
from tests.unit.collector.house import HouseReader
from tests.unit.web.examples import a_snapshot, a_status

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="disks of Linux")

__all__ = ["small_disk"]


@dataclass(frozen=True, kw_only=True)
class Running:
    """A service on a moved clock."""

    clock: ManualClock
    store: HistoryStore
    collector: Collector
    browser: aiohttp.ClientSession

    async def ask(self, path: str, status: int = 200) -> Any:
        async with self.browser.get(path) as reply:
            assert reply.status == status, await reply.text()
            return await reply.json()

    async def minutes(self, count: int) -> None:
        """Let minutes go by; the disk is given the time that it takes."""
        for _ in range(2 * count):
            await self.clock.advance(30)
            await asyncio.sleep(0.02)

    async def until(self, is_so: Callable[[], bool]) -> None:
        for _ in range(40):
            await self.minutes(1)
            if is_so():
                return
        raise AssertionError(self.collector.feed.history())

    async def kept(self, least: int) -> list[float]:
        """Let minutes go by until so many are kept; a busy machine takes its time."""
        for _ in range(40):
            if len(found := await minutes_kept(self.store, self.clock)) >= least:
                return found
            await self.minutes(1)
        raise AssertionError(found)


@contextlib.asynccontextmanager
async def running(folder: Path, clock: ManualClock) -> AsyncIterator[Running]:
    store = await HistoryStore.open(folder)
    try:
        source = Source(name="home", host="envoy.local", reader=HouseReader(clock), time_zone=ZoneInfo(SITE.time_zone))
        async with Collector([source], store=store, clock=clock) as collector:
            app = build_app(
                feed=collector.feed, store=store, site=SITE, clock=clock, hosts=build_host_rule(LOOPBACK, ())
            )
            async with (
                serve(app, LOOPBACK) as bound,
                aiohttp.ClientSession(f"http://127.0.0.1:{bound.port}/") as browser,
            ):
                yield Running(clock=clock, store=store, collector=collector, browser=browser)
    finally:
        await store.close()


async def minutes_kept(store: HistoryStore, clock: ManualClock) -> list[float]:
    now = clock.now()
    columns = await store.read_rows("power", start=now - timedelta(days=1), end=now + timedelta(days=1))
    return [float(at) for at in columns["at"] if at is not None]


def are_all(minutes: list[float]) -> bool:
    return minutes == [minutes[0] + 60 * number for number in range(len(minutes))]


async def test_a_full_disk_is_seen_and_over_again_with_every_minute(disk: Path) -> None:
    clock = ManualClock()
    async with running(disk / "history", clock) as service:
        await service.minutes(4)
        assert (await service.ask("/healthz"))["history"]["is_kept"] is True
        filler = fill_up(disk, leave_bytes=2**20)
        await service.until(lambda: not service.collector.feed.history().is_kept)
        while service.collector.feed.history().waiting_count < 9:
            await service.minutes(1)
        told = await service.ask("/healthz", 503)
        assert (told["status"], told["gateways"][0]["is_fresh"]) == ("not_kept", True)
        assert "No space left on device" in told["reasons"][0]
        assert "Free some space" in told["hint"]
        state = await service.ask("/api/v1/history/state")
        assert state["lost_count"] == 0
        filler.unlink()
        await service.until(lambda: service.collector.feed.history().is_kept)
        assert (await service.ask("/healthz"))["history"]["waiting_count"] == 0
        kept = await minutes_kept(service.store, clock)
        assert are_all(kept)
        assert len(kept) > 9
        (event,) = await service.store.read_events(limit=9, kind="history.kept")
        assert event.details["lost_count"] == 0
        assert int(str(event.details["waited_count"])) >= 9
    async with running(disk / "history", clock) as service:
        assert (await minutes_kept(service.store, clock))[: len(kept)] == kept
        assert not service.store.set_aside


async def test_a_tariff_that_finds_no_room_is_told_once_and_noted_once_there_is(
    disk: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = ManualClock()
    async with running(disk / "history", clock) as service:
        feed = LiveFeed(["home"])
        filler = fill_up(disk, leave_bytes=2**20)
        snapshot = replace(a_snapshot(), tariff=Tariff(currency="EUR", seasons=(), export_per_kwh=0.04))

        async def updated(count: int) -> None:
            for _ in range(count):
                feed.publish(a_status("home"), snapshot)
                await service.minutes(1)

        async with keeping_tariffs(feed, service.store, clock):
            await clock.until_sleeping()
            await updated(9)
            said = [record.message for record in caplog.records if record.name.endswith("tariffs")]
            assert [one.partition(" cannot")[1] for one in said] == [" cannot"]
            filler.unlink()
            await updated(3)
            said = [record.message for record in caplog.records if record.name.endswith("tariffs")]
            assert len(said) == 2
            assert said[1].endswith("is noted now.")
            assert await read_tariff(service.store, snapshot.gateway.serial) == snapshot.tariff


async def test_a_disk_that_becomes_read_only_is_seen_and_keeps_what_it_has(tmp_path: Path) -> None:
    clock, image, folder = ManualClock(), tmp_path / "image", tmp_path / "disk"
    with failing_disk(image, folder) as fail:
        async with running(folder / "history", clock) as service:
            acknowledged = await service.kept(least=4)
            fail()
            await service.until(lambda: not service.collector.feed.history().is_kept)
            await service.minutes(3)
            told = await service.ask("/healthz", 503)
            assert told["gateways"][0]["is_fresh"] is True
            assert "Read-only file system" in told["reasons"][0]
            assert (await minutes_kept(service.store, clock))[: len(acknowledged)] == acknowledged
    with failing_disk(image, folder):
        async with running(folder / "history", clock) as service:
            kept = await service.kept(least=len(acknowledged) + 1)
            assert kept[: len(acknowledged)] == acknowledged
            assert not service.store.set_aside
