"""Whether the sun is up: enough to know when panels have to work, and no more."""

from __future__ import annotations

import math
from datetime import UTC, datetime

TILT_DEG = 23.44
"""Of the earth's axis."""
WORKING_DEG = 15.0
"""Height of the sun from which every working panel produces, whichever way it looks and under any cloud."""


def find_sun_height_deg(at: datetime, *, latitude: float, longitude: float) -> float:
    """Give the height of the sun's middle, within a degree.

    Source: declination and equation of time as in Spencer 1971, abridged.
    """
    moment = at.astimezone(UTC)
    day = moment.timetuple().tm_yday - 1 + moment.hour / 24
    turn = 2 * math.pi * day / 365.2422
    declination = math.asin(
        math.sin(math.radians(TILT_DEG)) * math.sin(turn - math.radians(80.0) + 0.0334 * math.sin(turn))
    )
    equation_min = 229.18 * (
        0.000075 + 0.001868 * math.cos(turn) - 0.032077 * math.sin(turn) - 0.014615 * math.cos(2 * turn)
        - 0.040849 * math.sin(2 * turn)
    )  # fmt: skip
    clock_min = moment.hour * 60 + moment.minute + moment.second / 60
    hour_angle = math.radians((clock_min + equation_min + 4 * longitude) / 4 - 180)
    north = math.radians(latitude)
    height = math.asin(
        math.sin(north) * math.sin(declination) + math.cos(north) * math.cos(declination) * math.cos(hour_angle)
    )
    return math.degrees(height)


def is_daylight(at: datetime, *, latitude: float | None, longitude: float | None) -> bool | None:
    """Whether panels have to work; None where the place is not known."""
    if latitude is None or longitude is None:
        return None
    return find_sun_height_deg(at, latitude=latitude, longitude=longitude) >= WORKING_DEG
