"""What the collector needs of a gateway's client."""

from __future__ import annotations

from typing import Protocol, TypeVar

from openvoy.protocol.endpoint import Decoded, Endpoint
from openvoy.protocol.firmware import Capabilities

T = TypeVar("T")


class Reader(Protocol):
    """Reads one gateway. Every method raises an OpenvoyError whose `remedy` says what helps."""

    async def connect(self) -> Capabilities:
        """Read the gateway's identity anew and say what it can do."""
        ...

    async def fetch(self, endpoint: Endpoint[T]) -> Decoded[T]:
        """Read one endpoint, once."""
        ...

    async def close(self) -> None:
        """Close the connection."""
        ...
