"""What a gateway can be told, as entities of Home Assistant: switch, select, number, text and button.

Only an owner's controls; an installer's are not for a button in the living room.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from openvoy.exporters.home_assistant.devices import Device, build_devices, device_id
from openvoy.exporters.home_assistant.discovery import Message, build_frame, discovery_topic
from openvoy.exporters.home_assistant.topics import Prefixes, fit, render_setting
from openvoy.exporters.quantities import Quantity, Thing
from openvoy.model.control import Argument, Offer, Setting

UNDO = "undo"
"""Stands where a control's name does; takes back the newest change."""
NOTHING = "nothing"
"""What the choice `none` is called in Home Assistant, where that word is taken for "unknown"."""

_EVERYDAY = frozenset(
    {"battery.charge-from-grid", "battery.mode", "battery.reserve", "contact.state", "generator.mode", "grid.relay"}
    | {"production.limit", "export.limit"}
)
"""Controls whose entities are enabled by themselves; the others are configuration, and wait to be wanted."""
_HOMES = {"battery": "storage", "generator": "generator"}
"""Kind of the device that an area's controls belong to; else the target's, else the gateway."""
_NAMES = {("battery.mode", "cloud-schedule"): "Cloud schedule"}
"""Where control and argument say too much."""
_SPELLINGS = {"pcs": "PCS", "der": "DER", "der1": "DER1", "der2": "DER2", "der3": "DER3", "pv": "PV", "soc": "charge"}
_NUMBER_CLASSES = {"W": "power", "kW": "power", "A": "current", "s": "duration", "min": "duration"}
_FINE_STEPS = {"A": 0.1, "kW": 0.1}
_POSITIONS = {"open", "closed"}
_FARTHEST = 1e6
"""Bound of a number that says none."""
_TIME = r"([01]\d|2[0-3]):[0-5]\d"


@dataclass(frozen=True, slots=True)
class _Knob:
    """One argument of one control for one target."""

    offer: Offer
    target: str
    argument: Argument
    value: Setting

    @property
    def steps(self) -> tuple[str, ...]:
        return (self.offer.name, self.target, self.argument.name)


def build_controls(
    offers: Iterable[Offer],
    *,
    gateway: str,
    quantities: Iterable[Quantity],
    prefixes: Prefixes,
    version: str,
    names: Mapping[str, str] | None = None,
) -> Mapping[str, Message]:
    """Build discovery messages of all that a gateway, by serial number, can be told; for where control is enabled.

    `quantities` are those that `build_discovery` is given: controls belong to the same devices.
    """
    devices = build_devices(quantities, names or {})
    frame = build_frame(gateway, prefixes, version)
    entities = [_build_knob(knob, _home(knob, gateway, devices), gateway, prefixes) for knob in _knobs(offers)]
    if entities:
        entities.append(_build_undo(gateway, prefixes))
    messages: dict[str, Message] = {}
    for platform, home, entity in entities:
        device = devices.get(home, {"identifiers": [home]})
        topic = discovery_topic(platform, home, entity["unique_id"], prefixes)
        messages[topic] = {**entity, "device": device, **frame}
    return messages


def build_control_states(offers: Iterable[Offer], *, gateway: str, prefixes: Prefixes) -> Mapping[str, str]:
    """Give the present settings by topic, as the gateway says them; "" for what it does not say."""
    return {prefixes.setting(gateway, *knob.steps): render_setting(knob.value) for knob in _knobs(offers)}


def is_told(offer: Offer) -> bool:
    """Whether programs of the house may tell it."""
    return offer.is_offered and offer.family == "control"


def _knobs(offers: Iterable[Offer]) -> Iterator[_Knob]:
    for offer in filter(is_told, offers):
        for target, settings in offer.current.items():
            for argument in offer.arguments:
                if not argument.is_target and _platform(argument) is not None:
                    yield _Knob(offer, target, argument, settings.get(argument.name))


def _platform(argument: Argument) -> str | None:
    """Choose the sort of entity; None where there is none for it."""
    if argument.kind == "choice":
        return "switch" if set(argument.choices) == _POSITIONS else "select" if argument.choices else None
    if argument.kind == "number":
        least, most = _bounds(argument)
        return "number" if least < most else None
    return {"flag": "switch", "time": "text", "text": "text"}.get(argument.kind)


def _home(knob: _Knob, gateway: str, devices: Mapping[str, Device]) -> str:
    """Find the device that it belongs to."""
    area = knob.offer.name.partition(".")[0]
    kinds = (_HOMES.get(area, area), "battery", "inverter", "controller") if knob.target else (_HOMES.get(area, area),)
    homes = (device_id(Thing(gateway, kind, knob.target)) for kind in kinds)
    return next((home for home in homes if home in devices), device_id(Thing(gateway, "gateway")))


def _build_knob(knob: _Knob, home: str, gateway: str, prefixes: Prefixes) -> tuple[str, str, dict[str, Any]]:
    platform = _platform(knob.argument)
    assert platform is not None
    is_foreign = home == device_id(Thing(gateway, "gateway"))
    entity = {
        "unique_id": "_".join((device_id(Thing(gateway, "gateway")), "control", *map(fit, filter(None, knob.steps)))),
        "name": _name(knob, with_area=is_foreign, with_target=is_foreign),
        "state_topic": prefixes.setting(gateway, *knob.steps),
        "command_topic": prefixes.command(gateway, *knob.steps),
        "retain": False,
        "qos": 1,
        **_KINDS[platform](knob.argument),
    }
    if knob.offer.name not in _EVERYDAY:
        entity |= {"entity_category": "config", "enabled_by_default": False}
    return platform, home, entity


def _name(knob: _Knob, *, with_area: bool, with_target: bool) -> str:
    """Such as "Charge from grid", or "Export limit enabled" on the gateway, which has controls of several areas."""
    if found := _NAMES.get((knob.offer.name, knob.argument.name)):
        return found
    area, _, verb = knob.offer.name.partition(".")
    steps = [area] if with_area and not knob.argument.name.startswith(area) else []
    steps += [knob.target] if with_target and knob.target else []
    steps += [] if verb in {"settings", "config"} else [verb]
    said = knob.argument.name
    if not knob.argument.is_required and said != verb:
        steps.append(said)
    if not steps:
        steps.append(said)
    words = " ".join(_SPELLINGS.get(word, word) for step in steps for word in step.split("-"))
    return words[:1].upper() + words[1:]


def _build_switch(argument: Argument) -> dict[str, Any]:
    on, off = ("closed", "open") if argument.kind == "choice" else ("on", "off")
    return {"payload_on": on, "payload_off": off, "value_template": "{{ value if value else none }}"}


def _build_select(argument: Argument) -> dict[str, Any]:
    shown = {choice: NOTHING if choice == "none" else choice for choice in argument.choices}
    # A word that is no option, such as a gateway's own, must read as unknown: Home Assistant logs an error otherwise.
    select: dict[str, Any] = {
        "options": list(shown.values()),
        "value_template": f"{{{{ {json.dumps(shown, ensure_ascii=False)}.get(value) }}}}",
    }
    if "none" in shown:
        select["command_template"] = f"{{{{ 'none' if value == '{NOTHING}' else value }}}}"
    return select


def _build_number(argument: Argument) -> dict[str, Any]:
    least, most = _bounds(argument)
    number: dict[str, Any] = {
        "min": least,
        "max": most,
        "step": _FINE_STEPS.get(argument.unit, 1),
        "value_template": "{{ value if value else none }}",
    }
    if argument.unit:
        number["unit_of_measurement"] = argument.unit
    if argument.unit in _NUMBER_CLASSES:
        number["device_class"] = _NUMBER_CLASSES[argument.unit]
    return number


def _build_text(argument: Argument) -> dict[str, Any]:
    return {"pattern": _TIME} if argument.kind == "time" else {}


_KINDS = {"switch": _build_switch, "select": _build_select, "number": _build_number, "text": _build_text}


def _bounds(argument: Argument) -> tuple[float, float]:
    least = -_FARTHEST if argument.least is None else argument.least
    return least, _FARTHEST if argument.most is None else argument.most


def _build_undo(gateway: str, prefixes: Prefixes) -> tuple[str, str, dict[str, Any]]:
    home = device_id(Thing(gateway, "gateway"))
    button = {
        "unique_id": f"{home}_control_{UNDO}",
        "name": "Undo last change",
        "command_topic": prefixes.command(gateway, UNDO),
        "payload_press": "PRESS",
        "retain": False,
        "qos": 1,
        "entity_category": "config",
    }
    return "button", home, button
