"""Small servers that behave as told, for what no well-behaved server does."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Log:
    """What a server saw."""

    port: int = 0
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        return [request.partition(b"\r\n")[0].decode() for request in self.requests]


@asynccontextmanager
async def serve(
    behave: Callable[[Log], Handler], *, tls: ssl.SSLContext | None = None, port: int = 0
) -> AsyncIterator[Log]:
    """Listen on loopback; every connection is ended when the context ends."""
    log = Log()
    handler = behave(log)
    writers: dict[asyncio.StreamWriter, asyncio.Event] = {}

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ended = writers[writer] = asyncio.Event()
        log.connections += 1
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
                await handler(reader, writer)
                writer.close()
                await writer.wait_closed()
        finally:
            writer.transport.abort()
            ended.set()

    server = await asyncio.start_server(accept, "127.0.0.1", port, ssl=tls)
    log.port = server.sockets[0].getsockname()[1]
    try:
        yield log
    finally:
        server.close()
        for writer in writers:
            writer.transport.abort()
        await asyncio.gather(*(ended.wait() for ended in writers.values()))
        await server.wait_closed()


async def read_request(log: Log, reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        (int(line.partition(b":")[2]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
    )
    log.requests.append(head + await reader.readexactly(length))


def replying(*replies: bytes) -> Callable[[Log], Handler]:
    """Give these bytes, one to each request of a connection, then close it: the same on the next connection."""

    def behave(log: Log) -> Handler:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            for reply in replies:
                await read_request(log, reader)
                writer.write(reply)
                await writer.drain()

        return handle

    return behave


def keeping(reply: bytes) -> Callable[[Log], Handler]:
    """Give the same reply to every request and keep the connection."""

    def behave(log: Log) -> Handler:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while True:
                await read_request(log, reader)
                writer.write(reply)
                await writer.drain()

        return handle

    return behave


def silent(log: Log) -> Handler:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(65536):
            log.requests.append(b"")

    return handle


def resetting(reply: bytes = b"") -> Callable[[Log], Handler]:
    """Reset the connection, after `reply`."""

    def behave(log: Log) -> Handler:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await read_request(log, reader)
            writer.write(reply)
            await writer.drain()
            await asyncio.sleep(0.05)
            # Lingering for no time at all is what makes the kernel send RST.
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

        return handle

    return behave


def greeting(text: bytes) -> Callable[[Log], Handler]:
    """Speak first, as mail and shell servers do."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(text)
        await reader.read(1000)

    return lambda _log: handle


def ok(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body
