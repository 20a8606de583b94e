"""Counters for what nothing counts: powers added up over time, and marked as such by their source."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from openvoy.model.accounting.chain import INTEGRATED
from openvoy.model.accounting.level import Level
from openvoy.model.counters import CounterSource, RawCounter
from openvoy.units import wh_at_power

LONGEST_S = 300.0
"""Power is taken to lie on a straight line between readings no further apart than this."""


class Integrator:
    """Adds a power up: into one counter while it is positive, into another while it is negative."""

    def __init__(self, positive: str, negative: str | None = None, *, device: str = "") -> None:
        """`positive` and `negative` are quantities; without `negative` what is below 0 is left out."""
        self._sources = [
            CounterSource(quantity=quantity, endpoint="power", block=INTEGRATED, device=device)
            for quantity in (positive, negative)
            if quantity is not None
        ]
        self._totals_wh = [0.0] * len(self._sources)
        self._last: tuple[float, float] | None = None
        self._level = Level()

    def resume(
        self, last: Iterable[tuple[CounterSource, float, datetime]], level: tuple[float, datetime] | None = None
    ) -> None:
        """Go on from the last readings of its counters, and from the state of charge (%) that was read last."""
        known = {source: value_wh for source, value_wh, _ in last}
        self._totals_wh = [known.get(source, 0.0) for source in self._sources]
        if level is not None:
            self._level.resume(level[0], level[1].timestamp())

    def take(
        self, power_w: float | None, at: datetime, *, soc_pct: float | None = None, capacity_wh: float | None = None
    ) -> tuple[RawCounter, ...]:
        """Add the trapezoid since the last reading.

        Across a longer silence the state of charge of batteries tells what went in or out on the whole; nothing is
        given until it can be known. Without one, nothing is known of the silence.
        """
        if power_w is None:
            return ()
        at_s = at.timestamp()
        before, self._last = self._last, (power_w, at_s)
        charged_wh = 0.0
        if before is None or not 0 < at_s - before[1] <= LONGEST_S:
            self._level.end_silence(at_s)
        else:
            charged_wh = -self._count(before[0], power_w, at_s - before[1])
        missed_wh = self._level.take(charged_wh, soc_pct, capacity_wh, at_s)
        if missed_wh is None:
            return ()
        if missed_wh:
            self._totals_wh[missed_wh > 0] += abs(missed_wh)
        return tuple(
            RawCounter(source=source, value_wh=total_wh)
            for source, total_wh in zip(self._sources, self._totals_wh, strict=True)
        )

    def _count(self, first_w: float, last_w: float, span_s: float) -> float:
        """Add a straight line between two powers; give what it was on the whole."""
        for place, sign in enumerate((1.0, -1.0)[: len(self._sources)]):
            self._totals_wh[place] += wh_at_power(_mean_of_part(sign * first_w, sign * last_w), span_s)
        return wh_at_power((first_w + last_w) / 2, span_s)


def _mean_of_part(first_w: float, last_w: float) -> float:
    """Mean of what is above 0 on the straight line between two powers."""
    if first_w >= 0 and last_w >= 0:
        return (first_w + last_w) / 2
    if first_w <= 0 and last_w <= 0:
        return 0.0
    above_w = max(first_w, last_w)
    return above_w * above_w / (2 * (abs(first_w) + abs(last_w)))
