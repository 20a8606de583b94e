"""What the cloud remembers for a while: sessions and authorisation codes, on the gateway's virtual clock."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass

from openvoy.ports import Clock
from openvoy.virtual.cloud.accounts import Account

SESSION_LIFE_S = 3600.0
"""About an hour (endpoints.md 4.3), after the last use."""

CODE_LIFE_S = 300.0
"""Of an authorisation code; five minutes are usual (RFC 6749 allows ten)."""

_MOST = 10_000
"""Entries beyond this push out the oldest: a client may log in as often as it likes."""


@dataclass(slots=True)
class _Session:
    account: Account
    used_s: float


class Sessions:
    """Open sessions by their id, 32 hexadecimal digits."""

    def __init__(self, clock: Clock, random_bytes: Callable[[int], bytes]) -> None:
        self._clock = clock
        self._random_bytes = random_bytes
        self._sessions: dict[str, _Session] = {}

    def open(self, account: Account) -> str:
        """Open one more session."""
        self._forget()
        session_id = self._random_bytes(16).hex()
        self._sessions[session_id] = _Session(account, self._clock.monotonic())
        return session_id

    def use(self, session_id: str) -> Account | None:
        """Whose session it is, and prolong it; None where there is none or it expired."""
        self._forget()
        session = self._sessions.get(session_id)
        if session is None:
            return None
        session.used_s = self._clock.monotonic()
        return session.account

    def close(self, session_id: str) -> None:
        """End a session, if there is one."""
        self._sessions.pop(session_id, None)

    def count_of(self, account: Account) -> int:
        """Count the open sessions of an account."""
        self._forget()
        return sum(session.account is account for session in self._sessions.values())

    def _forget(self) -> None:
        oldest_s = self._clock.monotonic() - SESSION_LIFE_S
        kept = [(key, session) for key, session in self._sessions.items() if session.used_s >= oldest_s]
        self._sessions = dict(kept[-_MOST:])


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What an authorisation code stands for."""

    account: Account
    serial: str
    challenge: str
    until_s: float


class Codes:
    """Authorisation codes: each good once, and only with the secret whose hash was sent before (PKCE, RFC 7636)."""

    def __init__(self, clock: Clock, random_bytes: Callable[[int], bytes]) -> None:
        self._clock = clock
        self._random_bytes = random_bytes
        self._codes: dict[str, Code] = {}

    def issue(self, account: Account, serial: str, challenge: str) -> str:
        """Issue a code."""
        now_s = self._clock.monotonic()
        self._codes = {key: code for key, code in self._codes.items() if code.until_s >= now_s}
        text = base64.urlsafe_b64encode(self._random_bytes(24)).decode()
        self._codes[text] = Code(account=account, serial=serial, challenge=challenge, until_s=now_s + CODE_LIFE_S)
        return text

    def redeem(self, text: str, verifier: str) -> Code | None:
        """Take a code back; None where it is unknown, used, too old, or the secret is not the one that was hashed."""
        code = self._codes.pop(text, None)
        if code is None or code.until_s < self._clock.monotonic():
            return None
        return code if hmac.compare_digest(challenge_of(verifier), _bytes_of(code.challenge)) else None


def challenge_of(verifier: str) -> bytes:
    """Hash a code verifier as RFC 7636 says (S256)."""
    return base64.urlsafe_b64encode(hashlib.sha256(_bytes_of(verifier)).digest()).rstrip(b"=")


def _bytes_of(text: str) -> bytes:
    return text.encode("utf-8", "replace")
