"""Live push."""

from __future__ import annotations

from collections.abc import AsyncIterator

from openvoy.web.backend import Backend
from openvoy.web.operation import Operation


async def follow_live(backend: Backend) -> AsyncIterator[bytes]:
    """Server-sent events of all gateways.

    `event: update` with `data: {"status": …, "snapshot": …|null}` at once for every gateway and whenever something of
    it changes; a comment every 15 s. A reader that is slow gets the newest values, never a backlog.
    """
    return backend.live.follow()


OPERATIONS = (Operation(path="/api/v1/live", handler=follow_live, tag="Now", is_stream=True),)
