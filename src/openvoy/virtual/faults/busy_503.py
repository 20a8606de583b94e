"""A gateway that is starting: 503 with a plea for patience."""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.protocol.http import Request
from openvoy.virtual.fault import Fault, Stage
from openvoy.virtual.faults import fault
from openvoy.virtual.pages import render_busy
from openvoy.virtual.source import Reply


@fault("busy-503", "Q14")
@dataclass(frozen=True, kw_only=True)
class Busy503(Fault):
    """Answers every request with 503."""

    async def admit(self, request: Request, stage: Stage) -> Reply:
        """Ask for patience instead."""
        return render_busy(stage.identity)
