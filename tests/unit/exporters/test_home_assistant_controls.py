"""Controls as entities, and what is understood of the commands that come back."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from openvoy.errors import ConfigError
from openvoy.exporters.home_assistant import (
    Command,
    Prefixes,
    build_control_states,
    build_controls,
    build_discovery,
    parse_command,
)
from openvoy.exporters.quantities import quantities
from openvoy.model.control import Argument, Offer
from openvoy.model.devices import Contact, Storage
from tests.unit.exporters.house import SNAPSHOT

PREFIXES = Prefixes()
SERIAL = SNAPSHOT.gateway.serial
WHICH = Argument(name="contact", kind="choice", summary="", choices=("NC1",), is_required=True, is_target=True)
STATE = Argument(name="state", kind="choice", summary="", choices=("open", "closed"), is_required=True)
ACTION = Argument(name="on-grid", kind="choice", summary="", choices=("on", "none"))
HOUR = Argument(name="from", kind="time", summary="")
MODE = Argument(name="mode", kind="choice", summary="", choices=("savings", "backup"), is_required=True)
CLOUD = Argument(name="cloud-schedule", kind="flag", summary="")
RESERVE = Argument(name="reserve", kind="number", summary="", unit="%", least=5.0, most=100.0, is_required=True)
DOCUMENT = Argument(name="document", kind="json", summary="")


def offer(name: str, *arguments: Argument, current: Any, **more: Any) -> Offer:
    return Offer(name=name, summary="", risk="", arguments=arguments, current=current, is_offered=True, **more)


OFFERS = (
    offer("contact.state", WHICH, STATE, current={"NC1": {"state": "closed"}}),
    offer("contact.settings", WHICH, ACTION, HOUR, current={"NC1": {"on-grid": "none", "from": "09:00"}}),
    offer("battery.mode", MODE, CLOUD, current={"": {"mode": "savings", "cloud-schedule": False}}),
    offer("battery.reserve", RESERVE, DOCUMENT, current={"": {"reserve": 30.0}}),
    offer("device.reset", WHICH, current={"NC1": {}}, family="provision"),
    replace(offer("grid.relay", STATE, current={"": {}}), is_offered=False, reason="There is no controller."),
)
SITE = replace(SNAPSHOT, contacts=(Contact(id="NC1", name="Pump", status="closed"),), storage=Storage(soc_pct=50.0))


def controls() -> dict[str, Any]:
    found = build_controls(OFFERS, gateway=SERIAL, quantities=quantities(SITE), prefixes=PREFIXES, version="1")
    return {f"{topic.split('/')[1]} {one['device']['name']}: {one['name']}": one for topic, one in found.items()}


def told(topic: str, payload: str | bytes, *, is_retained: bool = False) -> Command:
    data = payload.encode() if isinstance(payload, str) else payload
    return parse_command(topic, data, is_retained=is_retained, offers={SERIAL: OFFERS}, prefixes=PREFIXES)


def test_an_owners_controls_are_entities_of_the_device_that_they_set() -> None:
    assert set(controls()) == {
        "switch Pump: State",
        "select Pump: On grid",
        "text Pump: From",
        "select Batteries: Mode",
        "switch Batteries: Cloud schedule",
        "number Batteries: Reserve",
        f"button Gateway {SERIAL}: Undo last change",
    }
    on_sensors = {one["device"]["name"]: one["device"] for one in discover().values()}
    assert all(one["device"] == on_sensors[one["device"]["name"]] for one in controls().values())


def discover() -> Any:
    return build_discovery(quantities(SITE), prefixes=PREFIXES, version="1")


def test_entities_have_the_bounds_of_the_gateway_and_never_retain() -> None:
    reserve = controls()["number Batteries: Reserve"]
    assert (reserve["min"], reserve["max"], reserve["unit_of_measurement"]) == (5.0, 100.0, "%")
    assert reserve["command_topic"] == f"openvoy/{SERIAL}/set/battery.reserve/reserve"
    assert not any(one["retain"] for one in controls().values())
    assert controls()["switch Pump: State"]["payload_on"] == "closed"
    assert controls()["select Pump: On grid"]["options"] == ["on", "nothing"]
    assert controls()["select Pump: On grid"]["entity_category"] == "config"


def test_states_are_what_the_gateway_says() -> None:
    states = build_control_states(OFFERS, gateway=SERIAL, prefixes=PREFIXES)
    assert states == {
        f"openvoy/{SERIAL}/control/contact.state/NC1/state": "closed",
        f"openvoy/{SERIAL}/control/contact.settings/NC1/on-grid": "none",
        f"openvoy/{SERIAL}/control/contact.settings/NC1/from": "09:00",
        f"openvoy/{SERIAL}/control/battery.mode/mode": "savings",
        f"openvoy/{SERIAL}/control/battery.mode/cloud-schedule": "off",
        f"openvoy/{SERIAL}/control/battery.reserve/reserve": "30",
    }
    assert set(states) == {one["state_topic"] for one in controls().values() if "state_topic" in one}
    unsaid = (offer("battery.mode", MODE, current={"": {"mode": None}}),)
    assert set(build_control_states(unsaid, gateway=SERIAL, prefixes=PREFIXES).values()) == {""}


def test_without_offers_nothing_is_shown() -> None:
    refused = tuple(one for one in OFFERS if one.name in {"grid.relay", "device.reset"})
    assert not build_controls(refused, gateway=SERIAL, quantities=(), prefixes=PREFIXES, version="1")


@pytest.mark.parametrize(
    ("topic", "payload", "control", "arguments"),
    [
        ("battery.reserve/reserve", "40", "battery.reserve", {"reserve": 40.0}),
        ("contact.state/NC1/state", "open", "contact.state", {"contact": "NC1", "state": "open"}),
        ("contact.settings/NC1/from", "7:30", "contact.settings", {"contact": "NC1", "from": "07:30"}),
        ("battery.mode/cloud-schedule", "on", "battery.mode", {"cloud-schedule": True, "mode": "savings"}),
        ("battery.mode", '{"mode": "backup", "cloud-schedule": false}', "battery.mode",
         {"mode": "backup", "cloud-schedule": False}),
        ("contact.state", '{"contact": "nc1", "state": "open"}', "contact.state", {"contact": "NC1", "state": "open"}),
        ("undo", "PRESS", "", {}),
    ],
)  # fmt: skip
def test_a_command_is_understood(topic: str, payload: str, control: str, arguments: dict[str, Any]) -> None:
    command = told(f"openvoy/{SERIAL}/set/{topic}", payload)
    assert command == Command(gateway=SERIAL, control=control, arguments=arguments)
    assert command.is_undo == (control == "")


@pytest.mark.parametrize(
    ("topic", "payload", "says"),
    [
        ("battery.reserve/reserve", "101", "from 5 to 100"),
        ("battery.reserve/reserve", "", "from 5 to 100"),
        ("battery.reserve/reserve", b"\xff\x00", "no text"),
        ("battery.reserve/reserve", "1" * 5000, "too long"),
        ("battery.reserve/mode", "1", "no argument mode"),
        ("battery.reserve/x/reserve", "1", "no setting"),
        ("battery.reserve", "40", "no set of arguments"),
        ("battery.reserve", '{"reserve": [1]}', "no set of arguments"),
        ("battery.reserve", "{}", "no argument"),
        ("contact.state/NC9/state", "open", "knows no NC9"),
        ("contact.state/state", "open", "no setting"),
        ("contact.state", '{"state": "open"}', "wants contact"),
        ("grid.relay/state", "open", "There is no controller."),
        ("device.reset/NC1", "x", "no control device.reset"),
        ("nonsense", "x", "no control nonsense"),
    ],
)
def test_a_command_that_cannot_be_is_refused_with_a_hint(topic: str, payload: str | bytes, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        told(f"openvoy/{SERIAL}/set/{topic}", payload)
    assert says in str(caught.value)
    assert caught.value.hint


def test_a_retained_command_and_one_for_a_strange_gateway_are_refused() -> None:
    for one in controls().values():
        with pytest.raises(ConfigError, match="retained"):
            told(one["command_topic"], "PRESS", is_retained=True)
    with pytest.raises(ConfigError, match="belongs to no gateway"):
        told("openvoy/999/set/undo", "PRESS")


def test_what_home_assistant_sends_is_understood() -> None:
    """Each payload that an entity can send is accepted at its topic."""
    for one in controls().values():
        if "state_topic" not in one:
            continue
        said = [one[key] for key in ("payload_on", "payload_off", "min", "max") if key in one]
        said += ["none" if option == "nothing" else option for option in one.get("options", ())]
        for payload in said or ["23:59"]:
            assert told(one["command_topic"], json.dumps(payload).strip('"')).control
