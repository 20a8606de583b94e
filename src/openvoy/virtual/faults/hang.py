"""A request that is not answered for long, while others are: `/ivp/pdm/device_data` shortly after 23:00."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from openvoy.codec import doc
from openvoy.protocol.http import Request
from openvoy.virtual.fault import Fault, Stage
from openvoy.virtual.faults import fault
from openvoy.virtual.source import Reply


@fault("hang", "Q32")
@dataclass(frozen=True, kw_only=True)
class Hang(Fault):
    """Takes every request and stays silent; then the connection is reset."""

    seconds: Annotated[float, doc("s", "how long, in real time; 29 to 85 s were measured")] = 85.0

    async def spoil(self, reply: Reply, request: Request, stage: Stage) -> Reply:
        """Say nothing."""
        return replace(reply, hold_s=reply.hold_s + self.seconds, resets=True)
