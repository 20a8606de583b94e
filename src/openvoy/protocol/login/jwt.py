"""What a token says of itself, read offline: for whom it is, for which gateway, until when."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from openvoy import codec
from openvoy.codec import DecodeError, WireStruct, said
from openvoy.errors import CredentialRejected

HOW_TO_GET_ONE = (
    "Get a token at https://entrez.enphaseenergy.com: log in, name the system and the gateway, create the access token."
    " Then give it with --token-file or OPENVOY_TOKEN, or as token_file in the configuration."
)

ANY_GATEWAY = "un-commissioned"
"""Audience of a token for a gateway that belongs to no system yet."""


_FORM = re.compile(r"([\w-]+)\.([\w-]+)\.([\w-]+)", re.ASCII)

SIGNATURE_CHARS = {"ES256": 86}
"""How long a signature is, of 64 bytes in base64; with it the vendor signs."""


class _Header(WireStruct):
    alg: str | None = None


class _Claims(WireStruct):
    aud: str | tuple[str, ...] | None = None
    iss: str | None = None
    role: str | None = said("enphaseUser")
    username: str | None = None
    exp: float | None = None
    iat: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenInfo:
    """The claims of a token; its signature is the gateway's business."""

    serials: tuple[str, ...]
    """Serial numbers of the gateways it is for."""
    role: str | None
    """`owner`, `installer`, or another word of the vendor."""
    issued_at: datetime | None
    expires_at: datetime | None
    issuer: str | None = None
    account: str | None = None
    """Whose account it was issued to."""

    def is_for(self, serial: str) -> bool:
        """Whether a gateway of this serial number may accept it."""
        return not self.serials or serial in self.serials or ANY_GATEWAY in self.serials

    def is_expired(self, now: datetime) -> bool:
        """Whether its time is over."""
        return self.expires_at is not None and self.expires_at <= now


def clean_token(text: str) -> str:
    """Take out what copying has put in, such as the line breaks of a mail or quotes; no token has a blank."""
    return "".join(text.split()).strip("\"'")


def explain_token(token: str) -> TokenInfo:
    """Read what a token says of itself; raise CredentialRejected for what is no token at all."""
    parts = _FORM.fullmatch(token.strip())
    try:
        claims: _Claims = _read("" if parts is None else parts[2], _Claims)
    except (ValueError, binascii.Error, DecodeError):
        raise CredentialRejected("What was given is no token.", hint=HOW_TO_GET_ONE) from None
    return _info_of(claims)


def is_cut(token: str) -> bool:
    """Whether the end of a token is missing, as where not all of it was copied; what it says of itself is there."""
    parts = _FORM.fullmatch(token.strip())
    if parts is None:
        return False
    try:
        header: _Header = _read(parts[1], _Header)
    except (ValueError, binascii.Error, DecodeError):
        return False
    return len(parts[3]) < SIGNATURE_CHARS.get(header.alg or "", 0)


def _read(part: str, shape: Any) -> Any:
    body = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_")
    value, _dropped = codec.decoder(shape)(body)
    return value


def check_token(info: TokenInfo, *, gateway: str, serial: str | None, now: datetime) -> None:
    """Raise CredentialRejected for a token that cannot be accepted: expired, or of another gateway than `serial`."""
    if info.is_expired(now):
        raise CredentialRejected(
            f"The token for {gateway} expired on {info.expires_at:%Y-%m-%d %H:%M} UTC.", hint=HOW_TO_GET_ONE
        )
    if serial is not None and not info.is_for(serial):
        raise CredentialRejected(
            f"The token is for the gateway with serial number {', '.join(info.serials)}, but {gateway} is {serial}.",
            hint=f"Give the token of {serial}, or the host of the gateway that the token is for.",
        )


def _info_of(claims: _Claims) -> TokenInfo:
    audience: Sequence[str] = (claims.aud,) if isinstance(claims.aud, str) else (claims.aud or ())
    return TokenInfo(
        serials=tuple(audience),
        role=claims.role,
        issued_at=_moment(claims.iat),
        expires_at=_moment(claims.exp),
        issuer=claims.iss,
        account=claims.username,
    )


def _moment(unix_s: float | None) -> datetime | None:
    try:
        return None if unix_s is None else datetime.fromtimestamp(unix_s, UTC)
    except (ValueError, OverflowError, OSError):
        return None
