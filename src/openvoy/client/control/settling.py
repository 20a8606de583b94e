"""Sending once, and reading back patiently what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.client.control.survey import Door, fetch_state
from openvoy.errors import (
    CredentialRejected,
    EndpointMissing,
    EndpointRefused,
    GatewayTimeout,
    GatewayUnreachable,
    NotAuthorized,
    OpenvoyError,
    Unavailable,
)
from openvoy.model.control import Outcome, Settings
from openvoy.ports.clock import Clock
from openvoy.protocol.control import Control, State, Verdict
from openvoy.protocol.http import Request
from openvoy.protocol.status import check_status

PAUSES_S = (0.5, 1.0, 1.5, 2.0, 3.0, 5.0)
"""Between readings back; the last one goes on."""
AWAY_S = 300.0
"""How long a gateway may be away after a write: some writes take it down for minutes (quirk Q80)."""
AFTER_REFUSAL_S = 6.0
"""How long a write that was answered with an error is waited for: a few work all the same (quirk Q70)."""
WATCH_PAUSE_S = 10.0

_FINAL = (EndpointRefused, EndpointMissing, CredentialRejected, NotAuthorized)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a write."""

    outcome: Outcome
    detail: str = ""


async def send_once(door: Door, requests: tuple[Request, ...], *, gateway: str) -> OpenvoyError | None:
    """Send requests, each once, up to the first that fails; give that failure."""
    for request in requests:
        try:
            response = await door.fetch_raw(
                request.path,
                method=request.method,
                body=request.body,
                content_type=request.headers.get("Content-Type"),
            )
            check_status(response, gateway=gateway, path=request.path)
        except OpenvoyError as error:
            return error
    return None


class Settling:
    """Waits until a gateway says that what was wanted is so."""

    def __init__(self, door: Door, clock: Clock) -> None:
        self._door = door
        self._clock = clock

    async def judge(self, control: Control, wanted: Settings, problem: OpenvoyError | None, *, known: State) -> Result:
        """Read back until it is as wanted or time is up, and say what that means; `known` was read before."""
        if isinstance(problem, _FINAL):
            return Result(Outcome.REFUSED, _words(problem))
        verdict, read = await self._read_back(control, wanted, problem, known)
        if isinstance(read, OpenvoyError):
            unread = _join(_words(problem), "The gateway could not be read back since.", _words(read))
            return Result(Outcome.UNCONFIRMED, unread)
        return _result(verdict, problem, control.reason(read, wanted))

    async def watch(self, control: Control, wanted: Settings, seconds: float) -> Result | None:
        """Read again for a while; give a result only where it is otherwise than wanted."""
        start_s = self._clock.monotonic()
        known = await fetch_state(self._door, control.needs)
        while (left_s := start_s + seconds - self._clock.monotonic()) > 0:
            await self._clock.sleep(min(WATCH_PAUSE_S, left_s))
            try:
                state = await fetch_state(self._door, control.reads, known=known)
            except Unavailable:
                continue
            if control.confirm(control, state, wanted) is Verdict.NOT_YET:
                age_s = self._clock.monotonic() - start_s
                return Result(Outcome.OVERWRITTEN, _join(_overwritten(control, state, wanted, age_s)))
        return None

    async def _read_back(
        self, control: Control, wanted: Settings, problem: OpenvoyError | None, known: State
    ) -> tuple[Verdict, State | OpenvoyError]:
        """Give the last reading, or why there was none; what was read before says nothing of what is so now."""
        patience_s = control.settles_s if problem is None or isinstance(problem, Unavailable) else AFTER_REFUSAL_S
        start_s = self._clock.monotonic()
        deadline_s = start_s + patience_s
        verdict, turn = Verdict.NOT_YET, 0
        read: State | OpenvoyError
        while True:
            await self._clock.sleep(PAUSES_S[min(turn, len(PAUSES_S) - 1)])
            turn += 1
            try:
                read = await fetch_state(self._door, control.reads, known=known)
            except Unavailable as error:
                # It may be back any moment, and then it needs its time.
                read, deadline_s = error, min(self._clock.monotonic() + patience_s, start_s + AWAY_S)
            except OpenvoyError as error:
                # Waiting does not help, and what was sent is sent.
                return verdict, error
            else:
                verdict = control.confirm(control, read, wanted)
                if verdict is Verdict.DONE:
                    break
            if self._clock.monotonic() >= deadline_s:
                break
        return verdict, read


def _result(verdict: Verdict, problem: OpenvoyError | None, reason: str) -> Result:
    """Say what was read back means, after a write that was answered well or with `problem`."""
    if verdict is Verdict.DONE:
        return Result(Outcome.TOOK_EFFECT, "" if problem is None else _join(problem.message, "It did it all the same."))
    if verdict is Verdict.ON_ITS_WAY:
        return Result(Outcome.PENDING, reason)
    if verdict is Verdict.UNSAID:
        return Result(Outcome.UNCONFIRMED, _join("The gateway does not say whether it is so.", reason))
    if problem is None:
        return Result(Outcome.IGNORED, reason or _IGNORED)
    if isinstance(problem, GatewayUnreachable | GatewayTimeout):
        return Result(Outcome.IGNORED, _join(problem.message, _LOST, reason))
    return Result(Outcome.REFUSED, _join(_words(problem), reason))


_LOST = "It has not done it, and it was not told again: some firmware breaks off, or goes away for minutes, at this."
_IGNORED = (
    "The gateway took the request and did nothing. Some firmware takes this setting from the vendor's cloud only:"
    " change it in the vendor's app."
)


def _overwritten(control: Control, state: State, wanted: Settings, age_s: float) -> str:
    now = control.now(state, control.target(wanted))
    values = ", ".join(f"{name} {now.get(name)}" for name in control.wishes(wanted))
    return (
        f"After {age_s:.0f} s it is {values}: somebody else set it, most likely the vendor's cloud. Change it in the"
        " vendor's app, or end the cloud's planning there."
    )


def _words(problem: OpenvoyError | None) -> str:
    return "" if problem is None else _join(problem.message, problem.hint)


def _join(*sentences: str) -> str:
    return " ".join(filter(None, sentences))
