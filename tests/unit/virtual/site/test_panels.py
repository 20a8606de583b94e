"""Panels under a sky that is written down, against the numbers of a pocket calculator."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from openvoy.virtual.site import SiteDefinition, parse_site
from openvoy.virtual.site.calendar import local_day
from openvoy.virtual.site.definition import Panel, Shade
from openvoy.virtual.site.panels import build_plant, plant_output
from openvoy.virtual.site.sun import Sky, clear_sky
from openvoy.virtual.site.weather import Weather

SITE = """
name = "Bench"
[location]
latitude = 48.0
longitude = 11.0
altitude_m = 500
time_zone = "Europe/Berlin"
[gateway]
serial = "122200000009"
model = "standard"
phases = "three"
commissioned = 2025-01-01
[[array]]
name = "south"
panels = 4
panel_w = 400
tilt_deg = 30
azimuth_deg = 180
inverter = "IQ8A"
soiling_pct = 0
spread_pct = 0
"""


@pytest.fixture
def bench() -> SiteDefinition:
    return parse_site(SITE, file="bench.toml")


def written_sky(height_deg: float, azimuth_deg: float, dni: float, dhi: float) -> tuple[Sky, Weather]:
    height, azimuth = math.radians(height_deg), math.radians(azimuth_deg)
    axes = (math.cos(height) * math.sin(azimuth), math.cos(height) * math.cos(azimuth), math.sin(height))
    values = [np.array([value]) for value in (*axes, dni * math.sin(height) + dhi, dni, dhi)]
    return Sky(*values), Weather(dni=values[4], dhi=values[5], ghi=values[3], air_c=np.array([25.0]))


def ac_of(site: SiteDefinition, sky: Sky, weather: Weather) -> list[float]:
    output = plant_output(site, build_plant(site, 1), sky, weather)
    powers: list[float] = output.ac_w[:, 0].tolist()
    return powers


def with_panels(site: SiteDefinition, *panels: Panel, tilt_deg: float = 30.0) -> SiteDefinition:
    return replace(site, array=(replace(site.array[0], panel=panels, tilt_deg=tilt_deg),))


def test_a_panel_that_faces_the_sun(bench: SiteDefinition) -> None:
    # Sun 60 degrees high in the south: a plane of 30 degrees faces it. Direct 800; sky 100 * (1 + cos 30) / 2 = 93.3;
    # ground (800 * sin 60 + 100) * 0.2 * (1 - cos 30) / 2 = 10.6; together 903.9 W/m2. Cell 25 + 0.03 * 903.9 = 52.1,
    # so 400 W * 0.9039 * (1 - 0.0035 * 27.1) = 327.3 W of DC, and 0.972 * 327.3 - 0.6 = 317.5 W of AC.
    assert ac_of(bench, *written_sky(60, 180, 800, 100)) == pytest.approx([317.5] * 4, abs=0.2)


def test_a_panel_seen_from_the_side(bench: SiteDefinition) -> None:
    # Sun 30 degrees high in the west: cos of incidence = sin 30 * cos 30 = 0.433; the glass takes 0.05 * (1/0.433 - 1)
    # = 6.5 %: 800 * 0.433 * 0.935 = 323.7. Sky 93.3, ground 500 * 0.2 * 0.067 = 6.7: 423.7 W/m2, cell 37.7:
    # 400 * 0.4237 * 0.9555 = 161.9 W, AC 156.8 W.
    assert ac_of(bench, *written_sky(30, 270, 800, 100)) == pytest.approx([156.8] * 4, abs=0.2)


def test_a_sun_behind_the_roof_leaves_the_diffuse_light(bench: SiteDefinition) -> None:
    # Sky 93.3 and ground (800 * sin 5 + 100) * 0.2 * 0.067 = 2.3: 95.6 W/m2; 400 * 0.0956 * 0.99 = 37.9, AC 36.2 W.
    assert ac_of(bench, *written_sky(5, 0, 800, 100)) == pytest.approx([36.2] * 4, abs=0.2)


def test_the_inverter_clips(bench: SiteDefinition) -> None:
    small = replace(bench, array=(replace(bench.array[0], inverter="IQ7"),))
    assert ac_of(small, *written_sky(60, 180, 900, 100)) == [250.0] * 4


def test_dirt_weakness_and_shade_each_take_their_share(bench: SiteDefinition) -> None:
    chimney = Shade(from_deg=170, to_deg=200, below_deg=70, blocks_pct=75)
    site = with_panels(
        bench,
        Panel(number=1, soiling_pct=10),
        Panel(number=2, power_pct=80),
        Panel(number=3, shade=(chimney,)),
    )
    dirty, weak, shaded, good = ((ac + 0.6) / 0.972 for ac in ac_of(site, *written_sky(60, 180, 800, 100)))
    assert dirty / good == pytest.approx(0.9, abs=1e-4)
    assert weak / good == pytest.approx(0.8, abs=1e-4)
    # A quarter of the direct light: 200 + 103.9 = 303.9 W/m2, cell 34.1: 400 * 0.3039 * 0.968 = 117.7 W.
    assert shaded == pytest.approx(117.7, abs=0.2)


@pytest.mark.parametrize(("azimuth_deg", "height_deg"), [(150, 40), (180, 75), (210, 40)])
def test_light_from_elsewhere_is_not_shaded(bench: SiteDefinition, azimuth_deg: float, height_deg: float) -> None:
    chimney = Shade(from_deg=170, to_deg=200, below_deg=70, blocks_pct=75)
    site = with_panels(bench, Panel(number=3, shade=(chimney,)))
    powers = ac_of(site, *written_sky(height_deg, azimuth_deg, 800, 100))
    assert powers[2] == powers[0]


def test_shade_may_span_north(bench: SiteDefinition) -> None:
    hill = Shade(from_deg=350, to_deg=20, below_deg=30, blocks_pct=100)
    site = with_panels(bench, Panel(number=3, shade=(hill,)), tilt_deg=0.0)
    powers = ac_of(site, *written_sky(20, 5, 800, 100))
    assert powers[2] < 0.5 * powers[0]


def test_in_the_dark_inverters_sleep(bench: SiteDefinition) -> None:
    sky, weather = written_sky(-10, 0, 0, 0)
    output = plant_output(bench, build_plant(bench, 1), sky, weather)
    assert output.ac_w.max() == 0
    assert output.asleep.all()


def test_noon_of_a_clear_day_is_what_a_hand_calculation_gives(bench: SiteDefinition) -> None:
    # 21 June, 48 N: the sun stands 65.4 degrees high, 5.4 degrees from the plane's normal. Meinel's clear sky at 500 m:
    # DNI = 1353 * ((1 - 0.14 * 0.5) * 0.7 ** (AM ** 0.678) + 0.14 * 0.5), AM = 1 / sin 65.4 = 1.10: 952 W/m2 with
    # little haze; Linke's 4 of a summer's day takes a tenth of it and puts half of that into the 10 % of diffuse light.
    day = local_day(date(2025, 6, 21), ZoneInfo("Europe/Berlin"))
    sky = clear_sky(bench.location, day)
    weather = Weather(dni=sky.dni, dhi=sky.dhi, ghi=sky.ghi, air_c=np.full_like(sky.ghi, 22.0))
    output = plant_output(bench, build_plant(bench, 1), sky, weather)
    light = 952 * 0.9 * math.cos(math.radians(5.4)) + 952 * 0.15
    dc = 400 * light / 1000 * (1 - 0.0035 * (22 + 0.03 * light - 25))
    assert output.ac_w.max() == pytest.approx(0.972 * dc - 0.6, rel=0.05)


def test_three_phases_take_turns_and_split_phase_shares(bench: SiteDefinition) -> None:
    assert build_plant(bench, 1).share.tolist() == [[1, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, 0]]
    split = replace(bench, gateway=replace(bench.gateway, phases="split"))
    assert build_plant(split, 1).share.tolist() == [[0.5] * 4, [0.5] * 4]


def test_serials_are_twelve_digits_and_all_different(bench: SiteDefinition) -> None:
    big = replace(bench, array=(replace(bench.array[0], panels=500),))
    serials = build_plant(big, 1).serials
    assert len(set(serials)) == 500
    assert all(len(serial) == 12 and serial.isdigit() for serial in serials)
