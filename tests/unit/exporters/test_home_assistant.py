"""Discovery of a small site: what Home Assistant is told of each device."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from openvoy.exporters.home_assistant import Prefixes, build_discovery, render_topic, render_value
from openvoy.exporters.quantities import Quantity, Thing, quantities
from openvoy.model import Snapshot
from openvoy.model.devices import Contact, Grid
from tests.unit.exporters.house import AT, SNAPSHOT

PREFIXES = Prefixes()
SERIAL = "122000000001"
GATEWAY = f"openvoy_{SERIAL}"


def discovered(snapshot: Snapshot = SNAPSHOT, **names: str) -> dict[str, Any]:
    by_serial = {serial.removeprefix("g"): name for serial, name in names.items()}
    return dict(build_discovery(quantities(snapshot), prefixes=PREFIXES, version="1.2.3", names=by_serial))


def entity(device: str, name: str, snapshot: Snapshot = SNAPSHOT, platform: str = "sensor") -> Any:
    return discovered(snapshot)[f"homeassistant/{platform}/{device}/{name}/config"]


def test_each_entity_says_its_device_which_hangs_on_the_gateway() -> None:
    panel = entity(f"{GATEWAY}_inverter_482200000001", "power_w")
    assert panel["device"] == {
        "identifiers": [f"{GATEWAY}_inverter_482200000001"],
        "name": "Panel 482200000001",
        "manufacturer": "Enphase",
        "model": "Microinverter",
        "serial_number": "482200000001",
        "via_device": GATEWAY,
    }
    assert panel["origin"] == {"name": "Openvoy", "sw_version": "1.2.3"}
    assert panel["availability"] == [{"topic": "openvoy/status"}, {"topic": f"openvoy/{SERIAL}/status"}]
    assert panel["availability_mode"] == "all"
    gateway = entity(GATEWAY, "site_solar_w")["device"]
    assert gateway == {
        "identifiers": [GATEWAY],
        "name": f"Gateway {SERIAL}",
        "manufacturer": "Enphase",
        "model": "Metered gateway",
        "serial_number": SERIAL,
        "sw_version": "8.2.4345",
    }


def test_energies_suit_the_energy_dashboard() -> None:
    found = entity(GATEWAY, "site_import_wh")
    assert {
        key: found[key] for key in found if key not in {"device", "origin", "availability", "availability_mode"}
    } == {
        "unique_id": f"{GATEWAY}_site_import_wh",
        "name": "Grid import energy",
        "state_topic": f"openvoy/{SERIAL}/site/import_wh",
        "state_class": "total_increasing",
        "unit_of_measurement": "kWh",
        "device_class": "energy",
        "suggested_display_precision": 1,
        "value_template": "{{ (value | float / 1000) | round(3) if value else none }}",
    }


def test_phases_answers_moments_and_charge_have_their_kinds() -> None:
    volt = entity(f"{GATEWAY}_meter_704643328", "L1_voltage_v")
    assert (volt["device_class"], volt["name"]) == ("voltage", "L1 voltage")
    assert volt["device"]["name"] == "Production meter"
    panel = f"{GATEWAY}_inverter_482200000001"
    assert entity(panel, "producing", platform="binary_sensor")["device_class"] == "running"
    assert entity(panel, "at")["device_class"] == "timestamp"
    assert entity(f"{GATEWAY}_battery_492200000001", "soc_pct")["device_class"] == "battery"
    assert entity(GATEWAY, "gateway_firmware")["entity_category"] == "diagnostic"
    assert "entity_category" not in volt


def test_of_a_panel_only_power_and_energy_come_unasked() -> None:
    panel = [one for one in discovered().values() if one["device"]["name"].startswith("Panel")]
    assert len(panel) == 4
    assert {one["name"] for one in panel if one.get("enabled_by_default", True)} == {"Power", "Lifetime energy"}


def test_a_word_is_an_option_until_the_gateway_has_its_own() -> None:
    known = entity(GATEWAY, "grid_relay", replace(SNAPSHOT, grid=Grid(relay="closed")))
    assert (known["device_class"], known["options"]) == ("enum", ["open", "closed"])
    new = entity(GATEWAY, "grid_relay", replace(SNAPSHOT, grid=Grid(relay="open synchronizing")))
    assert not {"device_class", "options"} & set(new)
    assert new["unique_id"] == known["unique_id"]


def test_names_that_a_user_gave_are_kept() -> None:
    site = replace(
        SNAPSHOT, contacts=(Contact(id="NC1", name="Heat pump", status="open"), Contact(id="NC2", status="open"))
    )
    names = {one["device"]["name"] for one in discovered(site, g122000000001="home").values()}
    assert {"Gateway home", "Heat pump", "Contact NC2", "Production meter", "Battery 492200000001"} <= names
    several = {one["device"]["name"] for one in discovered(site, g122000000001="home", g122000000002="barn").values()}
    assert {"Gateway home", "Heat pump (home)", "Production meter (home)", "Battery 492200000001"} <= several


def test_every_value_said_is_discovered_once_and_nothing_else() -> None:
    said = [render_topic(one, PREFIXES) for one in quantities(SNAPSHOT) if one.value is not None]
    assert sorted(one["state_topic"] for one in discovered().values()) == sorted(said)
    without = discovered(replace(SNAPSHOT, inverters=()))
    gone = set(discovered()) - set(without)
    assert gone
    assert all("_inverter_" in topic for topic in gone)


@pytest.mark.parametrize("thing", [Thing("1", "wallbox", "x/y 1"), Thing("1", "reported", "production", "L1")])
def test_a_kind_of_thing_that_is_new_is_discovered_too(thing: Thing) -> None:
    quantity = Quantity(thing, "seven_days_wh", 7.0, AT)
    ((topic, found),) = build_discovery([quantity], prefixes=PREFIXES, version="").items()
    assert topic.count("/") == 4
    assert found["state_topic"] == render_topic(quantity, PREFIXES)
    assert found["device"]["identifiers"]


def test_topics_and_values_are_plain() -> None:
    odd = Quantity(Thing("1", "contact", "NC/1 +#"), "is_on", True, AT)
    assert render_topic(odd, PREFIXES) == "openvoy/1/contact/NC-1-/is_on"
    for value, text in (
        (True, "true"),
        (None, ""),
        (AT, "2026-06-21T12:00:00+00:00"),
        (0.5, "0.5"),
        ("x", "x"),
        (0.1 + 0.2, "0.3"),
    ):
        assert render_value(replace(odd, value=value)) == text
