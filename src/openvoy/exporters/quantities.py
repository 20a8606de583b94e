"""Everything that a snapshot says, as single quantities of single things: what every exporter hands on.

What the model gains, exporters gain: fields are read from its dataclasses, units from their names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from typing import Any

from openvoy.model import Snapshot
from openvoy.model.devices import Bank, Channel, Contact, Meter

Value = float | int | bool | str | datetime | None

UNITS = {
    "w": "W",
    "va": "VA",
    "var": "var",
    "wh": "Wh",
    "v": "V",
    "a": "A",
    "hz": "Hz",
    "c": "°C",
    "pct": "%",
    "s": "s",
    "min": "min",
}
"""By the last word of a field's name."""

TOTALS = frozenset(
    {"solar_wh", "import_wh", "export_wh", "charge_wh", "discharge_wh", "load_wh", "generator_wh"}
    | {"delivered_wh", "received_wh", "lifetime_wh"}
)
"""Counters: they grow, or fall only where a device was reset."""

_KEYS = {Channel: "phase", Meter: "eid", Contact: "id", Bank: "kind"}
"""What a thing is told apart by, where it is not its serial number."""


@dataclass(frozen=True, slots=True)
class Thing:
    """What a quantity belongs to: the site, or one of its devices."""

    gateway: str
    """Serial of the gateway that speaks of it."""
    kind: str
    """site, gateway, storage, bank, grid, generator, meter, inverter, battery, controller or contact."""
    id: str = ""
    """Serial, record number or name; "" where there is one of the kind."""
    phase: str = ""
    """L1, L2 or L3 of a meter; "" for all of it."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """One value of one thing at one moment."""

    thing: Thing
    name: str
    """The field of the model, such as `dc_voltage_v`."""
    value: Value
    at: datetime
    """When the device reported it, or when the snapshot was made."""

    @property
    def unit(self) -> str:
        """Such as W; "" for a number without one, a text or an answer."""
        return unit_of(self.name)

    @property
    def is_total(self) -> bool:
        """Whether it is a counter."""
        return self.name in TOTALS


@cache
def unit_of(name: str) -> str:
    """Give the unit that a field's name says."""
    return UNITS.get(name.rpartition("_")[2], "") if "_" in name else ""


def quantities(snapshot: Snapshot) -> Iterator[Quantity]:
    """Give all quantities, those that were not said as None."""
    gateway, at = snapshot.gateway.serial, snapshot.at
    yield from _of(Thing(gateway, "gateway"), snapshot.gateway, at)
    yield from _of(Thing(gateway, "site"), snapshot.power, at)
    yield from _of(Thing(gateway, "site"), snapshot.energy, at)
    for kind, single in (("storage", snapshot.storage), ("grid", snapshot.grid), ("generator", snapshot.generator)):
        if single is not None:
            yield from _of(Thing(gateway, kind), single, at)
    for bank in () if snapshot.storage is None else snapshot.storage.banks:
        yield from _of(Thing(gateway, "bank", bank.kind), bank, at)
    for meter in snapshot.meters:
        yield from _of(Thing(gateway, "meter", str(meter.eid)), meter, meter.at or at)
        for channel in meter.channels:
            yield from _of(Thing(gateway, "meter", str(meter.eid), channel.phase), channel, meter.at or at)
    for kind, things in _devices(snapshot):
        for thing in things:
            name = thing.id if kind == "contact" else thing.serial
            yield from _of(Thing(gateway, kind, name), thing, getattr(thing, "at", None) or at)


def _devices(snapshot: Snapshot) -> Iterable[tuple[str, Iterable[Any]]]:
    return (
        ("inverter", snapshot.inverters),
        ("battery", snapshot.batteries),
        ("controller", snapshot.controllers),
        ("contact", snapshot.contacts),
    )


def _of(thing: Thing, part: Any, at: datetime) -> Iterator[Quantity]:
    shape: Any = type(part)
    for name in _value_fields(shape):
        yield Quantity(thing, name, getattr(part, name), at)


@cache
def _value_fields(shape: Any) -> tuple[str, ...]:
    """Give the fields that hold one value each."""
    key = _KEYS.get(shape, "serial")
    single = {"float", "int", "bool", "str", "datetime", "None"}
    return tuple(
        field.name for field in fields(shape) if field.name != key and set(str(field.type).split(" | ")) <= single
    )
