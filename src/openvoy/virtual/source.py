"""Where a virtual gateway's answers come from: a recording or a simulated site, behind one small protocol.

The server asks for the login before it asks the source, adds session cookies and latency, and sends the reply as it is.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, runtime_checkable

from openvoy.protocol.endpoint import Handler
from openvoy.protocol.firmware import Capabilities
from openvoy.protocol.http import Request


class Framing(Enum):
    """How a client learns where the body ends."""

    LENGTH = "length"
    """Content-Length, always that of the body that is sent."""
    CHUNKED = "chunked"
    """Transfer-Encoding: chunked."""
    CLOSE = "close"
    """Neither: the body ends with the connection, as on 3.x and parts of 4.x and 5.x."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer, complete: the server adds nothing but framing and a session cookie."""

    status: int = 200
    reason: str | None = None
    """Text of the status line; None is the usual one."""
    headers: tuple[tuple[str, str], ...] = ()
    """In the order and spelling of the wire. Date, Connection, Content-Length and Transfer-Encoding are only places:
    the server writes the true value there. The framing that has no place is appended; Date and Connection are not."""
    framing: Framing = Framing.LENGTH
    body: bytes = b""
    stream: Callable[[], AsyncIterator[bytes]] | None = None
    """Sent after the body, piece by piece: event streams, and bodies too big to hold."""
    delay_s: float = 0.0
    """How long a real gateway took; honoured with `--latency capture`."""
    handler: Handler = Handler.NATIVE
    """Scripted replies are made one at a time, others in parallel."""
    hold_s: float = 0.0
    """Silence before the reply, on top of any latency, in real seconds; a scripted reply keeps others waiting."""
    cut_at: int | None = None
    """So many bytes of the body are sent, framed as if all came, then the connection is closed."""
    resets: bool = False
    """The connection is reset: after `cut_at` bytes, or instead of the whole reply."""
    date_shift_s: float = 0.0
    """How wrong the clock is by which a Date header is written."""


class Source(Protocol):
    """Makes the replies of one gateway."""

    @property
    def identity(self) -> Capabilities:
        """Serial number, part number, firmware, and the login that follows from them."""
        ...

    async def reply(self, request: Request) -> Reply:
        """Answer a request that may be answered: unknown paths and wrong methods too (see `pages`).

        Header names of `request` are in lower case; `path` is as the client sent it, with query.
        """
        ...


@runtime_checkable
class Vouches(Protocol):
    """A source that knows tokens which its virtual gateway did not sign."""

    async def vouch(self, token: str) -> bool:
        """Say whether a token is good; raise an OpenvoyError where that cannot be said now."""
        ...


@runtime_checkable
class HasReport(Protocol):
    """A source that counts what it does; shown at `/__virtual/mirror`."""

    def report(self) -> Mapping[str, object]:
        """What it did so far, JSON-ready."""
        ...


@runtime_checkable
class HasTruth(Protocol):
    """A source that knows more than it tells its clients; shown at `/__virtual/truth`."""

    def truth(self) -> Mapping[str, object]:
        """Exact state and lifetime energies, JSON-ready."""
        ...
