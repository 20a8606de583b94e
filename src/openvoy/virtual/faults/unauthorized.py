"""Single endpoints that refuse a good login."""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.protocol.http import Request
from openvoy.virtual.fault import Fault, Stage
from openvoy.virtual.faults import fault
from openvoy.virtual.refusal import render_refused
from openvoy.virtual.source import Reply


@fault("unauthorized", "Q24", "Q45")
@dataclass(frozen=True, kw_only=True)
class Unauthorized(Fault):
    """Answers 401, logged in or not."""

    async def admit(self, request: Request, stage: Stage) -> Reply:
        """Refuse as this generation does."""
        return render_refused(stage.identity, request.path)
