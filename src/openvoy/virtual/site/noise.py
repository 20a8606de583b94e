"""Chance as a function: a draw is named by seed, day and stream, so any day can be made without those before."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from openvoy.virtual.site.arrays import Array


class Stream(IntEnum):
    """Independent sources of chance; the numbers are part of what a seed means and never change."""

    COVER = 1
    CLOUD_SLOW = 2
    CLOUD_MIDDLE = 3
    CLOUD_FAST = 4
    TEMPERATURE = 5
    BASE_LOAD = 6
    APPLIANCES = 7
    VOLTAGE = 8
    FREQUENCY = 9
    PANELS = 10
    REGULATION = 11
    OUTAGES = 12
    CHARGER = 13


def generator(seed: int, day: int, stream: Stream) -> np.random.Generator:
    """Build the generator of one stream on one day (its ordinal; 0 for what does not change by day)."""
    return np.random.default_rng((seed, day, int(stream)))


def smooth(seed: int, day: int, stream: Stream, *, minutes: int, knots: int) -> Array:
    """Draw a curve through `knots` normal values a day, evenly spread; it meets the next day's curve at midnight."""
    values = np.empty(knots + 1)
    values[:knots] = generator(seed, day, stream).standard_normal(knots)
    values[knots] = generator(seed, day + 1, stream).standard_normal()
    place = np.linspace(0.0, knots, minutes + 1)
    left = np.minimum(place.astype(np.intp), knots - 1)
    way = place - left
    way *= way * (3.0 - 2.0 * way)
    curve: Array = values[left] + (values[left + 1] - values[left]) * way
    return curve
