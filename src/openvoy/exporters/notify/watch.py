"""Looks at a household and judges what it sees. It reads, and tells nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from openvoy.errors import StorageError
from openvoy.exporters.notify.days import WeakPanels
from openvoy.model import Snapshot
from openvoy.model.alerts.batteries import judge_batteries
from openvoy.model.alerts.book import Book, Message, judge
from openvoy.model.alerts.condition import TOPICS, Judgement, Topic, merge
from openvoy.model.alerts.daylight import is_daylight
from openvoy.model.alerts.gateways import judge_gateway
from openvoy.model.alerts.grid import judge_grid
from openvoy.model.alerts.history import judge_history
from openvoy.model.alerts.panels import judge_panels
from openvoy.ports import GatewayStatus, Household

MOST_EVENTS = 200
GROWS_WITHIN_S = 300.0
"""Rows of a minute are written within the next; a store that is busy may take some more."""
EVENTS: Mapping[str, tuple[Topic, str, bool]] = {
    "control.overwritten": ("control", "A setting was overwritten", False),
    "history.damaged": ("store", "History was damaged", True),
}
"""Events of the history that are told: topic, title, urgency."""
EVENT_HINTS: Mapping[str, str] = {
    "control.overwritten": "Mostly the vendor's cloud does that; change it there, too.",
    "history.damaged": "What was there is kept; `openvoy history verify` tells more.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What has to survive a restart, so that nothing is told twice."""

    book: Book = field(default_factory=Book)
    waiting: tuple[Message, ...] = ()
    firmware: Mapping[str, str] = field(default_factory=dict)
    """By serial number of the gateway."""
    usual: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Shares of weak panels from before, by name of the gateway and serial number."""
    event_sequence: int | None = None
    """Events of the history up to here were judged; None: none was seen yet."""


class Watch:
    """Looks again and again."""

    def __init__(
        self, household: Household, *, topics: tuple[Topic, ...] = TOPICS, spacing: timedelta, low_soc_pct: float
    ) -> None:
        self._household, self._topics, self._spacing, self._low_soc_pct = household, topics, spacing, low_soc_pct
        self._weak = WeakPanels(household)
        self._rows_sequence: int | None = None
        self._grown_at_s = household.clock.monotonic()

    async def look(self, state: State) -> tuple[State, tuple[Message, ...]]:
        """Look once; give what has to be remembered, and what is new to be told."""
        now = self._household.clock.now()
        notices: list[Message] = []
        try:
            state, events = await self._read_events(state)
            notices += events
            weak, usual = await self._weak.look(state.usual)
            state = replace(state, usual=usual)
            history = self._judge_history(None, is_growing=await self._is_growing())
        except StorageError as error:
            history = self._judge_history(error, is_growing=None)
            weak = Judgement(undecided=("weak/",))
        state, changes = self._note_firmware(state, now)
        found = merge([history, weak, *self._judge_gateways(now)])
        wanted = Judgement(
            conditions=tuple(one for one in found.conditions if one.topic in self._topics), undecided=found.undecided
        )
        book, messages = judge(state.book, wanted, now, spacing=self._spacing)
        book, notices = _space(book, [*notices, *changes], self._topics)
        return replace(state, book=book), (*messages, *notices)

    def _judge_history(self, error: StorageError | None, *, is_growing: bool | None) -> Judgement:
        """Judge by what reading said, and by how keeping goes."""
        kept = self._household.feed.history()
        refusal = None
        if not kept.is_kept:
            refusal = kept.problem or ""
            if kept.waiting_count:
                refusal += f" {kept.waiting_count} minutes wait in memory, and are lost if Openvoy ends first."
        return judge_history(
            None if error is None else error.message,
            hint="" if error is None else error.hint,
            is_growing=is_growing,
            refusal=refusal,
            refusal_hint=kept.hint or "",
        )

    def _judge_gateways(self, now: datetime) -> Iterator[Judgement]:
        for status in self._household.feed.statuses():
            yield judge_gateway(
                status.name,
                status.state,
                problem=status.problem or "",
                hint=status.hint or "",
                login_trouble=status.login_trouble or "",
            )
            snapshot = self._household.feed.latest(status.name)
            if snapshot is None or not _is_current(status):
                yield Judgement(undecided=tuple(f"{topic}/{status.name}/" for topic in ("panel", "battery", "grid")))
            else:
                yield from self._judge_values(status.name, snapshot, now)

    def _judge_values(self, name: str, snapshot: Snapshot, now: datetime) -> Iterator[Judgement]:
        place = self._household.place
        light = is_daylight(now, latitude=place.latitude, longitude=place.longitude)
        yield judge_panels(name, snapshot.inverters, now=now, is_daylight=light)
        yield judge_batteries(name, snapshot, low_soc_pct=self._low_soc_pct)
        yield judge_grid(name, snapshot.grid, snapshot.storage)
        if snapshot.missing:
            # What is absent was perhaps only not read.
            parts = {"battery": snapshot.storage, "grid": snapshot.grid}
            yield Judgement(undecided=tuple(f"{topic}/{name}/" for topic, part in parts.items() if part is None))

    def _note_firmware(self, state: State, now: datetime) -> tuple[State, list[Message]]:
        known, changes = dict(state.firmware), []
        for status in self._household.feed.statuses():
            snapshot = self._household.feed.latest(status.name)
            if snapshot is None or snapshot.gateway.firmware is None:
                continue
            serial, firmware = snapshot.gateway.serial, snapshot.gateway.firmware
            before = known.get(serial)
            known[serial] = firmware
            if before not in {None, firmware}:
                text = f"The firmware of {status.name} was {before} and is {firmware}."
                changes.append(
                    Message(
                        kind="notice",
                        topic="firmware",
                        key=f"firmware/{status.name}",
                        title="Another firmware",
                        text=text,
                        at=now,
                        hint="See in the dashboard that everything is still read.",
                    )
                )
        return replace(state, firmware=known), changes

    async def _read_events(self, state: State) -> tuple[State, list[Message]]:
        store = self._household.store
        if state.event_sequence is None:
            return replace(state, event_sequence=await store.read_last_sequence("events")), []
        columns = await store.read_since("events", state.event_sequence, limit=MOST_EVENTS)
        if not columns["seq"]:
            return state, []
        messages = []
        for index, kind in enumerate(columns["kind"]):
            if (told := EVENTS.get(str(kind))) is None:
                continue
            topic, title, is_urgent = told
            messages.append(
                Message(
                    kind="notice",
                    topic=topic,
                    key=f"{kind}/{columns['gateway'][index]}/{columns['subject'][index]}",
                    title=title,
                    text=str(columns["text"][index]),
                    at=_moment(columns["at"][index]),
                    hint=EVENT_HINTS[str(kind)],
                    is_urgent=is_urgent,
                )
            )
        last = columns["seq"][-1]
        assert last is not None
        return replace(state, event_sequence=int(last)), messages

    async def _is_growing(self) -> bool | None:
        sequence, now_s = await self._household.store.read_last_sequence("power"), self._household.clock.monotonic()
        arrives = any(_is_current(status) for status in self._household.feed.statuses())
        if sequence != self._rows_sequence or not arrives:
            self._rows_sequence, self._grown_at_s = sequence, now_s
        return now_s - self._grown_at_s <= GROWS_WITHIN_S if arrives else None


def _moment(at_s: float | str | None) -> datetime:
    """Rows always have a time, although columns may hold anything."""
    assert at_s is not None
    return datetime.fromtimestamp(float(at_s), UTC)


def _is_current(status: GatewayStatus) -> bool:
    return status.is_fresh and status.state in {"ok", "degraded"}


def _space(book: Book, notices: list[Message], topics: tuple[Topic, ...]) -> tuple[Book, list[Message]]:
    """Leave out what nobody wants, and what was told within the spacing."""
    told_at, new = dict(book.told_at), []
    for notice in notices:
        if notice.topic in topics and notice.key not in told_at:
            told_at[notice.key] = notice.at
            new.append(notice)
    return replace(book, told_at=told_at), new
