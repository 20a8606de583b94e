"""A storage mode that is null."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Annotated

from openvoy.codec import doc
from openvoy.protocol.http import Request
from openvoy.virtual.fault import Fault, Stage
from openvoy.virtual.faults import fault
from openvoy.virtual.source import Reply

_MODE = re.compile(rb'("(?:mode|battery_mode|batt_mode)"\s*:\s*)"[^"]*"')


@fault("tariff-mode-null", "Q80")
@dataclass(frozen=True, kw_only=True)
class TariffModeNull(Fault):
    """Writes null for the mode, in the tariff and in the schedule."""

    path: Annotated[str | None, doc("", "which paths, as a pattern")] = "/admin/lib/tariff*"

    async def spoil(self, reply: Reply, request: Request, stage: Stage) -> Reply:
        """Change the text: a struct cannot tell null from nothing."""
        return replace(reply, body=_MODE.sub(rb"\1null", reply.body)) if reply.status == 200 else reply
