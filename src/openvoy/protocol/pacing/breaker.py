"""Patience with a gateway that does not answer."""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.errors import CertificateChanged, GatewayBusy, OpenvoyError, Remedy
from openvoy.protocol.endpoint import Poll
from openvoy.protocol.pacing.cadence import CADENCE_S

PAUSE_S = CADENCE_S[Poll.LIVE]
"""Between two attempts while a gateway is away. One light request each is less than it serves on any other day, and
values are fresh within one cadence of its return."""
LONGEST_PAUSE_S = 60.0
"""Between two attempts at a login that is refused: some gateways refuse it during their nightly outage."""
MOST_PATIENCE_S = 120.0
"""A gateway that asks for more is asked again after this."""


@dataclass(slots=True)
class Breaker:
    """Open after a failure: then only one light request is sent at a time, until one succeeds."""

    failures: int = 0

    @property
    def is_open(self) -> bool:
        """Whether the last request failed in a way that concerns the whole gateway."""
        return self.failures > 0

    def trip(self, error: OpenvoyError) -> float:
        """Take down a failure and give the pause before the next attempt."""
        self.failures += 1
        if isinstance(error, CertificateChanged):
            return LONGEST_PAUSE_S
        if error.remedy in {Remedy.HUMAN, Remedy.RENEW}:
            return min(LONGEST_PAUSE_S, PAUSE_S * 2.0 ** min(self.failures - 1, 10))
        asked_s = error.retry_after_s if isinstance(error, GatewayBusy) else None
        return PAUSE_S if asked_s is None else min(MOST_PATIENCE_S, max(PAUSE_S, asked_s))

    def reset(self) -> None:
        """Take down a success."""
        self.failures = 0
