"""Pages of the local web interface that take very long: 3 to 14 s on busy gateways, 30 to 55 s on 8.3.6086."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from openvoy.codec import doc
from openvoy.protocol.endpoint import Handler
from openvoy.protocol.http import Request
from openvoy.virtual.fault import Fault, Stage
from openvoy.virtual.faults import fault
from openvoy.virtual.source import Reply


@fault("slow-scripted", "Q50")
@dataclass(frozen=True, kw_only=True)
class SlowScripted(Fault):
    """Slows scripted replies down; they still go out one at a time."""

    seconds: Annotated[float, doc("s", "how much longer each takes, in real time")] = 14.0

    async def spoil(self, reply: Reply, request: Request, stage: Stage) -> Reply:
        """Hold a scripted reply back."""
        is_scripted = reply.handler is Handler.SCRIPTED
        return replace(reply, hold_s=reply.hold_s + self.seconds) if is_scripted else reply
