"""Home Assistant's MQTT discovery: one retained message a device, from the quantities that were said.

Format: home-assistant.io/integrations/mqtt, "Device discovery payload".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from openvoy.exporters.quantities import Quantity, Thing

_CLASSES = {
    "W": ("power", 0),
    "VA": ("apparent_power", 0),
    "var": ("reactive_power", 0),
    "Wh": ("energy", 0),
    "V": ("voltage", 1),
    "A": ("current", 2),
    "Hz": ("frequency", 2),
    "°C": ("temperature", 1),
    "s": ("duration", 0),
    "min": ("duration", 0),
}
"""Device class and decimals by unit."""
_SINGLE = frozenset({"site", "gateway"})
"""Things that are the gateway's own device in Home Assistant."""
_UNFIT = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefixes:
    """What topics begin with."""

    discovery: str = "homeassistant"
    topic: str = "openvoy"

    @property
    def status(self) -> str:
        """Where birth and will say `online` and `offline`."""
        return f"{self.topic}/status"


def render_topic(quantity: Quantity, prefixes: Prefixes) -> str:
    """Give the topic of a quantity: `openvoy/<gateway>/<thing>[/<id>][/<phase>]/<quantity>`."""
    thing = quantity.thing
    steps = (thing.gateway, thing.kind, thing.id, thing.phase, quantity.name)
    return "/".join((prefixes.topic, *(_fit(step) for step in steps if step)))


def render_value(quantity: Quantity) -> str:
    """Give what stands at that topic: true or false, ISO 8601, a number or a text; "" for what was not said."""
    value = quantity.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, datetime) else str(value)


def build_discovery(
    quantities: Iterable[Quantity], *, prefixes: Prefixes, version: str
) -> Mapping[str, Mapping[str, Any]]:
    """Build discovery messages by topic, of all quantities with a value."""
    messages: dict[str, dict[str, Any]] = {}
    for quantity in quantities:
        if quantity.value is None:
            continue
        device_id = _device_id(quantity.thing)
        topic = f"{prefixes.discovery}/device/{device_id}/config"
        message = messages.setdefault(topic, _build_message(quantity.thing, prefixes, version))
        entity = _build_entity(quantity, prefixes)
        message["components"][entity["unique_id"]] = entity
    return messages


def _build_message(thing: Thing, prefixes: Prefixes, version: str) -> dict[str, Any]:
    device_id, gateway_id = _device_id(thing), _device_id(Thing(thing.gateway, "gateway"))
    name = f"Gateway {thing.gateway}" if thing.kind in _SINGLE else f"{thing.kind} {thing.id}".strip().capitalize()
    device: dict[str, Any] = {"identifiers": [device_id], "name": name}
    if device_id != gateway_id:
        device["via_device"] = gateway_id
    return {
        "device": device,
        "origin": {"name": "Openvoy", "sw_version": version},
        "availability": [{"topic": prefixes.status}],
        "components": {},
    }


def _build_entity(quantity: Quantity, prefixes: Prefixes) -> dict[str, Any]:
    thing = quantity.thing
    words = [thing.phase, quantity.name.rpartition("_")[0] if quantity.unit else quantity.name]
    if thing.kind == "site":
        words.append("energy" if quantity.unit == "Wh" else "power")
    own_id = [_device_id(thing), thing.kind if thing.kind in _SINGLE else "", thing.phase, quantity.name]
    entity: dict[str, Any] = {
        "platform": "binary_sensor" if isinstance(quantity.value, bool) else "sensor",
        "unique_id": "_".join(_fit(word) for word in own_id if word),
        "name": " ".join(word for word in words if word).replace("_", " "),
        "state_topic": render_topic(quantity, prefixes),
        **_build_kind(quantity),
    }
    if thing.kind == "gateway" or isinstance(quantity.value, str | datetime):
        entity["entity_category"] = "diagnostic"
    return entity


def _build_kind(quantity: Quantity) -> dict[str, Any]:
    """Say what sort of value it is, in Home Assistant's words."""
    value, unit = quantity.value, quantity.unit
    if isinstance(value, bool):
        return {"payload_on": "true", "payload_off": "false"}
    if isinstance(value, datetime):
        return {"device_class": "timestamp"}
    if isinstance(value, str):
        return {}
    kind: dict[str, Any] = {"state_class": "total_increasing" if quantity.is_total else "measurement"}
    if unit:
        kind["unit_of_measurement"] = unit
    if quantity.name == "soc_pct":
        kind |= {"device_class": "battery", "suggested_display_precision": 0}
    elif unit in _CLASSES:
        name, decimals = _CLASSES[unit]
        is_stored = name == "energy" and not quantity.is_total
        kind |= {"device_class": "energy_storage" if is_stored else name, "suggested_display_precision": decimals}
    return kind


def _device_id(thing: Thing) -> str:
    steps = (thing.gateway,) if thing.kind in _SINGLE else (thing.gateway, thing.kind, thing.id)
    return "_".join(("openvoy", *(_fit(step) for step in steps if step)))


def _fit(step: str) -> str:
    """Replace what may not stand in a topic or an identifier."""
    return _UNFIT.sub("-", step)
