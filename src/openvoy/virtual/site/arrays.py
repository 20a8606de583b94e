"""The two array types of the simulation, and the grain that keeps its sums exact."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

GRAIN = 1024
"""Powers are multiples of 1/1024 W. Sums and trapezoids of such numbers are exact in doubles, so balances are too."""
FINE_GRAIN = 4 * GRAIN
"""On one phase they may be halves of it."""


def grained(value_w: Array, parts_per_w: int = GRAIN) -> Array:
    """Round powers to a grain."""
    result: Array = np.rint(value_w * parts_per_w) / parts_per_w
    return result
