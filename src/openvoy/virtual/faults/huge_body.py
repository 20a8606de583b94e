"""A body without end in sight: what a client must not read to the end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from openvoy.protocol.firmware import Capabilities
from openvoy.virtual.faults import fault
from openvoy.virtual.source import Reply

_PIECE = b" " * 65_536


@fault("huge-body")
@dataclass(frozen=True, slots=True)
class HugeBody:
    """Serves good bodies followed by `mb` megabytes of blanks."""

    path: str | None = None
    mb: int = 200

    def spoil(self, reply: Reply, identity: Capabilities) -> Reply:  # noqa: ARG002 - any body can grow
        """Let the body grow, piece by piece."""
        return replace(reply, stream=self._blanks)

    async def _blanks(self) -> AsyncIterator[bytes]:
        for _ in range(self.mb * 1_000_000 // len(_PIECE) + 1):
            yield _PIECE
