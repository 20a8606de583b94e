"""Session cookies that end early; sources disagree whether idle sessions live 10 or 30 minutes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from openvoy.codec import doc
from openvoy.protocol.http import Request
from openvoy.virtual.fault import Fault, Stage
from openvoy.virtual.faults import fault
from openvoy.virtual.source import Reply


@fault("cookies-expire", "Q60")
@dataclass(frozen=True, kw_only=True)
class CookiesExpire(Fault):
    """Forgets a session some time after its cookie was set, used or not; tokens stay good."""

    seconds: Annotated[float, doc("s", "how long a cookie lives, by the gateway's clock")] = 60.0

    async def admit(self, request: Request, stage: Stage) -> Request:
        """Take a cookie that is too old out of the request."""
        issued: dict[str, float] = stage.memory.setdefault("issued", {})
        cookie = request.headers.get("cookie", "").strip()
        issued_s = issued.get(cookie)
        if issued_s is None or stage.clock.monotonic() - issued_s < self.seconds:
            return request
        kept = {name: value for name, value in request.headers.items() if name != "cookie"}
        return replace(request, headers=kept)

    async def spoil(self, reply: Reply, request: Request, stage: Stage) -> Reply:
        """Note when a cookie was set."""
        issued: dict[str, float] = stage.memory.setdefault("issued", {})
        for name, value in reply.headers:
            if name.lower() == "set-cookie":
                issued[value.partition(";")[0].strip()] = stage.clock.monotonic()
        return reply
