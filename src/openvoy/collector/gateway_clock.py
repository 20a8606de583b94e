"""Notices that a gateway's clock is wrong: its panels' reports carry that time, everything else has ours."""

from __future__ import annotations

from openvoy.protocol.dates import TOLERATED_S
from openvoy.units import render_span

TOLD_FROM_S = 60.0
"""What is told once is told from here on, so that a clock near the limit is not told again and again."""


class GatewayClock:
    """Follows how far a gateway's clock is ahead of ours."""

    def __init__(self) -> None:
        self.ahead_s = 0.0
        """What to take from its times, 0 where both clocks agree."""
        self._told_s: float | None = None

    def take(self, ahead_s: float | None) -> str | None:
        """Take what the newest reply said; give what a person should know, if that is new."""
        if ahead_s is None:
            return None
        is_right = abs(ahead_s) <= TOLERATED_S
        self.ahead_s = 0.0 if is_right else ahead_s
        if is_right and self._told_s is not None:
            self._told_s = None
            return "The gateway's clock is right again."
        if abs(ahead_s) < TOLD_FROM_S or (self._told_s is not None and abs(ahead_s - self._told_s) < TOLD_FROM_S):
            return None
        self._told_s = ahead_s
        span = render_span(abs(ahead_s))
        if ahead_s > 0:
            return (
                f"The gateway's clock is {span} ahead of this machine's. "
                "The times of its reports are corrected by that."
            )
        return f"The gateway's clock is {span} behind this machine's. The times of its reports are corrected by that."
