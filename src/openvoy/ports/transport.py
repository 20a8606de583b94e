"""The one seam between client and network."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from openvoy.protocol.http import Request, Response


class Transport(Protocol):
    """Carries requests to one gateway, one at a time."""

    async def send(self, request: Request, *, timeout_s: float) -> Response:
        """Send and read the whole reply, whatever its status.

        Raises GatewayUnreachable, GatewayTimeout, CertificateChanged, or BadPayload for a body above the cap.
        """
        ...

    async def close(self) -> None:
        """Close the connection; the transport can be used again."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenStream:
    """A reply without end: its head, and its body as it comes."""

    response: Response
    """Without body."""
    pieces: AsyncIterator[bytes]
    """Read only as fast as they are taken. Raises as `Transport.send` does; ends where the gateway ends it."""


@runtime_checkable
class StreamTransport(Protocol):
    """A transport that can also carry streams, each on a connection of its own beside the requests'."""

    def stream(self, request: Request, *, timeout_s: float, idle_s: float) -> AbstractAsyncContextManager[OpenStream]:
        """Open a stream, whatever its status; a silence of `idle_s` is GatewayTimeout. Closed with the context."""
        ...
