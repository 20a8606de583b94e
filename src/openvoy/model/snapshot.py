"""One moment of one gateway: what every part of Openvoy above the protocol sees."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from openvoy.codec import ValueStruct
from openvoy.model.counters import RawCounter
from openvoy.model.devices import Battery, Contact, Generator, Grid, Inverter, Meter, Storage
from openvoy.model.equipment import Controller
from openvoy.model.reported import Reported
from openvoy.model.tariff import Tariff


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayInfo:
    """The gateway itself."""

    serial: str
    part_number: str | None = None
    firmware: str | None = None
    """Version without its build letter, such as 8.2.4345."""
    model: str | None = None
    """`standard` counts only inverters, `metered` has current transformers on board."""
    phases: int | None = None
    """Phases that its meters use: 1, 2 (split phase) or 3."""


class Power(ValueStruct, frozen=True, kw_only=True):
    """Power flows now, in W. `load_w = solar_w + grid_w + battery_w + generator_w`, never clamped."""

    solar_w: float | None = None
    """Produced by the array; slightly negative at night, when the inverters draw standby power."""
    grid_w: float | None = None
    """Positive while importing, negative while exporting."""
    battery_w: float | None = None
    """Positive while discharging, negative while charging."""
    generator_w: float | None = None
    """Delivered by a generator, never negative."""
    load_w: float | None = None
    """Used by the house, battery charging excluded."""
    reported_consumption_w: float | None = None
    """What the gateway calls consumption: solar plus grid, battery charging included."""


class Energy(ValueStruct, frozen=True, kw_only=True):
    """Lifetime energies in Wh, each a counter that only grows."""

    solar_wh: float | None = None
    import_wh: float | None = None
    export_wh: float | None = None
    charge_wh: float | None = None
    discharge_wh: float | None = None
    load_wh: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingPart:
    """A part of the snapshot that could not be read this time, and why."""

    part: str
    """The endpoint's name."""
    reason: str
    """For people, without secrets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything a gateway said, in one frozen value. `None` means "not said" and never 0."""

    gateway: GatewayInfo
    at: datetime
    """When it was put together, timezone-aware, UTC."""
    power: Power = field(default_factory=Power)
    energy: Energy = field(default_factory=Energy)
    meters: tuple[Meter, ...] = ()
    inverters: tuple[Inverter, ...] = ()
    batteries: tuple[Battery, ...] = ()
    storage: Storage | None = None
    """All batteries together; None where there is none."""
    grid: Grid | None = None
    """The relay between house and grid; None where there is none."""
    controllers: tuple[Controller, ...] = ()
    contacts: tuple[Contact, ...] = ()
    generator: Generator | None = None
    tariff: Tariff | None = None
    reported: Reported = field(default_factory=Reported)
    counters: tuple[RawCounter, ...] = ()
    """Every energy counter as reported, with its source: what accounting is built on."""
    missing: tuple[MissingPart, ...] = ()

    def has_failed(self, part: str) -> bool:
        """Whether a part could not be read, or not all of it: nothing follows from what it does not say."""
        return any(one.part == part or one.part.startswith(f"{part} ") for one in self.missing)
