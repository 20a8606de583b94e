"""What exporters hand on is what the model says, all of it."""

from __future__ import annotations

from dataclasses import fields

from openvoy.exporters.quantities import Quantity, Thing, quantities, unit_of
from openvoy.model import Battery, Energy, Inverter, Power
from tests.unit.exporters.house import AT, SNAPSHOT


def of(thing: Thing) -> dict[str, Quantity]:
    return {quantity.name: quantity for quantity in quantities(SNAPSHOT) if quantity.thing == thing}


def test_every_field_of_a_thing_is_a_quantity_and_its_key_is_not() -> None:
    inverter = of(Thing(SNAPSHOT.gateway.serial, "inverter", "482200000001"))
    assert set(inverter) == {field.name for field in fields(Inverter)} - {"serial"}
    battery = of(Thing(SNAPSHOT.gateway.serial, "battery", "492200000001"))
    assert set(battery) == {field.name for field in fields(Battery)} - {"serial", "conditions"}
    assert battery["kind"].value == "iq"
    site = of(Thing(SNAPSHOT.gateway.serial, "site"))
    assert set(site) == {field.name for field in (*fields(Power), *fields(Energy))}


def test_what_was_not_said_stays_unsaid() -> None:
    site = of(Thing(SNAPSHOT.gateway.serial, "site"))
    assert site["generator_w"].value is None
    assert site["battery_w"].value == 0.0


def test_phases_are_things_of_their_own() -> None:
    whole = of(Thing(SNAPSHOT.gateway.serial, "meter", "704643328"))
    phase = of(Thing(SNAPSHOT.gateway.serial, "meter", "704643328", "L1"))
    assert (whole["voltage_v"].value, phase["voltage_v"].value) == (None, 230.1)
    assert "phase" not in phase


def test_units_and_counters_follow_from_names() -> None:
    inverter = of(Thing(SNAPSHOT.gateway.serial, "inverter", "482200000001"))
    assert [inverter[name].unit for name in ("power_w", "lifetime_wh", "producing", "temperature_c")] == [
        "W",
        "Wh",
        "",
        "°C",
    ]
    assert inverter["lifetime_wh"].is_total
    assert not inverter["today_wh"].is_total
    assert inverter["power_w"].at == AT
    assert unit_of("a") == ""
