"""Replies that do not say what they are, as native modules have it from 7.0 on, everywhere."""

from __future__ import annotations

from dataclasses import dataclass, replace

from openvoy.protocol.http import Request
from openvoy.virtual.fault import Fault, Stage
from openvoy.virtual.faults import fault
from openvoy.virtual.source import Reply


@fault("no-content-type", "Q41")
@dataclass(frozen=True, kw_only=True)
class NoContentType(Fault):
    """Leaves Content-Type out of every reply."""

    async def spoil(self, reply: Reply, request: Request, stage: Stage) -> Reply:
        """Take the header away."""
        return replace(reply, headers=tuple(pair for pair in reply.headers if pair[0].lower() != "content-type"))
