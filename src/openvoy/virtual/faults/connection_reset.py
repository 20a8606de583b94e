"""A connection that is reset instead of an answer, as gateways under load do."""

from __future__ import annotations

from dataclasses import dataclass, replace

from openvoy.protocol.http import Request
from openvoy.virtual.fault import Fault, Stage
from openvoy.virtual.faults import fault
from openvoy.virtual.source import Reply


@fault("connection-reset", "Q48")
@dataclass(frozen=True, kw_only=True)
class ConnectionReset(Fault):
    """Resets the connection in place of every reply."""

    async def spoil(self, reply: Reply, request: Request, stage: Stage) -> Reply:
        """Send RST."""
        return replace(reply, resets=True)
