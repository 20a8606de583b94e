"""Many energies and counters in little memory: years by the minute are millions of them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import overload

from openvoy.store.exchange.steps import Interval


class Intervals(Sequence[Interval]):
    """Energies of times, 24 bytes each."""

    def __init__(self, intervals: Iterable[Interval] = ()) -> None:
        """Take some; more may be appended."""
        self._starts_s = array("q")
        self._ends_s = array("q")
        self._energies_wh = array("d")
        for one in intervals:
            self.append(one)

    def append(self, one: Interval) -> None:
        """Take one more."""
        self._starts_s.append(one.start_s)
        self._ends_s.append(one.end_s)
        self._energies_wh.append(one.energy_wh)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._starts_s)

    def __iter__(self) -> Iterator[Interval]:
        """Give one after the other."""
        return map(Interval, self._starts_s, self._ends_s, self._energies_wh)

    @overload
    def __getitem__(self, place: int) -> Interval: ...

    @overload
    def __getitem__(self, place: slice) -> Intervals: ...

    def __getitem__(self, place: int | slice) -> Interval | Intervals:
        """Give one, or some."""
        if isinstance(place, int):
            return Interval(self._starts_s[place], self._ends_s[place], self._energies_wh[place])
        found = Intervals()
        found._starts_s = self._starts_s[place]
        found._ends_s = self._ends_s[place]
        found._energies_wh = self._energies_wh[place]
        return found

    @property
    def are_apart(self) -> bool:
        """Whether they are in their order, and none overlaps another."""
        return all(end_s <= start_s for end_s, start_s in zip(self._ends_s, self._starts_s[1:], strict=False))


class Readings:
    """Readings of a counter by Unix seconds, 16 bytes each; a later word about a moment counts."""

    def __init__(self) -> None:
        """Begin with none."""
        self._at_s = array("q")
        self._totals_wh = array("d")

    def add(self, at_s: int, total_wh: float) -> None:
        """Take a reading."""
        self._at_s.append(at_s)
        self._totals_wh.append(total_wh)

    def sort(self) -> int:
        """Put readings in their order, once each; gives how many were said again."""
        at_s = self._at_s
        if all(before < after for before, after in pairwise(at_s)):
            return 0
        order = sorted(range(len(at_s)), key=at_s.__getitem__)
        last = [
            place
            for place, after in zip(order, [*order[1:], None], strict=True)
            if after is None or at_s[after] > at_s[place]
        ]
        self._at_s = array("q", map(at_s.__getitem__, last))
        self._totals_wh = array("d", map(self._totals_wh.__getitem__, last))
        return len(order) - len(last)

    def __iter__(self) -> Iterator[tuple[int, float]]:
        """Give moments and totals."""
        return zip(self._at_s, self._totals_wh, strict=True)
