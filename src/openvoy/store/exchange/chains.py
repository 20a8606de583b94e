"""How imported energy is kept so that it adds up with what is there and never counts twice: pure.

A reading of history adds up what the counters of all gateways did, each between its own first and last row. So each
stretch of imported energy without a hole becomes a gateway of its own with counters that begin at 0: a chain. It says
something about its own time only, and can be taken out again. The name of a chain tells its import, its time and the
gateway that it belongs to, so that readings of another time need not look at it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from openvoy.store.exchange.intervals import Interval

Span = tuple[int, int]
Energies = Mapping[str, Sequence[float | int | str | None]]
"""By quantity what the history has between bounds."""
QUARTER_S = 900
DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Chain:
    """Energies without a hole, of quantities that are known at the same times."""

    intervals: Mapping[str, Sequence[Interval]]

    @property
    def start_s(self) -> int:
        """Where it begins."""
        return next(iter(self.intervals.values()))[0].start_s

    @property
    def end_s(self) -> int:
        """Where it ends."""
        return next(iter(self.intervals.values()))[-1].end_s

    def rows(self) -> Iterator[tuple[int, dict[str, float]]]:
        """Give moments and the counters that are known then."""
        by_time: dict[int, dict[str, float]] = defaultdict(dict)
        for quantity, intervals in self.intervals.items():
            by_time[self.start_s][quantity] = total_wh = 0.0
            for one in intervals:
                total_wh += one.energy_wh
                by_time[one.end_s][quantity] = total_wh
        yield from sorted(by_time.items())


@dataclass(frozen=True, slots=True)
class Sieved:
    """What of the energies is new."""

    kept: Mapping[str, Sequence[Interval]]
    skipped: Mapping[str, int]
    """How many times of each quantity are in the history already."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the history has already, by quantity: whole days of UTC, and quarters of an hour of the days at their ends.

    A day between two days with energy is whole: a hole of some hours in it is not filled, rather than counted twice.
    """

    days: Mapping[str, AbstractSet[int]]
    quarters: Mapping[str, AbstractSet[int]]

    def touches(self, quantity: str, start_s: int, end_s: int) -> bool:
        """Whether the history has the quantity for a part of a time."""
        days, quarters = self.days.get(quantity, frozenset()), self.quarters.get(quantity, frozenset())
        if any(day in days for day in range(start_s // DAY_S, -(-end_s // DAY_S))):
            return True
        return any(quarter in quarters for quarter in range(start_s // QUARTER_S, -(-end_s // QUARTER_S)))


def build_day_bounds(intervals: Mapping[str, Sequence[Interval]]) -> list[int]:
    """Days that energies touch, to be asked for first."""
    first_s = min(ones[0].start_s for ones in intervals.values())
    last_s = max(ones[-1].end_s for ones in intervals.values())
    return [day * DAY_S for day in range(first_s // DAY_S, -(-last_s // DAY_S) + 1)]


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


def build_coverage(days: Mapping[str, AbstractSet[int]], bounds: Sequence[int], known: Energies) -> Coverage:
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
    return Coverage({quantity: found - find_ends(found) for quantity, found in days.items()}, quarters)


def sieve(intervals: Mapping[str, Sequence[Interval]], coverage: Coverage) -> Sieved:
    """Leave out all times of which the history has the same quantity, be it for a part of them."""
    kept: dict[str, Sequence[Interval]] = {}
    skipped: dict[str, int] = {}
    for quantity, ones in intervals.items():
        new = [one for one in ones if not coverage.touches(quantity, one.start_s, one.end_s)]
        skipped[quantity] = len(ones) - len(new)
        if new:
            kept[quantity] = new
    return Sieved(kept, skipped)


def build_chains(intervals: Mapping[str, Sequence[Interval]]) -> list[Chain]:
    """Cut energies at their holes, and join quantities that have the same ones."""
    families: dict[tuple[Span, ...], dict[str, list[list[Interval]]]] = defaultdict(dict)
    for quantity, ones in intervals.items():
        runs = list(_runs(ones))
        families[tuple((run[0].start_s, run[-1].end_s) for run in runs)][quantity] = runs
    return [
        Chain({quantity: runs[number] for quantity, runs in family.items()})
        for spans, family in families.items()
        for number in range(len(spans))
    ]


def _runs(intervals: Iterable[Interval]) -> Iterator[list[Interval]]:
    run: list[Interval] = []
    for one in intervals:
        if run and run[-1].end_s != one.start_s:
            yield run
            run = []
        run.append(one)
    if run:
        yield run
