"""A site's life as the service sees it: poll by poll through reader, translation, books and store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

from openvoy.collector.books import Books
from openvoy.collector.memory import recall
from openvoy.errors import GatewayTimeout, OpenvoyError, Remedy
from openvoy.model import Snapshot
from openvoy.model.records import Batch
from openvoy.ports import History
from openvoy.protocol.endpoint import Endpoint
from openvoy.protocol.endpoints.ensemble import ENSEMBLE_POWER, RELAY, SECONDARY_CONTROL
from openvoy.protocol.endpoints.generator import GENERATOR
from openvoy.protocol.endpoints.identity import INFO
from openvoy.protocol.endpoints.inverters import DEVICE_DATA
from openvoy.protocol.endpoints.meters import METER_READINGS
from openvoy.protocol.endpoints.production import PRODUCTION_DETAILS, PRODUCTION_V1
from openvoy.protocol.firmware import Capabilities
from openvoy.protocol.identity import build_capabilities
from openvoy.protocol.plan import has_enabled_meter, wanted_endpoints
from openvoy.protocol.replies import Replies
from openvoy.protocol.translate import build_snapshot
from openvoy.testing.clock import ManualClock
from openvoy.testing.truth.peers import Peers
from openvoy.testing.truth.plan import Episode, Trouble
from openvoy.testing.truth.reader import InProcessReader
from openvoy.virtual.api.versions import parse_version
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.fault_board import FaultBoard
from openvoy.virtual.faults import parse_fault
from openvoy.virtual.simulated import SiteSource
from openvoy.virtual.site import Site, SiteDefinition
from openvoy.virtual.site.calendar import midnight
from openvoy.virtual.site.state import Midnight
from openvoy.virtual.traits import CONDITIONS, traits_of

STEP_S = 900
"""Boundaries of days are multiples of it; between them counters need no closer look."""
ASK_AGAIN_S = 21_600
"""What was refused once is tried again; sometimes only a session had ended."""
SUCCESSOR = "122299999999"
_BATTERIES = frozenset({ENSEMBLE_POWER, PRODUCTION_DETAILS, SECONDARY_CONTROL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One site for some days."""

    name: str
    site: SiteDefinition
    firmware: str
    start: date
    days: int
    trouble: Trouble
    always: tuple[str, ...] = ()
    """Faults that are on from the beginning."""
    seed: int = 1
    step_s: int = STEP_S
    """Shorter where energies are integrated from power, as nothing counts them."""

    @property
    def silent_after(self) -> timedelta:
        """How far apart readings are where none is missing."""
        return timedelta(seconds=self.step_s)


class Life:
    """Lives one case. `midnights` is what really was, `peers` what others make of the same replies."""

    def __init__(self, case: Case, store: History) -> None:
        self.case = case
        self.site = Site(case.site, seed=case.seed)
        self.begin = midnight(case.start, case.site.zone)
        self.clock = VirtualClock(ManualClock(self.begin))
        self.midnights: dict[date, Midnight] = {}
        self.peers = Peers(case.site.zone)
        self.polls = 0
        self.tell: Callable[[Snapshot], None] = lambda _: None
        """Gets each snapshot with its accounted energies, as exporters see it."""
        self._store = store
        source = SiteSource(self.site, self.clock, parse_version(case.firmware))
        self._board = FaultBoard(source, self.clock)
        for trait in traits_of(source.identity.firmware):
            self._board.switch_on(*parse_fault(trait.fault), where=CONDITIONS[trait.where])
        for text in case.always:
            self._board.switch_on(*parse_fault(text))
        self._reader = InProcessReader(source, self._board)
        self._waiting = list(case.trouble.episodes)
        self._active: list[Episode] = []
        self._replies = Replies()
        self._asked_s: dict[Endpoint[Any], float] = {}
        self._forgotten: set[Endpoint[Any]] = set()
        self._capabilities: Capabilities | None = None
        self._books: Books | None = None
        self._batches: list[Batch] = []

    async def live(self) -> None:
        """Live all days, the last midnight included."""
        async for _ in self.steps():
            pass

    async def steps(self) -> AsyncIterator[None]:
        """Live the same, and let the caller do something after each step."""
        last_s = (
            midnight(self.case.start + timedelta(days=self.case.days), self.case.site.zone) - self.begin
        ).total_seconds()
        elapsed_s = 0.0
        while elapsed_s <= last_s:
            await self._step(elapsed_s)
            yield
            self.clock.advance(self.case.step_s)
            elapsed_s += self.case.step_s
        await self._close()

    async def _step(self, elapsed_s: float) -> None:
        now = self.clock.now()
        day = self.site.date_of(now)
        if day not in self.midnights:
            self.midnights[day] = self.site.midnight(day)
        self._switch(elapsed_s)
        trouble = self.case.trouble
        if _is_within(trouble.down, elapsed_s):
            if self._books is not None:  # killed: what was not handed over is gone
                await self.hand_over()
                self._books = None
            return
        self._reader.is_away = _is_within(trouble.away, elapsed_s)
        if trouble.replaced_s is not None and elapsed_s >= trouble.replaced_s and self._reader.successor is None:
            self._reader.replace(SUCCESSOR)
            await self._close()
        await self._poll(elapsed_s)
        if len(self._batches) >= 96:
            await self.hand_over()

    def _switch(self, elapsed_s: float) -> None:
        for episode in [one for one in self._active if elapsed_s >= one.end_s]:
            self._active.remove(episode)
            self._board.switch_off(parse_fault(episode.fault)[0])
            for text in self.case.always:
                self._board.switch_on(*parse_fault(text))
        while self._waiting and elapsed_s >= self._waiting[0].start_s:
            episode = self._waiting.pop(0)
            self._active.append(episode)
            self._board.switch_on(*parse_fault(episode.fault))

    async def _poll(self, elapsed_s: float) -> None:
        if self._books is None and not await self._begin():
            return
        assert self._capabilities is not None
        wanted = (INFO, *wanted_endpoints(self._capabilities, self._replies))
        while due := [one for one in wanted if one not in self._forgotten and self._is_due(one, elapsed_s)]:
            await self._ask(due[0], elapsed_s)
            if self._books is None:
                return
            wanted = (INFO, *wanted_endpoints(self._capabilities, self._replies))
        self._drop_stale(elapsed_s)
        snapshot = build_snapshot(self._capabilities, self._replies, self.clock.now())
        self.peers.take(snapshot.at, self._replies, self._capabilities)
        self._record(snapshot)

    def _drop_stale(self, elapsed_s: float) -> None:
        """Do not go on showing what is no longer asked, and ask again some day what was refused."""
        for endpoint, asked_s in self._asked_s.items():
            age_s = elapsed_s - asked_s
            if self._replies.value(endpoint) is not None and age_s > 3 * self._every_s(endpoint):
                self._replies.note(endpoint, GatewayTimeout("It was not asked any more."))
        if elapsed_s % ASK_AGAIN_S == 0:
            self._forgotten.clear()

    async def _begin(self) -> bool:
        try:
            capabilities = await self._reader.connect()
        except OpenvoyError:
            return False
        self._capabilities = capabilities
        self._replies, self._asked_s, self._forgotten = Replies(), {}, set()
        self._books = await recall(
            self._store,
            capabilities.serial,
            str(capabilities.firmware),
            silent_after=self.case.silent_after,
        )
        return True

    def _is_due(self, endpoint: Endpoint[Any], elapsed_s: float) -> bool:
        asked_s = self._asked_s.get(endpoint)
        return asked_s is None or elapsed_s - asked_s >= self._every_s(endpoint)

    def _every_s(self, endpoint: Endpoint[Any]) -> float:
        """What energies come from at every step, the rest as seldom as can be."""
        has_meter = has_enabled_meter(self._replies, "production")
        if endpoint in _BATTERIES and self.case.step_s < STEP_S:
            return self.case.step_s
        if endpoint in {RELAY, GENERATOR}:
            return STEP_S
        if endpoint is METER_READINGS:
            return self.case.step_s
        if endpoint in {PRODUCTION_V1, DEVICE_DATA, INFO} and not has_meter:
            return STEP_S
        if endpoint is PRODUCTION_DETAILS:
            return 3600 if has_meter else STEP_S
        return 3600 if endpoint in {PRODUCTION_V1, DEVICE_DATA, INFO} else 21_600

    async def _ask(self, endpoint: Endpoint[Any], elapsed_s: float) -> None:
        self.polls += 1
        self._asked_s[endpoint] = elapsed_s
        try:
            reply = await self._reader.fetch(endpoint)
        except OpenvoyError as error:
            if error.remedy is Remedy.FORGET:
                self._forgotten.add(endpoint)
            self._replies.note(endpoint, error)
            if endpoint is not INFO and error.remedy is not Remedy.FORGET:
                self._asked_s[endpoint] = elapsed_s - self._every_s(endpoint) + STEP_S
            return
        self._replies.note(endpoint, reply)
        if endpoint is INFO and self._books is not None:
            self._note_firmware(build_capabilities(reply.value))

    def _note_firmware(self, found: Capabilities) -> None:
        assert self._books is not None
        if self._capabilities is not None and found.firmware != self._capabilities.firmware:
            self._books.recorder.note_firmware(str(found.firmware))
            self._capabilities = found
            self._forgotten = set()

    def _record(self, snapshot: Snapshot) -> None:
        assert self._books is not None
        accounted, batch = self._books.take(snapshot, is_new=True)
        self.tell(accounted)
        if batch is not None:
            self._batches.append(batch)

    async def _close(self) -> None:
        if self._books is not None and (batch := self._books.recorder.flush()) is not None:
            self._batches.append(batch)
        await self.hand_over()
        self._books = None

    async def hand_over(self) -> None:
        """Hand over what has gathered, as one batch: the same rows, fewer commits."""
        if self._batches:
            batches, self._batches = self._batches, []
            await self._store.write(_joined(batches))


def _is_within(spans: Iterable[tuple[float, float]], at_s: float) -> bool:
    return any(start_s <= at_s < end_s for start_s, end_s in spans)


def _joined(batches: list[Batch]) -> Batch:
    joined: Mapping[str, Any] = {
        field.name: tuple(row for batch in batches for row in getattr(batch, field.name)) for field in fields(Batch)
    }
    return Batch(**joined)
