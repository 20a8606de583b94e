"""A refusal that takes the connection with it: Envoy-R 3.18.10 closes what was to be kept alive."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Literal

from openvoy.codec import doc
from openvoy.protocol.http import Request
from openvoy.virtual.fault import Fault, Stage
from openvoy.virtual.faults import fault
from openvoy.virtual.source import Framing, Reply


@fault("reset-after-401", "Q48")
@dataclass(frozen=True, kw_only=True)
class ResetAfter401(Fault):
    """Ends the connection with every 401."""

    how: Annotated[Literal["fin", "rst"], doc("", "closed in order, or reset")] = "fin"

    async def spoil(self, reply: Reply, request: Request, stage: Stage) -> Reply:
        """Send all of it, then end the connection."""
        if reply.status != 401:
            return reply
        return replace(reply, framing=Framing.LENGTH, cut_at=len(reply.body), resets=self.how == "rst")
