"""How much of a gateway's time is taken, from how long its replies take."""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.protocol.pacing.cadence import LOAD_BUDGET

_LOAD_MEMORY_S = 300.0
"""The load is a mean over about this long, so that one slow page does not stretch everything."""


@dataclass(slots=True)
class LoadMeter:
    """Share of the gateway's time that is taken, as a decaying mean."""

    share: float = 0.0

    def note(self, busy_s: float, since_last_s: float) -> None:
        """Take down one request and the time since the one before ended."""
        span_s = busy_s + max(0.0, since_last_s)
        if span_s > 0:
            weight = min(1.0, span_s / _LOAD_MEMORY_S)
            self.share += weight * (busy_s / span_s - self.share)

    def rest_s(self, busy_s: float) -> float:
        """Give the pause that a request of this length earns the gateway while the budget is exceeded."""
        return busy_s * (1 / LOAD_BUDGET - 1) if self.share > LOAD_BUDGET else 0.0
