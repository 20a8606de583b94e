"""Writes that are answered as if they had worked: the tariff while the cloud plans, limits that the site lacks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from openvoy.codec import doc
from openvoy.protocol.http import Request
from openvoy.protocol.status import REFUSED
from openvoy.virtual.fault import Fault, Stage
from openvoy.virtual.faults import fault
from openvoy.virtual.pages import render_reply
from openvoy.virtual.source import Reply

_READING = {"GET", "HEAD"}


@fault("writes-ignored", "Q70", "Q80")
@dataclass(frozen=True, kw_only=True)
class WritesIgnored(Fault):
    """Answers every write with its own body and does nothing."""

    path: Annotated[str | None, doc("", "which paths, as a pattern")] = "/admin/lib/tariff*"

    async def admit(self, request: Request, stage: Stage) -> Request:
        """Let the login see the request, and the source nothing but a reading."""
        return request if request.method in _READING else replace(request, method="GET", body=b"")

    async def spoil(self, reply: Reply, request: Request, stage: Stage) -> Reply:
        """Echo the write."""
        if request.method in _READING or reply.status in REFUSED:
            return reply
        return render_reply(stage.identity, request.path, request.body)
