"""Sun and clear sky at a place. The only file that names pvlib, and pandas because pvlib's tables are asked with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import pandas as pd
import pvlib

from openvoy.virtual.site.arrays import Array
from openvoy.virtual.site.calendar import MINUTE_S, LocalDay
from openvoy.virtual.site.definition import Location

STEP_MIN = 20
"""The sun's place is worked out this often; the great circles between miss its way by less than 0.03 degrees."""
DELTA_T_S = 69.0
"""Terrestrial less universal time."""
REFRACTION_DEG = 0.5667
PA_PER_HPA = 100.0
MEAN_AIR_C = 12.0
"""For pvlib's own refraction, which is not used."""


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


def clear_sky(location: Location, day: LocalDay) -> Sky:
    """Compute the sun's way (Reda and Andreas 2004) and the cloudless sky (Ineichen and Perez 2002) of one day."""
    pressure_pa = pvlib.atmosphere.alt2pres(location.altitude_m)
    east, north, up = _sun(location, day, pressure_pa)
    height = np.degrees(np.arcsin(up))
    zenith = 90.0 - height - _refraction(height)
    tomorrow = day.date + timedelta(days=1)
    way = np.linspace(0.0, 1.0, day.minutes + 1)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        air = pvlib.atmosphere.get_absolute_airmass(pvlib.atmosphere.get_relative_airmass(zenith), pressure_pa)
        sky = pvlib.clearsky.ineichen(
            zenith,
            air,
            _across(_turbidity_on(location, day.date), _turbidity_on(location, tomorrow), way),
            altitude=location.altitude_m,
            dni_extra=_across(_outside(day.date), _outside(tomorrow), way),
        )
    light = (np.nan_to_num(sky[name]) for name in ("ghi", "dni", "dhi"))
    return Sky(east, north, np.cos(np.radians(zenith)), *light)


@lru_cache(maxsize=64)
def turbidity(location: Location) -> tuple[float, ...]:
    """Look up the mean Linke turbidity of the months (Remund 2003, as pvlib ships it)."""
    months = pd.date_range("2025-01-15", periods=12, freq="31D", tz="UTC")
    found = pvlib.clearsky.lookup_linke_turbidity(months, location.latitude, location.longitude, interp_turbidity=False)
    return tuple(float(value) for value in found)


def _sun(location: Location, day: LocalDay, pressure_pa: float) -> tuple[Array, Array, Array]:
    """Unit vector towards the sun without refraction: east, north, up."""
    coarse = np.arange(0, day.minutes + STEP_MIN, STEP_MIN, dtype=np.float64)
    found = pvlib.spa.solar_position_numpy(
        day.start_s + MINUTE_S * coarse,
        location.latitude,
        location.longitude,
        location.altitude_m,
        pressure_pa / PA_PER_HPA,
        MEAN_AIR_C,
        DELTA_T_S,
        REFRACTION_DEG,
        1,
    )
    zenith, azimuth = np.radians(found[1]), np.radians(found[4])
    axes = (np.sin(zenith) * np.sin(azimuth), np.sin(zenith) * np.cos(azimuth), np.cos(zenith))
    marks = np.arange(day.minutes + 1, dtype=np.float64)
    chords = np.stack([np.interp(marks, coarse, axis) for axis in axes])
    east, north, up = chords / np.sqrt((chords * chords).sum(axis=0))
    return east, north, up


def _refraction(height_deg: Array) -> Array:
    """How much higher the sun is seen, degrees (Saemundsson 1986); of no meaning well below the horizon."""
    height = np.maximum(height_deg, -1.0)
    return 0.017 / np.tan(np.radians(height + 10.3 / (height + 5.11)))


def _turbidity_on(location: Location, day: date) -> float:
    """Straight between the middles of the months."""
    months = turbidity(location)
    place = day.month - 1 + (day.day - 15.5) / 30.5
    first = int(place // 1)
    return months[first % 12] + (months[(first + 1) % 12] - months[first % 12]) * (place - first)


def _outside(day: date) -> float:
    """Irradiance outside the atmosphere, W/m2."""
    return float(pvlib.irradiance.get_extra_radiation(day.timetuple().tm_yday))


def _across(first: float, last: float, way: Array) -> Array:
    """Go straight from today's value to tomorrow's, so that days join."""
    return first + (last - first) * way
