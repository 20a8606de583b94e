"""How imported energy is kept so that it adds up with what is there and never counts twice: pure.

A reading of history adds up what the counters of all gateways did, each between its own first and last row. So each
stretch of imported energy without a long hole becomes a gateway of its own with counters that begin at 0: a chain. It
says something about its own time only, and can be taken out again. In a short hole its counters stand: that adds
nothing, and a file with a thousand of them does not become a thousand chains. The name of a chain tells its import, its
time and the gateway that it belongs to, so that readings of another time need not look at it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from openvoy.store.exchange.steps import Interval

Span = tuple[int, int]
SHORT_HOLE_S = 3 * 3600
NIGHT_S = 18 * 3600
"""Loggers may say nothing of the sun while it does not shine."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Energies without a long hole, of quantities that are known at the same times."""

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
            total_wh = 0.0
            for one in intervals:
                by_time[one.start_s][quantity] = total_wh
                total_wh += one.energy_wh
                by_time[one.end_s][quantity] = total_wh
        yield from sorted(by_time.items())


def build_chains(intervals: Mapping[str, Sequence[Interval]]) -> list[Chain]:
    """Cut energies at their long holes, and join quantities that have the same ones."""
    families: dict[tuple[Span, ...], dict[str, list[list[Interval]]]] = defaultdict(dict)
    for quantity, ones in intervals.items():
        runs = list(_runs(ones, NIGHT_S if quantity == "solar" else SHORT_HOLE_S))
        families[tuple((run[0].start_s, run[-1].end_s) for run in runs)][quantity] = runs
    return [
        Chain({quantity: runs[number] for quantity, runs in family.items()})
        for spans, family in families.items()
        for number in range(len(spans))
    ]


def _runs(intervals: Iterable[Interval], longest_hole_s: int) -> Iterator[list[Interval]]:
    run: list[Interval] = []
    for one in intervals:
        if run and one.start_s - run[-1].end_s > longest_hole_s:
            yield run
            run = []
        run.append(one)
    if run:
        yield run
