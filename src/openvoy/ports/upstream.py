"""What a mirror needs of the gateway behind it."""

from __future__ import annotations

from typing import Protocol

from openvoy.protocol.http import Response


class Upstream(Protocol):
    """Gives a gateway's replies as they are. Both methods raise an OpenvoyError where there is none."""

    async def fetch_raw(
        self, path: str, *, method: str = "GET", body: bytes = b"", content_type: str | None = None
    ) -> Response:
        """Send one request with the login that the gateway wants, once; any status is a reply."""
        ...

    async def accepts_token(self, token: str) -> bool:
        """Ask the gateway whether it accepts a token of somebody else."""
        ...
