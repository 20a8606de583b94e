"""What a mirror needs of the gateway behind it."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from openvoy.ports.transport import OpenStream
from openvoy.protocol.endpoint import Endpoint
from openvoy.protocol.http import Response


class Upstream(Protocol):
    """Gives a gateway's replies as they are. All methods raise an OpenvoyError where there is none."""

    async def fetch_raw(
        self, path: str, *, method: str = "GET", body: bytes = b"", content_type: str | None = None
    ) -> Response:
        """Send one request with the login that the gateway wants, once; any status is a reply."""
        ...

    async def accepts_token(self, token: str) -> bool:
        """Ask the gateway whether it accepts a token of somebody else."""
        ...

    def open_stream(self, endpoint: Endpoint[Any]) -> AbstractAsyncContextManager[OpenStream]:
        """Open an event stream beside the requests; its pieces are as the gateway sends them."""
        ...
