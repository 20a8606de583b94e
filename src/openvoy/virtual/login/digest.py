"""HTTP digest as firmware 3.9 to 6.x asks for it: RFC 2617, MD5, qop=auth, in two dialects of challenge."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit
from urllib.request import parse_http_list, parse_keqv_list

from openvoy.ports import Clock
from openvoy.protocol.endpoint import Handler
from openvoy.protocol.firmware import Capabilities, Firmware
from openvoy.protocol.http import Request
from openvoy.virtual.login.gate import Admission
from openvoy.virtual.pages import render_bad_digest_3_9, render_digest_forbidden, render_digest_refused
from openvoy.virtual.routes import digest_users, handler_of
from openvoy.virtual.source import Reply

REALM = "enphaseenergy.com"
_SALT_BYTES = 12
_MAC_BYTES = 8
_MAX_SECONDS_DIGITS = 13


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a client says in `Authorization: Digest …`."""

    username: str
    realm: str
    nonce: str
    uri: str
    response: str
    qop: str | None = None
    nc: str = ""
    cnonce: str = ""


def parse_credentials(header: str) -> Credentials | None:
    """Parse an Authorization header; None where it is no digest or lacks a part."""
    scheme, _, rest = header.strip().partition(" ")
    if scheme.lower() != "digest":
        return None
    try:
        parts = parse_keqv_list(parse_http_list(rest))
        return Credentials(
            username=parts["username"],
            realm=parts["realm"],
            nonce=parts["nonce"],
            uri=parts["uri"],
            response=parts["response"].lower(),
            qop=parts.get("qop"),
            nc=parts.get("nc", ""),
            cnonce=parts.get("cnonce", ""),
        )
    except (KeyError, ValueError):
        return None


def digest_response(credentials: Credentials, method: str, password: str) -> str:
    """Compute the response that proves the password (RFC 2617, 3.2.2.1; without qop as RFC 2069 had it)."""
    secret = _md5(f"{credentials.username}:{credentials.realm}:{password}")
    subject = _md5(f"{method}:{credentials.uri}")
    if credentials.qop is None:
        return _md5(f"{secret}:{credentials.nonce}:{subject}")
    fresh = f"{credentials.nonce}:{credentials.nc}:{credentials.cnonce}:{credentials.qop}"
    return _md5(f"{secret}:{fresh}:{subject}")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


class DigestGate:
    """Asks for user and password where the generation does; implements `Gate`."""

    asks_first = False

    def __init__(
        self,
        identity: Capabilities,
        passwords: Mapping[str, str],
        *,
        clock: Clock,
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self._identity = identity
        self._passwords = passwords
        self._clock = clock
        self._random_bytes = random_bytes
        self._key = random_bytes(32)
        self._first_nonce = self._now_s()

    def admit(self, request: Request) -> Admission:
        """Let through who may ask here; challenge everybody else."""
        users = digest_users(request.path, self._identity)
        if not users:
            return Admission()
        header = request.headers.get("authorization")
        credentials = None if header is None else parse_credentials(header)
        if credentials is None or not self._is_proven(credentials, request):
            return Admission(reply=self._refuse(request, is_wrong=header is not None))
        if credentials.username not in users:
            return Admission(reply=render_digest_forbidden(self._identity))
        return Admission()

    def _is_proven(self, credentials: Credentials, request: Request) -> bool:
        password = self._passwords.get(credentials.username)
        if password is None or credentials.realm != REALM or not self._is_issued(credentials.nonce):
            return False
        if credentials.qop not in {None, "auth"} or not _is_same(credentials.uri, request.path):
            return False
        expected = digest_response(credentials, request.method, password)
        return hmac.compare_digest(expected.encode(), credentials.response.encode())

    def _refuse(self, request: Request, *, is_wrong: bool) -> Reply:
        handler = handler_of(request.path, self._identity)
        if is_wrong and handler is Handler.EMUWEB and self._identity.firmware < Firmware((4,)):
            return render_bad_digest_3_9()
        nonce = self._page_nonce() if self._has_pages(handler) else str(self._now_s())
        challenge = f'Digest qop="auth", realm="{REALM}", nonce="{nonce}"'
        return render_digest_refused(self._identity, challenge, handler)

    def _has_pages(self, handler: Handler) -> bool:
        return handler is Handler.SCRIPTED and self._identity.firmware >= Firmware((4,))

    def _is_issued(self, nonce: str) -> bool:
        """Whether the nonce is one of ours: any that was, as often as wanted, as gateways have it."""
        if nonce.isascii() and nonce.isdigit() and len(nonce) < _MAX_SECONDS_DIGITS:
            return self._first_nonce <= int(nonce) <= self._now_s()
        try:
            raw = base64.b64decode(nonce, validate=True)
        except ValueError:
            return False
        return hmac.compare_digest(raw[_SALT_BYTES:], self._mac(raw[:_SALT_BYTES]))

    def _page_nonce(self) -> str:
        """28 characters of base64, as scripted pages write it; it proves itself, so none is remembered."""
        salt = self._random_bytes(_SALT_BYTES)
        return base64.b64encode(salt + self._mac(salt)).decode()

    def _mac(self, salt: bytes) -> bytes:
        return hmac.digest(self._key, salt, "sha256")[:_MAC_BYTES]

    def _now_s(self) -> int:
        return int(self._clock.now().timestamp())


def _is_same(uri: str, path: str) -> bool:
    """Whether the digest was made for this request; some clients write the whole address."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return False
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "") == path
