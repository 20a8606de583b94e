"""Tokens that a mirror did not sign: the gateway behind it is asked once for each, and its word is remembered."""

from __future__ import annotations

import asyncio
import hashlib

from openvoy.errors import CredentialRejected, OpenvoyError
from openvoy.ports import Clock
from openvoy.protocol.endpoint import Role
from openvoy.protocol.firmware import Capabilities
from openvoy.protocol.http import Request
from openvoy.protocol.login.jwt import TokenInfo, explain_token
from openvoy.virtual.login.tokens import Claims, TokenAuthority, role_of_user
from openvoy.virtual.pages import render_busy
from openvoy.virtual.source import Reply, Vouches

PAUSE_S = 5.0
"""After a refusal nobody's unknown token is asked after for so long: a gateway must not be kept busy by guessing."""
MOST_REFUSED = 100


class Visitors:
    """Lets in who has a token that the mirrored gateway accepts."""

    def __init__(self, gateway: Vouches, authority: TokenAuthority, identity: Capabilities, *, clock: Clock) -> None:
        self._gateway = gateway
        self._authority = authority
        self._identity = identity
        self._clock = clock
        self._asking = asyncio.Lock()
        self._refused: dict[str, None] = {}
        self._quiet_until_s = 0.0

    def trust(self, token: str) -> None:
        """Take a token for good that the mirror itself logs in with; the gateway judges it anyway."""
        info = explain_token(token)
        role = role_of_user(info.role)
        if role is not None:
            self._remember(token, info, role)

    async def greet(self, request: Request) -> Reply | None:
        """Have an unknown token judged before the login looks at it; a reply where that cannot be said now."""
        scheme, _, token = request.headers.get("authorization", "").strip().partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not self._is_plausible(token):
            return None
        async with self._asking:
            if self._authority.check(token, now=self._clock.now()) is not None:
                return None
            return await self._judge(token)

    def _is_plausible(self, token: str) -> bool:
        """Whether it may be a token of this gateway that is not known yet."""
        name = _fingerprint(token)
        if name in self._refused or self._authority.check(token, now=self._clock.now()) is not None:
            return False
        try:
            info = explain_token(token)
        except CredentialRejected:
            return False
        is_ours = self._identity.serial in info.serials and role_of_user(info.role) is not None
        return is_ours and not info.is_expired(self._clock.now())

    async def _judge(self, token: str) -> Reply | None:
        if self._clock.monotonic() < self._quiet_until_s:
            return render_busy(self._identity)
        try:
            is_good = await self._gateway.vouch(token)
        except OpenvoyError:
            # A refusal would make clients ask their users for a new login.
            return render_busy(self._identity)
        info = explain_token(token)
        role = role_of_user(info.role)
        if is_good and role is not None:
            self._remember(token, info, role)
            return None
        self._quiet_until_s = self._clock.monotonic() + PAUSE_S
        while len(self._refused) >= MOST_REFUSED:
            self._refused.pop(next(iter(self._refused)))
        self._refused[_fingerprint(token)] = None
        return None

    def _remember(self, token: str, info: TokenInfo, role: Role) -> None:
        self._authority.trust(token, Claims(token_id=_fingerprint(token), role=role), until=info.expires_at)


def _fingerprint(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
