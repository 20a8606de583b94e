"""The relay between house and grid: how it gets from one position to the other."""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.virtual.site.orders import Position
from openvoy.virtual.site.switchgear import (
    CLOSES_AFTER_S,
    OPENS_AFTER_S,
    SYNCHRONIZED_AFTER_S,
    SYNCHRONIZES_AFTER_S,
    RelayState,
)

_WAY_BACK: tuple[tuple[int, RelayState], ...] = (
    (CLOSES_AFTER_S, "closed"),
    (SYNCHRONIZED_AFTER_S, "open synchronized"),
    (SYNCHRONIZES_AFTER_S, "open synchronizing"),
)


@dataclass(frozen=True, slots=True)
class Relay:
    """Where it was when it was last told, and what it was told then."""

    state: RelayState = "closed"
    wanted: Position = "closed"
    since_s: float = 0.0

    def at(self, now_s: float) -> RelayState:
        """Tell where it is."""
        passed_s = now_s - self.since_s
        if self.wanted == "open":
            return "open" if self.state != "closed" or passed_s >= OPENS_AFTER_S else "closed"
        if self.state == "closed":
            return "closed"
        return next((state for after_s, state in _WAY_BACK if passed_s >= after_s), self.state)

    def told(self, wanted: Position, now_s: float, *, at_once: bool = False) -> Relay:
        """Tell it what is wanted; `at_once` opens it without delay."""
        state = self.at(now_s)
        if wanted == "open" and at_once:
            return Relay("open", "open", now_s) if state != "open" or self.wanted != "open" else self
        return self if wanted == self.wanted else Relay(state, wanted, now_s)

    def due_s(self, now_s: float) -> float | None:
        """Tell when it moves next."""
        delays = (OPENS_AFTER_S,) if self.wanted == "open" else (after_s for after_s, _ in _WAY_BACK)
        settled = "open" if self.wanted == "open" else "closed"
        if self.at(now_s) == settled:
            return None
        return min((due for delay in delays if (due := self.since_s + delay) > now_s), default=None)
