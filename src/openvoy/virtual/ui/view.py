"""What a page is made of: the gateway, who looks at it, and what its endpoints say."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from openvoy.errors import BadPayload
from openvoy.protocol.endpoint import Endpoint, Role
from openvoy.protocol.firmware import Capabilities, LoginKind
from openvoy.protocol.http import Request
from openvoy.virtual.source import Reply, Source

T = TypeVar("T")

_JSON = {"accept": "application/json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudLink:
    """The virtual cloud beside this gateway."""

    scheme: str
    port: int
    redeem: Callable[[Request], Awaitable[Reply]]
    """Sends a request there, as the gateway itself does for who logs in by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One look at a page."""

    source: Source
    request: Request
    role: Role | None
    """Of the session; None without one."""
    cloud: CloudLink | None

    @property
    def identity(self) -> Capabilities:
        """What the gateway is."""
        return self.source.identity

    @property
    def is_locked(self) -> bool:
        """Whether a login is needed first."""
        return self.role is None and self.identity.login is LoginKind.TOKEN

    async def fetch(self, endpoint: Endpoint[T], query: str = "") -> T | None:
        """Ask for the data of an endpoint; None where the gateway has none that can be read."""
        reply = await self.source.reply(Request(path=endpoint.path + query, headers=_JSON))
        if reply.status != 200:
            return None
        try:
            return endpoint.decode(reply.body).value
        except BadPayload:
            return None
