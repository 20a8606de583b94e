"""What Home Assistant is told of each device: its name, maker, model, and what it hangs on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from openvoy.exporters.home_assistant.topics import fit
from openvoy.exporters.quantities import Quantity, Thing, Value
from openvoy.protocol.identity import MANUFACTURER

OF_THE_GATEWAY = frozenset({"site", "gateway", "grid", "reported"})
"""Kinds of things that are told as the gateway's own device."""
_SERIAL_IS_ID = frozenset({"inverter", "battery", "controller"})
_OTHERS_MAKE = frozenset({"generator"})
"""Kinds that somebody else makes than the gateway."""
_PART_OF = {"bank": "storage"}
"""Kinds of things that are told as another's device."""
_KINDS = {"inverter": "panel", "storage": "batteries"}
_MODELS = {
    "inverter": "Microinverter",
    "battery": "Battery",
    "storage": "Battery storage",
    "gateway": "Gateway",
    "meter": "Meter",
    "contact": "Dry contact",
}

Traits = Mapping[str, Value]
Device = Mapping[str, Any]


def device_id(thing: Thing) -> str:
    """Give what identifies a thing's device for good."""
    if thing.kind in _PART_OF:
        return device_id(Thing(thing.gateway, _PART_OF[thing.kind]))
    steps = (thing.gateway,) if thing.kind in OF_THE_GATEWAY else (thing.gateway, thing.kind, thing.id)
    return "_".join(("openvoy", *(fit(step) for step in steps if step)))


def is_part(thing: Thing) -> bool:
    """Whether it is told as part of another thing's device."""
    return thing.kind in OF_THE_GATEWAY or thing.kind in _PART_OF


def build_devices(quantities: Iterable[Quantity], names: Mapping[str, str]) -> Mapping[str, Device]:
    """Build the devices by their identifier. `names` are what the user calls each gateway, by serial number."""
    traits: dict[Thing, dict[str, Value]] = defaultdict(dict)
    for quantity in quantities:
        thing = quantity.thing
        if thing.kind == "gateway" or not (thing.phase or is_part(thing)):
            traits[thing][quantity.name] = quantity.value
    return {device_id(thing): _build_device(thing, said, names) for thing, said in traits.items()}


def _build_device(thing: Thing, said: Traits, names: Mapping[str, str]) -> Device:
    own, gateway = device_id(thing), device_id(Thing(thing.gateway, "gateway"))
    serial = thing.gateway if thing.kind == "gateway" else thing.id if thing.kind in _SERIAL_IS_ID else None
    maker = said.get("manufacturer") or (None if thing.kind in _OTHERS_MAKE else MANUFACTURER)
    device = {
        "identifiers": [own],
        "name": _name(thing, said, names),
        "manufacturer": maker,
        "model": _model(thing, said),
        "serial_number": serial,
        "sw_version": said.get("firmware"),
        "via_device": gateway if own != gateway else None,
    }
    return {key: value for key, value in device.items() if value}


def _name(thing: Thing, said: Traits, names: Mapping[str, str]) -> str:
    given = names.get(thing.gateway)
    if thing.kind == "gateway":
        return f"Gateway {given or thing.gateway}"
    name = str(said.get("name") or "").strip() if thing.kind in {"contact", "generator"} else ""
    if not name:
        name = _sentence(" ".join(filter(None, _words(thing, said))))
    # Serial numbers tell devices apart by themselves; the others have namesakes at a second gateway.
    return f"{name} ({given})" if given and len(names) > 1 and thing.kind not in _SERIAL_IS_ID else name


def _words(thing: Thing, said: Traits) -> tuple[str, ...]:
    if thing.kind == "meter":
        return (str(said.get("kind") or "").replace("-", " "), "meter")
    if thing.kind == "controller":
        return (str(said.get("kind") or "controller").replace("-", " "), thing.id)
    return (_KINDS.get(thing.kind, thing.kind.replace("_", " ")), thing.id)


def _model(thing: Thing, said: Traits) -> str | None:
    if thing.kind == "generator":
        return str(said.get("model") or "") or None
    label = _MODELS.get(thing.kind)
    if thing.kind == "gateway" and said.get("model"):
        label = f"{said['model']} gateway"
    elif thing.kind == "controller":
        label = str(said.get("kind") or "controller").replace("-", " ")
    detail = thing.id if thing.kind == "contact" else str(said.get("part_number") or "")
    return _sentence(" ".join(filter(None, (label, detail)))) or None


def _sentence(words: str) -> str:
    """Begin with a capital letter."""
    return words[:1].upper() + words[1:]
