"""Sun and clear sky at a place. The only file that names pvlib."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import pandas as pd
import pvlib

from openvoy.virtual.site.arrays import Array
from openvoy.virtual.site.calendar import LocalDay
from openvoy.virtual.site.definition import Location

STEP_MIN = 5
"""Sun and clear sky are worked out this often; straight lines between err by less than 1e-4."""


@dataclass(frozen=True, slots=True, eq=False)
class Sky:
    """Direction and irradiance of sun and sky at each minute mark of a day."""

    east: Array
    """Unit vector towards the sun: east, north and up."""
    north: Array
    up: Array
    ghi: Array
    """On the flat, W/m2."""
    dni: Array
    """Direct, on a plane that faces the sun, W/m2."""
    dhi: Array
    """Diffuse, on the flat, W/m2."""


@lru_cache(maxsize=64)
def turbidity(location: Location) -> tuple[float, ...]:
    """Look up the mean Linke turbidity of every day of a leap year (Remund 2003, as pvlib ships it)."""
    days = pd.date_range("2024-01-01", periods=366, tz="UTC")
    found = pvlib.clearsky.lookup_linke_turbidity(days, location.latitude, location.longitude)
    return tuple(float(value) for value in found)


def clear_sky(location: Location, day: LocalDay) -> Sky:
    """Compute the sun's way and the cloudless sky (Ineichen and Perez 2002) of one day."""
    coarse = np.arange(0, day.minutes + STEP_MIN, STEP_MIN, dtype=np.float64)
    times = pd.to_datetime(day.start_s + 60 * coarse.astype(np.int64), unit="s", utc=True)
    tomorrow = day.date + timedelta(days=1)
    way = coarse / day.minutes
    pressure = pvlib.atmosphere.alt2pres(location.altitude_m)
    sun = pvlib.solarposition.ephemeris(times, location.latitude, location.longitude, pressure=pressure)
    zenith = sun["apparent_zenith"].to_numpy()
    azimuth = np.radians(sun["azimuth"].to_numpy())
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        air = pvlib.atmosphere.get_absolute_airmass(pvlib.atmosphere.get_relative_airmass(zenith), pressure)
        sky = pvlib.clearsky.ineichen(
            zenith,
            air,
            _across(_turbidity_on(location, day.date), _turbidity_on(location, tomorrow), way),
            altitude=location.altitude_m,
            dni_extra=_across(_outside(day.date), _outside(tomorrow), way),
        )
    height = np.radians(90 - zenith)
    columns = (
        np.cos(height) * np.sin(azimuth),
        np.cos(height) * np.cos(azimuth),
        np.sin(height),
        *(np.nan_to_num(sky[name]) for name in ("ghi", "dni", "dhi")),
    )
    marks = np.arange(day.minutes + 1, dtype=np.float64)
    return Sky(*(np.interp(marks, coarse, column) for column in columns))


def _turbidity_on(location: Location, day: date) -> float:
    return turbidity(location)[day.timetuple().tm_yday - 1]


def _outside(day: date) -> float:
    """Irradiance outside the atmosphere, W/m2."""
    return float(pvlib.irradiance.get_extra_radiation(day.timetuple().tm_yday))


def _across(first: float, last: float, way: Array) -> Array:
    """Go straight from today's value to tomorrow's, so that days join."""
    return first + (last - first) * way
