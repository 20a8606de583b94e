"""A write that is answered with 400 and works all the same, as switching the live stream on may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from openvoy.codec import doc
from openvoy.protocol.http import Request
from openvoy.virtual.fault import Fault, Stage
from openvoy.virtual.faults import fault
from openvoy.virtual.pages import render_bad_request
from openvoy.virtual.source import Reply

_READING = {"GET", "HEAD"}


@fault("write-refused-but-done", "Q70")
@dataclass(frozen=True, kw_only=True)
class WriteRefusedButDone(Fault):
    """Says 400 to writes that succeeded."""

    path: Annotated[str | None, doc("", "which paths, as a pattern")] = "/ivp/livedata/stream"

    async def spoil(self, reply: Reply, request: Request, stage: Stage) -> Reply:
        """Replace a good answer."""
        is_done = request.method not in _READING and reply.status == 200
        return render_bad_request(stage.identity) if is_done else reply
