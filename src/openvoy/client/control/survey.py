"""Reading what a control needs to know, every member kept."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Protocol

from openvoy.errors import BadPayload, EndpointMissing, EndpointRefused
from openvoy.protocol.control import Control, State
from openvoy.protocol.endpoint import Endpoint
from openvoy.protocol.firmware import Capabilities
from openvoy.protocol.http import Response
from openvoy.protocol.replies import Replies
from openvoy.protocol.status import check_status


class Door(Protocol):
    """What control needs of a client."""

    async def connect(self) -> Capabilities:
        """Say what the gateway is."""
        ...

    async def fetch_raw(
        self, path: str, *, method: str = "GET", body: bytes = b"", content_type: str | None = None
    ) -> Response:
        """Send one request with the gateway's login, once."""
        ...


async def fetch_state(door: Door, endpoints: Iterable[Endpoint[Any]], *, known: State | None = None) -> State:
    """Read endpoints one after the other; what the gateway does not have or give is noted, other errors are raised.

    What was read before and is not read again is taken from `known`.
    """
    capabilities = await door.connect()
    replies = Replies()
    documents: dict[Endpoint[Any], Any] = {}
    if known is not None:
        documents.update(known.documents)
        for endpoint, outcome in known.replies.outcomes():
            replies.note(endpoint, outcome)
    for endpoint in dict.fromkeys(endpoints):
        if not endpoint.exists_in(capabilities.firmware):
            missing = f"Firmware {capabilities.firmware} does not have {endpoint.path}."
            replies.note(endpoint, EndpointMissing(missing))
            continue
        try:
            response = await door.fetch_raw(endpoint.path)
            check_status(response, gateway=capabilities.serial, path=endpoint.path)
            replies.note(endpoint, endpoint.decode(response.body))
            documents[endpoint] = None if endpoint.parse is not None else json.loads(response.body)
        except (EndpointMissing, EndpointRefused, BadPayload) as error:
            replies.note(endpoint, error)
    return State(capabilities=capabilities, replies=replies, documents=documents)


def is_refused(control: Control, state: State) -> bool:
    """Whether the login may not read what the control needs to know."""
    return any(isinstance(state.error(endpoint), EndpointRefused) for endpoint in (*control.needs, *control.reads))


def why_absent(control: Control, state: State) -> str:
    """Tell why a gateway does not offer a control; empty where it does."""
    if is_refused(control, state):
        return "This login may not read what is set."
    reason = control.absent(state)
    if reason:
        return reason
    missing = next((error for endpoint in control.reads if (error := state.error(endpoint)) is not None), None)
    return "" if missing is None or control.reads_may_miss else missing.message
