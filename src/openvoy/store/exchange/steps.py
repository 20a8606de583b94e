"""Energies out of the counters of other programs: pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import NamedTuple

from openvoy.units import wh_at_power

LARGEST_SITE_W = 100_000
"""No energy may stand for more power than this; three phases of 80 A are 55 kW."""
RESTART_SHARE = 0.1
"""A counter that falls below this share of what it was began anew; one that falls less was corrected."""
RETURN_SHARE = 0.9
"""A counter that gains this share of the level that it had left, faster than `RETURN_W`, is back at it."""
RETURN_W = 15_000
"""Faster than houses count for an hour."""


class Interval(NamedTuple):
    """Energy of a time."""

    start_s: int
    end_s: int
    energy_wh: float
    estimated: bool = False
    """Who says it had it estimated."""


class _Left(NamedTuple):
    """The level that a counter had when it seemed to begin anew, and what it counted since."""

    level_wh: float
    counted_wh: float


def build_steps(totals: Iterable[tuple[int, float, bool]]) -> Iterator[Interval | str]:
    """Make differences of a counter's totals by Unix seconds, which are in their order, or words for what is none.

    The third of each says that what the counter did since the one before is estimated. One that begins anew counted
    from 0; one that is back at the level that it had left never began anew.
    """
    readings = iter(totals)
    before = next(readings, None)
    left: _Left | None = None
    for at_s, total_wh, is_estimated in readings:
        assert before is not None
        span = before[0], at_s
        step_wh = total_wh - before[1]
        if left is not None and _is_back(left, total_wh, step_wh, at_s - before[0]):
            step_wh, left = max(0.0, total_wh - left.level_wh - left.counted_wh), None
        elif step_wh < 0:
            has_begun_anew = 0 <= total_wh <= RESTART_SHARE * before[1]
            if not has_begun_anew:
                yield f"at {_told(at_s)} the counter falls from {before[1]:g} to {total_wh:g} Wh: nothing is counted"
            step_wh = total_wh if has_begun_anew else 0.0
            left = _Left(before[1], total_wh) if has_begun_anew else None
        elif left is not None:
            left = _Left(left.level_wh, left.counted_wh + step_wh)
        before = at_s, total_wh, is_estimated
        if step_wh > wh_at_power(LARGEST_SITE_W, span[1] - span[0]):
            yield f"at {_told(at_s)} the counter jumps by {step_wh:g} Wh within {span[1] - span[0]} s: left out"
        else:
            yield Interval(*span, step_wh, is_estimated)


def build_differences(totals: Iterable[tuple[int, float, bool]]) -> Iterator[Interval]:
    """Make differences of a sum that may fall; see `build_steps`."""
    for (start_s, start_wh, _), (end_s, end_wh, is_estimated) in pairwise(totals):
        yield Interval(start_s, end_s, end_wh - start_wh, is_estimated)


def _is_back(left: _Left, total_wh: float, step_wh: float, span_s: int) -> bool:
    is_sudden = step_wh >= RETURN_SHARE * left.level_wh and step_wh > wh_at_power(RETURN_W, span_s)
    return is_sudden and total_wh >= left.level_wh


def _told(at_s: int) -> str:
    return f"{datetime.fromtimestamp(at_s, UTC):%Y-%m-%d %H:%M} UTC"
