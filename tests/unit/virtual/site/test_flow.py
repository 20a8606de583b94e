from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openvoy.virtual.site import flow

POWERS = st.floats(-20_000, 20_000, allow_nan=False).map(lambda value: round(value * 1024) / 1024)


def area_above_zero(start: float, end: float, duration_s: float) -> float:
    """Triangles and trapezoids by hand: where the line crosses, the part above is a triangle."""
    if start >= 0 and end >= 0:
        return (start + end) / 2 * duration_s
    if start <= 0 and end <= 0:
        return 0.0
    top = max(start, end)
    base_s = duration_s * top / (abs(start) + abs(end))
    return top * base_s / 2


@given(POWERS, POWERS)
def test_the_part_above_zero_is_exact(start: float, end: float) -> None:
    found = flow.positive(np.array(start), np.array(end), 60.0)
    assert float(found) == pytest.approx(area_above_zero(start, end, 60.0), rel=1e-12, abs=1e-9)


@given(POWERS, POWERS)
def test_both_signs_add_up_to_the_whole(start: float, end: float) -> None:
    ends = np.array(start), np.array(end)
    above, below = flow.positive(*ends, 60.0), flow.positive(-ends[0], -ends[1], 60.0)
    assert float(above - below) == pytest.approx(float(flow.net(*ends, 60.0)), rel=1e-12, abs=1e-6)


@given(POWERS, POWERS, st.floats(0, 1))
def test_two_parts_of_a_step_are_the_step(start: float, end: float, way: float) -> None:
    middle = flow.between(np.array(start), np.array(end), way)
    parts = flow.positive(np.array(start), middle, 60.0 * way) + flow.positive(middle, np.array(end), 60.0 * (1 - way))
    assert float(parts) == pytest.approx(area_above_zero(start, end, 60.0), rel=1e-9, abs=1e-6)
