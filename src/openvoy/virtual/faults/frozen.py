"""Values that stand still although time goes on."""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.protocol.http import Request
from openvoy.virtual.fault import Fault, Stage
from openvoy.virtual.faults import fault
from openvoy.virtual.source import Reply


@fault("frozen", "Q9", "Q12")
@dataclass(frozen=True, kw_only=True)
class Frozen(Fault):
    """Gives the first good reply of each path again and again."""

    async def spoil(self, reply: Reply, request: Request, stage: Stage) -> Reply:
        """Remember the first reply, and repeat it."""
        if reply.status != 200 or request.method != "GET" or reply.stream is not None:
            return reply
        first: Reply = stage.memory.setdefault(request.path, reply)
        return first
