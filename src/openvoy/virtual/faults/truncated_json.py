"""A body that ends in its middle although the transfer was complete."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from openvoy.codec import doc
from openvoy.protocol.http import Request
from openvoy.virtual.fault import Fault, Stage
from openvoy.virtual.faults import fault
from openvoy.virtual.source import Reply


@fault("truncated-json")
@dataclass(frozen=True, kw_only=True)
class TruncatedJson(Fault):
    """Serves the first part of every body."""

    part_pct: Annotated[float, doc("%", "how much of it")] = 50.0

    async def spoil(self, reply: Reply, request: Request, stage: Stage) -> Reply:
        """Cut the body; Content-Length is that of what is left."""
        return replace(reply, body=reply.body[: int(len(reply.body) * self.part_pct / 100)], stream=None)
