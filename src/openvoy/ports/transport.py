"""The one seam between client and network."""

from __future__ import annotations

from typing import Protocol

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
