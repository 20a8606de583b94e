"""How long a reply of a gateway is good enough for the next reader, and how long it may stand in for a failed one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from openvoy.protocol.endpoint import Handler, Poll
from openvoy.protocol.firmware import Capabilities
from openvoy.protocol.registry import REGISTRY
from openvoy.virtual.api.finding import endpoint_of
from openvoy.virtual.routes import handler_of


@dataclass(frozen=True, slots=True)
class Freshness:
    """Seconds for which a reply is given again unasked, and for which it is given when the gateway fails."""

    fresh_s: float
    lifetime_s: float


_BY_POLL: Mapping[Poll, Freshness] = {
    Poll.LIVE: Freshness(5, 60),
    Poll.MINUTE: Freshness(30, 300),
    Poll.FIVE_MINUTES: Freshness(120, 1800),
    Poll.HOURLY: Freshness(900, 6 * 3600),
}
_NATIVE = Freshness(5, 120)
"""What has no class, such as live data and paths that are not known."""
_SCRIPTED = Freshness(60, 600)
"""Pages that are made by scripts, in seconds each, the production page among them: readers ask for it each minute, and
however many there are, they cost as much as one."""
_PRODUCTION = {
    row.name for row in REGISTRY.values() if row.path.partition("?")[0] in {"/production", "/production.json"}
}

COST_FACTOR = 20.0
"""A reply is kept at least so many times as long as it took: no page gets more than 5 % of the gateway's time."""

SETTLING_S = 60.0
"""How long what was written may take to show; 5 to 30 s were seen."""
SETTLING = Freshness(5, 600)
"""For as long after a write, whatever the class."""


def freshness_of(path: str, identity: Capabilities, took_s: float) -> Freshness:
    """Say how long a reply to this path is good that took so many seconds."""
    endpoint = endpoint_of(path, identity.firmware)
    usual = None if endpoint is None or endpoint.name in _PRODUCTION else _BY_POLL.get(endpoint.poll)
    if usual is None:
        usual = _SCRIPTED if handler_of(path, identity) is Handler.SCRIPTED else _NATIVE
    dear_s = min(took_s * COST_FACTOR, usual.lifetime_s / 2)
    return Freshness(max(usual.fresh_s, dear_s), usual.lifetime_s)


ON_TIME = 1.2
"""What comes regularly may be late by a fifth."""


def shared_freshness(usual: Freshness, path: str, identity: Capabilities, interval_s: float) -> Freshness:
    """Say how long a reply is good that somebody else asks for regularly: until the next one is overdue.

    Live values are the exception: who follows a stream of them asks less often than they change.
    """
    endpoint = endpoint_of(path, identity.firmware)
    if endpoint is not None and endpoint.poll is Poll.LIVE:
        return usual
    awaited_s = min(interval_s * ON_TIME, usual.lifetime_s / 2)
    return Freshness(max(usual.fresh_s, awaited_s), usual.lifetime_s)
