"""Requests with the login of one gateway, one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from openvoy.errors import CertificateChanged, CredentialRejected, EndpointMissing, OpenvoyError
from openvoy.ports.tokens import TokenSource
from openvoy.ports.transport import OpenStream, StreamTransport, Transport
from openvoy.protocol.http import Request, Response
from openvoy.protocol.login import Login

IDLE_S = 60.0
"""The longest silence of a stream that still lives: bursts come every 22 s, stalls last up to 13 s (quirk Q71)."""


class Conversation:
    """Drives login flows over a transport. A flow is never interrupted by another: both would log in."""

    def __init__(self, transport: Transport, login: Login) -> None:
        self._transport = transport
        self._login = login
        self._lock = asyncio.Lock()

    async def fetch(self, request: Request, *, timeout_s: float) -> Response:
        """Send a request as the login wants it; raise what transport and login raise."""
        return await self.fetch_as(self._login, request, timeout_s=timeout_s)

    async def fetch_as(self, login: Login, request: Request, *, timeout_s: float) -> Response:
        """Send a request with another login over the same connection."""
        async with self._lock:
            flow = login.flow(request)
            step = next(flow)
            while True:
                response = await self._transport.send(step, timeout_s=timeout_s)
                try:
                    step = flow.send(response)
                except StopIteration as end:
                    reply: Response = end.value
                    return reply

    @asynccontextmanager
    async def stream(self, request: Request, *, timeout_s: float, idle_s: float = IDLE_S) -> AsyncIterator[OpenStream]:
        """Open a stream as the login wants it, beside the requests; raise what transport and login raise."""
        if not isinstance(self._transport, StreamTransport):
            raise EndpointMissing(f"{request.path} needs a transport that carries streams.")
        async with AsyncExitStack() as opened:
            async with self._lock:
                stream = await self._open(self._transport, opened, request, timeout_s=timeout_s, idle_s=idle_s)
            yield stream

    async def _open(
        self, streams: StreamTransport, opened: AsyncExitStack, request: Request, *, timeout_s: float, idle_s: float
    ) -> OpenStream:
        flow = self._login.flow(request)
        step = next(flow)
        while True:
            stream = None
            if step.path == request.path:
                stream = await opened.enter_async_context(streams.stream(step, timeout_s=timeout_s, idle_s=idle_s))
            response = await self._transport.send(step, timeout_s=timeout_s) if stream is None else stream.response
            try:
                step = flow.send(response)
            except StopIteration as end:
                assert stream is not None, "a flow ends with the reply to its own request"
                reply: Response = end.value
                return OpenStream(response=reply, pieces=stream.pieces)
            await opened.aclose()

    async def close(self) -> None:
        """Close the connection."""
        await self._transport.close()


class RenewingConversation(Conversation):
    """Takes each request's token from a source that renews it; a refused one is renewed before its time, once."""

    def __init__(
        self, transport: Transport, tokens: TokenSource, *, serial: str, build: Callable[[str], Login], token: str
    ) -> None:
        super().__init__(transport, build(token))
        self._tokens, self._serial, self._build, self._token = tokens, serial, build, token

    async def fetch(self, request: Request, *, timeout_s: float) -> Response:
        """Send a request; after a refused token once more with a new one, if it only reads."""
        self._use(await self._tokens.fetch_token(self._serial))
        used = self._token
        try:
            return await super().fetch(request, timeout_s=timeout_s)
        except CertificateChanged:
            raise
        except CredentialRejected as rejected:
            await self._replace(used, rejected)
            if not request.is_reading:
                raise CredentialRejected(
                    f"{rejected.message} {request.path} was not sent again.",
                    hint="There is a new one: do it once more.",
                ) from rejected
        return await super().fetch(request, timeout_s=timeout_s)

    @asynccontextmanager
    async def stream(self, request: Request, *, timeout_s: float, idle_s: float = IDLE_S) -> AsyncIterator[OpenStream]:
        """Open a stream; after a refused token once more with a new one."""
        self._use(await self._tokens.fetch_token(self._serial))
        used = self._token
        async with AsyncExitStack() as opened:
            try:
                stream = await opened.enter_async_context(super().stream(request, timeout_s=timeout_s, idle_s=idle_s))
            except CertificateChanged:
                raise
            except CredentialRejected as rejected:
                await self._replace(used, rejected)
                stream = await opened.enter_async_context(super().stream(request, timeout_s=timeout_s, idle_s=idle_s))
            yield stream

    async def _replace(self, refused: str, rejected: CredentialRejected) -> None:
        try:
            self._use(await self._tokens.fetch_token(self._serial, refused=refused))
        except CredentialRejected:
            # Who gives the token says what is wrong with it.
            raise
        except OpenvoyError as error:
            raise CredentialRejected(f"{rejected.message} {error.message}", hint=error.hint) from error

    def _use(self, token: str) -> None:
        if token != self._token:
            self._login, self._token = self._build(token), token
