"""Which counters were read just now, and which only repeat what was read before."""

from __future__ import annotations

from collections.abc import Iterable

from openvoy.model.counters import CounterSource, RawCounter

REPEATED_S = 300.0
"""A meter measures every second; one whose time stands for longer than this is frozen, whatever it says."""
METERS = "meter_readings"


class Freshness:
    """Drops the readings of meters whose own time stands still."""

    def __init__(self) -> None:
        self._since: dict[CounterSource, tuple[float, float]] = {}

    def sift(self, counters: Iterable[RawCounter], at_s: float) -> tuple[RawCounter, ...]:
        """Give the counters that count."""
        return tuple(counter for counter in counters if self._is_fresh(counter, at_s))

    def _is_fresh(self, counter: RawCounter, at_s: float) -> bool:
        if counter.at is None or counter.source.endpoint != METERS:
            return True
        said_s = counter.at.timestamp()
        known = self._since.get(counter.source)
        if known is None or known[0] != said_s:
            self._since[counter.source] = (said_s, at_s)
            return True
        return at_s - known[1] <= REPEATED_S
