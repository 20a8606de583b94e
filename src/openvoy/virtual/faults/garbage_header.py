"""Bytes in a header that are no text in any encoding, as 3.9.36 writes them into WWW-Authenticate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from openvoy.codec import doc
from openvoy.protocol.http import Request
from openvoy.virtual.fault import Fault, Stage
from openvoy.virtual.faults import fault
from openvoy.virtual.source import Reply

_BYTES = "\xd8\xc9\xc6A"


@fault("garbage-header", "Q44")
@dataclass(frozen=True, kw_only=True)
class GarbageHeader(Fault):
    """Gives every reply a header that cannot be decoded."""

    header: Annotated[str, doc("", "its name; one of this name is replaced")] = "WWW-Authenticate"

    async def spoil(self, reply: Reply, request: Request, stage: Stage) -> Reply:
        """Put the bytes into the header."""
        kept = tuple(pair for pair in reply.headers if pair[0].lower() != self.header.lower())
        return replace(reply, headers=(*kept, (self.header, _BYTES)))
