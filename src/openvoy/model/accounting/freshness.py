"""Which counters were read just now, and which only repeat what was read before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from openvoy.model.counters import RawCounter

FROZEN_AFTER_S = 300.0
"""A meter measures every second; one whose time stands for longer than this is frozen, whatever it says."""
REPEATED_S = 90.0
"""Where powers are streamed counters are read once a minute; what is repeated for longer could not be read."""
METERS = "meter_readings"


class _Told(NamedTuple):
    """What a meter said last that was new."""

    at: datetime | None
    """Its own time."""
    at_since_s: float
    values_wh: Sequence[float]
    read_s: float


class Freshness:
    """Drops the readings of meters whose own time stands still, and tells when the others were read."""

    def __init__(self) -> None:
        self._told: dict[str, _Told] = {}
        self.read_s = 0.0
        """When the counters that were given last were read, by our clock: those of the meter that was read first."""

    def sift(self, counters: Iterable[RawCounter], at_s: float) -> tuple[RawCounter, ...]:
        """Give the counters that count; a meter's counters are of one time."""
        counters = tuple(counters)
        meters: defaultdict[str, list[RawCounter]] = defaultdict(list)
        for counter in counters:
            source = counter.source
            if source.endpoint == METERS and counter.at is not None:
                meters[source.device].append(counter)
        told = {meter: self._take(meter, said, at_s) for meter, said in meters.items()}
        stale = {meter for meter, one in told.items() if _is_stale(one, at_s)}
        # Of a clock that was set back what was read before it is of now.
        self.read_s = min([at_s, *(one.read_s for meter, one in told.items() if meter not in stale)])
        if not stale:
            return counters
        return tuple(
            counter
            for counter in counters
            if counter.at is None or counter.source.endpoint != METERS or counter.source.device not in stale
        )

    def _take(self, meter: str, said: Sequence[RawCounter], at_s: float) -> _Told:
        values_wh = [counter.value_wh for counter in said]
        at = said[0].at
        before = self._told.get(meter)
        if before is None or before.at != at:
            self._told[meter] = _Told(at, at_s, values_wh, at_s)
        elif before.values_wh != values_wh:
            self._told[meter] = before._replace(values_wh=values_wh, read_s=at_s)
        return self._told[meter]


def _is_stale(told: _Told, at_s: float) -> bool:
    return at_s - told.read_s > REPEATED_S or at_s - told.at_since_s > FROZEN_AFTER_S
