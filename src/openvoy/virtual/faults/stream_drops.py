"""Event streams that end: often, and at every nightly reset."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Annotated

from openvoy.codec import doc
from openvoy.protocol.http import Request
from openvoy.virtual.fault import Fault, Stage
from openvoy.virtual.faults import fault
from openvoy.virtual.source import Reply


@fault("stream-drops", "Q71")
@dataclass(frozen=True, kw_only=True)
class StreamDrops(Fault):
    """Ends a stream after some records."""

    path: Annotated[str | None, doc("", "which paths, as a pattern")] = "/stream/*"
    records: Annotated[int, doc("", "how many pieces are sent before")] = 60

    async def spoil(self, reply: Reply, request: Request, stage: Stage) -> Reply:
        """Cut the stream."""
        stream = reply.stream
        return reply if stream is None else replace(reply, stream=lambda: self._some(stream))

    async def _some(self, stream: Callable[[], AsyncIterator[bytes]]) -> AsyncIterator[bytes]:
        left = self.records
        async for piece in stream():
            if left <= 0:
                return
            left -= 1
            yield piece
