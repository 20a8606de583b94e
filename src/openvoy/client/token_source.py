"""A token that a person keeps up to date: read again now and then, so that a new one counts without a restart."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from openvoy.client.cloud.store import TokenStore
from openvoy.errors import ConfigError, CredentialRejected, OpenvoyError
from openvoy.ports.clock import Clock
from openvoy.protocol.cloud import renewal_due_at
from openvoy.protocol.login import TokenInfo, explain_token
from openvoy.protocol.login.jwt import HOW_TO_GET_ONE

READ_AGAIN_S = 60.0
"""How soon a replaced file is noticed."""
WARN_WITHIN = timedelta(days=30)
"""How long before its end a token is worth a warning, unless a quarter of its life is shorter."""


class ReadTokens:
    """Gives the token that `read` finds; implements `ports.TokenSource`."""

    def __init__(self, read: Callable[[], str], *, clock: Clock, origin: str = "file or variable") -> None:
        """Prepare it; `read` raises ConfigError where there is none, `origin` tells people where it reads."""
        self._read, self._clock, self._origin = read, clock, origin
        self._token: str | None = None
        self._info: TokenInfo | None = None
        self._read_at_s = 0.0

    async def fetch_token(self, serial: str, *, refused: str | None = None) -> str:
        """Give the token; after a refusal only if it has been replaced meanwhile."""
        is_old = self._clock.monotonic() - self._read_at_s >= READ_AGAIN_S
        if self._token is None or is_old or refused is not None:
            self._read_again()
        assert self._token is not None
        if self._token == refused:
            raise self._reject(self._told_end() or f"Gateway {serial} refuses its token.")
        return self._token

    def find_trouble(self) -> OpenvoyError | None:
        """Say that the token expires soon, or did."""
        now = self._clock.now()
        if self._info is None or self._info.expires_at is None or not is_ending(self._info, now):
            return None
        if ended := self._told_end():
            return self._reject(ended)
        left = self._info.expires_at - now
        return CredentialRejected(
            f"The token expires on {self._info.expires_at:%Y-%m-%d %H:%M} UTC, in {render_left(left)}.",
            hint="Log in anew under Settings in the dashboard, or get a new one with `openvoy token fetch`; with "
            "cloud = { user = …, password_env = … } in the configuration it is renewed by itself.",
        )

    def _reject(self, why: str) -> CredentialRejected:
        return CredentialRejected(
            why,
            hint=f"Log in anew under Settings in the dashboard, or put a new token into the {self._origin}; it counts "
            "within a minute. `openvoy token show` explains the present one.",
        )

    def _told_end(self) -> str | None:
        return None if self._info is None else tell_end(self._info, self._clock.now())

    def _read_again(self) -> None:
        self._read_at_s = self._clock.monotonic()
        try:
            text = self._read().strip()
        except ConfigError:
            if self._token is None:
                raise
            return
        self._token, self._info = text, explain_token(text)


class SavedTokens:
    """Gives the token that was saved for a gateway, and renews nothing; implements `ports.TokenSource`."""

    def __init__(self, store: TokenStore, *, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def fetch_token(self, serial: str, *, refused: str | None = None) -> str:
        """Give the saved token; raise ConfigError where there is none."""
        token = self._store.read_token(serial)
        if token is None:
            raise ConfigError(f"Gateway {serial} needs a token, and none is saved for it.", hint=HOW_TO_GET_ONE)
        if token == refused:
            raise CredentialRejected(
                tell_end(explain_token(token), self._clock.now())
                or f"The token that is saved for {serial} is refused.",
                hint="The service renews it, if it runs with cloud = …",
            )
        return token

    def find_trouble(self) -> OpenvoyError | None:
        """Say nothing: who saved it renews it."""
        return None


def tell_end(info: TokenInfo, now: datetime) -> str | None:
    """Say when a token expired; None where that is not so, or not known."""
    return f"The token expired on {info.expires_at:%Y-%m-%d %H:%M} UTC." if info.is_expired(now) else None


def is_ending(info: TokenInfo, now: datetime) -> bool:
    """Whether a token's end is near enough to tell: within 30 days and the last quarter of its life."""
    if info.expires_at is None:
        return False
    due_at = renewal_due_at(info)
    return now >= info.expires_at - WARN_WITHIN and (due_at is None or now >= due_at)


def render_left(left: timedelta) -> str:
    """Say a time span in days, in hours where it is short, in minutes where it is shorter."""
    if left.days >= 2:
        return f"{left.days} days"
    if left >= timedelta(hours=2):
        return f"{left.total_seconds() / 3600:.0f} hours"
    minutes = int(left.total_seconds()) // 60
    return "1 minute" if minutes == 1 else f"{minutes} minutes"
