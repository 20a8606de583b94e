"""Replies on the wire, header by header as they are meant. The only file of this package that names aiohttp."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from datetime import datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any

from aiohttp import web

from openvoy.errors import ConfigError
from openvoy.protocol.http import Request
from openvoy.virtual.raw import render_head, render_part, reset_connection
from openvoy.virtual.responder import Answer
from openvoy.virtual.source import Framing, Reply

KEEP_ALIVE_S = 75.0
"""nginx's default; nothing else was ever seen."""

MAX_REQUEST_BYTES = 1 << 20
"""nginx's default for request bodies."""

_SHUTDOWN_S = 0.25
"""What replies under way get to finish when the server stops."""

_UNBOUNDED = 1 << 62
"""A length that no body reaches: the library sends it unframed, and the header is left out."""

_BODILESS = {204, 304}

_PHRASES = {int(status): status.phrase for status in HTTPStatus}

_INET_PARTS = 2
"""Host and port; an address of IPv6 has four parts."""

Answerer = Callable[[Request], Awaitable[Answer]]
Counter = Callable[[Request, Answer, int], None]


class _WireResponse(web.StreamResponse):
    """A response whose headers are exactly those that were asked for."""

    def __init__(self, reply: Reply, headers: list[tuple[str, str]]) -> None:
        super().__init__(status=reply.status, reason=reply.reason)
        self.wire_headers = headers


class _SpentResponse(web.StreamResponse):
    """Stands for a reply that went out past the library, or not at all."""

    async def prepare(self, request: web.BaseRequest) -> None:
        """Send nothing."""

    async def write_eof(self, data: bytes = b"") -> None:
        """Send nothing."""


class Server:
    """Listens on one port and sends what `answer` says; `count` is told what was sent."""

    def __init__(self, answer: Answerer, count: Counter, *, now: Callable[[], datetime], has_keep_alive: bool) -> None:
        self._answer = answer
        self._count = count
        self._now = now
        self._has_keep_alive = has_keep_alive
        self._runner: web.AppRunner | None = None
        self._tls: ssl.SSLContext | None = None
        self._listeners: list[asyncio.Server] = []
        self._doors: list[socket.socket] = []
        """Bound without listening while connections are refused."""
        self._busy: dict[asyncio.Task[object], asyncio.Transport | None] = {}
        """Requests being answered, and their connections."""

    async def start(self, host: str, port: int, tls: ssl.SSLContext | None) -> int:
        """Listen, and give the port; raise ConfigError where that cannot be."""

        @web.middleware
        async def everything(request: web.Request, handler: object) -> web.StreamResponse:  # noqa: ARG001 - the end
            return await self._handle(request)

        app = web.Application(middlewares=[everything], client_max_size=MAX_REQUEST_BYTES)
        app.on_response_prepare.append(_write_exactly)
        self._runner = web.AppRunner(app, access_log=None, keepalive_timeout=KEEP_ALIVE_S, shutdown_timeout=_SHUTDOWN_S)
        await self._runner.setup()
        self._tls = tls
        try:
            await self._listen(host=host, port=port)
        except (OSError, OverflowError) as error:
            await self.stop()
            number = error.errno if isinstance(error, OSError) else None
            reason = os.strerror(number) if number is not None and number > 0 else str(error)
            raise ConfigError(
                f"{host}:{port}: cannot listen: {reason}",
                hint="Choose another with --listen, --http-port or --cloud-port; port 0 takes one that is free.",
            ) from error
        return int(self._addresses()[0][1])

    async def _listen(self, **where: Any) -> None:
        assert self._runner is not None
        assert self._runner.server is not None
        loop = asyncio.get_running_loop()
        self._listeners.append(await loop.create_server(self._runner.server, ssl=self._tls, **where))

    def _addresses(self) -> list[Any]:
        return [listening.getsockname() for listener in self._listeners for listening in listener.sockets]

    async def _stop_listening(self) -> None:
        """Close the port once whoever was let in just now is a connection: the loop would leave them open for good."""
        loop = asyncio.get_running_loop()
        for listening in (listening for listener in self._listeners for listening in listener.sockets):
            loop.remove_reader(listening.fileno())
        # In the loop's next turn they get transports, in the one after that handlers.
        is_turned = loop.create_future()
        loop.call_soon(is_turned.set_result, None)
        await is_turned
        while self._listeners:
            self._listeners.pop().close()

    async def stop(self) -> None:
        """Close the port and all connections."""
        while self._doors:
            self._doors.pop().close()
        await self._stop_listening()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        for task in tuple(self._busy):
            # The library does not end what was asked by a client that has left.
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def refuse(self) -> None:
        """Refuse connections from now on, and end those on which nothing is being answered; the port stays taken."""
        if self._runner is None or self._runner.server is None or self._doors:
            return
        addresses = self._addresses()
        await self._stop_listening()
        self._doors = [_take(address) for address in addresses]
        for connection in self._runner.server.connections:
            if connection.transport is not None and connection.transport not in self._busy.values():
                connection.transport.abort()

    async def accept(self) -> None:
        """Accept connections again."""
        while self._runner is not None and self._doors:
            await self._listen(sock=self._doors.pop())

    async def _handle(self, raw: web.Request) -> web.StreamResponse:
        task = asyncio.current_task()
        assert task is not None
        self._busy[task] = raw.transport
        try:
            request, answer = await self._read(raw)
            if answer is None:
                answer = await self._answer(request)
            response, sent_bytes = await self._send(raw, answer.reply)
            self._count(request, answer, sent_bytes)
        finally:
            del self._busy[task]
        return response

    async def _read(self, raw: web.Request) -> tuple[Request, Answer | None]:
        """Read the request; an answer with it is one that needs no further thought."""
        headers = {name.lower(): value for name, value in raw.headers.items()}
        try:
            body = await raw.read()
        except web.HTTPRequestEntityTooLarge:
            too_large = Answer(reply=Reply(status=413, headers=(("Connection", ""), ("Content-Length", ""))))
            return Request(method=raw.method, path=raw.raw_path, headers=headers), too_large
        return Request(method=raw.method, path=_origin_form(raw), headers=headers, body=body), None

    async def _send(self, raw: web.Request, reply: Reply) -> tuple[web.StreamResponse, int]:
        if _is_odd(reply):
            return _SpentResponse(), self._bypass_library(raw, reply)
        framing = _framing(raw, reply)
        is_closing = not self._has_keep_alive or not raw.keep_alive or framing is Framing.CLOSE or bool(self._doors)
        response = _WireResponse(reply, self._wire_headers(reply, framing, is_closing=is_closing))
        if is_closing:
            response.force_close()
        if framing is Framing.CHUNKED:
            response.enable_chunked_encoding()
        else:
            response.content_length = len(reply.body) if framing is Framing.LENGTH else _UNBOUNDED
        sent_bytes = 0
        with suppress(ConnectionError):
            await response.prepare(raw)
            if raw.method != "HEAD" and reply.status not in _BODILESS:
                async with aclosing(_pieces(reply)) as pieces:
                    async for piece in pieces:
                        await response.write(piece)
                        sent_bytes += len(piece)
                        # Who takes everything at once makes this go on and on: others would wait, and so would its end.
                        await asyncio.sleep(0)
            await response.write_eof()
        return response, sent_bytes

    def _bypass_library(self, raw: web.Request, reply: Reply) -> int:
        """Send what the library would not: as one piece, without a connection that goes on afterwards."""
        transport = raw.transport
        if transport is None:
            return 0
        part = b""
        if not reply.resets or reply.cut_at is not None:
            framing = _framing(raw, reply)
            headers = self._wire_headers(reply, framing, is_closing=True)
            reason = _PHRASES.get(reply.status, "") if reply.reason is None else reply.reason
            part = b"" if raw.method == "HEAD" else render_part(reply.body, framing, reply.cut_at)
            transport.write(
                render_head(f"{raw.version.major}.{raw.version.minor}", reply.status, reason, headers) + part
            )
        if reply.resets:
            reset_connection(transport)
        return len(part)

    def _wire_headers(self, reply: Reply, framing: Framing, *, is_closing: bool) -> list[tuple[str, str]]:
        true = {
            "date": format_datetime(self._now() + timedelta(seconds=reply.date_shift_s), usegmt=True),
            "connection": "close" if is_closing else "keep-alive",
            "content-length": str(len(reply.body)) if framing is Framing.LENGTH else None,
            "transfer-encoding": "chunked" if framing is Framing.CHUNKED else None,
        }
        headers = [(name, true.get(name.lower(), value)) for name, value in reply.headers]
        names = {name.lower() for name, _ in headers}
        framings = ("Content-Length", "Transfer-Encoding")
        headers.extend((name, true[name.lower()]) for name in framings if name.lower() not in names)
        return [(name, value) for name, value in headers if value is not None]


def _take(address: tuple[object, ...]) -> socket.socket:
    """Bind an address without listening: who connects is refused, and nobody else can take the port."""
    door = socket.socket(socket.AF_INET if len(address) == _INET_PARTS else socket.AF_INET6)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    door.bind(address)
    return door


def _is_odd(reply: Reply) -> bool:
    """Whether the reply breaks off, or has header bytes that are no text: the library would write those as UTF-8."""
    return reply.resets or reply.cut_at is not None or not all(value.isascii() for _, value in reply.headers)


def _framing(raw: web.Request, reply: Reply) -> Framing:
    """What the client can take: HTTP/1.0 knows no chunks, and a stream has no length."""
    if reply.framing is Framing.CLOSE:
        return Framing.CLOSE
    if reply.framing is Framing.LENGTH and reply.stream is None:
        return Framing.LENGTH
    return Framing.CHUNKED if tuple(raw.version) >= (1, 1) else Framing.CLOSE


async def _pieces(reply: Reply) -> AsyncGenerator[bytes, None]:
    if reply.body:
        yield reply.body
    if reply.stream is not None:
        async for piece in reply.stream():
            yield piece


def _origin_form(raw: web.Request) -> str:
    """The path as the client wrote it, also where it wrote a whole address as to a proxy."""
    path = raw.raw_path
    return path if path.startswith("/") else raw.rel_url.raw_path_qs


async def _write_exactly(_: web.Request, response: web.StreamResponse) -> None:
    """Undo what the library adds (Server, Date, Content-Type)."""
    if isinstance(response, _WireResponse):
        response.headers.clear()
        response.headers.extend(response.wire_headers)
