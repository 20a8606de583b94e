"""What of a site is counted: branches of its circuit, and what is counted of each."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from openvoy.virtual.site.arrays import Array


class Branch(IntEnum):
    """Parts of the circuit; the sum of the first four is the load."""

    SOLAR = 0
    """Positive: generating."""
    GRID = 1
    """Positive: import."""
    BATTERY = 2
    """Positive: discharging; AC Batteries belong to it."""
    GENERATOR = 3
    LOAD = 4
    """What the house uses, the car's charger included."""
    TOTAL = 5
    """Solar and net: what the gateway calls consumption, battery charging included."""
    NET = 6
    """Grid and generator: what comes by way of the net-consumption transformers."""
    BACKFEED = 7
    """Solar and batteries together."""
    CHARGER = 8
    """The car's charger."""
    ACB = 9
    """AC Batteries alone."""


KEPT = 5
"""Branches that no others make up; charger and AC Batteries follow them where a site has some."""


class Count(IntEnum):
    """What is counted of each branch and phase, in joules, var-seconds and volt-ampere-seconds."""

    DELIVERED = 0
    """Energy while power is positive."""
    RECEIVED = 1
    """Energy while power is negative."""
    LAGGING = 2
    LEADING = 3
    APPARENT = 4


def widened(kept: Array) -> Array:
    """Work out all branches, along the first axis, from those that are kept."""
    values = np.zeros((len(Branch), *kept.shape[1:]))
    values[:KEPT] = kept[:KEPT]
    values[Branch.NET] = values[Branch.GRID] + values[Branch.GENERATOR]
    values[Branch.TOTAL] = values[Branch.SOLAR] + values[Branch.NET]
    values[Branch.BACKFEED] = values[Branch.SOLAR] + values[Branch.BATTERY]
    if len(kept) > KEPT:
        values[Branch.CHARGER :] = kept[KEPT:]
    return values
