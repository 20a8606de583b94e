"""What a generator feeds by way of the net meter, which counts it as if it came from the grid."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from openvoy.model.accounting.counter import LARGEST_SITE_W
from openvoy.model.counters import CounterSource, RawCounter
from openvoy.units import wh_at_power

FED = "fed"
"""The block of the counter that tells the generator's part of what a net meter counted as import."""
TRUSTED = ("meter_readings", "production_details")
"""The endpoints that tell a net meter's counter, the better one first."""


class FeedMeter:
    """Adds up what a net meter counts while the grid's relay is open and a generator feeds the house.

    The meter sits behind the controller (8.2.127: relay open, generator connected, 195.6 W at the net meter), so what
    it counts between two readings with an open relay cannot have come from the grid.
    """

    SOURCE = CounterSource(quantity="generator", endpoint="power", block=FED, device="")

    def __init__(self) -> None:
        """Begin with nothing fed."""
        self._total_wh = 0.0
        self._last: dict[CounterSource, tuple[float, float]] = {}
        self._was_open = self._was_feeding = False

    def resume(self, last: Iterable[tuple[CounterSource, float, datetime]]) -> None:
        """Go on from the last reading of its counter."""
        known = {source: value_wh for source, value_wh, _ in last}
        self._total_wh = known.get(self.SOURCE, 0.0)

    def take(
        self, counters: Iterable[RawCounter], at: datetime, *, is_open: bool, is_feeding: bool
    ) -> tuple[RawCounter, ...]:
        """Take a reading; give the counter of what was fed, which a reading without net meter says nothing of."""
        at_s = at.timestamp()
        readings = {one.source: one.value_wh for one in counters if one.source.quantity == "import"}
        is_fed = is_open and self._was_open and (is_feeding or self._was_feeding)
        source = _best(self._last.keys() & readings.keys())
        if is_fed and source is not None:
            before_wh, before_s = self._last[source]
            grown_wh = readings[source] - before_wh
            if 0 < grown_wh <= wh_at_power(LARGEST_SITE_W, at_s - before_s):
                self._total_wh += grown_wh
        if not readings:
            return ()
        self._was_open, self._was_feeding = is_open, is_feeding
        self._last = {one: (value_wh, at_s) for one, value_wh in readings.items()}
        return (RawCounter(source=self.SOURCE, value_wh=self._total_wh),)


def _best(sources: Iterable[CounterSource]) -> CounterSource | None:
    """Choose the counter to believe; phases are parts of it."""
    whole = [one for one in sources if one.endpoint in TRUSTED and one.block not in {"L1", "L2", "L3"}]
    return min(whole, key=lambda one: TRUSTED.index(one.endpoint), default=None)
