from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from openvoy.virtual.site import SiteDefinition
from openvoy.virtual.site.calendar import local_day
from openvoy.virtual.site.house import Household
from openvoy.virtual.site.noise import Stream, smooth
from openvoy.virtual.site.sun import clear_sky
from openvoy.virtual.site.weather import Weather, weather_of, winterness


def days_of(site: SiteDefinition, first: date, count: int) -> list[tuple[Weather, float]]:
    """Weather of some days, and how much of the clear sky's energy got through."""
    found = []
    for number in range(count):
        day = local_day(first + timedelta(days=number), site.zone)
        sky = clear_sky(site.location, day)
        weather = weather_of(site, 5, day, sky)
        found.append((weather, float(weather.ghi.sum() / sky.ghi.sum())))
    return found


def test_days_differ_and_clouds_cost_as_much_as_their_cover(demo: SiteDefinition) -> None:
    through = np.array([share for _, share in days_of(demo, date(2025, 5, 1), 60)])
    assert through.min() < 0.45
    assert through.max() > 0.9
    assert through.mean() == pytest.approx(0.72, abs=0.1)


def test_no_cloud_makes_more_light_than_a_little(demo: SiteDefinition) -> None:
    for weather, _ in days_of(demo, date(2025, 6, 1), 10):
        assert weather.ghi.min() >= 0
        assert weather.dni.min() >= 0
        assert weather.ghi.max() < 1250


def test_summers_are_warm_on_both_hemispheres(demo: SiteDefinition) -> None:
    july = np.mean([w.air_c.mean() for w, _ in days_of(demo, date(2025, 7, 1), 20)])
    january = np.mean([w.air_c.mean() for w, _ in days_of(demo, date(2025, 1, 5), 20)])
    assert july - january == pytest.approx(2 * demo.climate.season_c, abs=4)
    assert winterness(date(2025, 7, 20), 45) == pytest.approx(-1, abs=0.01)
    assert winterness(date(2025, 7, 20), -45) == pytest.approx(1, abs=0.01)


def test_afternoons_are_warmer_than_mornings(demo: SiteDefinition) -> None:
    days = days_of(demo, date(2025, 7, 1), 20)
    assert np.mean([w.air_c[16 * 60] - w.air_c[5 * 60] for w, _ in days]) > 2


def test_curves_meet_at_midnight() -> None:
    today = smooth(1, 1000, Stream.VOLTAGE, minutes=1440, knots=60)
    tomorrow = smooth(1, 1001, Stream.VOLTAGE, minutes=1380, knots=60)
    assert today[-1] == pytest.approx(tomorrow[0])
    assert len(tomorrow) == 1381
    assert abs(today.mean()) < 0.6
    assert 0.4 < today.std() < 1.2


def test_the_house_uses_what_is_usual_and_when_it_is_usual(demo: SiteDefinition) -> None:
    household, loads = Household(demo, 5), []
    for number in range(28):
        day = local_day(date(2025, 9, 1) + timedelta(days=number), ZoneInfo("Europe/Paris"))
        loads.append(household.load(day, np.full(day.minutes + 1, 20.0)).active_w.sum(axis=(0, 1)))
    mean_w = np.mean(loads, axis=0)
    assert 8 < mean_w.mean() * 24 / 1000 < 22  # kWh a day for three and a half people
    assert mean_w[18 * 60 : 21 * 60].mean() > 1.3 * mean_w[1 * 60 : 4 * 60].mean()
    assert np.min(loads) > 0.4 * demo.house.base_w
    assert np.max(loads) > 2500
