"""A write that takes the gateway down: a partial object sent to the relay may do that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from openvoy.codec import doc
from openvoy.protocol.http import Request
from openvoy.virtual.fault import Fault, Stage
from openvoy.virtual.faults import fault
from openvoy.virtual.source import Reply

_READING = {"GET", "HEAD"}


@fault("crash-on-write", "Q80")
@dataclass(frozen=True, kw_only=True)
class CrashOnWrite(Fault):
    """Resets the connection at a write, does not do it, and resets all others for a while."""

    trigger: Annotated[str, doc("", "the path whose writes do it")] = "/ivp/ensemble/relay"
    seconds: Annotated[float, doc("s", "how long the gateway is away, by its clock")] = 180.0

    async def admit(self, request: Request, stage: Stage) -> Request | Reply:
        """Crash, or be away."""
        now_s = stage.clock.monotonic()
        if request.method not in _READING and request.path.partition("?")[0] == self.trigger:
            stage.memory["until_s"] = now_s + self.seconds
        return Reply(resets=True) if now_s < stage.memory.get("until_s", now_s) else request
