"""Clouds and temperature of one day, drawn from the site's climate."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from openvoy.virtual.site.arrays import Array
from openvoy.virtual.site.calendar import LocalDay
from openvoy.virtual.site.definition import Climate, SiteDefinition
from openvoy.virtual.site.noise import Stream, generator, smooth
from openvoy.virtual.site.sun import Sky

WARMEST_DAY = 201
"""Day of the year, northern hemisphere; the southern one is half a year off."""
WARMEST_SOLAR_HOUR = 14.5
MEMORY = (1.0, 0.75, 0.5)
"""How much the weather of a midnight owes to its own draw and to those of the days before."""


@dataclass(frozen=True, slots=True, eq=False)
class Weather:
    """What reaches the panels at each minute mark of a day."""

    dni: Array
    """Direct, on a plane that faces the sun, W/m2."""
    dhi: Array
    """Diffuse, on the flat, W/m2."""
    ghi: Array
    """Both, on the flat, W/m2."""
    air_c: Array


def weather_of(site: SiteDefinition, seed: int, day: LocalDay, sky: Sky) -> Weather:
    """Draw the weather of a day over its clear sky."""
    cover = _cover(site, seed, day)
    opacity = _opacity(seed, day, cover)
    beam = 1.0 - opacity * np.minimum(1.0, 0.55 + 0.6 * cover)
    scattered = (1.0 - beam) * sky.dni * np.maximum(sky.up, 0.0) * (0.35 - 0.17 * cover)
    dni = sky.dni * beam
    dhi = sky.dhi * (1.0 + 0.5 * cover * (1.0 - opacity) - 0.25 * opacity * cover) + scattered
    ghi = dhi + dni * np.maximum(sky.up, 0.0)
    return Weather(dni, dhi, ghi, _air(site, seed, day, cover))


def winterness(day: date, latitude: float) -> float:
    """Tell the season from -1 (mid-summer) to 1 (mid-winter)."""
    season = -math.cos(2 * math.pi * (day.timetuple().tm_yday - WARMEST_DAY) / 365.25)
    return season if latitude >= 0 else -season


def _cover(site: SiteDefinition, seed: int, day: LocalDay) -> Array:
    """Share of the sky that is clouded, 0 to 1."""
    number = day.date.toordinal()
    first, last = (_midnight(seed, number + shift, Stream.COVER) for shift in (0, 1))
    way = np.linspace(0.0, 1.0, day.minutes + 1)
    way *= way * (3.0 - 2.0 * way)
    drift = 0.6 * smooth(seed, number, Stream.CLOUD_SLOW, minutes=day.minutes, knots=8)
    climate = site.climate
    mean = climate.cloud_pct + climate.season_cloud_pct * _season(site, day)
    share = np.clip(mean, 2.0, 98.0) / 100
    bias = 1.6 * np.log(share / (1.0 - share))
    cover: Array = 1.0 / (1.0 + np.exp(-(bias + 1.7 * (first + (last - first) * way) + drift)))
    return cover


def _opacity(seed: int, day: LocalDay, cover: Array) -> Array:
    """How much of a cloud stands before the sun, 0 to 1; on average it is the cover."""
    number = day.date.toordinal()
    field = (
        0.8 * smooth(seed, number, Stream.CLOUD_MIDDLE, minutes=day.minutes, knots=48)
        + 0.7 * smooth(seed, number, Stream.CLOUD_FAST, minutes=day.minutes, knots=160)
    ) * 1.1
    edge = np.log(cover / (1.0 - cover)) / 1.7
    ramp = np.clip((field + edge) / 0.5 + 0.5, 0.0, 1.0)
    opacity: Array = ramp * ramp * (3.0 - 2.0 * ramp)
    return opacity


def _air(site: SiteDefinition, seed: int, day: LocalDay, cover: Array) -> Array:
    climate: Climate = site.climate
    number = day.date.toordinal()
    season = -climate.season_c * _season(site, day)
    way = np.linspace(0.0, 1.0, day.minutes + 1)
    first, last = (3.0 * _midnight(seed, number + shift, Stream.TEMPERATURE) for shift in (0, 1))
    hour = (day.marks_s / 3600 + site.location.longitude / 15) % 24
    swing = climate.daily_c * (1.0 - 0.65 * cover) * np.cos((hour - WARMEST_SOLAR_HOUR) * (math.pi / 12))
    air: Array = climate.mean_c + season + first + (last - first) * way + swing
    return air


def _midnight(seed: int, day: int, stream: Stream) -> float:
    """Draw the state of the weather at the start of a day: normal, akin to the days before it."""
    drawn = (generator(seed, day - back, stream).standard_normal() for back in range(len(MEMORY)))
    return sum(w * float(d) for w, d in zip(MEMORY, drawn, strict=True)) / math.hypot(*MEMORY)


def _season(site: SiteDefinition, day: LocalDay) -> Array:
    today, tomorrow = (winterness(day.date + timedelta(days=shift), site.location.latitude) for shift in (0, 1))
    return np.linspace(today, tomorrow, day.minutes + 1)
