"""How often each class of endpoint is asked."""

from __future__ import annotations

from openvoy.protocol.endpoint import Poll

CADENCE_S: dict[Poll, float] = {
    Poll.LIVE: 5,  # meters have a new value every second, a person looks every few
    Poll.BRISK: 20,  # batteries follow the house; what it uses is known as well as this
    Poll.MINUTE: 60,  # relays, contacts and totals of batteries: reported about once a minute
    Poll.FIVE_MINUTES: 300,  # inverters report every 5 to 15 minutes
    Poll.HOURLY: 3600,
}

STALE_AFTER = 3
STALE_AFTER_S = 60.0
"""A value is shown for this many cadences without a new one, and for at least this long; then it is not said."""

LOAD_BUDGET = 0.25
"""Share of the gateway's time that collection may take; beyond it, it rests after each request."""


def lifetime_s(poll: Poll) -> float:
    """Give how long a value of this class tells of now."""
    return max(STALE_AFTER_S, STALE_AFTER * CADENCE_S[poll])
