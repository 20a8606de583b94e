"""A body that ends with the connection: neither Content-Length nor chunks, as parts of 3.x to 5.x have it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from openvoy.protocol.http import Request
from openvoy.virtual.fault import Fault, Stage
from openvoy.virtual.faults import fault
from openvoy.virtual.source import Framing, Reply

_FRAMINGS = {"content-length", "transfer-encoding"}


@fault("close-delimited", "Q42")
@dataclass(frozen=True, kw_only=True)
class CloseDelimited(Fault):
    """Leaves the length of every body to the end of the connection."""

    async def spoil(self, reply: Reply, request: Request, stage: Stage) -> Reply:
        """Take the framing away."""
        headers = tuple(pair for pair in reply.headers if pair[0].lower() not in _FRAMINGS)
        return replace(reply, framing=Framing.CLOSE, headers=headers)
