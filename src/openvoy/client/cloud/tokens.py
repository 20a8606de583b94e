"""Tokens that renew themselves: from what is saved while that will do, else from the cloud, gently."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache

from openvoy.client.cloud.attempts import Attempts
from openvoy.client.cloud.client import CloudClient
from openvoy.client.cloud.store import TokenStore
from openvoy.errors import CloudUnavailable, ConfigError, CredentialRejected, OpenvoyError
from openvoy.ports.clock import Clock
from openvoy.protocol.cloud import Account, Attempt, explain_renewal, may_attempt_at, renewal_due_at
from openvoy.protocol.cloud.renewal import begin_attempt, end_attempt, may_renew_early
from openvoy.protocol.login import TokenInfo, explain_token

_log = logging.getLogger("openvoy.client")

AccountReader = Callable[[], Account]
"""Reads the account when it is needed; raises ConfigError where it cannot be."""


class CloudTokens:
    """Gives a gateway's token and renews it well before it expires; implements `ports.TokenSource`.

    One attempt at a time; after a failure a pause that grows and is kept over restarts. While a saved token is valid, a
    failed renewal is told by `find_trouble` and nothing else.
    """

    def __init__(
        self,
        cloud: CloudClient,
        read_account: AccountReader,
        *,
        store: TokenStore,
        attempts: Attempts,
        clock: Clock,
        role: str | None = None,
    ) -> None:
        self._cloud, self._read_account = cloud, read_account
        self._store, self._attempts, self._clock, self._role = store, attempts, clock, role
        self._lock = asyncio.Lock()
        self._serial: str | None = None
        self._saved: str | None = None
        self._info: TokenInfo | None = None
        self._last: Attempt | None = None
        self._unkept: OpenvoyError | None = None

    async def fetch_token(self, serial: str, *, refused: str | None = None) -> str:
        """Give the token; raise CredentialRejected or CloudUnavailable where there is none that may work."""
        self._recall(serial)
        usable = self._usable(refused)
        if usable is not None and (not self._is_due() or self._lock.locked()):
            return usable
        async with self._lock:
            usable = self._usable(refused)
            if usable is not None and not self._is_due():
                return usable
            return await self._renew(serial, usable, is_early=refused is not None and refused == self._saved)

    def find_trouble(self) -> OpenvoyError | None:
        """Say why the token is not renewed, None while all is well."""
        if self._serial is None:
            return None
        return explain_renewal(self._last, self._info, self._clock.now()) or self._unkept

    async def _renew(self, serial: str, usable: str | None, *, is_early: bool) -> str:
        try:
            return await self._attempt_if_allowed(serial, is_early=is_early)
        except OpenvoyError as error:
            if isinstance(error, ConfigError):
                self._unkept = error
            if usable is None:
                raise
            return usable

    async def _attempt_if_allowed(self, serial: str, *, is_early: bool) -> str:
        last, now = self._last, self._clock.now()
        if is_early and not may_renew_early(last, now):
            raise _refused_again(serial)
        account = self._read_account()
        mark = build_mark(account, serial)
        if may_attempt_at(last, account=mark, now=now) > now:
            raise explain_renewal(last, self._info, now) or _too_soon(serial)
        return await self._attempt(account, serial, begin_attempt(last, account=mark, now=now, early=is_early))

    async def _attempt(self, account: Account, serial: str, begun: Attempt) -> str:
        self._note(serial, begun)
        try:
            fetched = await self._cloud.fetch_token(account, serial, role=self._role)
        except OpenvoyError as error:
            ended = end_attempt(begun, error)
            self._note(serial, ended)
            _log.warning("No token for %s: %s Next attempt at %s.", serial, error.message, ended.retry_at)
            raise
        self._keep(fetched)
        self._note(serial, end_attempt(begun, None))
        self._unkept = None
        assert self._info is not None
        _log.info("A new token for %s is good until %s.", serial, self._info.expires_at)
        try:
            self._store.write_token(serial, fetched)
        except ConfigError as error:
            # It is good as long as this process lives, and told by `find_trouble`.
            self._unkept = error
        return fetched

    def _note(self, serial: str, attempt: Attempt) -> None:
        self._last = attempt
        self._attempts.write_attempt(serial, attempt)

    def _recall(self, serial: str) -> None:
        """Read what is saved when a gateway is asked for first, or another than before."""
        if self._serial == serial:
            return
        self._serial, self._saved, self._info = serial, None, None
        self._last = self._attempts.read_attempt(serial)
        saved = self._store.read_token(serial)
        if saved is not None:
            self._keep(saved, serial=serial)

    def _keep(self, token: str, *, serial: str | None = None) -> None:
        try:
            info = explain_token(token)
        except CredentialRejected:
            return
        if serial is None or info.is_for(serial):
            self._saved, self._info = token, info

    def _usable(self, refused: str | None) -> str | None:
        if self._saved is None or self._info is None or self._saved == refused:
            return None
        return None if self._info.is_expired(self._clock.now()) else self._saved

    def _is_due(self) -> bool:
        due_at: datetime | None = None if self._info is None else renewal_due_at(self._info)
        return due_at is not None and due_at <= self._clock.now()


@lru_cache(maxsize=8)
def build_mark(account: Account, serial: str) -> str:
    """Mark an account so that a changed password is noticed, in 65,535 of 65,536 changes.

    It is kept in a file, so it is slow to compute and short: whoever reads it learns next to nothing of the password.
    """
    salt = f"{serial}\0{account.user}".encode()
    return hashlib.scrypt(account.password.encode(), salt=salt, n=2**14, r=8, p=1, dklen=2).hex()


def _refused_again(serial: str) -> OpenvoyError:
    return CredentialRejected(
        f"Gateway {serial} refuses a token that was renewed because it had refused the one before.",
        hint="Its clock may be wrong, or it belongs to another system: check it in the vendor's app. A new token is"
        " tried once a week.",
    )


def _too_soon(serial: str) -> OpenvoyError:
    return CloudUnavailable(
        f"A token for {serial} was obtained only just now.", hint="Wait a quarter of an hour; it goes on by itself."
    )
