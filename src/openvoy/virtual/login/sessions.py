"""Sessions of token firmware: a cookie of 32 characters that lives while it is used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from openvoy.ports import Clock
from openvoy.virtual.login.tokens import Claims

IDLE_LIMIT_S = 600.0
"""Ten minutes, sliding (M1471; another source says thirty)."""

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(slots=True)
class _Session:
    claims: Claims
    used_s: float


class SessionBook:
    """The open sessions, one for each token; `clock` is the gateway's."""

    def __init__(
        self,
        clock: Clock,
        random_bytes: Callable[[int], bytes],
        *,
        idle_limit_s: Callable[[], float] = lambda: IDLE_LIMIT_S,
    ) -> None:
        self._clock = clock
        self._random_bytes = random_bytes
        self._idle_limit_s = idle_limit_s
        self._sessions: dict[str, _Session] = {}

    def open(self, claims: Claims) -> str:
        """Open a session for a token, or find the one it has, and give its id."""
        self._forget_idle()
        for session_id, session in self._sessions.items():
            if session.claims.token_id == claims.token_id:
                session.used_s = self._clock.monotonic()
                return session_id
        session_id = "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in self._random_bytes(32))
        self._sessions[session_id] = _Session(claims, self._clock.monotonic())
        return session_id

    def use(self, session_id: str) -> Claims | None:
        """Whose session it is, and prolong it; None where there is none or it was idle for too long."""
        self._forget_idle()
        session = self._sessions.get(session_id)
        if session is None:
            return None
        session.used_s = self._clock.monotonic()
        return session.claims

    def _forget_idle(self) -> None:
        oldest_s = self._clock.monotonic() - self._idle_limit_s()
        self._sessions = {key: session for key, session in self._sessions.items() if session.used_s >= oldest_s}
