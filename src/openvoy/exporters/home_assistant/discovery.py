"""Home Assistant's MQTT discovery: one retained message an entity, from the quantities that were said.

Format: home-assistant.io/integrations/mqtt, "Single component". The newer message for a whole device is not used: it
wants Home Assistant 2024.12, becomes larger than some brokers take, and is sent anew whenever one entity changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from openvoy.exporters.home_assistant import words
from openvoy.exporters.home_assistant.devices import build_devices, device_id, is_part
from openvoy.exporters.home_assistant.topics import Prefixes, fit, render_topic
from openvoy.exporters.quantities import Quantity

LONGEST_STATE = 255
"""Characters; Home Assistant drops longer states."""

_CLASSES = {
    "W": ("power", 0),
    "VA": ("apparent_power", 0),
    "var": ("reactive_power", 0),
    "V": ("voltage", 1),
    "A": ("current", 2),
    "Hz": ("frequency", 2),
    "°C": ("temperature", 1),
    "s": ("duration", 0),
    "min": ("duration", 0),
}
"""Device class and decimals by unit."""
_STORED = frozenset({"available_wh", "capacity_wh", "reserve_wh"})
"""Energies that can go down again."""
_NAMED_PARTS = frozenset({"grid", "reported"})
"""Parts of the gateway whose quantities would not say by themselves what they are of."""
_SINCE_MIDNIGHT = "today_wh"
_TIMES_OF_DAY = frozenset({"window_start_s", "window_end_s"})
_UNSAID = "{{ value if value else none }}"
_SHORTENED = f"{{{{ value[:{LONGEST_STATE}] if value else none }}}}"
_IN_KWH = "{{ (value | float / 1000) | round(3) if value else none }}"

Message = Mapping[str, Any]


def build_discovery(
    quantities: Iterable[Quantity], *, prefixes: Prefixes, version: str, names: Mapping[str, str] | None = None
) -> Mapping[str, Message]:
    """Build discovery messages by topic, of all quantities with a value.

    `names` are what the user calls each gateway, by serial number. A word that is new to an enumeration, a new name or
    firmware changes messages: whoever sends them again then keeps Home Assistant right.
    """
    listed = list(quantities)
    said = [quantity for quantity in listed if quantity.value is not None]
    devices = build_devices(listed, names or {})
    messages: dict[str, Message] = {}
    for quantity in said:
        own = device_id(quantity.thing)
        entity = _build_entity(quantity, prefixes)
        platform = "binary_sensor" if isinstance(quantity.value, bool) else "sensor"
        messages[discovery_topic(platform, own, entity["unique_id"], prefixes)] = {
            **entity,
            "device": devices.get(own, {"identifiers": [own]}),
            **build_frame(quantity.thing.gateway, prefixes, version),
        }
    return messages


def unique_id_of(quantity: Quantity) -> str:
    """Give what tells its entity from all others, for good."""
    thing = quantity.thing
    part = (thing.kind, thing.id) if is_part(thing) else ()
    steps = (device_id(thing), *part, thing.phase, quantity.name)
    return "_".join(fit(step) for step in steps if step)


def discovery_topic(platform: str, device: str, unique_id: str, prefixes: Prefixes) -> str:
    """Give where an entity's message stands; emptied, the entity vanishes."""
    return f"{prefixes.discovery}/{platform}/{device}/{unique_id.removeprefix(device).lstrip('_')}/config"


def build_frame(gateway: str, prefixes: Prefixes, version: str) -> Message:
    """Say whose entity it is, and when its value counts: while Openvoy runs and the gateway's values are fresh."""
    return {
        "availability": [{"topic": prefixes.status}, {"topic": prefixes.gateway_status(gateway)}],
        "availability_mode": "all",
        "origin": {"name": "Openvoy", "sw_version": version},
    }


def _build_entity(quantity: Quantity, prefixes: Prefixes) -> dict[str, Any]:
    entity: dict[str, Any] = {
        "unique_id": unique_id_of(quantity),
        "name": _name(quantity),
        "state_topic": render_topic(quantity, prefixes),
        **_build_kind(quantity),
    }
    if _is_diagnostic(quantity):
        entity["entity_category"] = "diagnostic"
    if not _is_shown(quantity):
        entity["enabled_by_default"] = False
    return entity


def _name(quantity: Quantity) -> str:
    """Name it as Home Assistant does: a sentence's case, without the device's name."""
    thing, name = quantity.thing, quantity.name
    found = words.NAMES.get((thing.kind, name)) or words.ANYWHERE.get(name)
    if found is None:
        stem = name.rpartition("_")[0] if quantity.unit else name
        measure = {"W": "power", "Wh": "energy"}.get(quantity.unit, "")
        steps = [step for step in stem.split("_") if step]
        if measure and measure not in steps:
            steps.append(measure)
        if thing.kind in _NAMED_PARTS:
            steps = [thing.kind, *filter(None, [thing.id]), *steps]
        found = " ".join(words.SPELLINGS.get(step, step) for step in steps)
    part = thing.phase or (f"{thing.id} bank" if thing.kind == "bank" else "")
    if part:
        found = f"{part} {found[:1].lower()}{found[1:]}"
    return found[:1].upper() + found[1:]


def _build_kind(quantity: Quantity) -> dict[str, Any]:
    """Say what sort of value it is, in Home Assistant's words."""
    value, kind, name = quantity.value, quantity.thing.kind, quantity.name
    if isinstance(value, bool):
        answer = {"payload_on": "true", "payload_off": "false", "value_template": _UNSAID}
        return answer | ({"device_class": words.ANSWERS[name]} if name in words.ANSWERS else {})
    if isinstance(value, datetime):
        return {"device_class": "timestamp", "value_template": _UNSAID}
    if isinstance(value, str):
        options = words.OPTIONS.get((kind, name), ())
        is_known = value in options
        return {"value_template": _SHORTENED} | ({"device_class": "enum", "options": list(options)} if is_known else {})
    return _build_energy(quantity) if quantity.unit == "Wh" else _build_number(quantity)


def _build_energy(quantity: Quantity) -> dict[str, Any]:
    """Energies in kWh, as the energy dashboard has them; a single report's in Wh."""
    if quantity.name in _STORED:
        sort = {"device_class": "energy_storage"} | _statistics(quantity)
    elif quantity.is_total or quantity.name == _SINCE_MIDNIGHT:
        sort = {"device_class": "energy", "state_class": "total_increasing"}
    else:
        return {
            "device_class": "energy",
            "unit_of_measurement": "Wh",
            "suggested_display_precision": 2,
            "value_template": _UNSAID,
        }
    precision = 2 if quantity.name == _SINCE_MIDNIGHT else 1
    return sort | {
        "unit_of_measurement": "kWh",
        "suggested_display_precision": precision,
        "value_template": _IN_KWH,
    }


def _build_number(quantity: Quantity) -> dict[str, Any]:
    name, unit = quantity.name, quantity.unit
    number: dict[str, Any] = {"value_template": _UNSAID, **_statistics(quantity)}
    if unit:
        number["unit_of_measurement"] = unit
    if name == "soc_pct":
        number |= {"device_class": "battery", "suggested_display_precision": 0}
    elif name == "power_factor":
        number |= {"device_class": "power_factor", "suggested_display_precision": 2}
    elif unit == "%":
        number["suggested_display_precision"] = 0
    elif unit in _CLASSES and name not in _TIMES_OF_DAY:
        device_class, decimals = _CLASSES[unit]
        number |= {"device_class": device_class, "suggested_display_precision": decimals}
    return number


def _statistics(quantity: Quantity) -> dict[str, str]:
    is_measured = quantity.name in words.MEASURED or (bool(quantity.unit) and quantity.name not in words.SETTINGS)
    return {"state_class": "measurement"} if is_measured else {}


def _is_diagnostic(quantity: Quantity) -> bool:
    if (quantity.thing.kind, quantity.name) in words.MAIN:
        return False
    if isinstance(quantity.value, bool | str | datetime):
        return True
    return (not quantity.unit and quantity.name != "power_factor") or quantity.name in words.SETTINGS


def _is_shown(quantity: Quantity) -> bool:
    thing = quantity.thing
    if thing.phase:
        return quantity.name in words.PHASES_SHOWN
    shown = words.SHOWN.get(thing.kind)
    return shown is None or quantity.name in shown
