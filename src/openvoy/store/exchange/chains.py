"""How imported energy is kept so that it adds up with what is there and never counts twice: pure.

A reading of history adds up what the counters of all gateways did, each between its own first and last row. So each
stretch of imported energy without a long hole becomes a gateway of its own with counters that begin at 0: a chain. It
says something about its own time only, and can be taken out again. In a short hole its counters stand: that adds
nothing, and a file with a thousand of them does not become a thousand chains. The row at its end is marked as
estimated, so that the hole is read as unknown (`store.counting`), except that of the sun's in a night. The row at the
end of an energy that was estimated already has the mark `charge_estimated` besides, as that energy is known. The name
of a chain tells its import, its time and the gateway that it belongs to, so that readings of another time need not look
at it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import groupby, pairwise
from operator import itemgetter

from openvoy.store.exchange.steps import Interval

Span = tuple[int, int]
SHORT_HOLE_S = 3 * 3600
NIGHT_S = 18 * 3600
"""Loggers may say nothing of the sun while it does not shine."""
FAINT_SHARE = 0.1
"""Below this share of its largest power the sun is about to go, or has just come."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Energies without a long hole, of quantities that are known at the same times."""

    intervals: Mapping[str, Sequence[Interval]]
    hole_ends_s: frozenset[int] = frozenset()
    """Where holes end of which nothing is known."""

    @property
    def start_s(self) -> int:
        """Where it begins."""
        return next(iter(self.intervals.values()))[0].start_s

    @property
    def end_s(self) -> int:
        """Where it ends."""
        return next(iter(self.intervals.values()))[-1].end_s

    def rows(self) -> Iterator[tuple[int, dict[str, float], bool]]:
        """Give moments, the counters that are known then, and whether what one did until then was estimated."""
        readings = (_read(quantity, intervals) for quantity, intervals in self.intervals.items())
        for at_s, group in groupby(merge(*readings), key=itemgetter(0)):
            together = list(group)
            is_estimated = any(estimated for *_, estimated in together)
            yield at_s, {quantity: total_wh for _, quantity, total_wh, _ in together}, is_estimated


def _read(quantity: str, intervals: Iterable[Interval]) -> Iterator[tuple[int, str, float, bool]]:
    """Give the readings of a counter that begins at 0."""
    total_wh = 0.0
    for one in intervals:
        yield one.start_s, quantity, total_wh, False
        total_wh += one.energy_wh
        yield one.end_s, quantity, total_wh, bool(one.estimated)


def build_chains(intervals: Mapping[str, Sequence[Interval]]) -> list[Chain]:
    """Cut energies at their long holes, and join quantities that have the same ones, short ones included."""
    families: dict[tuple[tuple[Span, frozenset[int]], ...], dict[str, list[Sequence[Interval]]]] = defaultdict(dict)
    for quantity, ones in intervals.items():
        runs = list(_runs(ones, NIGHT_S if quantity == "solar" else SHORT_HOLE_S))
        holes = [frozenset(_hole_ends(run, is_solar=quantity == "solar")) for run in runs]
        spans = [(run[0].start_s, run[-1].end_s) for run in runs]
        families[tuple(zip(spans, holes, strict=True))][quantity] = runs
    return [
        Chain({quantity: runs[number] for quantity, runs in family.items()}, hole_ends_s)
        for key, family in families.items()
        for number, (_, hole_ends_s) in enumerate(key)
    ]


def _hole_ends(run: Sequence[Interval], *, is_solar: bool) -> Iterator[int]:
    faint_w = FAINT_SHARE * max(map(_rate, run)) if is_solar else -1.0
    for before, after in pairwise(run):
        if before.end_s < after.start_s and max(_rate(before), _rate(after)) > faint_w:
            yield after.start_s


def _rate(one: Interval) -> float:
    return one.energy_wh / (one.end_s - one.start_s)


def _runs(intervals: Sequence[Interval], longest_hole_s: int) -> Iterator[Sequence[Interval]]:
    cuts = [
        place
        for place, (before, after) in enumerate(pairwise(intervals), 1)
        if after.start_s - before.end_s > longest_hole_s
    ]
    if intervals and not cuts:
        yield intervals  # no second time in memory
        return
    for first, last in pairwise([0, *cuts, len(intervals)] if intervals else ()):
        yield intervals[first:last]
