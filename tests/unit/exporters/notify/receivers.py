"""Receivers of notifications on this machine: good, slow, dead and mad ones."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

from aiohttp import web

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Inbox:
    """An HTTP server that keeps what is posted."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, dict[str, Any]]] = []
        self.headers: list[dict[str, str]] = []
        self.status = 200
        self.pause_s = 0.0
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        await asyncio.sleep(self.pause_s)
        if self.status == 200:
            self.posts.append((request.path_qs, json.loads(await request.read())))
            self.headers.append(dict(request.headers))
        return web.Response(status=self.status, text="x" * 100_000)


@contextlib.asynccontextmanager
async def inbox() -> AsyncIterator[Inbox]:
    one = Inbox()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", one.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    one.url = f"127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield one
    finally:
        await runner.cleanup()


@contextlib.contextmanager
def nobody() -> Iterator[int]:
    """Hold a port at which nobody listens, so that no other test does meanwhile."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


@contextlib.asynccontextmanager
async def listener(talk: Talk) -> AsyncIterator[int]:
    """Serve `talk` at a free port."""

    async def guarded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(ConnectionError):
                await talk(reader, writer)
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(guarded, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say nothing until the other side has enough."""
    await reader.read()


async def garbage(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send noise without end and without lines."""
    while True:
        writer.write(b"\x00\xffnoise" * 1000)
        await writer.drain()


async def chatter(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send a greeting that never ends."""
    while True:
        writer.write(b"220-and another thing\r\n" * 1000)
        await writer.drain()
