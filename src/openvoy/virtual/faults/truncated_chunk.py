"""A transfer that ends before its end: "incomplete chunked read" where the link to the cloud is down."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Literal

from openvoy.codec import doc
from openvoy.protocol.http import Request
from openvoy.virtual.fault import Fault, Stage
from openvoy.virtual.faults import fault
from openvoy.virtual.source import Framing, Reply


@fault("truncated-chunk", "Q48")
@dataclass(frozen=True, kw_only=True)
class TruncatedChunk(Fault):
    """Closes the connection in the middle of every body."""

    part_pct: Annotated[float, doc("%", "how much of the body is sent")] = 50.0
    framing: Annotated[Literal["chunked", "length"], doc("", "what promised more")] = "chunked"

    async def spoil(self, reply: Reply, request: Request, stage: Stage) -> Reply:
        """Cut the transfer; chunk or Content-Length promise the whole body."""
        cut_at = int(len(reply.body) * min(self.part_pct, 100) / 100)
        return replace(reply, framing=Framing(self.framing), stream=None, cut_at=cut_at)
