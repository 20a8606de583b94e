"""A body that ends in its middle although the transfer was complete."""

from __future__ import annotations

from dataclasses import dataclass, replace

from openvoy.protocol.firmware import Capabilities
from openvoy.virtual.faults import fault
from openvoy.virtual.source import Reply


@fault("truncated-json")
@dataclass(frozen=True, slots=True)
class TruncatedJson:
    """Serves the first half of every body."""

    path: str | None = None

    def spoil(self, reply: Reply, identity: Capabilities) -> Reply:  # noqa: ARG002 - any body can be cut
        """Cut the body; Content-Length is that of what is left."""
        return replace(reply, body=reply.body[: len(reply.body) // 2], stream=None)
