"""What was used to reach the gateway and to log in: it must not be in the recording either."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from openvoy import codec
from openvoy.client.capture.private import EMAIL, Kind, Original, is_address
from openvoy.codec import DecodeError
from openvoy.protocol.login import Credentials

_NOBODYS_HOSTS = ("envoy.local", "localhost")
_NOBODYS_USERS = ("envoy", "installer")
_CLAIMS = ("username", "jti")


def login_secrets(credentials: Credentials, host: str) -> Iterator[Original]:
    """Tell what is private of a login: token and claims, password, user, and where the gateway is."""
    if credentials.token is not None:
        yield from _of_token(credentials.token.strip())
    if credentials.password:
        yield Original(Kind.SECRET, credentials.password)
    if credentials.user is not None and credentials.user not in _NOBODYS_USERS:
        yield Original(Kind.TEXT, credentials.user)
    if is_address(host):
        yield Original(Kind.ADDRESS, host)
    elif "." in host and host.lower() not in _NOBODYS_HOSTS and not host.startswith("127."):
        yield Original(Kind.HOST, host)


def _of_token(token: str) -> Iterator[Original]:
    yield Original(Kind.SECRET, token)
    parts = token.split(".")
    yield from (Original(Kind.SECRET, part) for part in parts[1:] if part)
    for claim in _CLAIMS:
        value = _claims(parts[1] if len(parts) > 1 else "").get(claim)
        if isinstance(value, str) and value:
            yield Original(Kind.EMAIL if EMAIL.fullmatch(value) else Kind.TEXT, value)


def _claims(payload: str) -> dict[str, object]:
    try:
        body = base64.b64decode(payload + "=" * (-len(payload) % 4), altchars=b"-_")
        claims: dict[str, object] = codec.decoder(dict[str, object])(body)[0]
    except (binascii.Error, ValueError, DecodeError):
        return {}
    return claims
