"""Requests with the login of one gateway, one after the other."""

from __future__ import annotations

import asyncio

from openvoy.ports.transport import Transport
from openvoy.protocol.http import Request, Response
from openvoy.protocol.login import Login


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

    async def close(self) -> None:
        """Close the connection."""
        await self._transport.close()
