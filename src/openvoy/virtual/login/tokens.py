"""Tokens as the vendor's cloud issues them, signed with a key of our own. The only file that names joserfc."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from openvoy import codec
from openvoy.protocol.endpoint import Role

OWNER_LIFETIME_S = 365 * 86_400.0
INSTALLER_LIFETIME_S = 12 * 3600.0

MOST_TRUSTED = 100
"""Tokens that others signed and that are remembered."""

UNCOMMISSIONED = "un-commissioned"
"""Audience of a token for gateways that belong to no system yet."""

_LEVELS = {
    "anybody": Role.ANYBODY,
    "monitor": Role.OWNER,
    "owner": Role.OWNER,
    "prov": Role.PROVISIONING,
    "support": Role.SUPPORT,
    "sysadmin": Role.SUPPORT,
    "installer": Role.INSTALLER,
    "envoy": Role.INSTALLER,
    "enphase": Role.INSTALLER,
    "factory": Role.INSTALLER,
}
"""Claim `enphaseUser` and what it may (endpoints.md 1.10)."""


def role_of_user(user: object) -> Role | None:
    """Say what the claim enphaseUser may do; None for a word that is not one of its."""
    return _LEVELS.get(str(user))


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a good token says."""

    token_id: str
    role: Role


class TokenAuthority:
    """Signs and checks the ES256 tokens of one gateway."""

    def __init__(self, serial: str, *, random_bytes: Callable[[int], bytes], key_json: str | None = None) -> None:
        """Use a key that was exported before, else a new one; ValueError where `key_json` is none."""
        self._serial = serial
        self._random_bytes = random_bytes
        self._uncommissioned_until_s: float | None = None
        self._trusted: dict[str, tuple[Claims, datetime | None]] = {}
        try:
            self._key = ECKey.generate_key("P-256") if key_json is None else ECKey.import_key(_members(key_json))
        except JoseError as error:
            raise ValueError(str(error)) from error
        self._key.ensure_kid()

    @property
    def key_json(self) -> str:
        """The private key, to be kept secret and given to the next start."""
        return codec.encode_json(self._key.as_dict(private=True)).decode()

    def issue(
        self,
        user: str,
        *,
        now: datetime,
        lifetime_s: float,
        username: str = "owner@example.com",
        audience: str | None = None,
    ) -> str:
        """Issue a token; `user` is the claim enphaseUser: owner, installer or another of endpoints.md 1.10.

        `audience` is another gateway's serial number, or UNCOMMISSIONED; without it the token is for this gateway.
        """
        issued_s = int(now.timestamp())
        claims = {
            "aud": self._serial if audience is None else audience,
            "iss": "Entrez",
            "enphaseUser": user,
            "exp": issued_s + int(lifetime_s),
            "iat": issued_s,
            "jti": str(uuid.UUID(bytes=self._random_bytes(16), version=4)),
            "username": username,
        }
        return jwt.encode({"kid": self._key.kid, "typ": "JWT", "alg": "ES256"}, claims, self._key)

    def check(self, token: str, *, now: datetime) -> Claims | None:
        """Check signature, issuer, audience, expiry and user; None where the token is not good."""
        if token in self._trusted:
            claims, until = self._trusted[token]
            return claims if until is None or now < until else None
        try:
            said = jwt.decode(token, self._key, algorithms=["ES256"]).claims
        except (JoseError, ValueError):
            return None
        expiry_s, role, token_id = said.get("exp"), role_of_user(said.get("enphaseUser")), said.get("jti")
        if not isinstance(expiry_s, (int, float)) or expiry_s <= now.timestamp():
            return None
        if not said.get("iss") or role is None or not isinstance(token_id, str):
            return None
        return Claims(token_id=token_id, role=role) if self._is_for_us(said.get("aud"), expiry_s) else None

    def trust(self, token: str, claims: Claims, *, until: datetime | None) -> None:
        """Take a token that somebody else signed for good, up to a time."""
        while len(self._trusted) >= MOST_TRUSTED:
            self._trusted.pop(next(iter(self._trusted)))
        self._trusted[token] = (claims, until)

    def _is_for_us(self, audience: object, expiry_s: float) -> bool:
        """Whether a token is for this gateway.

        One for gateways without a system is trusted too, but none that lasts longer than the first of its kind.
        """
        if audience != UNCOMMISSIONED:
            return audience == self._serial
        if self._uncommissioned_until_s is None:
            self._uncommissioned_until_s = expiry_s
        return expiry_s <= self._uncommissioned_until_s


def _members(key_json: str) -> dict[str, str | list[str]]:
    members: dict[str, str | list[str]] = codec.decoder(dict[str, str | list[str]])(key_json.encode())[0]
    return members
