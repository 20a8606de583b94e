"""Reads one gateway over and over: one request at a time, what is due first, as gently as its answers ask for."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from openvoy.client.streaming.tap import Tap
from openvoy.errors import GatewayTimeout, GatewayUnreachable, OpenvoyError, Remedy, Unavailable
from openvoy.model import Snapshot
from openvoy.ports import Clock, Reader
from openvoy.ports.reader import Streamer
from openvoy.protocol.endpoint import Decoded, Endpoint, Handler, Poll
from openvoy.protocol.endpoints.identity import INFO
from openvoy.protocol.endpoints.meters import METER_READINGS
from openvoy.protocol.firmware import Capabilities
from openvoy.protocol.identity import build_capabilities
from openvoy.protocol.pacing import CADENCE_S, Breaker, LoadMeter, Schedule, lifetime_s
from openvoy.protocol.plan import streamed_poll, wanted_endpoints
from openvoy.protocol.replies import Replies
from openvoy.protocol.streamed import note_record
from openvoy.protocol.translate import build_snapshot

_LOG = logging.getLogger("openvoy.client")

PROBE_TIMEOUT_S = 5.0
"""What a light request gets while the gateway is away: ten times what it takes on a busy one."""
NAP_S = 30.0
"""A long pause is told of this often."""
STREAM_ALIVE_S = 2 * CADENCE_S[Poll.LIVE]
"""Without a record for this long the meters are asked again: streams stall and send in bursts (quirk Q71)."""
HOUSEKEEPING_S = 900.0
"""What is slow or rarely needed waits so long where the gateway is expected to be away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What came of a step: nothing but time where all are None."""

    connected: Capabilities | None = None
    """The gateway was found, again or as another."""
    snapshot: Snapshot | None = None
    is_new: bool = False
    """The snapshot has live values that the one before had not."""
    error: OpenvoyError | None = None
    """What keeps the whole gateway from answering; it is asked again after a pause."""
    refusal: OpenvoyError | None = None
    """A login that is not accepted; the snapshot has what is open to everybody, as some pages before firmware 7 are."""


def _never(_now: datetime) -> bool:
    return False


class Follower:
    """Follows one gateway for as long as somebody iterates `turns`.

    Endpoints are asked at the cadence of their class; a measured load beyond the budget stretches all of them. While
    the gateway is away one light request is sent at a time, so that values are fresh within one cadence of its return.
    With `streams` the powers of the meters come from their event stream, where the gateway offers it to this login.
    """

    def __init__(
        self,
        reader: Reader,
        clock: Clock,
        *,
        every_s: float = CADENCE_S[Poll.LIVE],
        streams: bool = True,
        is_quiet: Callable[[datetime], bool] = _never,
    ) -> None:
        self._reader, self._clock, self._every_s, self._is_quiet = reader, clock, every_s, is_quiet
        self._breaker, self._load, self._schedule = Breaker(), LoadMeter(), Schedule()
        self._tap = Tap(reader if streams and isinstance(reader, Streamer) else None, clock)
        self._replies = Replies()
        self._read_at: dict[Endpoint[Any], datetime] = {}
        self._again_s: dict[Endpoint[Any], float] = {}
        """When something was asked beside the turns."""
        self._warned: set[Endpoint[Any]] = set()
        self._capabilities: Capabilities | None = None
        self._known: Capabilities | None = None
        self._ended_s = self._rested_at_s = clock.monotonic()
        self._paused_until_s = self._told_s = float("-inf")
        self._failed: Endpoint[Any] | None = None
        self._refusal: OpenvoyError | None = None
        self._refused_at: Endpoint[Any] | None = None
        """Who refused the login, which stands refused until that one answers; None is the login itself."""
        self._has_news = False

    @property
    def load_share(self) -> float:
        """Share of the gateway's time that is taken, measured."""
        return self._load.share

    @property
    def fresh_for_s(self) -> float:
        """How long live values of this gateway tell of now."""
        return lifetime_s(self._fastest())

    async def read_again(self, endpoints: Iterable[Endpoint[Any]]) -> Snapshot | None:
        """Ask now for what somebody has changed, beside the turns; None where it cannot be said yet.

        What does not answer is asked again as soon as its turn comes.
        """
        wanted = [one for one in endpoints if one in self._schedule.polls and one not in self._schedule.forgotten]
        for endpoint in wanted:
            self._schedule.hasten(endpoint, self._clock.monotonic())
        if self._capabilities is None or self._breaker.is_open:
            return None
        for endpoint in wanted:
            started_s = self._again_s[endpoint] = self._clock.monotonic()
            outcome = await self._ask(endpoint, PROBE_TIMEOUT_S)
            if isinstance(outcome, Decoded):
                self._replies.note(endpoint, outcome)
                self._read_at[endpoint] = self._clock.now()
                self._schedule.done(endpoint, started_s)
        known = self._capabilities
        return None if known is None or self._is_first_round() else self._snapshot(known)

    async def turns(self) -> AsyncGenerator[Turn]:
        """Follow until closed; errors of the gateway are turns, not exceptions."""
        try:
            while True:
                yield await self._step()
        finally:
            await self._tap.close()

    async def _step(self) -> Turn:
        left_s = self._paused_until_s - self._clock.monotonic()
        if left_s > 0:
            await self._clock.sleep(min(left_s, NAP_S))
            return Turn()
        if self._capabilities is None:
            return await self._connect()
        if self._breaker.is_open:
            return await self._ask_and_take(self._probe(), self._capabilities)
        return await self._next(self._capabilities)

    async def _connect(self) -> Turn:
        await self._tap.close()
        await self._reader.close()
        try:
            capabilities = await self._reader.connect()
        except OpenvoyError as error:
            return self._pause(error)
        self._breaker.reset()
        if self._refused_at in {None, INFO} or capabilities != self._known:
            self._let_in(self._refused_at)
        if capabilities == self._known:
            self._schedule.remember()
        else:
            self._schedule, self._replies, self._read_at = Schedule(), Replies(), {}
        self._capabilities = self._known = capabilities
        self._want(capabilities)
        if self._refused_at in self._schedule.polls:
            # Only who refused the login can say that it is good again.
            self._schedule.hasten(self._refused_at, self._clock.monotonic())
        return Turn(connected=capabilities)

    def _want(self, capabilities: Capabilities) -> None:
        """Decide anew what is worth asking; a running stream spares the meters most of the questions."""
        wanted = {**wanted_endpoints(capabilities, self._replies), INFO: Poll.HOURLY}
        if wanted.get(METER_READINGS) is Poll.LIVE:
            self._tap.open()
            if self._is_streaming():
                wanted[METER_READINGS] = streamed_poll(self._replies)
        self._schedule.want(wanted, self._clock.monotonic())

    def _is_streaming(self) -> bool:
        return self._clock.monotonic() - self._tap.arrived_s <= STREAM_ALIVE_S

    async def _next(self, capabilities: Capabilities) -> Turn:
        self._want(capabilities)
        due = self._schedule.next_due(self._clock.monotonic())
        assert due is not None, "the identity page is always due some time"
        endpoint, due_at_s = due
        at_s = max(due_at_s, self._rested_at_s)
        tick_s = self._told_s + self._every_s
        if self._is_streaming() and tick_s < at_s and not self._is_first_round():
            await self._clock.sleep(tick_s - self._clock.monotonic())
            return self._told(capabilities, is_new=self._tap.newest is not None)
        await self._clock.sleep(at_s - self._clock.monotonic())
        if self._can_wait(endpoint) and self._is_quiet(self._clock.now()):
            self._schedule.postpone(endpoint, self._clock.monotonic() + HOUSEKEEPING_S)
            # It may have been all that the first picture still waited for.
            return self._told_when_due(endpoint, capabilities, is_new=False)
        return await self._ask_and_take(endpoint, capabilities)

    def _probe(self) -> Endpoint[Any]:
        """Choose the light question whose answer is wanted most, or the identity: one module may fail alone."""
        light = [
            (CADENCE_S[poll], endpoint.name, endpoint)
            for endpoint, poll in self._schedule.polls.items()
            if endpoint.handler is not Handler.SCRIPTED and endpoint not in self._schedule.forgotten
        ]
        most_wanted = min(light)[2] if light else INFO
        return INFO if most_wanted is self._failed else most_wanted

    async def _ask_and_take(self, endpoint: Endpoint[Any], capabilities: Capabilities) -> Turn:
        timeout_s = PROBE_TIMEOUT_S if self._breaker.is_open else None
        started_s = self._clock.monotonic()
        outcome = await self._ask(endpoint, timeout_s)
        ended_s = self._clock.monotonic()
        self._load.note(ended_s - started_s, started_s - self._ended_s)
        self._ended_s = ended_s
        self._rested_at_s = ended_s + self._load.rest_s(ended_s - started_s)
        self._schedule.done(endpoint, started_s)
        if self._again_s.get(endpoint, float("-inf")) > started_s:
            # It was changed while this was on its way.
            return Turn()
        if isinstance(outcome, OpenvoyError):
            return self._fail(endpoint, outcome, capabilities)
        return self._take(endpoint, outcome, capabilities)

    async def _ask(self, endpoint: Endpoint[Any], timeout_s: float | None) -> Decoded[Any] | OpenvoyError:
        try:
            return await self._reader.fetch(endpoint, timeout_s=timeout_s)
        except OpenvoyError as error:
            return error

    def _take(self, endpoint: Endpoint[Any], reply: Decoded[Any], capabilities: Capabilities) -> Turn:
        self._breaker.reset()
        self._let_in(endpoint)
        self._warned.discard(endpoint)
        self._replies.note(endpoint, reply)
        self._read_at[endpoint] = self._clock.now()
        if endpoint is INFO:
            found = build_capabilities(reply.value)
            if (found.serial, found.firmware) != (capabilities.serial, capabilities.firmware):
                self._capabilities = None
                return Turn()
        self._want(capabilities)
        return self._told_when_due(endpoint, capabilities, is_new=True)

    def _fail(self, endpoint: Endpoint[Any], error: OpenvoyError, capabilities: Capabilities) -> Turn:
        if error.remedy in {Remedy.FORGET, Remedy.SKIP}:
            self._breaker.reset()
            self._let_in(endpoint)
            self._warn_once(endpoint, error)
            if error.remedy is Remedy.SKIP or endpoint in self._read_at:
                # Some gateways refuse everybody at night: what answered before will answer again.
                self._let_age(endpoint, Unavailable(error.message, hint=error.hint))
            else:
                self._replies.note(endpoint, error)
                self._schedule.forget(endpoint)
                self._want(capabilities)
            return self._told_when_due(endpoint, capabilities, is_new=False)
        self._let_age(endpoint, error)
        self._failed = endpoint
        return self._pause(error, endpoint)

    def _let_in(self, endpoint: Endpoint[Any] | None) -> None:
        """Take down that a login was accepted, if it is this one that had refused it."""
        if self._refused_at is endpoint:
            self._refusal = self._refused_at = None

    def _warn_once(self, endpoint: Endpoint[Any], error: OpenvoyError) -> None:
        level = logging.DEBUG if endpoint in self._warned or error.remedy is Remedy.FORGET else logging.WARNING
        self._warned.add(endpoint)
        _LOG.log(level, "%s", error.message)

    def _pause(self, error: OpenvoyError, endpoint: Endpoint[Any] | None = None) -> Turn:
        """Leave the gateway alone for a moment; a login that is refused is built anew after it.

        One endpoint may hang or be busy while the others answer (quirk Q32): only a second failure in a row is told.
        """
        self._paused_until_s = self._clock.monotonic() + self._breaker.trip(error)
        capabilities = self._capabilities
        if error.remedy in {Remedy.HUMAN, Remedy.RENEW}:
            self._capabilities, self._refusal, self._refused_at = None, error, endpoint
        snapshot = None if self._known is None else self._snapshot(self._known)
        is_alone = isinstance(error, Unavailable) and not isinstance(error, GatewayUnreachable)
        is_told = capabilities is None or not is_alone or self._breaker.failures > 1
        return Turn(error=error if is_told else None, snapshot=snapshot)

    def _let_age(self, endpoint: Endpoint[Any], error: OpenvoyError) -> None:
        """Keep the last good reply while it still tells of now."""
        read_at = self._read_at.get(endpoint)
        if read_at is None or self._clock.now() - read_at > self._lifetime(endpoint):
            self._replies.note(endpoint, error)

    def _lifetime(self, endpoint: Endpoint[Any]) -> timedelta:
        return timedelta(seconds=lifetime_s(self._schedule.polls.get(endpoint, Poll.HOURLY)))

    def _told_when_due(self, endpoint: Endpoint[Any], capabilities: Capabilities, *, is_new: bool) -> Turn:
        """Tell when all readings of the fastest class are of this moment, and whenever nothing else is due."""
        is_fastest = self._schedule.polls.get(endpoint) is self._fastest()
        self._has_news = self._has_news or (is_new and is_fastest)
        if self._is_first_round():
            return Turn()
        due = self._schedule.next_due(self._clock.monotonic())
        is_idle = due is None or due[1] > self._clock.monotonic()
        is_complete = is_fastest and (due is None or self._schedule.polls[due[0]] is not self._fastest())
        if not (is_idle or is_complete):
            return Turn()
        return self._told(capabilities, is_new=self._has_news)

    def _is_first_round(self) -> bool:
        """Whether something was never asked that a first picture needs; slow pages that are asked rarely come later."""
        return any(map(self._is_awaited, self._schedule.polls))

    def _is_awaited(self, endpoint: Endpoint[Any]) -> bool:
        is_known = endpoint in self._schedule.asked or endpoint in self._schedule.forgotten
        is_rare = CADENCE_S[self._schedule.polls[endpoint]] >= CADENCE_S[Poll.HOURLY]
        return not is_known and not (endpoint.handler is Handler.SCRIPTED and is_rare)

    def _can_wait(self, endpoint: Endpoint[Any]) -> bool:
        """Whether it is slow, and the first picture does without it."""
        return endpoint.handler is Handler.SCRIPTED and not self._is_awaited(endpoint)

    def _told(self, capabilities: Capabilities, *, is_new: bool) -> Turn:
        self._has_news = False
        self._told_s = self._clock.monotonic()
        return Turn(snapshot=self._snapshot(capabilities), is_new=is_new, refusal=self._refusal)

    def _fastest(self) -> Poll:
        return min(self._schedule.polls.values(), key=CADENCE_S.__getitem__, default=Poll.LIVE)

    def _snapshot(self, capabilities: Capabilities) -> Snapshot:
        now = self._clock.now()
        record = self._tap.take()
        if record is not None and note_record(self._replies, record, now.timestamp()):
            self._read_at[METER_READINGS] = now
        self._drop_stale(now)
        return build_snapshot(capabilities, self._replies, now)

    def _drop_stale(self, now: datetime) -> None:
        for endpoint, read_at in self._read_at.items():
            if now - read_at > self._lifetime(endpoint) and self._replies.value(endpoint) is not None:
                self._replies.note(endpoint, GatewayTimeout(f"no reply since {read_at:%H:%M:%S} UTC"))
                # A machine that slept missed its turn: the stopwatch stood still while the day went on.
                self._schedule.hasten(endpoint, self._clock.monotonic())
