"""Runs in an environment with Home Assistant: its own schemas of MQTT discovery, for looking at or for a check.

ha_schemas.py extract     prints what the schemas allow, as JSON
ha_schemas.py validate    reads messages by topic as lines of JSON, and prints what is wrong with each, as JSON
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import voluptuous as vol
from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.mqtt import discovery, mixins
from homeassistant.components.number import const as number
from homeassistant.components.sensor import const as sensor
from homeassistant.const import MAX_LENGTH_STATE_STATE, EntityCategory, __version__

PLATFORMS = ("sensor", "binary_sensor", "switch", "select", "number", "button", "text")
NEWER = {"sensor": {"options"}}
"""Keys that later versions know and this one leaves out: a list of an enumeration's words."""


def _schema(validator: Any) -> Any:
    """Give the mapping of a validator that may be several."""
    if isinstance(validator, vol.All):
        return next(found for found in map(_schema, validator.validators) if found is not None)
    return validator.schema if isinstance(validator, vol.Schema) and isinstance(validator.schema, dict) else None


def _keys(validator: Any) -> dict[str, list[str]]:
    schema = _schema(validator)
    required = sorted(str(key) for key in schema if isinstance(key, vol.Required))
    return {"keys": sorted(map(str, schema)), "required": required}


def _units(by_class: Mapping[Any, Any], name: Any) -> list[str | None] | None:
    return sorted({None if one is None else str(one) for one in by_class[name]}, key=str) if name in by_class else None


def _platform(name: str) -> Any:
    return importlib.import_module(f"homeassistant.components.mqtt.{name}").DISCOVERY_SCHEMA


def extract() -> dict[str, Any]:
    """Say what is allowed."""
    return {
        "homeassistant": __version__,
        "topic": discovery.TOPIC_MATCHER.pattern,
        "longest_state": MAX_LENGTH_STATE_STATE,
        "platforms": {name: _keys(_platform(name)) for name in PLATFORMS},
        "device": _keys(mixins.MQTT_ENTITY_DEVICE_INFO_SCHEMA),
        "origin": _keys(discovery.MQTT_ORIGIN_INFO_SCHEMA),
        "entity_categories": [one.value for one in EntityCategory],
        "sensor_units": {one.value: _units(sensor.DEVICE_CLASS_UNITS, one) for one in sensor.SensorDeviceClass},
        "sensor_state_classes": {
            one.value: sorted(kind.value for kind in sensor.DEVICE_CLASS_STATE_CLASSES.get(one, ()))
            for one in sensor.SensorDeviceClass
        },
        "number_units": {one.value: _units(number.DEVICE_CLASS_UNITS, one) for one in number.NumberDeviceClass},
        "binary_sensor_classes": [one.value for one in BinarySensorDeviceClass],
    }


def render(found: Mapping[str, Any]) -> str:
    """Write it with a line for each platform and class, so that differences between versions can be read."""
    lines = []
    for name, part in sorted(found.items()):
        if isinstance(part, dict):
            rows = [f'  "{key}": {json.dumps(part[key], sort_keys=True)}' for key in sorted(part)]
            lines.append(f' "{name}": {{\n' + ",\n".join(rows) + "\n }")
        else:
            lines.append(f' "{name}": {json.dumps(part)}')
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _faults(topic: str, message: dict[str, Any]) -> Iterator[str]:
    match = discovery.TOPIC_MATCHER.fullmatch(topic.partition("/")[2])
    if match is None or match[1] not in PLATFORMS:
        yield "no topic of a known platform"
        return
    platform = match[1]
    try:
        taken = _platform(platform)({**message, "platform": "mqtt"})
        discovery.MQTT_ORIGIN_INFO_SCHEMA(message["origin"])
    except vol.Invalid as error:
        yield str(error)
        return
    for key in set(message) - set(taken) - NEWER.get(platform, set()):
        yield f"{key} is not taken"
    if platform in {"sensor", "number"}:
        yield from _misfits(taken, sensor if platform == "sensor" else number)


def _misfits(taken: Mapping[str, Any], const: Any) -> Iterator[str]:
    """Tell what the schemas leave to the entity: units and statistics that do not suit the class."""
    device_class, unit = taken.get("device_class"), taken.get("unit_of_measurement")
    state_class = taken.get("state_class")
    if device_class in const.DEVICE_CLASS_UNITS and unit not in const.DEVICE_CLASS_UNITS[device_class]:
        yield f"{unit} is no unit of {device_class}"
    is_counted = state_class is not None and device_class is not None
    if is_counted and state_class not in const.DEVICE_CLASS_STATE_CLASSES.get(device_class, ()):
        yield f"{state_class} does not suit {device_class}"
    if device_class in {"enum", "timestamp", "date"} and (unit is not None or state_class is not None):
        yield f"{device_class} with a unit or statistics"


def main() -> None:
    """Do what the command says."""
    if sys.argv[1:] == ["extract"]:
        sys.stdout.write(render(extract()))
        return
    wrong: dict[str, list[str]] = {}
    checked = 0
    for line in sys.stdin:
        for topic, message in json.loads(line).items():
            checked += 1
            if found := list(_faults(topic, message)):
                wrong[topic] = found
    json.dump({"homeassistant": __version__, "checked": checked, "wrong": wrong}, sys.stdout)


if __name__ == "__main__":
    main()
