"""Accounted counters of phases and batteries, one by one; inverters have theirs in the fleet."""

from __future__ import annotations

from collections.abc import Iterable

from openvoy.model.accounting.counter import REPORT_S, Counter
from openvoy.model.counters import CounterSource, RawCounter


class Devices:
    """Follows counters that belong to no sum."""

    def __init__(self) -> None:
        self._counters: dict[CounterSource, tuple[float, Counter]] = {}

    def take(self, readings: Iterable[RawCounter], at_s: float) -> None:
        """Take what they say."""
        for reading in readings:
            known = self._counters.get(reading.source)
            if known is None:
                self._counters[reading.source] = (reading.value_wh, Counter(reading.value_wh, at_s))
            elif known[1].raw_wh != reading.value_wh:
                known[1].take(reading.value_wh, at_s)

    def is_told(self, source: CounterSource, at_s: float) -> bool:
        """Whether a reading of now says what was counted: before a second report is due, only the first one does."""
        known = self._counters.get(source)
        return known is not None and (known[1].total_wh > 0 or not 0 < at_s - known[1].moved_s < REPORT_S)

    def total_wh(self, source: CounterSource) -> float | None:
        """The accounted counter of a source, None where it was never read."""
        known = self._counters.get(source)
        return None if known is None else known[0] + known[1].total_wh
