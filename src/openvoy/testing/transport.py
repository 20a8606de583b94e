"""From client to virtual gateway without a network, on the clock of a test: requests, streams, timeouts."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from http.cookies import SimpleCookie
from typing import TypeVar

from openvoy.client.address import Origin
from openvoy.errors import BadPayload, GatewayTimeout, GatewayUnreachable
from openvoy.ports import Clock
from openvoy.ports.transport import OpenStream
from openvoy.protocol.http import Request, Response
from openvoy.virtual.gateway import VirtualGateway
from openvoy.virtual.source import Reply

T = TypeVar("T")


class InProcessTransport:
    """Asks a virtual gateway directly; implements `ports.Transport` and `ports.transport.StreamTransport`."""

    def __init__(self, gateway: VirtualGateway, clock: Clock) -> None:
        self._gateway, self._clock = gateway, clock
        self.open_streams = 0

    def opened(self, _origin: Origin) -> InProcessTransport:
        """Stand in for whatever opens transports."""
        return self

    async def send(self, request: Request, *, timeout_s: float) -> Response:
        """Give the whole reply."""
        started_s = self._clock.monotonic()
        reply = await self._reply(request, timeout_s)
        if reply.cut_at is not None:
            raise BadPayload(f"The reply to {request.path} breaks off.")
        return _response(reply, self._clock.monotonic() - started_s)

    @contextlib.asynccontextmanager
    async def stream(self, request: Request, *, timeout_s: float, idle_s: float) -> AsyncIterator[OpenStream]:
        """Open a stream; its silence is measured by the clock."""
        reply = await self._reply(request, timeout_s)
        self.open_streams += 1
        pieces = self._pieces(reply, request, idle_s)
        try:
            yield OpenStream(response=_response(reply, 0.0), pieces=pieces)
        finally:
            await pieces.aclose()
            self.open_streams -= 1

    async def close(self) -> None:
        """There is nothing to close."""

    async def _reply(self, request: Request, timeout_s: float) -> Reply:
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = Request(method=request.method, path=request.path, headers=headers, body=request.body)
        answer = await self._within(timeout_s, self._gateway.responder.answer(asked), request)
        self._gateway.responder.count(asked, answer, len(answer.reply.body))
        if answer.reply.resets and answer.reply.cut_at is None:
            raise GatewayUnreachable(f"The connection broke instead of answering {request.path}.")
        return answer.reply

    async def _within(self, timeout_s: float, work: Awaitable[T], request: Request) -> T:
        task, limit = asyncio.ensure_future(work), asyncio.ensure_future(self._clock.sleep(timeout_s))
        try:
            await asyncio.wait((task, limit), return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise GatewayTimeout(f"{request.path} takes too long to answer.")
            return task.result()
        finally:
            for left in (task, limit):
                left.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await left

    async def _pieces(self, reply: Reply, request: Request, idle_s: float) -> AsyncGenerator[bytes]:
        if reply.stream is None:
            return
        source = aiter(reply.stream())
        try:
            while True:
                try:
                    yield await self._within(idle_s, anext(source), request)
                except StopAsyncIteration:
                    return
        finally:
            if isinstance(source, AsyncGenerator):
                await source.aclose()


def _response(reply: Reply, elapsed_s: float) -> Response:
    cookies: SimpleCookie = SimpleCookie()
    for name, value in reply.headers:
        if name.lower() == "set-cookie":
            cookies.load(value)
    return Response(
        status=reply.status,
        headers={name.lower(): value for name, value in reply.headers},
        cookies={name: morsel.value for name, morsel in cookies.items()},
        body=reply.body,
        elapsed_s=elapsed_s,
    )
