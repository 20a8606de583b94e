"""Valid JSON that says an error, with status 200, where a list was asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace

from openvoy.protocol.http import Request
from openvoy.virtual.fault import Fault, Stage
from openvoy.virtual.faults import fault
from openvoy.virtual.source import Reply


@fault("error-object", "Q24")
@dataclass(frozen=True, kw_only=True)
class ErrorObject(Fault):
    """Serves an error as data."""

    async def spoil(self, reply: Reply, request: Request, stage: Stage) -> Reply:
        """Put the error into a good reply."""
        if reply.status != 200:
            return reply
        return replace(reply, body=b'{ "error" : "404 - Not Found" }', stream=None)
