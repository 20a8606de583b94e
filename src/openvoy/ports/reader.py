"""What the collector needs of a gateway's client."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Protocol, TypeVar, runtime_checkable

from openvoy.protocol.endpoint import Decoded, Endpoint
from openvoy.protocol.firmware import Capabilities

T = TypeVar("T")


class Reader(Protocol):
    """Reads one gateway. Every method raises an OpenvoyError whose `remedy` says what helps."""

    async def connect(self) -> Capabilities:
        """Read the gateway's identity anew and say what it can do."""
        ...

    async def fetch(self, endpoint: Endpoint[T], *, timeout_s: float | None = None) -> Decoded[T]:
        """Read one endpoint, once; None leaves it the time that its class may take."""
        ...

    async def close(self) -> None:
        """Close the connection."""
        ...


@runtime_checkable
class Timed(Protocol):
    """A reader that knows what time it is for the gateway."""

    clock_ahead_s: float | None
    """By how many seconds the gateway's clock was ahead of ours at its newest reply; None: it did not say."""


@runtime_checkable
class Streamer(Protocol):
    """A reader that can also follow event streams."""

    def stream(self, endpoint: Endpoint[T]) -> AsyncGenerator[tuple[T, ...]]:
        """Follow a stream for ever, resumed after drops; gives records as they arrive, several in a burst.

        Raises EndpointRefused or EndpointMissing where it is not for this login or firmware.
        """
        ...
