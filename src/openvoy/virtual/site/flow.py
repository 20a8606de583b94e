"""Energy of a power that runs straight from one mark to the next: exact integrals, by sign where it changes."""

from __future__ import annotations

import numpy as np

from openvoy.virtual.site.arrays import Array


def net(start: Array, end: Array, duration_s: Array | float) -> Array:
    """Integrate a straight line: watts in, joules out (or var and var-seconds)."""
    return (start + end) * (duration_s / 2)


def positive(start: Array, end: Array, duration_s: Array | float) -> Array:
    """Integrate the part of a straight line above zero.

    With a and b the positive parts of the ends, the area is duration/2 * (a + b)^2 / (|start| + |end|): the triangle
    above the crossing where there is one, the whole trapezoid where both ends are positive.
    """
    above = np.maximum(start, 0.0) + np.maximum(end, 0.0)
    span = np.abs(start) + np.abs(end)
    share = np.divide(above, span, out=np.zeros_like(above), where=span > 0)
    area: Array = above * share * (duration_s / 2)
    return area


def between(start: Array, end: Array, fraction: Array | float) -> Array:
    """Read a straight line at a fraction of its way."""
    return start + (end - start) * fraction
