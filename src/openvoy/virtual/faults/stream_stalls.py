"""Event streams that stand still for 3 to 13 s and then catch up, as on 8.3.6086."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Annotated

from openvoy.codec import doc
from openvoy.protocol.http import Request
from openvoy.virtual.fault import Fault, Stage
from openvoy.virtual.faults import fault
from openvoy.virtual.source import Reply


@fault("stream-stalls", "Q71")
@dataclass(frozen=True, kw_only=True)
class StreamStalls(Fault):
    """Sends nothing for some seconds, then everything that came meanwhile."""

    path: Annotated[str | None, doc("", "which paths, as a pattern")] = "/stream/*"
    seconds: Annotated[float, doc("s", "how long it stands still, by the gateway's clock")] = 8.0

    async def spoil(self, reply: Reply, request: Request, stage: Stage) -> Reply:
        """Put pauses into the stream."""
        stream = reply.stream
        return reply if stream is None else replace(reply, stream=lambda: self._held(stream, stage))

    async def _held(self, stream: Callable[[], AsyncIterator[bytes]], stage: Stage) -> AsyncIterator[bytes]:
        held, since_s = b"", stage.clock.monotonic()
        async for piece in stream():
            held += piece
            if stage.clock.monotonic() - since_s >= self.seconds:
                yield held
                held, since_s = b"", stage.clock.monotonic()
        if held:
            yield held
