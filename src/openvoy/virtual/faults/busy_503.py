"""A gateway that is starting: 503 with a plea for patience (Q14, standard units with 7.x)."""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.protocol.firmware import Capabilities
from openvoy.virtual.faults import fault
from openvoy.virtual.pages import render_busy
from openvoy.virtual.source import Reply


@fault("busy-503")
@dataclass(frozen=True, slots=True)
class Busy503:
    """Answers every request with 503."""

    path: str | None = None

    def spoil(self, reply: Reply, identity: Capabilities) -> Reply:  # noqa: ARG002 - nothing of it is left
        """Ask for patience instead."""
        return render_busy(identity)
