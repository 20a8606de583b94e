"""Replies on the wire, header by header as they are meant. The only file of this package that names aiohttp."""

from __future__ import annotations

import os
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from datetime import datetime
from email.utils import format_datetime

from aiohttp import web

from openvoy.errors import ConfigError
from openvoy.protocol.http import Request
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

Answerer = Callable[[Request], Awaitable[Answer]]
Counter = Callable[[Request, Answer, int], None]


class _WireResponse(web.StreamResponse):
    """A response whose headers are exactly those that were asked for."""

    def __init__(self, reply: Reply, headers: list[tuple[str, str]]) -> None:
        super().__init__(status=reply.status, reason=reply.reason)
        self.wire_headers = headers


class Server:
    """Listens on one port and sends what `answer` says; `count` is told what was sent."""

    def __init__(self, answer: Answerer, count: Counter, *, now: Callable[[], datetime], has_keep_alive: bool) -> None:
        self._answer = answer
        self._count = count
        self._now = now
        self._has_keep_alive = has_keep_alive
        self._runner: web.AppRunner | None = None

    async def start(self, host: str, port: int, tls: ssl.SSLContext | None) -> int:
        """Listen, and give the port; raise ConfigError where that cannot be."""

        @web.middleware
        async def everything(request: web.Request, handler: object) -> web.StreamResponse:  # noqa: ARG001 - the end
            return await self._handle(request)

        app = web.Application(middlewares=[everything], client_max_size=MAX_REQUEST_BYTES)
        app.on_response_prepare.append(_write_exactly)
        self._runner = web.AppRunner(app, access_log=None, keepalive_timeout=KEEP_ALIVE_S, shutdown_timeout=_SHUTDOWN_S)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, port, ssl_context=tls).start()
        except (OSError, OverflowError) as error:
            await self.stop()
            number = error.errno if isinstance(error, OSError) else None
            reason = os.strerror(number) if number is not None and number > 0 else str(error)
            raise ConfigError(
                f"{host}:{port}: cannot listen: {reason}",
                hint="Choose another address with --listen (and --http-port); port 0 takes one that is free.",
            ) from error
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Close the port and all connections."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _handle(self, raw: web.Request) -> web.StreamResponse:
        request, answer = await self._read(raw)
        if answer is None:
            answer = await self._answer(request)
        response, sent_bytes = await self._send(raw, answer.reply)
        self._count(request, answer, sent_bytes)
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
        framing = _framing(raw, reply)
        is_closing = not self._has_keep_alive or not raw.keep_alive or framing is Framing.CLOSE
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
            await response.write_eof()
        return response, sent_bytes

    def _wire_headers(self, reply: Reply, framing: Framing, *, is_closing: bool) -> list[tuple[str, str]]:
        true = {
            "date": format_datetime(self._now(), usegmt=True),
            "connection": "close" if is_closing else "keep-alive",
            "content-length": str(len(reply.body)) if framing is Framing.LENGTH else None,
            "transfer-encoding": "chunked" if framing is Framing.CHUNKED else None,
        }
        headers = [(name, true.get(name.lower(), value)) for name, value in reply.headers]
        names = {name.lower() for name, _ in headers}
        framings = ("Content-Length", "Transfer-Encoding")
        headers.extend((name, true[name.lower()]) for name in framings if name.lower() not in names)
        return [(name, value) for name, value in headers if value is not None]


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
