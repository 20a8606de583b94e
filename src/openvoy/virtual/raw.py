"""What a library for servers would not send: header bytes that are no text, replies that break off, resets."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Iterable

from openvoy.virtual.source import Framing

_LINGER_NOT_AT_ALL = struct.pack("ii", 1, 0)


def render_head(version: str, status: int, reason: str, headers: Iterable[tuple[str, str]]) -> bytes:
    """Render status line and headers, one byte a character."""
    lines = [f"HTTP/{version} {status} {reason}", *(f"{name}: {value}" for name, value in headers), "", ""]
    return "\r\n".join(lines).encode("latin-1", "replace")


def render_part(body: bytes, framing: Framing, most_bytes: int | None) -> bytes:
    """Render the body as it is framed, no more than so many bytes of it; a chunk then is shorter than it says."""
    if most_bytes is not None:
        return (f"{len(body):x}\r\n".encode() if framing is Framing.CHUNKED else b"") + body[:most_bytes]
    if framing is not Framing.CHUNKED:
        return body
    return (b"%x\r\n%b\r\n" % (len(body), body) if body else b"") + b"0\r\n\r\n"


def reset_connection(transport: asyncio.BaseTransport | None) -> None:
    """End a connection with RST, as a process does that dies with unread data."""
    if not isinstance(transport, asyncio.WriteTransport):
        return
    wire = transport.get_extra_info("socket")
    if wire is not None:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT_AT_ALL)
    transport.abort()
