"""Sun and clear sky against formulas of other hands: Spencer's declination, NOAA's hour angle, Haurwitz' clear sky."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from openvoy.virtual.site.calendar import local_day
from openvoy.virtual.site.definition import Location
from openvoy.virtual.site.sun import Sky, clear_sky

BERLIN = Location(latitude=52.52, longitude=13.405, time_zone="Europe/Berlin", altitude_m=40)
SACRAMENTO = Location(latitude=38.58, longitude=-121.49, time_zone="America/Los_Angeles", altitude_m=9)
SYDNEY = Location(latitude=-33.87, longitude=151.21, time_zone="Australia/Sydney", altitude_m=40)
REFRACTED_HORIZON_DEG = -0.57
"""True height of the sun's centre when it is seen on the horizon."""


def day_angle(day: date) -> float:
    return 2 * math.pi * (day.timetuple().tm_yday - 1 + 0.5) / 365


def declination(day: date) -> float:
    """Spencer (1971), radians."""
    g = day_angle(day)
    return (
        0.006918
        - 0.399912 * math.cos(g)
        + 0.070257 * math.sin(g)
        - 0.006758 * math.cos(2 * g)
        + 0.000907 * math.sin(2 * g)
        - 0.002697 * math.cos(3 * g)
        + 0.00148 * math.sin(3 * g)
    )


def solar_noon_utc_min(place: Location, day: date) -> float:
    """Equation of time (Spencer), minutes after midnight UTC."""
    g = day_angle(day)
    equation = 229.18 * (
        0.000075
        + 0.001868 * math.cos(g)
        - 0.032077 * math.sin(g)
        - 0.014615 * math.cos(2 * g)
        - 0.040849 * math.sin(2 * g)
    )
    return 720 - 4 * place.longitude - equation


def daylight_min(place: Location, day: date) -> float:
    latitude, tilt = math.radians(place.latitude), declination(day)
    cosine = (math.sin(math.radians(REFRACTED_HORIZON_DEG)) - math.sin(latitude) * math.sin(tilt)) / (
        math.cos(latitude) * math.cos(tilt)
    )
    return 8 * math.degrees(math.acos(cosine))


def sky_of(place: Location, day: date) -> tuple[Sky, float]:
    laid_out = local_day(day, ZoneInfo(place.time_zone))
    start = datetime.fromtimestamp(laid_out.start_s, UTC)
    utc_midnight = datetime.combine(day, datetime.min.time(), UTC)
    return clear_sky(place, laid_out), (start - utc_midnight).total_seconds() / 60


@pytest.mark.parametrize("place", [BERLIN, SACRAMENTO, SYDNEY], ids=["Berlin", "Sacramento", "Sydney"])
@pytest.mark.parametrize("day", [date(2025, 3, 20), date(2025, 6, 21), date(2025, 11, 5), date(2025, 12, 21)])
def test_sunrise_and_sunset_stand_where_the_hour_angle_puts_them(place: Location, day: date) -> None:
    sky, offset_min = sky_of(place, day)
    light = np.flatnonzero(sky.up > 0) + offset_min
    noon, length = solar_noon_utc_min(place, day), daylight_min(place, day)
    # Between two marks, so half a minute before the first and after the last that is lit.
    assert light[0] - 0.5 == pytest.approx(noon - length / 2, abs=2.5)
    assert light[-1] + 0.5 == pytest.approx(noon + length / 2, abs=2.5)


@pytest.mark.parametrize(("place", "north"), [(BERLIN, -1), (SYDNEY, 1)], ids=["Berlin", "Sydney"])
def test_noon_height_is_latitude_and_declination(place: Location, north: int) -> None:
    day = date(2025, 6, 21)
    sky, _ = sky_of(place, day)
    top = int(np.argmax(sky.up))
    expected = 90 - abs(place.latitude - math.degrees(declination(day)))
    assert math.degrees(math.asin(sky.up[top])) == pytest.approx(expected, abs=0.1)
    assert math.copysign(1, sky.north[top]) == north
    assert abs(sky.east[top]) < 0.03  # ten-minute chords


@pytest.mark.parametrize("place", [BERLIN, SACRAMENTO, SYDNEY], ids=["Berlin", "Sacramento", "Sydney"])
def test_clear_noon_is_as_bright_as_haurwitz_says(place: Location) -> None:
    sky, _ = sky_of(place, date(2025, 4, 15))
    top = int(np.argmax(sky.up))
    haurwitz = 1098 * sky.up[top] * math.exp(-0.059 / sky.up[top])
    assert sky.ghi[top] == pytest.approx(haurwitz, rel=0.08)
    assert sky.ghi[top] == pytest.approx(sky.dhi[top] + sky.dni[top] * sky.up[top], rel=0.01)


def test_night_is_dark_and_days_join() -> None:
    sky, _ = sky_of(BERLIN, date(2025, 6, 21))
    following, _ = sky_of(BERLIN, date(2025, 6, 22))
    assert sky.ghi[sky.up < -0.02].max() < 0.01
    assert np.allclose(
        [sky.east[-1], sky.north[-1], sky.up[-1]], [following.east[0], following.north[0], following.up[0]]
    )
