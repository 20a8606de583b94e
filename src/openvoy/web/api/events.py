"""What happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from openvoy.codec import doc
from openvoy.model.records import EventRecord
from openvoy.web.backend import Backend
from openvoy.web.operation import GatewayName, Operation
from openvoy.web.problems import BadQuery
from openvoy.web.query import find_serial

MAX_EVENTS = 1000


async def list_events(
    backend: Backend,
    *,
    limit: Annotated[int, doc("", "How many, 1 to 1000.")] = 50,
    gateway: GatewayName = None,
) -> Sequence[EventRecord]:
    """The newest events, newest first."""
    if not 1 <= limit <= MAX_EVENTS:
        raise BadQuery(f"limit is {limit}.", hint=f"Give a limit of 1 to {MAX_EVENTS}.")
    return await backend.store.read_events(limit=limit, gateway=find_serial(backend.feed, gateway))


OPERATIONS = (Operation(path="/api/v1/events", handler=list_events, tag="History"),)
