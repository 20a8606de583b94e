"""A gateway in memory whose replies a test decides, and a mirror of it on a clock that a test moves."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Any

from openvoy.errors import EndpointMissing, OpenvoyError
from openvoy.ports.transport import OpenStream
from openvoy.protocol.endpoint import Endpoint
from openvoy.protocol.firmware import Capabilities, Firmware, LoginKind
from openvoy.protocol.http import Request, Response
from openvoy.testing.clock import ManualClock
from openvoy.virtual.mirror import Mirror
from openvoy.virtual.source import Reply

NEW = Capabilities(
    serial="122200000001",
    part_number=None,
    firmware=Firmware((8, 3, 5169)),
    metered=True,
    login=LoginKind.TOKEN,
)
OLD = Capabilities(
    serial="122200000001", part_number=None, firmware=Firmware((5, 0, 62)), metered=True, login=LoginKind.DIGEST
)
LIVE, SETTINGS, SLOW = "/ivp/meters/readings", "/admin/lib/tariff", "/production.json?details=1"


class Memory:
    """Implements `ports.Upstream`; counts what is under way at once."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.took_s = 0.1
        self.failure: OpenvoyError | None = None
        self.answers: dict[str, Response] = {}
        self.asked: list[str] = []
        self.sent: list[tuple[str, str, bytes, str | None]] = []
        self.under_way = 0
        self.most_under_way = 0
        self.good_tokens: set[str] = set()
        self.judged: list[str] = []

    async def fetch_raw(
        self, path: str, *, method: str = "GET", body: bytes = b"", content_type: str | None = None
    ) -> Response:
        self.asked.append(path)
        if method != "GET":
            self.sent.append((method, path, body, content_type))
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        await self.clock.sleep(self.took_s)
        self.under_way -= 1
        if self.failure is not None:
            raise self.failure
        number = b"[%d]" % len(self.asked)
        return self.answers.get(path, said(number, elapsed_s=self.took_s))

    async def accepts_token(self, token: str) -> bool:
        self.judged.append(token)
        await self.clock.sleep(self.took_s)
        if self.failure is not None:
            raise self.failure
        return token in self.good_tokens

    def open_stream(self, endpoint: Endpoint[Any]) -> AbstractAsyncContextManager[OpenStream]:
        raise EndpointMissing(endpoint.path)


def said(
    body: bytes, *headers: tuple[str, str], status: int = 200, elapsed_s: float = 0.1, date: str | None = None
) -> Response:
    dated = headers if date is None else (("Date", date), *headers)
    raw = tuple((name.encode(), value.encode()) for name, value in (*dated, ("Content-Length", str(len(body)))))
    named = {name.lower(): value for name, value in headers}
    return Response(status=status, headers=named, raw_headers=raw, body=body, elapsed_s=elapsed_s)


class Bench:
    """The mirror, and time."""

    def __init__(self, identity: Capabilities = NEW, *, allows_writes: bool = False) -> None:
        self.clock = ManualClock()
        self.upstream = Memory(self.clock)
        self.mirror = Mirror(self.upstream, identity, clock=self.clock, allows_writes=allows_writes)

    async def read(self, path: str, *, method: str = "GET", body: bytes = b"", within_s: float = 0.2) -> Reply:
        """Ask, and let so much time pass while waiting."""
        asking = asyncio.ensure_future(self.mirror.reply(Request(method=method, path=path, body=body)))
        await self.clock.advance(within_s)
        assert asking.done(), "still waiting"
        return asking.result()


def header(reply: Reply, name: str) -> str | None:
    return next((value for key, value in reply.headers if key.lower() == name.lower()), None)


def how(reply: Reply) -> str | None:
    return header(reply, "X-Openvoy-Mirror")
