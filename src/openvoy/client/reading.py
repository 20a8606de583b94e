"""One complete reading: every endpoint that is worth asking, partial where the gateway is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from openvoy.errors import (
    CredentialRejected,
    GatewayBusy,
    GatewayUnreachable,
    NotAuthorized,
    OpenvoyError,
    Remedy,
    Unavailable,
)
from openvoy.protocol.endpoint import Decoded, Endpoint, Handler
from openvoy.protocol.firmware import Capabilities
from openvoy.protocol.plan import wanted_endpoints
from openvoy.protocol.replies import Replies

Fetch = Callable[[Endpoint[Any]], Awaitable[Decoded[Any]]]
Sleep = Callable[[float], Awaitable[None]]

MAX_FAILURES = 2
"""One endpoint may hang while the others answer (quirk Q32); after two in a row it is the gateway that does not."""
MOST_PATIENCE_S = 30.0
"""A gateway that starts asks for as much (quirk Q14); who asks for more is told to a person, who can wait better."""
USUAL_PATIENCE_S = 5.0
"""Where it does not say how long."""


class Reading:
    """Reads a gateway completely, and does not ask again for what it does not have or does not give."""

    def __init__(self) -> None:
        self._absent: dict[Endpoint[Any], OpenvoyError] = {}

    async def fetch_all(self, capabilities: Capabilities, fetch: Fetch, sleep: Sleep) -> Replies:
        """Ask for everything; raise what went wrong only where nothing at all could be read, or the login is wrong.

        A gateway that is busy as a whole is asked once more when it said so; what only some modules have no time for
        is left out.
        """
        replies = await self._ask_all(capabilities, fetch)
        patience_s = _asked_patience_s(replies)
        if patience_s is not None:
            await sleep(patience_s)
            replies = await self._ask_all(capabilities, fetch)
        _check_any(replies)
        return replies

    async def _ask_all(self, capabilities: Capabilities, fetch: Fetch) -> Replies:
        replies = Replies()
        for absent, error in self._absent.items():
            replies.note(absent, error)
        lost: OpenvoyError | None = None
        failures = 0
        while batch := _next_batch(capabilities, replies):
            for endpoint in batch:
                outcome = lost or await self._outcome(endpoint, fetch)
                failures = failures + 1 if isinstance(outcome, Unavailable) else 0
                if isinstance(outcome, GatewayUnreachable) or failures >= MAX_FAILURES:
                    assert isinstance(outcome, OpenvoyError)
                    lost = outcome
                replies.note(endpoint, outcome)
        return replies

    async def _outcome(self, endpoint: Endpoint[Any], fetch: Fetch) -> Decoded[Any] | OpenvoyError:
        try:
            return await fetch(endpoint)
        except (CredentialRejected, NotAuthorized):
            raise
        except OpenvoyError as error:
            if error.remedy is Remedy.FORGET:
                self._absent[endpoint] = error
            return error


def _next_batch(capabilities: Capabilities, replies: Replies) -> list[Endpoint[Any]]:
    """Give what can be asked before the plan has to be made anew.

    A slow page ends a batch: what a reply makes worth asking comes before it, so that live values are of one moment.
    """
    open_ones = [endpoint for endpoint in wanted_endpoints(capabilities, replies) if endpoint not in replies]
    quick = [endpoint for endpoint in open_ones if endpoint.handler is not Handler.SCRIPTED]
    return quick or open_ones[:1]


def _asked_patience_s(replies: Replies) -> float | None:
    """Give how long a gateway that had no time for anything asks to wait; None where that is not so, or too long."""
    outcomes = [outcome for _, outcome in replies.outcomes()]
    busy = [outcome for outcome in outcomes if isinstance(outcome, GatewayBusy)]
    if not busy or any(isinstance(outcome, Decoded) for outcome in outcomes):
        return None
    asked_s = max(USUAL_PATIENCE_S if one.retry_after_s is None else one.retry_after_s for one in busy)
    return asked_s if asked_s <= MOST_PATIENCE_S else None


def _check_any(replies: Replies) -> None:
    outcomes = [outcome for _, outcome in replies.outcomes()]
    if not any(isinstance(outcome, Decoded) for outcome in outcomes):
        errors = [outcome for outcome in outcomes if isinstance(outcome, OpenvoyError)]
        raise next((error for error in errors if error.remedy is not Remedy.FORGET), errors[0])
