"""Transports to small servers."""

from __future__ import annotations

import socket

from openvoy.client.address import Origin
from openvoy.client.clock import SystemClock
from openvoy.client.pins import MemoryPinStore
from openvoy.client.transport import AiohttpTransport
from openvoy.protocol.http import Request, Response

INFO = Request(path="/info")
WRITE = Request(method="PUT", path="/admin/lib/tariff", body=b'{"a":1}')
MIB = 2**20


def transport_to(port: int, scheme: str = "http", **options: object) -> AiohttpTransport:
    defaults = {"pins": MemoryPinStore(), "clock": SystemClock()}
    origin = Origin(scheme=scheme, host="127.0.0.1", port=port)
    return AiohttpTransport(origin, **{**defaults, **options})  # type: ignore[arg-type]


async def send(transport: AiohttpTransport, *requests: Request, timeout_s: float = 5) -> list[Response]:
    try:
        return [await transport.send(request, timeout_s=timeout_s) for request in requests]
    finally:
        await transport.close()


def free_port() -> int:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        return int(holder.getsockname()[1])
