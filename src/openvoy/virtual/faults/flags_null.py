"""Flags of meters that are null instead of an empty list, on 4.2.33."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from openvoy.protocol.http import Request
from openvoy.virtual.fault import Fault, Stage
from openvoy.virtual.faults import fault
from openvoy.virtual.source import Reply

_FLAGS = re.compile(rb'("statusFlags"\s*:\s*)\[[^\]]*\]')


@fault("flags-null", "Q25")
@dataclass(frozen=True, kw_only=True)
class FlagsNull(Fault):
    """Writes null for the flags of every meter."""

    async def spoil(self, reply: Reply, request: Request, stage: Stage) -> Reply:
        """Change the text: a struct cannot tell null from nothing."""
        return replace(reply, body=_FLAGS.sub(rb"\1null", reply.body))
