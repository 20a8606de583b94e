"""HTTP digest (RFC 2617, MD5, qop=auth) as firmware 3.9 to 6.x asks for it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace

from openvoy.errors import CredentialRejected, EndpointRefused
from openvoy.protocol.http import Request, Response
from openvoy.protocol.login.challenge import Challenge, parse_challenge
from openvoy.protocol.login.flow import Flow
from openvoy.protocol.status import is_refused

PROBE_PATHS = ("/api/v1/production/inverters", "/ivp/meters/readings")
"""What both users may read, and nobody without login: they tell a wrong password from a refused endpoint."""


@dataclass(slots=True)
class _Nonce:
    """A challenge and how often it was answered."""

    challenge: Challenge
    count: int = 0


class DigestLogin:
    """Signs requests. It keeps nonces by path, since the servers inside one gateway do not share them."""

    def __init__(
        self, user: str, password: str, *, gateway: str, new_cnonce: Callable[[], str] = lambda: secrets.token_hex(8)
    ) -> None:
        self._user = user
        self._password = password
        self._gateway = gateway
        self._new_cnonce = new_cnonce
        self._nonces: dict[str, _Nonce] = {}
        self._latest: _Nonce | None = None
        self._accepted: str | None = None

    def flow(self, request: Request) -> Flow:
        """Send the request, signed once a nonce is known; other pages tell whether a refusal means the password."""
        if request.is_reading:
            response = yield from self._exchange(request, self._nonces.get(_space(request), self._latest))
        else:
            response = yield from self._write_once(request)
        if not is_refused(response):
            return response
        if response.status != 401:
            raise self._refused(request)
        if _challenge_of(response) is None:
            raise EndpointRefused(
                f"{self._gateway} refuses {request.path} and its login challenge cannot be read.",
                hint="Nothing can be answered to it; a restart of the gateway may help.",
            )
        if (yield from self._find_verdict(request)):
            raise CredentialRejected(
                f"{self._gateway} does not accept the password of user {self._user}.", hint=_REJECTED_HINT
            )
        raise self._refused(request)

    def _find_verdict(self, request: Request) -> Generator[Request, Response, bool]:
        """Whether it is the password that is wrong, after `request` was refused: ask what else ought to be readable."""
        refused = _space(request)
        paths = (self._accepted, *PROBE_PATHS)
        rejected = refused in PROBE_PATHS
        for path in dict.fromkeys(path for path in paths if path is not None and path != refused):
            self._accepted = None
            probe = yield from self._exchange(Request(path=path), self._nonces.get(path))
            if self._accepted is not None:
                return False
            rejected = rejected or probe.status == 401
        return rejected

    def _exchange(self, request: Request, nonce: _Nonce | None) -> Generator[Request, Response, Response]:
        """Send a request and answer the challenge: once, and once more where the gateway calls the nonce stale."""
        space = _space(request)
        response = yield request if nonce is None else self._sign(request, nonce)
        for attempt in range(2):
            challenge = _challenge_of(response)
            if response.status != 401 or challenge is None or (attempt and not challenge.stale):
                break
            self._latest = self._nonces[space] = nonce = _Nonce(challenge)
            response = yield self._sign(request, nonce)
        if space in self._nonces and response.status == 200:
            # Only what asked for a login proves one: open pages take any.
            self._accepted = space
        return response

    def _write_once(self, request: Request) -> Generator[Request, Response, Response]:
        """Send what changes something with the nonce that a reading of the same page is challenged with."""
        space = _space(request)
        if space not in self._nonces:
            yield from self._exchange(Request(path=request.path), self._latest)
        nonce = self._nonces.get(space, self._latest)
        response = yield request if nonce is None else self._sign(request, nonce)
        challenge = _challenge_of(response)
        if response.status == 401 and challenge is not None:
            self._latest = self._nonces[space] = _Nonce(challenge)
            if challenge.stale:
                raise EndpointRefused(
                    f"{self._gateway} asked for a new signature of {request.path}; it was not sent again.",
                    hint="Do it once more.",
                )
        return response

    def _sign(self, request: Request, nonce: _Nonce) -> Request:
        nonce.count += 1
        challenge = nonce.challenge
        count, cnonce = f"{nonce.count:08x}", self._new_cnonce()
        secret = _md5(f"{self._user}:{challenge.realm}:{self._password}")
        action = _md5(f"{request.method}:{request.path}")
        members = {
            "username": f'"{_quoted(self._user)}"',
            "realm": f'"{_quoted(challenge.realm)}"',
            "nonce": f'"{_quoted(challenge.nonce)}"',
            "uri": f'"{request.path}"',
        }
        if challenge.has_qop:
            proof = _md5(f"{secret}:{challenge.nonce}:{count}:{cnonce}:auth:{action}")
            members |= {"qop": "auth", "nc": count, "cnonce": f'"{cnonce}"'}
        else:
            proof = _md5(f"{secret}:{challenge.nonce}:{action}")
        members["response"] = f'"{proof}"'
        if challenge.opaque is not None:
            members["opaque"] = f'"{_quoted(challenge.opaque)}"'
        if challenge.algorithm is not None:
            members["algorithm"] = challenge.algorithm
        header = "Digest " + ", ".join(f"{name}={value}" for name, value in members.items())
        return replace(request, headers={**request.headers, "Authorization": header})

    def _refused(self, request: Request) -> EndpointRefused:
        return EndpointRefused(
            f"{self._gateway} refuses {request.path} to user {self._user}.",
            hint="It may need the user installer; without, this part of the data is left out.",
        )


_REJECTED_HINT = (
    "The password of user envoy is the last six digits of the gateway's serial number, unless it was changed; that of"
    " user installer must be given with --user installer and OPENVOY_PASSWORD."
)


def _space(request: Request) -> str:
    return request.path.partition("?")[0]


def _challenge_of(response: Response) -> Challenge | None:
    return parse_challenge(response.headers.get("www-authenticate", ""))


def _md5(text: str) -> str:
    return hashlib.md5(text.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
