"""Housekeeping shortly after 23:00, every day: the gateway is away for minutes, each model in its own way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Literal

from openvoy.codec import doc
from openvoy.protocol.http import Request
from openvoy.virtual.fault import Fault, Stage
from openvoy.virtual.faults import fault
from openvoy.virtual.pages import render_busy
from openvoy.virtual.refusal import render_refused
from openvoy.virtual.source import Reply

_HELD_S = 85.0
"""The longest that a request was seen to hang (real seconds)."""


@fault("nightly-outage", "Q10", "Q32")
@dataclass(frozen=True, kw_only=True)
class NightlyOutage(Fault):
    """Is away once a day, by the site's clock."""

    at: Annotated[str | None, doc("HH:MM", "when it begins")] = "23:01"
    minutes: Annotated[float, doc("min", "how long; 6.6 were measured")] = 6.6
    mode: Annotated[
        Literal["hang", "refuse", "reset", "unauthorized", "busy"],
        doc("", "silence, no connection, RST, 401 or 503"),
    ] = "hang"

    async def admit(self, request: Request, stage: Stage) -> Request | Reply:
        """Refuse the login or ask for patience, in these modes."""
        if self.mode == "unauthorized":
            return render_refused(stage.identity, request.path)
        return render_busy(stage.identity) if self.mode == "busy" else request

    async def spoil(self, reply: Reply, request: Request, stage: Stage) -> Reply:
        """Say nothing, in the other modes."""
        if self.mode in {"unauthorized", "busy"}:
            return reply
        return replace(reply, hold_s=_HELD_S if self.mode == "hang" else 0.0, resets=True)

    def is_refusing(self, stage: Stage) -> bool:
        """Whether its way is to be unreachable."""
        return self.mode == "refuse"
