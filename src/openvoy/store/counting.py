"""Accounted counters at the boundaries of periods, and what they grew in between: pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

NEAR_S = 900
"""A boundary whose neighbouring readings are further away is estimated. Time zones differ by multiples of it."""


class Count(NamedTuple):
    """A counter's value at a moment."""

    at_s: int
    value_wh: float
    estimated: bool = False
    """What it did since the reading before is interpolated."""
    integrated: bool = False
    """Charge and discharge come from battery power."""


class Boundary(NamedTuple):
    """What is known of a counter at a boundary of periods: the readings before and after it, or one reading at it."""

    at_s: int
    before: Count | None
    after: Count | None

    @property
    def value_wh(self) -> float | None:
        """The counter at the boundary, on a straight line; before its first and after its last reading it stands."""
        before, after = self.before, self.after
        if before is None or after is None:
            known = before or after
            return None if known is None else known.value_wh
        span_s = after.at_s - before.at_s
        share = (self.at_s - before.at_s) / span_s if span_s else 0.0
        return before.value_wh + share * (after.value_wh - before.value_wh)

    @property
    def is_estimated(self) -> bool:
        """Whether a neighbour is far away. The end of all readings is none: it is the present."""
        if self.after is None:
            return False
        if self.before is None:
            return self.after.at_s - self.at_s > NEAR_S
        is_far = max(self.at_s - self.before.at_s, self.after.at_s - self.at_s) > NEAR_S
        return is_far or self.after.estimated


class Growth(NamedTuple):
    """What a counter grew in a period."""

    energy_wh: float | None
    estimated: bool = False
    integrated: bool = False
    from_s: int | None = None
    """The readings from this moment until `to_s` say all of it; None where an end of all readings is part of it."""
    to_s: int | None = None


def period_energy(first: Boundary, last: Boundary, *, falls: bool = False) -> tuple[float | None, bool]:
    """Energy between two boundaries and whether it is estimated; None where readings span no time of the period."""
    start_wh, end_wh = first.value_wh, last.value_wh
    if first.after is None or last.before is None or start_wh is None or end_wh is None:
        return None, False
    known_from_s = first.after.at_s if first.before is None else first.at_s
    known_until_s = last.before.at_s if last.after is None else last.at_s
    if known_until_s <= known_from_s:
        return None, False
    # Accounted counters only grow; rounding of a corrected one must not show as negative energy.
    energy_wh = end_wh - start_wh if falls else max(0.0, end_wh - start_wh)
    return energy_wh, first.is_estimated or last.is_estimated


def build_growths(boundaries: Sequence[Boundary], *, falls: bool = False) -> list[Growth]:
    """Say of each period between boundaries what a counter grew in it."""
    found = []
    for first, last in pairwise(boundaries):
        energy_wh, is_estimated = period_energy(first, last, falls=falls)
        found.append(
            Growth(
                None if energy_wh is None else round(energy_wh, 2),
                is_estimated,
                energy_wh is not None and last.before is not None and last.before.integrated,
                first.before.at_s if first.before else None,
                last.after.at_s if last.after else None,
            )
        )
    return found
