"""A household of which a test says what is so."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from openvoy.client.control import MemoryAudit
from openvoy.collector import ControlDesk
from openvoy.model import Snapshot
from openvoy.model.devices import Grid, Storage
from openvoy.model.place import SitePlace
from openvoy.ports import Clock, GatewayStatus, HistoryStatus, Household, Update
from openvoy.store import HistoryStore
from tests.unit.exporters.house import SNAPSHOT, STATUS

PLACE = SitePlace(name="home", time_zone="Europe/Paris", latitude=48.85, longitude=2.35)
ON_GRID = replace(SNAPSHOT, grid=Grid(relay="closed", status="on-grid"), storage=Storage(soc_pct=60.0), inverters=())
OFF_GRID = replace(ON_GRID, grid=Grid(relay="open", status="off-grid"))


@dataclass
class ToldFeed:
    """A feed that says what it was told to."""

    status: GatewayStatus = STATUS
    snapshot: Snapshot | None = ON_GRID
    kept: HistoryStatus = field(default_factory=HistoryStatus)

    def statuses(self) -> Sequence[GatewayStatus]:
        return (self.status,)

    def latest(self, name: str) -> Snapshot | None:
        return self.snapshot

    def history(self) -> HistoryStatus:
        return self.kept

    async def updates(self) -> AsyncIterator[Update]:
        yield Update(status=self.status, snapshot=self.snapshot)


@dataclass
class Told:
    """Where an exporter says how it gets on."""

    delivered: list[datetime] = field(default_factory=list)
    left: int = 0

    def note_delivered(self, count: int = 1, *, left_count: int = 0) -> None:
        self.left = left_count

    def note_earlier(self, at: datetime) -> None:
        """As the protocol has it."""

    def note_waiting(self, left_count: int) -> None:
        self.left = left_count


def build_household(
    feed: ToldFeed, store: HistoryStore, clock: Clock, environ: Mapping[str, str] | None = None
) -> Household:
    return Household(
        place=PLACE,
        feed=feed,
        store=store,
        clock=clock,
        desk=ControlDesk({}, audit=MemoryAudit(), store=store),
        environ={} if environ is None else environ,
    )
