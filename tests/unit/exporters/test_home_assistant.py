"""Discovery of a small site: what Home Assistant is told of each device."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from openvoy.exporters.home_assistant import Prefixes, build_discovery, render_topic, render_value
from openvoy.exporters.quantities import Quantity, Thing, quantities
from tests.unit.exporters.house import AT, SNAPSHOT

PREFIXES = Prefixes()
GATEWAY = "openvoy_122000000001"


def discovered() -> dict[str, Any]:
    return dict(build_discovery(quantities(SNAPSHOT), prefixes=PREFIXES, version="1.2.3"))


def entity(device: str, name: str) -> Any:
    return discovered()[f"homeassistant/device/{device}/config"]["components"][f"{device}_{name}"]


def test_each_device_has_one_message_and_hangs_on_its_gateway() -> None:
    messages = discovered()
    panel = messages[f"homeassistant/device/{GATEWAY}_inverter_482200000001/config"]
    assert panel["device"] == {
        "identifiers": [f"{GATEWAY}_inverter_482200000001"],
        "name": "Inverter 482200000001",
        "via_device": GATEWAY,
    }
    assert panel["origin"] == {"name": "Openvoy", "sw_version": "1.2.3"}
    assert panel["availability"] == [{"topic": "openvoy/status"}]
    assert "via_device" not in messages[f"homeassistant/device/{GATEWAY}/config"]["device"]


def test_energies_suit_the_energy_dashboard() -> None:
    assert entity(GATEWAY, "site_import_wh") == {
        "platform": "sensor",
        "unique_id": f"{GATEWAY}_site_import_wh",
        "name": "import energy",
        "state_topic": "openvoy/122000000001/site/import_wh",
        "state_class": "total_increasing",
        "unit_of_measurement": "Wh",
        "device_class": "energy",
        "suggested_display_precision": 0,
    }


def test_phases_answers_moments_and_charge_have_their_kinds() -> None:
    volt = entity(f"{GATEWAY}_meter_704643328", "L1_voltage_v")
    assert (volt["device_class"], volt["name"]) == ("voltage", "L1 voltage")
    panel = f"{GATEWAY}_inverter_482200000001"
    assert entity(panel, "producing")["platform"] == "binary_sensor"
    assert entity(panel, "at")["device_class"] == "timestamp"
    assert entity(f"{GATEWAY}_battery_492200000001", "soc_pct")["device_class"] == "battery"
    assert entity(GATEWAY, "gateway_firmware")["entity_category"] == "diagnostic"


def test_every_value_said_is_discovered_once_and_nothing_else() -> None:
    said = [render_topic(one, PREFIXES) for one in quantities(SNAPSHOT) if one.value is not None]
    told = [one["state_topic"] for message in discovered().values() for one in message["components"].values()]
    assert sorted(told) == sorted(said)
    without = replace(SNAPSHOT, inverters=())
    left = build_discovery(quantities(without), prefixes=PREFIXES, version="")
    assert len(left) == len(discovered()) - len(SNAPSHOT.inverters)


def test_topics_and_values_are_plain() -> None:
    odd = Quantity(Thing("1", "contact", "NC/1 +#"), "is_on", True, AT)
    assert render_topic(odd, PREFIXES) == "openvoy/1/contact/NC-1-/is_on"
    for value, text in ((True, "true"), (None, ""), (AT, "2026-06-21T12:00:00+00:00"), (0.5, "0.5"), ("x", "x")):
        assert render_value(replace(odd, value=value)) == text
