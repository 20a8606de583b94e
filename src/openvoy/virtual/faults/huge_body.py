"""A body without end in sight: what a client must not read to the end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Annotated

from openvoy.codec import doc
from openvoy.protocol.http import Request
from openvoy.virtual.fault import Fault, Stage
from openvoy.virtual.faults import fault
from openvoy.virtual.source import Reply

_PIECE = b" " * 65_536


@fault("huge-body")
@dataclass(frozen=True, kw_only=True)
class HugeBody(Fault):
    """Serves good bodies followed by megabytes of blanks."""

    mb: Annotated[int, doc("MB", "how much follows")] = 200

    async def spoil(self, reply: Reply, request: Request, stage: Stage) -> Reply:
        """Let the body grow, piece by piece."""
        return replace(reply, stream=self._blanks)

    async def _blanks(self) -> AsyncIterator[bytes]:
        for _ in range(self.mb * 1_000_000 // len(_PIECE) + 1):
            yield _PIECE
