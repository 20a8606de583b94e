"""Collects from one gateway: one request at a time, what is due first, as gently as its answers ask for."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from typing import Any

from openvoy.collector.cadence import CADENCE_S, lifetime_s
from openvoy.collector.feed import LiveFeed
from openvoy.collector.health import Health
from openvoy.collector.keeper import Keeper
from openvoy.collector.memory import recall
from openvoy.collector.quiet import is_quiet
from openvoy.collector.recording import Recorder
from openvoy.collector.schedule import Breaker, LoadMeter, Schedule
from openvoy.errors import CertificateChanged, GatewayBusy, GatewayTimeout, OpenvoyError, Remedy
from openvoy.model import Snapshot
from openvoy.model.accounting import Accountant, Notice
from openvoy.model.records import EventRecord
from openvoy.ports import Clock, Reader, Store
from openvoy.protocol.endpoint import Decoded, Endpoint, Poll
from openvoy.protocol.endpoints.identity import INFO
from openvoy.protocol.firmware import Capabilities
from openvoy.protocol.identity import build_capabilities
from openvoy.protocol.plan import wanted_endpoints
from openvoy.protocol.replies import Replies
from openvoy.protocol.translate import build_snapshot

_LOG = logging.getLogger(__name__)

LOGIN_PAUSE_S = 900.0
"""A refused credential stays refused until a person acts; asking more often only locks accounts."""


CERTIFICATE_PAUSE_S = 60.0
"""Nothing is sent to a gateway with an unknown certificate, so looking again costs it little."""
STATUS_EVERY_S = 30.0
"""How soon a status tells that values have become old."""


class Poller:
    """Polls one gateway for ever and publishes what it says."""

    def __init__(
        self,
        name: str,
        host: str,
        *,
        reader: Reader,
        store: Store,
        keeper: Keeper,
        feed: LiveFeed,
        clock: Clock,
        time_zone: tzinfo,
    ) -> None:
        self._reader, self._store, self._keeper, self._feed, self._clock = reader, store, keeper, feed, clock
        self._time_zone = time_zone
        self._health = Health(name, host)
        self._breaker, self._load, self._schedule = Breaker(), LoadMeter(), Schedule()
        self._replies = Replies()
        self._read_at: dict[Endpoint[Any], datetime] = {}
        self._ended_s = self._rested_at_s = clock.monotonic()
        self._capabilities: Capabilities | None = None
        self._last_known: Capabilities | None = None
        self._has_news = False
        self._recorder: Recorder | None = None
        self._accountant = Accountant()
        feed.publish(self._health.status)

    async def run(self) -> None:
        """Poll until cancelled."""
        while True:
            if self._capabilities is None:
                await self._connect()
            else:
                await self._poll_next(self._capabilities)

    async def close(self) -> None:
        """Hand the unfinished minute to history and close the connection."""
        if self._recorder is not None and (batch := self._recorder.flush()) is not None:
            self._keeper.keep(batch)
        await self._reader.close()

    async def _connect(self) -> None:
        await self._reader.close()
        try:
            capabilities = await self._reader.connect()
        except OpenvoyError as error:
            await self._pause(error)
            return
        self._breaker.reset()
        await self._adopt(capabilities)

    async def _adopt(self, capabilities: Capabilities) -> None:
        """Begin, or begin anew after the firmware or the gateway has changed."""
        before, self._last_known = self._last_known, capabilities
        self._capabilities = capabilities
        self._health.note_identity(capabilities.serial)
        self._schedule.remember()
        self._replies = Replies()
        if before is None or before.serial != capabilities.serial or self._recorder is None:
            self._accountant, last_at = await recall(self._store, capabilities.serial)
            self._recorder = Recorder(capabilities.serial, str(capabilities.firmware), last_at)
        if before is not None and before.firmware != capabilities.firmware:
            self._recorder.note_firmware(str(capabilities.firmware))
            self._note_event("firmware.changed", f"{before.firmware} became {capabilities.firmware}.")
        self._schedule.want(self._wanted(capabilities), self._clock.monotonic())

    def _wanted(self, capabilities: Capabilities) -> dict[Endpoint[Any], Poll]:
        return {**wanted_endpoints(capabilities, self._replies), INFO: Poll.HOURLY}

    async def _poll_next(self, capabilities: Capabilities) -> None:
        due = self._schedule.next_due(self._clock.monotonic())
        assert due is not None, "the identity page is always due some time"
        endpoint, due_at_s = due
        await self._clock.sleep(max(due_at_s, self._rested_at_s) - self._clock.monotonic())
        started_s = self._clock.monotonic()
        outcome = await self._ask(endpoint)
        ended_s = self._clock.monotonic()
        self._load.note(ended_s - started_s, started_s - self._ended_s)
        self._ended_s = ended_s
        self._rested_at_s = ended_s + self._load.rest_s(ended_s - started_s)
        self._schedule.done(endpoint, started_s)
        if isinstance(outcome, OpenvoyError):
            await self._fail(endpoint, outcome, capabilities)
        else:
            await self._take(endpoint, outcome, capabilities)

    async def _ask(self, endpoint: Endpoint[Any]) -> Decoded[Any] | OpenvoyError:
        try:
            return await self._reader.fetch(endpoint)
        except OpenvoyError as error:
            return error

    async def _take(self, endpoint: Endpoint[Any], reply: Decoded[Any], capabilities: Capabilities) -> None:
        self._breaker.reset()
        self._replies.note(endpoint, reply)
        self._read_at[endpoint] = self._clock.now()
        if endpoint is INFO:
            found = build_capabilities(reply.value)
            if (found.serial, found.firmware) != (capabilities.serial, capabilities.firmware):
                await self._connect()
                return
        self._schedule.want(self._wanted(capabilities), self._clock.monotonic())
        self._publish_when_due(endpoint, capabilities, is_new=True)

    async def _fail(self, endpoint: Endpoint[Any], error: OpenvoyError, capabilities: Capabilities) -> None:
        if error.remedy is Remedy.FORGET:
            self._replies.note(endpoint, error)
            self._schedule.forget(endpoint)
            self._schedule.want(self._wanted(capabilities), self._clock.monotonic())
        elif error.remedy is Remedy.SKIP:
            _LOG.warning("%s", error.message)
            self._let_age(endpoint, error)
        else:
            self._let_age(endpoint, error)
            await self._pause(error)
        self._publish_when_due(endpoint, capabilities, is_new=False)

    def _let_age(self, endpoint: Endpoint[Any], error: OpenvoyError) -> None:
        """Keep the last good reply while it still tells of now."""
        read_at = self._read_at.get(endpoint)
        if read_at is None or self._clock.now() - read_at > self._lifetime(endpoint):
            self._replies.note(endpoint, error)

    def _lifetime(self, endpoint: Endpoint[Any]) -> timedelta:
        return timedelta(seconds=lifetime_s(self._schedule.polls.get(endpoint, Poll.HOURLY)))

    async def _pause(self, error: OpenvoyError) -> None:
        """Leave the gateway alone for a while, longer each time."""
        now = self._clock.now()
        needs_person = error.remedy in {Remedy.HUMAN, Remedy.RENEW}
        pause_s = self._breaker.trip(self._clock.monotonic(), at_least_s=_least_pause_s(error))
        self._tell_failure(error, now)
        if needs_person:
            self._capabilities = None
        await self._sit_out(pause_s)

    async def _sit_out(self, pause_s: float) -> None:
        """Wait, and let the status say meanwhile that values are no longer fresh."""
        end_s = self._clock.monotonic() + pause_s
        while (left_s := end_s - self._clock.monotonic()) > 0:
            await self._clock.sleep(min(left_s, STATUS_EVERY_S))
            self._health.refresh(self._clock.now())
            self._feed.publish(self._health.status)

    def _tell_failure(self, error: OpenvoyError, now: datetime) -> None:
        before = self._health.status.state
        self._health.note_failure(error, now, quiet=is_quiet(now, self._time_zone))
        status = self._health.status
        self._feed.publish(status)
        if self._recorder is not None:
            self._recorder.note_silence(error.message)
        if status.state != before:
            _LOG.warning("%s: %s", status.name, error)
            self._note_event(f"gateway.{status.state}", error.message)

    def _publish_when_due(self, endpoint: Endpoint[Any], capabilities: Capabilities, *, is_new: bool) -> None:
        """Publish when all readings of the fastest class are of this moment, and whenever nothing else is due."""
        is_fastest = self._schedule.polls.get(endpoint) is self._fastest()
        self._has_news = self._has_news or (is_new and is_fastest)
        due = self._schedule.next_due(self._clock.monotonic())
        is_idle = due is None or due[1] > self._clock.monotonic()
        is_complete = is_fastest and (due is None or self._schedule.polls[due[0]] is not self._fastest())
        if is_idle or is_complete:
            is_new, self._has_news = self._has_news, False
            self._publish(capabilities, is_new=is_new)

    def _fastest(self) -> Poll:
        return min(self._schedule.polls.values(), key=CADENCE_S.__getitem__)

    def _publish(self, capabilities: Capabilities, *, is_new: bool) -> None:
        now = self._clock.now()
        self._drop_stale(now)
        snapshot = build_snapshot(capabilities, self._replies, now)
        energy, notices = self._accountant.account(
            snapshot.counters, snapshot.energy, now, battery_w=snapshot.power.battery_w
        )
        snapshot = replace(snapshot, energy=energy)
        self._note_notices(notices, now)
        if is_new:
            self._record(snapshot)
            self._tell_values(snapshot, now)
        self._feed.publish(self._health.status, snapshot)

    def _tell_values(self, snapshot: Snapshot, now: datetime) -> None:
        before = self._health.status.state
        self._health.note_values(
            now, missing=len(snapshot.missing), fresh_for_s=lifetime_s(self._fastest()), load_pct=100 * self._load.share
        )
        if before not in {"ok", "degraded", "starting"}:
            _LOG.info("%s: values arrive again", self._health.status.name)
            self._note_event("gateway.ok", "Values arrive again.")

    def _drop_stale(self, now: datetime) -> None:
        for endpoint, read_at in self._read_at.items():
            if now - read_at > self._lifetime(endpoint) and self._replies.value(endpoint) is not None:
                self._replies.note(endpoint, GatewayTimeout(f"no reply since {read_at:%H:%M:%S} UTC"))

    def _record(self, snapshot: Snapshot) -> None:
        assert self._recorder is not None
        if (batch := self._recorder.add(snapshot)) is not None:
            self._keeper.keep(batch)

    def _note_notices(self, notices: Iterable[Notice], now: datetime) -> None:
        assert self._recorder is not None
        self._recorder.note_notices(notices, now)

    def _note_event(self, kind: str, text: str) -> None:
        if self._recorder is not None and self._capabilities is not None:
            serial = self._capabilities.serial
            event = EventRecord(gateway=serial, at=self._clock.now(), kind=kind, subject=serial, text=text)
            self._recorder.note_event(event)


def _least_pause_s(error: OpenvoyError) -> float | None:
    """Give what an error asks for before the next attempt, None where nothing in particular."""
    if isinstance(error, CertificateChanged):
        return CERTIFICATE_PAUSE_S
    if error.remedy in {Remedy.HUMAN, Remedy.RENEW}:
        return LOGIN_PAUSE_S
    return error.retry_after_s if isinstance(error, GatewayBusy) else None
