"""A gateway that is asked too much: everything polled faster than every 60 s freezes it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from openvoy.codec import doc
from openvoy.protocol.http import Request
from openvoy.virtual.fault import Fault, Stage
from openvoy.virtual.faults import fault
from openvoy.virtual.source import Reply


@fault("hammered", "limits")
@dataclass(frozen=True, kw_only=True)
class Hammered(Fault):
    """Freezes when it got too many requests within a minute of its clock."""

    requests: Annotated[int, doc("1/min", "how many it bears")] = 60
    freeze_s: Annotated[float, doc("s", "how long each further request takes, in real time")] = 30.0

    async def spoil(self, reply: Reply, request: Request, stage: Stage) -> Reply:
        """Count, and hold back what is too much."""
        now_s = stage.clock.monotonic()
        times = [at_s for at_s in stage.memory.get("times", []) if now_s - at_s < 60]
        stage.memory["times"] = [*times, now_s]
        return replace(reply, hold_s=reply.hold_s + self.freeze_s) if len(times) >= self.requests else reply
