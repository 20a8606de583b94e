"""Which counters were read just now, and which only repeat what was read before."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from openvoy.model.counters import RawCounter

REPEATED_S = 300.0
"""A meter measures every second; one whose time stands for longer than this is frozen, whatever it says."""
METERS = "meter_readings"


class Freshness:
    """Drops the readings of meters whose own time stands still."""

    def __init__(self) -> None:
        self._since: dict[str, tuple[datetime, float]] = {}
        """Of each meter its own newest time, and when that was first read."""

    def sift(self, counters: Iterable[RawCounter], at_s: float) -> tuple[RawCounter, ...]:
        """Give the counters that count; a meter's counters are of one time."""
        counters = tuple(counters)
        times = {
            counter.source.device: counter.at
            for counter in counters
            if counter.at is not None and counter.source.endpoint == METERS
        }
        frozen = {meter for meter, at in times.items() if not self._is_fresh(meter, at, at_s)}
        if not frozen:
            return counters
        return tuple(
            counter
            for counter in counters
            if counter.at is None or counter.source.endpoint != METERS or counter.source.device not in frozen
        )

    def _is_fresh(self, meter: str, at: datetime, at_s: float) -> bool:
        known = self._since.get(meter)
        if known is None or known[0] != at:
            self._since[meter] = (at, at_s)
            return True
        return at_s - known[1] <= REPEATED_S
