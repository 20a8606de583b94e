"""When a token is renewed and how long to wait after an attempt: pure rules, so that months are tested in a moment.

A token is renewed once three quarters of its life are over: an owner's 91 days before it ends, an installer's 3 hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from openvoy.errors import CloudUnavailable, CredentialRejected, OpenvoyError
from openvoy.protocol.login.jwt import TokenInfo
from openvoy.units import render_span

RENEW_AT_SHARE = 0.75
"""Share of its life after which a token is renewed."""
UNKNOWN_LIFE = timedelta(days=30)
"""How long before its end a token is renewed that does not say when it was issued."""

FIRST_PAUSE = timedelta(minutes=15)
"""After any attempt, successful or not; after failures it doubles up to the longest."""
LONGEST_PAUSE = timedelta(days=1)
"""Also the pause after a refused account, unless its password has been changed meanwhile."""
EARLY_AGAIN = timedelta(days=7)
"""A token that the gateway refuses is renewed before its time once within this."""


class Outcome(Enum):
    """What came of an attempt."""

    PENDING = "pending"
    """Not known: it was begun, and the process ended."""
    RENEWED = "renewed"
    UNAVAILABLE = "unavailable"
    """The cloud did not serve."""
    REFUSED = "refused"
    """A person has to do something about the account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """The last attempt to obtain a token; kept over restarts, without secrets."""

    at: datetime
    outcome: Outcome
    failures: int = 0
    """In a row, this one included."""
    retry_at: datetime
    """Not before this."""
    early_at: datetime | None = None
    """When a token was last renewed before its time."""
    account: str = ""
    """Tells whether the password is still the one that was refused; too short to tell more."""
    message: str = ""
    hint: str = ""


def renewal_due_at(info: TokenInfo) -> datetime | None:
    """Say when to renew a token; None for one that never ends."""
    if info.expires_at is None:
        return None
    if info.issued_at is None or info.issued_at >= info.expires_at:
        return info.expires_at - UNKNOWN_LIFE
    return info.issued_at + (info.expires_at - info.issued_at) * RENEW_AT_SHARE


def may_attempt_at(last: Attempt | None, *, account: str, now: datetime) -> datetime:
    """Say when the next attempt is allowed, which may be in the past."""
    if last is None or last.at > now + FIRST_PAUSE:
        # An attempt in the future was made with a wrong clock, and says nothing.
        return now
    if last.outcome is Outcome.REFUSED and last.account != account:
        return now
    return last.retry_at


def may_renew_early(last: Attempt | None, now: datetime) -> bool:
    """Whether a token that the gateway refuses may be renewed although its time has not come."""
    return last is None or last.early_at is None or not timedelta(0) <= now - last.early_at < EARLY_AGAIN


def begin_attempt(last: Attempt | None, *, account: str, now: datetime, early: bool) -> Attempt:
    """Note an attempt before anything is sent, so that a process that dies meanwhile does not try at once again."""
    failures = 1 if last is None or last.outcome is Outcome.RENEWED else last.failures + 1
    return Attempt(
        at=now,
        outcome=Outcome.PENDING,
        failures=failures,
        retry_at=now + _pause(failures),
        early_at=now if early else None if last is None else last.early_at,
        account=account,
    )


def end_attempt(begun: Attempt, error: OpenvoyError | None) -> Attempt:
    """Note what came of it; None is success."""
    if error is None:
        return Attempt(
            at=begun.at,
            outcome=Outcome.RENEWED,
            retry_at=begun.at + FIRST_PAUSE,
            early_at=begun.early_at,
            account=begun.account,
        )
    is_refused = isinstance(error, CredentialRejected)
    pause = LONGEST_PAUSE if is_refused else _pause(begun.failures)
    if isinstance(error, CloudUnavailable) and error.retry_after_s is not None:
        pause = max(pause, min(LONGEST_PAUSE, timedelta(seconds=error.retry_after_s)))
    return Attempt(
        at=begun.at,
        outcome=Outcome.REFUSED if is_refused else Outcome.UNAVAILABLE,
        failures=begun.failures,
        retry_at=begun.at + pause,
        early_at=begun.early_at,
        account=begun.account,
        message=error.message,
        hint=error.hint,
    )


def explain_renewal(last: Attempt | None, info: TokenInfo | None, now: datetime) -> OpenvoyError | None:
    """Say what is wrong with the renewal of a token; None where nothing is. Without `info` there is no token."""
    if last is None or last.outcome is Outcome.RENEWED:
        return None
    reason = last.message or "The last attempt to obtain a token was cut short."
    next_try = f"The next attempt is at {last.retry_at:%Y-%m-%d %H:%M} UTC."
    if info is None or info.expires_at is None or info.is_expired(now):
        text = f"There is no valid token, and none can be obtained: {reason} {next_try}"
    else:
        left = info.expires_at - now
        span = f"{left.days} days" if left.days > 1 else render_span(left.total_seconds())
        text = (
            f"The token cannot be renewed: {reason} The present one works until {info.expires_at:%Y-%m-%d %H:%M}"
            f" UTC ({span}). {next_try}"
        )
    if last.outcome is Outcome.REFUSED:
        return CredentialRejected(text, hint=last.hint)
    return CloudUnavailable(text, hint=last.hint or "It goes on by itself.")


def _pause(failures: int) -> timedelta:
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(failures - 1, 10))
