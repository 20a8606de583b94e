"""Of energies that overlap, the finer and what they leave of the coarser: pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Sequence
from operator import attrgetter

from openvoy.store.exchange.steps import Interval

LEAST_WH = 1.0
"""A rest below this is rounding."""


class Finest:
    """Takes energies, the shortest first. Where some of a longer one's time is said, the rest is of its other time."""

    def __init__(self, *, is_signed: bool = False) -> None:
        """`is_signed` says that energies below 0 are none that were read wrongly."""
        self._is_signed = is_signed
        self.kept: list[Interval] = []
        """In their order, none overlapping another."""

    def take(self, one: Interval) -> bool:
        """Keep what is new of an energy; whether anything of it is."""
        within = self._overlapping(one)
        if not within:
            insort(self.kept, one)
            return True
        if within[0].start_s < one.start_s or within[-1].end_s > one.end_s:
            return False  # cut otherwise: what it has in common with them is not known
        rest_wh = one.energy_wh - sum(part.energy_wh for part in within)
        free = list(_find_free(one, within))
        if (abs(rest_wh) if self._is_signed else rest_wh) < LEAST_WH or not free:
            return False
        free_s = sum(end_s - start_s for start_s, end_s in free)
        for start_s, end_s in free:
            insort(
                self.kept, one._replace(start_s=start_s, end_s=end_s, energy_wh=rest_wh * (end_s - start_s) / free_s)
            )
        return True

    def _overlapping(self, one: Interval) -> Sequence[Interval]:
        first = bisect_right(self.kept, one.start_s, key=attrgetter("end_s"))
        return self.kept[first : bisect_left(self.kept, one.end_s, key=attrgetter("start_s"))]


def _find_free(one: Interval, within: Sequence[Interval]) -> Iterator[tuple[int, int]]:
    """Find the times of an energy that none of those within it say anything of."""
    begin_s = one.start_s
    for part in within:
        if begin_s < part.start_s:
            yield begin_s, part.start_s
        begin_s = part.end_s
    if begin_s < one.end_s:
        yield begin_s, one.end_s
