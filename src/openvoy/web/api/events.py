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
MOST_SKIPPED = 1_000_000


async def list_events(
    backend: Backend,
    *,
    limit: Annotated[int, doc("", "How many, 1 to 1000.")] = 50,
    skip: Annotated[int, doc("", "How many of the newest to leave out, for the next page.")] = 0,
    kind: Annotated[str | None, doc("", "What their kind begins with, such as gateway or counter.wrap.")] = None,
    text: Annotated[str | None, doc("", "What their text or subject contains.")] = None,
    gateway: GatewayName = None,
) -> Sequence[EventRecord]:
    """The newest events, newest first."""
    if not 1 <= limit <= MAX_EVENTS:
        raise BadQuery(f"limit is {limit}.", hint=f"Give a limit of 1 to {MAX_EVENTS}.")
    if not 0 <= skip <= MOST_SKIPPED:
        raise BadQuery(f"skip is {skip}.", hint=f"Give 0 to {MOST_SKIPPED}, or look for a kind or a text.")
    return await backend.store.read_events(
        limit=limit,
        gateway=await find_serial(backend.feed, backend.store, gateway),
        skip=skip,
        kind=kind or None,
        text=text or None,
    )


OPERATIONS = (Operation(path="/api/v1/events", handler=list_events, tag="History"),)
