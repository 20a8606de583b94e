"""Home Assistant itself takes discovery: its schemas every message, its core with a real broker a whole site.

Needs `.venv-home-assistant`, which `script/home-assistant` makes.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from openvoy.exporters.home_assistant import (
    Command,
    build_control_states,
    build_controls,
    parse_command,
    render_topic,
    render_value,
)
from openvoy.exporters.quantities import quantities
from openvoy.model import Snapshot
from openvoy.model.control import Offer, Settings
from openvoy.testing.captures import Capture, read_capture
from tests.contract.control_support import bench
from tests.contract.site_support import read_snapshot, source_of
from tests.support.home_assistant import (
    EXAMPLES,
    PREFIXES,
    House,
    Messages,
    broker,
    discovery_of,
    house,
    need_home_assistant,
    validate,
)

pytestmark = pytest.mark.timeout(60)

ELSEWHERE = ("camera", "image", "homeassistant.setup")
"""What a core without its web server and pictures complains of; MQTT sets them up unasked."""


@dataclass
class Home:
    """A site at a broker, and Home Assistant beside it."""

    house: House
    port: int
    snapshot: Snapshot
    offers: tuple[Offer, ...]
    messages: Messages
    seen: Any = field(default=None)

    @property
    def gateway(self) -> str:
        return self.snapshot.gateway.serial

    def publish(self, values: Mapping[str, str]) -> None:
        """Publish retained values, as the service does."""
        asyncio.run(publish(self.port, values))

    def entity(self, unique_id: str) -> str:
        """Give the name that Home Assistant made for an entity."""
        name: str = self.house.ask("states")["entities"][unique_id]["entity_id"]
        return name

    def wait_for(self, entity_id: str, state: str) -> None:
        self.house.wait(lambda found: found["states"].get(entity_id, {}).get("state") == state)

    def command_of(self, domain: str, service: str, **data: Any) -> Command:
        """Move something in Home Assistant, and understand what arrives."""
        topic, payload, is_retained = asyncio.run(self._listen(domain, service, data))
        offers = {self.gateway: self.offers}
        return parse_command(topic, payload, is_retained=is_retained, offers=offers, prefixes=PREFIXES)

    async def _listen(self, domain: str, service: str, data: Any) -> tuple[str, bytes, bool]:
        async with aiomqtt.Client("127.0.0.1", self.port) as client, asyncio.timeout(20):
            await client.subscribe(PREFIXES.commands, qos=1)
            await asyncio.to_thread(self.house.call, domain, service, **data)
            message = await anext(aiter(client.messages))
            assert isinstance(message.payload, bytes)
            return str(message.topic), message.payload, message.retain


async def publish(port: int, values: Mapping[str, str]) -> None:
    async with aiomqtt.Client("127.0.0.1", port) as client:
        for topic, value in values.items():
            await client.publish(topic, value, qos=1, retain=True)


async def read_site(folder: Path) -> tuple[Snapshot, tuple[Offer, ...]]:
    async with bench("8.3", folder) as workbench:
        snapshot = await workbench.gateway.snapshot()
        offers = tuple(await workbench.gateway.control.offers())
    # Without a storage meter these come of the service's accounting.
    energy = replace(snapshot.energy, charge_wh=4205.6, discharge_wh=3787.9, load_wh=19620.5)
    return replace(snapshot, energy=energy), offers


def build_values(home: Home) -> dict[str, str]:
    """Build all that stands at the broker."""
    values = {topic: json.dumps(message) for topic, message in home.messages.items()}
    values |= {
        render_topic(one, PREFIXES): render_value(one) for one in quantities(home.snapshot) if one.value is not None
    }
    values |= build_control_states(home.offers, gateway=home.gateway, prefixes=PREFIXES)
    return values | {PREFIXES.status: "online", PREFIXES.gateway_status(home.gateway): "online"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    need_home_assistant()
    folder = tmp_path_factory.mktemp("home")
    snapshot, offers = asyncio.run(read_site(folder))
    messages = {
        **discovery_of(snapshot),
        **build_controls(
            offers,
            gateway=snapshot.gateway.serial,
            quantities=quantities(snapshot),
            prefixes=PREFIXES,
            version="1.2.3",
            names={snapshot.gateway.serial: "home"},
        ),
    }
    with broker(folder) as port, house(folder / "house", "mqtt", broker="127.0.0.1", port=port, discovery=True) as core:
        home = Home(core, port, snapshot, offers, messages)
        home.publish(build_values(home))
        home.seen = core.wait(lambda found: len(found["entities"]) >= len(messages))
        yield home


async def test_the_schemas_take_every_message(captures: Mapping[str, Capture]) -> None:
    need_home_assistant()
    at = datetime(2026, 1, 1, tzinfo=UTC)
    snapshots = [read_capture(capture, at)[2] for capture in captures.values()]
    for site in EXAMPLES:
        snapshots += [await read_snapshot(source_of(site, "5.0" if site == "standard" else "8.3"))]
    messages = {topic: one for snapshot in snapshots for topic, one in discovery_of(snapshot).items()}
    found = validate(messages)
    assert found["wrong"] == {}
    assert found["checked"] == len(messages) > 5000


def test_the_schemas_refuse_what_is_wrong() -> None:
    messages = {
        "homeassistant/sensor/a/b/config": {"name": "x", "origin": {"name": "o"}, "unit": "W"},
        "homeassistant/sensor/a/c/config": {"state_topic": "t", "device_class": "wattage", "origin": {"name": "o"}},
        "homeassistant/number/a/d/config": {
            "command_topic": "t", "device_class": "power", "unit_of_measurement": "km", "origin": {"name": "o"},
        },
        "homeassistant/device/a/config": {},
    }  # fmt: skip
    assert set(validate(messages)["wrong"]) == set(messages)


def test_every_entity_comes_up_with_its_value_and_no_complaint(home: Home) -> None:
    found = home.house.wait(lambda found: is_settled(found["states"]))
    by_id = {message["unique_id"]: message for message in home.messages.values()}
    assert set(found["entities"]) == set(by_id)
    for unique_id, entity in found["entities"].items():
        message = by_id[unique_id]
        assert entity["name"] == message["name"]
        assert entity["disabled"] == (not message.get("enabled_by_default", True))
        assert (entity["entity_id"] in found["states"]) != entity["disabled"]
        assert found["devices"][entity["device"]]["name"] == message["device"]["name"]
    assert [line for line in found["complaints"] if not any(word in line for word in ELSEWHERE)] == []
    solar = found["states"]["sensor.gateway_home_solar_energy"]
    assert float(solar["state"]) == pytest.approx((home.snapshot.energy.solar_wh or 0.0) / 1000, abs=0.001)
    assert solar["unit_of_measurement"] == "kWh"


def is_settled(states: Mapping[str, Any]) -> bool:
    """Whether all that were told have a state; a button has none before it is pressed."""
    waiting = {"unknown", "unavailable"}
    return not any(one["state"] in waiting for name, one in states.items() if not name.startswith("button."))


def test_devices_hang_on_the_gateway(home: Home) -> None:
    devices = home.seen["devices"]
    (gateway,) = (key for key, one in devices.items() if one["name"] == "Gateway home")
    assert {one["via"] for key, one in devices.items() if key != gateway} == {gateway}
    panel = next(one for one in devices.values() if one["name"].startswith("Panel"))
    assert panel["manufacturer"] == "Enphase"
    assert panel["serial"] in panel["name"]


def test_values_follow_and_what_is_not_said_is_unknown(home: Home) -> None:
    topic, entity = f"openvoy/{home.gateway}/site/solar_w", "sensor.gateway_home_solar_power"
    home.publish({topic: "1234.5"})
    home.wait_for(entity, "1234.5")
    home.publish({topic: ""})
    home.wait_for(entity, "unknown")
    home.publish({topic: "-3.1"})
    home.wait_for(entity, "-3.1")


@pytest.mark.parametrize("which", ["service", "gateway"])
def test_entities_are_unavailable_while_service_or_gateway_is_away(home: Home, which: str) -> None:
    topic = PREFIXES.status if which == "service" else PREFIXES.gateway_status(home.gateway)
    entity = "sensor.batteries_state_of_charge"
    before = home.house.ask("states")["states"][entity]["state"]
    home.publish({topic: "offline"})
    home.wait_for(entity, "unavailable")
    home.publish({topic: "online"})
    home.wait_for(entity, before)


MOVES: Mapping[str, tuple[str, dict[str, Any], str, Settings]] = {
    "number.set_value": ("number.batteries_reserve", {"value": 35}, "battery.reserve", {"reserve": 35.0}),
    "select.select_option": ("select.batteries_mode", {"option": "backup"}, "battery.mode", {"mode": "backup"}),
    "switch.turn_on": ("switch.batteries_charge_from_grid", {}, "battery.charge-from-grid", {"charge-from-grid": True}),
    "switch.turn_off": ("switch.gateway_home_grid_relay", {}, "grid.relay", {"relay": "open"}),
    "button.press": ("button.gateway_home_undo_last_change", {}, "", {}),
}
"""By what a person does: with which entity, and what the gateway is told."""


@pytest.mark.parametrize("move", MOVES)
def test_what_a_person_moves_arrives_as_a_command(home: Home, move: str) -> None:
    entity, data, control, arguments = MOVES[move]
    command = home.command_of(*move.split("."), entity_id=entity, **data)
    assert command == Command(gateway=home.gateway, control=control, arguments=arguments)


def test_the_energy_dashboard_takes_the_energies_as_they_are(home: Home) -> None:
    prefix = "sensor.gateway_home_"
    flow = {"cost_adjustment_day": 0.0, "type": "grid", "flow_from": [], "flow_to": []}
    price = {"stat_cost": None, "entity_energy_price": None, "number_energy_price": None}
    preferences = {
        "energy_sources": [
            {**flow, "flow_from": [{"stat_energy_from": f"{prefix}grid_import_energy", **price}],
             "flow_to": [{"stat_energy_to": f"{prefix}grid_export_energy", "stat_compensation": None,
                          "entity_energy_price": None, "number_energy_price": None}]},
            {"type": "solar", "stat_energy_from": f"{prefix}solar_energy", "config_entry_solar_forecast": None},
            {"type": "battery", "stat_energy_from": f"{prefix}battery_discharge_energy",
             "stat_energy_to": f"{prefix}battery_charge_energy"},
        ],
        "device_consumption": [{"stat_consumption": f"{prefix}house_energy"}],
    }  # fmt: skip
    assert home.house.ask("energy", preferences=preferences) == []
    wrong = {"energy_sources": [], "device_consumption": [{"stat_consumption": f"{prefix}solar_power"}]}
    assert home.house.ask("energy", preferences=wrong) != []


def test_what_is_emptied_vanishes_and_comes_back_under_its_name(home: Home) -> None:
    panel = home.snapshot.inverters[0].serial
    topics = {topic: one for topic, one in home.messages.items() if f"_inverter_{panel}/" in topic}
    entity = f"sensor.panel_{panel}_power"
    home.publish(dict.fromkeys(topics, ""))
    home.house.wait(lambda found: entity not in found["states"])
    left = home.house.ask("states")
    assert not any(panel in one["name"] for one in left["devices"].values())
    home.publish({topic: json.dumps(one) for topic, one in topics.items()})
    home.wait_for(entity, f"{home.snapshot.inverters[0].power_w}")
