"""A login that was good and is refused from now on, as after an update of the firmware."""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.protocol.http import Request
from openvoy.virtual.fault import Fault, Stage
from openvoy.virtual.faults import fault
from openvoy.virtual.refusal import render_refused
from openvoy.virtual.routes import is_open
from openvoy.virtual.source import Reply


@fault("token-refused", "Q63")
@dataclass(frozen=True, kw_only=True)
class TokenRefused(Fault):
    """Refuses every login wherever one is needed, the check of tokens included."""

    async def admit(self, request: Request, stage: Stage) -> Request | Reply:
        """Refuse what is not open to everybody."""
        return request if is_open(request.path) else render_refused(stage.identity, request.path)
