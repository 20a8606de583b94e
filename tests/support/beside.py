"""Exporters beside a real collector on a moved clock: what the gateway is asked, what is kept, how receivers are."""

from __future__ import annotations

import asyncio
import contextlib
import resource
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from openvoy.client.control import MemoryAudit
from openvoy.collector import Collector, ControlDesk, Exporting, Source
from openvoy.errors import GatewayUnreachable
from openvoy.model.place import SitePlace
from openvoy.model.records import Batch, EnergyRecord
from openvoy.ports import Exporter, ExporterStatus, Household, Page
from openvoy.store import HistoryStore
from openvoy.testing.clock import ManualClock
from tests.unit.collector.house import HouseReader, MemoryStore

STEP_S = 10.0
STEPS_BEFORE, STEPS_AFTER = 60, 130
"""Ten minutes that are good, then more than the patience with a gateway that does not answer."""
OLDER_ROWS = 2000

Build = Callable[[Household], Sequence[tuple[str, Exporter]]]
WithPages = Callable[[Sequence[Page]], contextlib.AbstractAsyncContextManager[None]]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of it."""

    asked: Counter[str]
    """Requests to the gateway by endpoint."""
    batches: int
    statuses: Sequence[ExporterStatus]
    grown_bytes: int
    """How much the process's memory has grown at its highest."""


@contextlib.asynccontextmanager
async def _nobody(_: Sequence[Page]) -> AsyncIterator[None]:
    yield


async def collect(
    build: Build, folder: Path, *, environ: Mapping[str, str] | None = None, reading: WithPages = _nobody
) -> Outcome:
    """Collect from a gateway that stops answering, with a history of a week that receivers want."""
    clock, kept = ManualClock(), MemoryStore()
    reader = HouseReader(clock)
    source = Source(name="home", host="h", reader=reader, time_zone=ZoneInfo("UTC"))
    store = await HistoryStore.open(folder)
    before = _peak_bytes()
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(store.close)
        rows = range(OLDER_ROWS, 0, -1)
        times = [clock.now() - timedelta(minutes=5 * row) for row in rows]
        await store.write(
            Batch(energy=tuple(EnergyRecord(gateway="1", at=at, solar_wh=float(n)) for n, at in enumerate(times)))
        )
        collector = await stack.enter_async_context(Collector([source], store=kept, clock=clock))
        household = Household(
            place=SitePlace(name="home", time_zone="UTC"), feed=collector.feed, store=store, clock=clock,
            desk=ControlDesk({}, audit=MemoryAudit(), store=store), environ=environ or {},
        )  # fmt: skip
        exporters = build(household)
        exporting = await stack.enter_async_context(Exporting(exporters, clock=clock))
        await stack.enter_async_context(reading([page for _, one in exporters for page in one.pages]))
        for step in range(STEPS_BEFORE + STEPS_AFTER):
            if step == STEPS_BEFORE:
                reader.faults["*"] = GatewayUnreachable("It does not answer.")
            await clock.advance(STEP_S)
            await asyncio.sleep(0.005)
        statuses = exporting.statuses()
    return Outcome(
        asked=reader.requests, batches=len(kept.batches), statuses=statuses, grown_bytes=_peak_bytes() - before
    )


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
