"""Collects from one gateway: what the follower reads becomes status, history and what everybody sees."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, tzinfo
from typing import Any

from openvoy.client.streaming.follower import Follower, Turn
from openvoy.collector.books import Books
from openvoy.collector.counter_watch import CounterWatch
from openvoy.collector.feed import LiveFeed
from openvoy.collector.gateway_clock import GatewayClock
from openvoy.collector.health import Health
from openvoy.collector.jumps import SANE_FROM, ClockWatch, describe_jump
from openvoy.collector.keeper import Keeper
from openvoy.collector.memory import note_serial, recall, recall_nights, recall_serial
from openvoy.collector.settings import SettingsWatch
from openvoy.errors import OpenvoyError
from openvoy.model import Snapshot
from openvoy.model.records import Batch, EventRecord
from openvoy.ports import Clock, History, Reader
from openvoy.ports.reader import Timed
from openvoy.protocol.endpoint import Endpoint
from openvoy.protocol.firmware import Capabilities
from openvoy.protocol.pacing import Nights, Outage

_LOG = logging.getLogger(__name__)


class Poller:
    """Polls one gateway for ever and publishes what it says."""

    def __init__(
        self,
        name: str,
        host: str,
        *,
        reader: Reader,
        store: History,
        keeper: Keeper,
        feed: LiveFeed,
        clock: Clock,
        time_zone: tzinfo,
    ) -> None:
        self._reader, self._store, self._keeper, self._feed, self._clock = reader, store, keeper, feed, clock
        self._nights = Nights(time_zone)
        self._follower = Follower(reader, clock, is_quiet=self._nights.is_quiet)
        self._health = Health(name, host)
        self._watch = ClockWatch(clock)
        self._gateway_clock = GatewayClock()
        self._counters = CounterWatch()
        self._settings = SettingsWatch()
        self._known: Capabilities | None = None
        self._books: Books | None = None
        self._silent_since: datetime | None = None
        self._first_silence: str | None = None
        """Why it did not answer since the start of the service."""
        feed.publish(self._health.status)

    async def run(self) -> None:
        """Poll until cancelled."""
        await self._recall_serial()
        async for turn in self._follower.turns():
            await self._take(turn)

    async def read_again(self, endpoints: Iterable[Endpoint[Any]]) -> None:
        """Ask now for what somebody has changed, and publish it."""
        snapshot = await self._follower.read_again(endpoints)
        self._health.note_settings(self._clock.now())
        if snapshot is not None and self._books is not None:
            self._publish(snapshot, is_new=False)
        else:
            self._feed.publish(self._health.status)

    async def close(self) -> None:
        """Hand the unfinished minute to history and close the connection."""
        if self._books is not None and (batch := self._books.recorder.flush()) is not None:
            self._keeper.keep(batch)
        self._keeper.note_held_back(self._health.status.name, None)
        await self._reader.close()

    async def _take(self, turn: Turn) -> None:
        if turn.connected is not None:
            await self._adopt(turn.connected)
        if turn.error is not None:
            self._tell_failure(turn.error)
        if turn.snapshot is not None:
            self._publish(turn.snapshot, is_new=turn.is_new, refusal=turn.refusal)
        elif turn.error is None and turn.connected is None:
            self._health.refresh(self._clock.now())
            self._feed.publish(self._health.status)

    async def _recall_serial(self) -> None:
        """Know whose values are missing although it does not answer yet."""
        status = self._health.status
        serial = await recall_serial(self._store, status.name, status.host)
        if serial is not None:
            self._health.note_identity(serial)
            self._feed.publish(self._health.status)

    async def _adopt(self, capabilities: Capabilities) -> None:
        """Begin, or begin anew after the firmware or the gateway has changed."""
        before, self._known = self._known, capabilities
        known = self._health.status.serial
        self._health.note_identity(capabilities.serial)
        if before is None or before.serial != capabilities.serial or self._books is None:
            self._books = await recall(self._store, capabilities.serial, str(capabilities.firmware))
            self._nights.learn(await recall_nights(self._store, capabilities.serial))
            if self._first_silence is not None:
                self._books.recorder.note_silence(f"the service was not running, then: {self._first_silence}")
                self._first_silence = None
        if before is not None and before.firmware != capabilities.firmware:
            self._books.recorder.note_firmware(str(capabilities.firmware))
            self._note_event("firmware.changed", f"{before.firmware} became {capabilities.firmware}.")
        if known != capabilities.serial:
            await self._tell_serial(known, capabilities.serial)

    async def _tell_serial(self, before: str | None, serial: str) -> None:
        """Keep who answers, and tell it where another one did before."""
        status = self._health.status
        await note_serial(self._store, status.name, status.host, serial)
        if before is not None:
            text = (
                f"Gateway {serial} answers where {before} did. If it took its place, join their histories: "
                f"openvoy history correct replaced-gateway --old {before} --new {serial}"
            )
            _LOG.warning("%s: %s", status.name, text)
            self._note_event("gateway.replaced", text)

    def _tell_failure(self, error: OpenvoyError) -> None:
        now, before = self._clock.now(), self._health.status.state
        self._silent_since = self._silent_since or now
        self._health.note_failure(error, now, quiet=self._nights.is_quiet(now))
        status = self._health.status
        self._feed.publish(status)
        if self._books is None:
            self._first_silence = error.message
        else:
            self._books.recorder.note_silence(error.message)
        if status.state != before:
            _LOG.warning("%s: %s", status.name, error)
            self._note_event(f"gateway.{status.state}", error.message)

    def _publish(self, snapshot: Snapshot, *, is_new: bool, refusal: OpenvoyError | None = None) -> None:
        now = snapshot.at
        assert self._books is not None
        self._tell_jump()
        self._tell_gateway_clock(now)
        snapshot, batch = self._books.take(snapshot, is_new=is_new)
        self._keeper.note_held_back(self._health.status.name, self._books.recorder.held_until)
        if batch is not None:
            self._keeper.keep(batch)
        if is_new:
            self._tell_counters(now)
            self._tell_values(snapshot, now, refusal)
        if self._settings.take(snapshot):
            self._health.note_settings(now)
        self._health.refresh(now)
        self._feed.publish(self._health.status, snapshot)

    def _tell_jump(self) -> None:
        jump = self._watch.find_jump()
        if jump is not None:
            now = self._clock.now()
            text = describe_jump(now, jump)
            _LOG.warning("%s", text)
            self._note_event("clock.jumped", text, at=now if now >= SANE_FROM else now - jump)

    def _tell_gateway_clock(self, now: datetime) -> None:
        assert self._books is not None
        ahead_s = self._reader.clock_ahead_s if isinstance(self._reader, Timed) and now >= SANE_FROM else None
        text = self._gateway_clock.take(ahead_s)
        self._books.recorder.note_clock(self._gateway_clock.ahead_s)
        if text is not None:
            _LOG.warning("%s: %s", self._health.status.name, text)
            self._note_event("gateway.clock", text)

    def _tell_counters(self, now: datetime) -> None:
        assert self._books is not None
        text = self._counters.take(now, is_known=self._books.is_counted)
        if text is not None:
            _LOG.warning("%s: %s", self._health.status.name, text)
            self._note_event("gateway.counters", text)

    def _tell_values(self, snapshot: Snapshot, now: datetime, refusal: OpenvoyError | None) -> None:
        before = self._health.status.state
        self._health.note_values(
            now,
            missing=len(snapshot.missing),
            uncounted=self._counters.trouble,
            fresh_for_s=self._follower.fresh_for_s,
            load_pct=100 * self._follower.load_share,
        )
        if refusal is not None:
            self._health.note_failure(refusal, now, quiet=False)
            return
        if self._silent_since is not None:
            self._nights.learn([Outage(start=self._silent_since, end=now)])
            self._silent_since = None
        if before not in {"ok", "degraded", "starting"}:
            _LOG.info("%s: values arrive again", self._health.status.name)
            self._note_event("gateway.ok", "Values arrive again.")

    def _note_event(self, kind: str, text: str, *, at: datetime | None = None) -> None:
        if self._books is not None and self._known is not None:
            serial = self._known.serial
            event = EventRecord(gateway=serial, at=at or self._clock.now(), kind=kind, subject=serial, text=text)
            # While a gateway is away no minute ends that could carry it.
            self._keeper.keep(Batch(events=(event,)))
