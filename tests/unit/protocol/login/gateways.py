"""Small gateways as plain functions, to drive login flows without a network."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping

from openvoy.protocol.http import Request, Response
from openvoy.protocol.login import Flow

Answer = Callable[[Request], Response]


def drive(flow: Flow, answer: Answer, *, limit: int = 8) -> tuple[Response, list[Request]]:
    """Run a flow to its end against `answer`; more than `limit` requests is a loop."""
    sent: list[Request] = []
    try:
        request = next(flow)
        while True:
            sent.append(request)
            assert len(sent) <= limit, "the flow does not end"
            request = flow.send(answer(request))
    except StopIteration as end:
        return end.value, sent


class Recorder:
    """Counts what a gateway was asked, also where the flow ends with an error."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.paths: list[str] = []

    def __call__(self, request: Request) -> Response:
        self.paths.append(request.path)
        assert len(self.paths) < 20, "the flow does not end"
        return self.answer(request)


def members_of(header: str) -> dict[str, str]:
    assert header.startswith("Digest ")
    return {name: quoted or bare for name, quoted, bare in re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,]+))', header)}


class DigestGateway:
    """Checks answers by RFC 2617 on its own account; every challenge has a new nonce, which lasts `life` requests."""

    def __init__(
        self,
        password: str,
        *,
        user: str = "envoy",
        challenge: str = 'qop="auth", ',
        life: int = 1000,
        name: str = "nonce",
    ) -> None:
        self.password = password
        self.user = user
        self.extra = challenge
        self.life = life
        self.name = name
        self.made = 0
        self.seen: dict[str, list[int]] = {}
        self.refused: Mapping[str, int] = {}

    def __call__(self, request: Request) -> Response:
        header = request.headers.get("Authorization")
        if header is None:
            return self.challenge()
        said = members_of(header)
        counts = self.seen.get(said["nonce"])
        if counts is None:
            return self.challenge()
        counts.append(int(said.get("nc", "0"), 16))
        if said["response"] != self.expected(said, request) or said["uri"] != request.path:
            return self.challenge()
        if len(counts) > self.life:
            return self.challenge("stale=true, ")
        if request.path in self.refused:
            return self.challenge() if self.refused[request.path] == 401 else Response(status=403)
        return Response(status=200, body=b"[]")

    def challenge(self, more: str = "") -> Response:
        self.made += 1
        nonce = f"{self.name}{self.made}"
        self.seen[nonce] = []
        header = f'Digest {more}{self.extra}realm="enphaseenergy.com", nonce="{nonce}"'
        return Response(status=401, headers={"www-authenticate": header}, body=b"Error: 401\n")

    def expected(self, said: Mapping[str, str], request: Request) -> str:
        def md5(text: str) -> str:
            return hashlib.md5(text.encode()).hexdigest()

        a1 = md5(f"{self.user}:{said['realm']}:{self.password}")
        a2 = md5(f"{request.method}:{request.path}")
        if "qop" not in said:
            return md5(f"{a1}:{said['nonce']}:{a2}")
        return md5(f"{a1}:{said['nonce']}:{said['nc']}:{said['cnonce']}:{said['qop']}:{a2}")


def make_token(**claims: object) -> str:
    """Make what looks like a token; nobody here checks its signature."""

    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'ES256', 'typ': 'JWT'})}.{part(claims)}.{'A' * 86}"
