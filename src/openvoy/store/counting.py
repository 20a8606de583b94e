"""Accounted counters at the boundaries of periods, and what they grew in between: pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

NEAR_S = 900
"""A boundary whose neighbouring readings are further away is estimated. Time zones differ by multiples of it."""
LONGEST_HOLE_S = 64_800
"""No hole within imported energies is longer."""


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
        if before is after and before is not None:
            return before.value_wh
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
        if self.before is self.after:
            return self.after.estimated
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


def _is_spanned(first: Boundary, last: Boundary) -> bool:
    """Whether readings span some time of the period between two boundaries."""
    if first.after is None or last.before is None:
        return False
    known_from_s = first.after.at_s if first.before is None else first.at_s
    known_until_s = last.before.at_s if last.after is None else last.at_s
    return known_until_s > known_from_s


def build_growths(boundaries: Sequence[Boundary], *, falls: bool = False, is_imported: bool = False) -> list[Growth]:
    """Say of each period between boundaries what a counter grew in it; None where readings span no time of it.

    An imported counter stands in its holes, at the end of which a reading is marked: what it did in them is not known.
    One that is marked as integrated, too, ends an energy that was estimated before it was imported.
    """
    found = []
    known = [(one, one.value_wh, one.is_estimated) for one in boundaries]
    for (first, start_wh, is_from_far), (last, end_wh, is_to_far) in pairwise(known):
        from_s = first.before.at_s if first.before else None
        to_s = last.after.at_s if last.after else None
        is_known = start_wh is not None and end_wh is not None and _is_spanned(first, last)
        if start_wh is None or end_wh is None or not is_known or (is_imported and _is_hole(first, last)):
            found.append(Growth(None, from_s=from_s, to_s=to_s))
            continue
        # Accounted counters only grow; rounding of a corrected one must not show as negative energy.
        energy_wh = round(end_wh - start_wh if falls else max(0.0, end_wh - start_wh), 2)
        is_integrated = last.before is not None and last.before.integrated and not is_imported
        is_far = is_from_far or is_to_far
        if is_imported:
            # What such a counter says at the end of a hole is what it says, and where it stands it is known.
            is_far = (is_from_far and first.before is not first.after and not _stands(first)) or (
                is_to_far and not _stands(last)
            )
        found.append(Growth(energy_wh, is_far, is_integrated, from_s, to_s))
    return found


def _stands(at: Boundary) -> bool:
    """Whether an imported counter stands around a boundary, and no hole is why."""
    before, after = at.before, at.after
    return before is not None and after is not None and before.value_wh == after.value_wh and not after.estimated


def _is_hole(first: Boundary, last: Boundary) -> bool:
    """Whether an imported counter stands from the one to the other, and a hole is why."""
    is_marked = last.after is not None and last.after.estimated and not last.after.integrated
    return is_marked and first.value_wh == last.value_wh and last.at_s - first.at_s <= LONGEST_HOLE_S
