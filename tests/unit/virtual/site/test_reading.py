from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from openvoy.errors import ConfigError
from openvoy.virtual.site import SiteDefinition, example_names, parse_site, read_site

GOOD = """
name = "Home"
[location]
latitude = 48.0
longitude = 11
time_zone = "Europe/Berlin"
[gateway]
serial = "122200000009"
model = "metered"
phases = "three"
commissioned = 2025-01-01
[meters]
production = true
consumption = "net"
[[array]]
name = "south"
panels = 10
panel_w = 400
tilt_deg = 30
azimuth_deg = 180
[battery]
units = 1
"""


def test_a_good_site_is_read() -> None:
    site = parse_site(GOOD, file="home.toml")
    assert (site.location.longitude, site.phase_count, site.voltage_v, site.frequency_hz) == (11.0, 3, 230.0, 50.0)
    assert site.array[0].inverter_model.rated_w == 290
    assert site.battery is not None
    assert site.battery.battery_model.capacity_wh == 5000


PANELS = {
    "acb": 17,
    "collar": 17,
    "demo": 24,
    "full": 26,
    "large": 60,
    "metered-split": 24,
    "standard": 24,
    "three-phase": 20,
    "three-phase-battery": 24,
}


@pytest.mark.parametrize("name", sorted(PANELS))
def test_shipped_sites_are_good(name: str) -> None:
    assert name in example_names()
    site = read_site(name)
    assert site.panel_count == PANELS[name]


WRONG = [
    ("latitude = 48.0", "latitide = 48.0", "location.latitide: unknown key", "Did you mean 'latitude'?"),
    ("[battery]", "[boiler]", "boiler: unknown key", "Known here: acb, array, battery"),
    ("latitude = 48.0", "", "location.latitude: missing", "Add latitude = a number."),
    ("latitude = 48.0", 'latitude = "north"', "location.latitude: 'north' is not a number", "Give a number."),
    ("latitude = 48.0", "latitude = 91", "location.latitude: 91 is out of bounds", "from -89 to 89"),
    ("latitude = 48.0", "latitude = nan", "location.latitude: nan is not a number", "Give a number."),
    ("panels = 10", "panels = 10.5", "array[1].panels: 10.5 is not a whole number", "Give a whole number."),
    ("panels = 10", "panels = true", "array[1].panels: True is not a whole number", "Give a whole number."),
    ("[[array]]", "[array]", "array: must be a list", "[[array]]"),
    ("[battery]\nunits = 1", "", "", ""),
    ('model = "metered"', 'model = "standard"', "meters: a standard gateway has none", 'gateway.model = "metered"'),
    ('model = "metered"', 'model = "smart"', "gateway.model: 'smart' is not a choice", '"standard" or "metered"'),
    ("production = true", "production = false", "meters.consumption: needs the production meter", "meters.production"),
    ('"122200000009"', '"1222"', "gateway.serial: '1222' is no serial number", "twelve digits"),
    ('"Europe/Berlin"', '"Mars/Olympus"', "location.time_zone: 'Mars/Olympus' is no time zone", "Europe/Paris"),
    ("commissioned = 2025-01-01", 'commissioned = "today"', "commissioned: 'today' is not a date", "2025-01-31"),
    ("panel_w = 400", 'panel_w = 400\ninverter = "IQ99"', "array[1].inverter: 'IQ99' is not known", "IQ8+"),
    ("units = 1", "units = 1\nreserve_pct = 2", "battery.reserve_pct: below the very low limit", "very_low_pct"),
    ("units = 1", 'units = 1\nmodel = "Lead"', "battery.model: 'Lead' is not known", "IQ 5P"),
    (
        "azimuth_deg = 180",
        "azimuth_deg = 180\npanel = [{ number = 11 }]",
        "array[1].panel[1].number: there is no panel 11",
        "Use 1 to 10.",
    ),
    (
        "azimuth_deg = 180",
        "azimuth_deg = 180\npanel = [{ number = 3 }, { number = 3 }]",
        "array[1].panel[1].number: 3 is described twice",
        "one table",
    ),
    (
        "[battery]",
        '[house]\nappliance = [{ name = "kiln", power_w = 900, minutes = 9, per_day = 1, line = "L4" }]\n[battery]',
        "house.appliance[1].line: 'L4' is not a choice",
        '"L1" or "L2" or "L3" or "all"',
    ),
    (
        "[battery]",
        "[tariff]\nperiod = [{ start_h = 6, import_per_kwh = 1 }, { start_h = 6, import_per_kwh = 2 }]\n[battery]",
        "tariff.period: hours are not in order",
        "start_h",
    ),
    ('name = "Home"', "name = Home", "not TOML", "strings need quotes"),
]


@pytest.mark.parametrize(("good", "bad", "what", "remedy"), WRONG)
def test_what_is_wrong_is_named_with_file_key_and_remedy(good: str, bad: str, what: str, remedy: str) -> None:
    assert good in GOOD
    text = GOOD.replace(good, bad, 1)
    if not what:
        assert parse_site(text, file="home.toml").battery is None
        return
    with pytest.raises(ConfigError) as caught:
        parse_site(text, file="home.toml")
    assert caught.value.message.startswith("home.toml: ")
    assert what in caught.value.message
    assert remedy in caught.value.hint


def test_two_arrays_of_one_name_are_a_contradiction() -> None:
    array = GOOD[GOOD.index("[[array]]") : GOOD.index("[battery]")]
    with pytest.raises(ConfigError, match=r"array\[1\]\.name: 'south' is used twice"):
        parse_site(GOOD.replace("[battery]", f"{array}[battery]"), file="home.toml")


def test_a_split_phase_house_has_no_third_line() -> None:
    text = GOOD.replace('"three"', '"split"').replace(
        "[battery]",
        '[house]\nappliance = [{ name = "kiln", power_w = 900, minutes = 9, per_day = 1, line = "L3" }]\n[battery]',
    )
    with pytest.raises(ConfigError, match=r"this site has no L3"):
        parse_site(text, file="home.toml")


def test_a_file_is_read_and_a_missing_one_lists_the_shipped_sites(tmp_path: Path) -> None:
    file = tmp_path / "home.toml"
    file.write_text(GOOD)
    assert read_site(str(file)).name == "Home"
    with pytest.raises(ConfigError) as caught:
        read_site(str(tmp_path / "none.toml"))
    assert "demo, full, large, metered-split" in caught.value.hint


def test_a_site_can_be_in_service_at_any_time(demo: SiteDefinition) -> None:
    early = demo.in_service_by(datetime(2024, 6, 10, 22, 30, tzinfo=UTC))
    assert early.gateway.commissioned == date(2024, 6, 3)  # it is the 11th in Lyon
    assert early.array == demo.array
    assert demo.in_service_by(datetime(2027, 1, 1, tzinfo=UTC)) is demo
