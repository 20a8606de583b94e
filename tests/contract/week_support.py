"""A week of a simulated site in a real history, and exporters that follow it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from openvoy.client.control import MemoryAudit
from openvoy.collector import ControlDesk, Exporting
from openvoy.model.place import SitePlace
from openvoy.ports import ExporterKind, ExporterStatus, Household
from openvoy.store import HistoryStore
from openvoy.testing.clock import ManualClock
from openvoy.virtual.site import Site, history_tables, read_site
from tests.unit.exporters.house import StillFeed

FIRST = date(2026, 3, 26)
"""The last Sunday of March is in this week."""
DAYS = 7
SITE = Site(read_site("metered-split").commissioned_on(FIRST), seed=1)
AFTER = datetime(2026, 4, 3, tzinfo=UTC)


@dataclass(frozen=True)
class Week:
    """A history that grows day by day."""

    store: HistoryStore
    site: Site = SITE
    kinds: tuple[str, ...] = ("power", "energy")

    async def live(self, first: float, last: float) -> None:
        """Live through some of the days."""
        start = self.site.commissioned_at + timedelta(days=first)
        for tables in history_tables(self.site, start, start + timedelta(days=last - first)):
            for kind in self.kinds:
                columns = {**tables[kind], "gateway": self.site.definition.gateway.serial}
                await self.store.write_columns(kind, columns)

    async def rows(self, kind: str) -> dict[int, dict[str, Any]]:
        """Give all rows by time."""
        found: dict[int, dict[str, Any]] = {}
        after = 0
        while (page := await self.store.read_since(kind, after, limit=100_000))["seq"]:
            after = int(str(page["seq"][-1]))
            for index, at in enumerate(page["at"]):
                found[int(float(str(at)))] = {name: column[index] for name, column in page.items()}
        return found


@asynccontextmanager
async def exporting(
    kind: ExporterKind[Any], settings: Any, store: HistoryStore, *, clock: ManualClock, environ: Mapping[str, str]
) -> AsyncIterator[Exporting]:
    """Run one exporter beside a history."""
    household = Household(
        place=SitePlace(name="home", time_zone="Europe/Paris"),
        feed=StillFeed(),
        store=store,
        clock=clock,
        desk=ControlDesk({}, audit=MemoryAudit(), store=store),
        environ=environ,
    )
    async with Exporting([(kind.section, kind.build(settings, household))], clock=clock) as running:
        yield running


async def until(
    running: Exporting, clock: ManualClock, said: Callable[[ExporterStatus], bool], *, step_s: float
) -> ExporterStatus:
    """Let time pass until the status is as wanted."""
    for _ in range(4000):
        (status,) = running.statuses()
        if said(status):
            return status
        await clock.until_sleeping()
        await clock.advance(step_s)
    raise AssertionError(running.statuses())
