"""What of imported energy is new to the history: pure.

Where the history has a part of the time of an energy, what it counted then is taken off, and the rest belongs to the
time that it does not have. Nothing counts twice, and sums stay those of the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from openvoy.store.exchange.compact import Intervals
from openvoy.store.exchange.observed import SIGNED
from openvoy.store.exchange.steps import Interval

Span = tuple[int, int]
Energies = Mapping[str, Sequence[float | int | str | None]]
"""By quantity what the history has between bounds."""
QUARTER_S = 900
DAY_S = 86_400
LEAST_WH = 1.0
"""A rest below this is rounding."""


@dataclass(frozen=True, slots=True)
class Sieved:
    """What of the energies is new."""

    kept: Mapping[str, Sequence[Interval]]
    skipped: Mapping[str, int]
    """How many times of each quantity are in the history already."""
    later: Mapping[str, int]
    """How many times are later than what a gateway counted that may go on counting."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the history has already, by quantity: whole days of UTC, and quarters of an hour of the days at their ends.

    A day between two days with energy is whole: a hole of some hours in it is not filled, rather than counted twice.
    """

    days: Mapping[str, AbstractSet[int]]
    quarters: Mapping[str, AbstractSet[int]]
    open_from_s: Mapping[str, int] = field(default_factory=dict)
    """From when on gateways will say themselves what passed, as their counters go on meanwhile."""

    def is_later(self, quantity: str, start_s: int) -> bool:
        """Whether a gateway will say what it counted then."""
        return quantity in self.open_from_s and start_s >= self.open_from_s[quantity]

    def touches(self, quantity: str, start_s: int, end_s: int) -> bool:
        """Whether the history has the quantity for a part of a time."""
        if self.is_later(quantity, end_s - 1):
            return True
        if any(day in self.days[quantity] for day in range(start_s // DAY_S, -(-end_s // DAY_S))):
            return True
        return any(quarter in self.quarters[quantity] for quarter in _quarters_of(start_s, end_s))

    def find_free(self, quantity: str, start_s: int, end_s: int) -> Iterator[Span]:
        """Find the parts of a time that the history has nothing of, in quarters of an hour."""
        free_from_s: int | None = None
        for quarter in _quarters_of(start_s, end_s):
            at_s = max(start_s, quarter * QUARTER_S)
            if self.touches(quantity, at_s, min(end_s, (quarter + 1) * QUARTER_S)):
                if free_from_s is not None:
                    yield free_from_s, at_s
                free_from_s = None
            elif free_from_s is None:
                free_from_s = at_s
        if free_from_s is not None:
            yield free_from_s, end_s

    def is_seam(self, quantity: str, one: Interval) -> bool:
        """Whether a short time lies where what the history has begins or ends: it may have a part of it only."""
        if one.end_s - one.start_s > QUARTER_S or self.is_later(quantity, one.end_s - 1):
            return False
        first, last = one.start_s // QUARTER_S, (one.end_s - 1) // QUARTER_S
        starts_s = ((first - 1) * QUARTER_S, (last + 1) * QUARTER_S)
        return any(not self.touches(quantity, at_s, at_s + QUARTER_S) for at_s in starts_s)


def _quarters_of(start_s: int, end_s: int) -> range:
    return range(start_s // QUARTER_S, -(-end_s // QUARTER_S))


def build_day_bounds(intervals: Mapping[str, Sequence[Interval]]) -> list[int]:
    """Days that energies touch and those beside them, to be asked for first."""
    first_s = min(ones[0].start_s for ones in intervals.values())
    last_s = max(ones[-1].end_s for ones in intervals.values())
    return [day * DAY_S for day in range(first_s // DAY_S - 1, -(-last_s // DAY_S) + 2)]


def find_days(bounds: Sequence[int], known: Energies, quantities: Iterable[str]) -> Mapping[str, AbstractSet[int]]:
    """Find the days of which the history has something."""
    return {
        quantity: {bounds[place] // DAY_S for place, value in enumerate(known[f"{quantity}_wh"]) if value is not None}
        for quantity in quantities
    }


def find_ends(days: AbstractSet[int]) -> AbstractSet[int]:
    """Find the days beside which there is one without anything: only these have to be looked at more closely."""
    return {day for day in days if day - 1 not in days or day + 1 not in days}


def build_quarter_bounds(days: Iterable[int]) -> list[int]:
    """Quarters of an hour of some days, and where each day ends."""
    return sorted({at for day in days for at in range(day * DAY_S, (day + 1) * DAY_S + 1, QUARTER_S)})


def build_coverage(
    days: Mapping[str, AbstractSet[int]], bounds: Sequence[int], known: Energies, open_from_s: Mapping[str, int]
) -> Coverage:
    """Bring days and quarters together."""
    quarters: dict[str, AbstractSet[int]] = {}
    for quantity, found in days.items():
        ends = find_ends(found)
        values = known[f"{quantity}_wh"] if ends else ()
        quarters[quantity] = {
            at // QUARTER_S
            for at, value in zip(bounds, values, strict=False)
            if value is not None and at // DAY_S in ends
        }
    whole = {quantity: found - find_ends(found) for quantity, found in days.items()}
    return Coverage(whole, quarters, open_from_s)


def find_partial(intervals: Sequence[Interval], quantity: str, coverage: Coverage) -> list[Interval]:
    """Find the energies of whose time the history has a part."""
    touched = (one for one in intervals if coverage.touches(quantity, one.start_s, one.end_s))
    return [
        one
        for one in touched
        if coverage.is_seam(quantity, one) or next(coverage.find_free(quantity, one.start_s, one.end_s), None)
    ]


Counted = Mapping[tuple[str, int, int], float]
"""By quantity, start and end, what the history has of a time that it has a part of."""


def sieve(intervals: Mapping[str, Sequence[Interval]], coverage: Coverage, counted: Counted) -> Sieved:
    """Leave out what the history has."""
    kept: dict[str, Sequence[Interval]] = {}
    skipped = dict.fromkeys(intervals, 0)
    later = dict.fromkeys(intervals, 0)
    for quantity, ones in intervals.items():
        new, is_cut = Intervals(), False
        for one in ones:
            if not coverage.touches(quantity, one.start_s, one.end_s):
                new.append(one)
            elif rest := list(_rest_of(quantity, one, coverage, counted)):
                is_cut = True
                for part in rest:
                    new.append(part)
            elif coverage.is_later(quantity, one.start_s):
                later[quantity] += 1
            else:
                skipped[quantity] += 1
        if new:
            is_all = len(new) == len(ones) and not is_cut
            kept[quantity] = ones if is_all else new  # no second time in memory
    return Sieved(kept, skipped, later)


def _rest_of(quantity: str, one: Interval, coverage: Coverage, counted: Counted) -> Iterator[Interval]:
    """Spread what the history did not count of an energy over the time that it does not have."""
    known_wh = counted.get((quantity, one.start_s, one.end_s))
    if known_wh is None:
        return
    rest_wh = one.energy_wh - known_wh
    if (abs(rest_wh) if quantity in SIGNED else rest_wh) < LEAST_WH:
        return
    free = list(coverage.find_free(quantity, one.start_s, one.end_s)) or [(one.start_s, one.end_s)]
    free_s = sum(end_s - start_s for start_s, end_s in free)
    for start_s, end_s in free:
        share_wh = rest_wh * (end_s - start_s) / free_s
        yield one._replace(start_s=start_s, end_s=end_s, energy_wh=share_wh)
