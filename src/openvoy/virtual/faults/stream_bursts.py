"""Event streams that come in bursts: 7.0 sends when 16 kB are together, some twenty records every 22 s."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Annotated

from openvoy.codec import doc
from openvoy.protocol.http import Request
from openvoy.virtual.fault import Fault, Stage
from openvoy.virtual.faults import fault
from openvoy.virtual.source import Reply


@fault("stream-bursts", "Q71")
@dataclass(frozen=True, kw_only=True)
class StreamBursts(Fault):
    """Holds back what a stream sends until there is enough of it."""

    path: Annotated[str | None, doc("", "which paths, as a pattern")] = "/stream/*"
    size: Annotated[int, doc("B", "how much is sent at once")] = 16_384

    async def spoil(self, reply: Reply, request: Request, stage: Stage) -> Reply:
        """Put a buffer into the stream."""
        stream = reply.stream
        return reply if stream is None else replace(reply, stream=lambda: self._bursts(stream))

    async def _bursts(self, stream: Callable[[], AsyncIterator[bytes]]) -> AsyncIterator[bytes]:
        buffer = b""
        async for piece in stream():
            buffer += piece
            while len(buffer) >= self.size:
                yield buffer[: self.size]
                buffer = buffer[self.size :]
        if buffer:
            yield buffer
