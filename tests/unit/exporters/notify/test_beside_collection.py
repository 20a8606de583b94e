"""Receivers that are dead, slow or mad cost collection nothing."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from openvoy.client.control import MemoryAudit
from openvoy.collector import Collector, ControlDesk, Exporting, Source
from openvoy.errors import GatewayUnreachable
from openvoy.exporters.notify import KIND, NotifySettings
from openvoy.exporters.notify.target import parse_target
from openvoy.model.place import SitePlace
from openvoy.ports import ExporterStatus, Household
from openvoy.store import HistoryStore
from openvoy.testing.clock import ManualClock
from tests.unit.collector.house import HouseReader, MemoryStore
from tests.unit.exporters.notify.receivers import garbage, inbox, listener, silence

STEP_S = 10.0
STEPS_BEFORE, STEPS_AFTER = 60, 130
"""Ten minutes that are good, then more than the patience with a gateway that does not answer."""


async def collect(urls: Sequence[str], folder: Path) -> tuple[Counter[str], int, Sequence[ExporterStatus]]:
    """Collect from a gateway that stops answering; give what it was asked, what was kept, and how receivers are."""
    clock, kept = ManualClock(), MemoryStore()
    reader = HouseReader(clock)
    source = Source(name="home", host="h", reader=reader, time_zone=ZoneInfo("UTC"))
    store = await HistoryStore.open(folder)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(store.close)
        collector = await stack.enter_async_context(Collector([source], store=kept, clock=clock))
        household = Household(
            place=SitePlace(name="home", time_zone="UTC"), feed=collector.feed, store=store, clock=clock,
            desk=ControlDesk({}, audit=MemoryAudit(), store=store), environ={},
        )  # fmt: skip
        settings = [NotifySettings(url=parse_target(url), events=("gateway",)) for url in urls]
        exporters = [("notify", KIND.build(one, household)) for one in settings]
        exporting = await stack.enter_async_context(Exporting(exporters, clock=clock))
        for step in range(STEPS_BEFORE + STEPS_AFTER):
            if step == STEPS_BEFORE:
                reader.faults["*"] = GatewayUnreachable("It does not answer.")
            await clock.advance(STEP_S)
            await asyncio.sleep(0.005)
        statuses = exporting.statuses()
    return reader.requests, len(kept.batches), statuses


async def test_what_the_gateway_is_asked_and_what_is_kept_stays_the_same(tmp_path: Path) -> None:
    alone, batches, _ = await collect([], tmp_path / "alone")
    async with listener(silence) as port:
        dead = f"127.0.0.1:{port}"
    async with inbox() as slow, inbox() as good, listener(garbage) as mad:
        slow.pause_s = 10.0
        urls = [
            *(f"{scheme}://{dead}/x?to=a@b.example" for scheme in ("http", "ntfys", "smtp", "smtps")),
            f"smtp://127.0.0.1:{mad}?to=a@b.example",
            f"ntfy://127.0.0.1:{mad}/topic",
            f"http://{slow.url}/hook",
            f"http://{good.url}/hook",
        ]
        asked, batches_beside, statuses = await collect(urls, tmp_path / "beside")
    assert (asked, batches_beside) == (alone, batches)
    assert sum(asked.values()) > 100
    *troubled, waiting, served = statuses
    assert [status.state for status in troubled] == ["trouble"] * 6
    assert all(status.problem and status.hint for status in troubled)
    assert (waiting.state, waiting.left_count, waiting.delivered_count) == ("ok", 1, 0)
    assert (served.state, served.left_count, served.delivered_count) == ("ok", 0, 1)
    assert [body["key"] for _, body in good.posts] == ["gateway/home/unreachable"]
