"""What history keeps: rows of one moment each, in the units of their names, times in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from openvoy.model.counters import CounterSource


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerRecord:
    """Mean powers over the `interval_s` seconds that start at `at`."""

    gateway: str
    """Serial of the gateway, in all records."""
    at: datetime
    interval_s: int
    solar_w: float | None = None
    grid_w: float | None = None
    battery_w: float | None = None
    generator_w: float | None = None
    load_w: float | None = None
    soc_pct: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyRecord:
    """Accounted lifetime counters at `at`: monotone, repaired, the base of days, months and years."""

    gateway: str
    at: datetime
    solar_wh: float | None = None
    import_wh: float | None = None
    export_wh: float | None = None
    charge_wh: float | None = None
    discharge_wh: float | None = None
    load_wh: float | None = None
    estimated: bool = False
    """The shape since the previous record is interpolated; the total is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterRecord:
    """One meter (`channel` 0) or one of its phases (1 to 3), mean over a minute."""

    gateway: str
    at: datetime
    eid: int
    channel: int
    active_power_w: float | None = None
    apparent_power_va: float | None = None
    reactive_power_var: float | None = None
    power_factor: float | None = None
    voltage_v: float | None = None
    current_a: float | None = None
    frequency_hz: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InverterRecord:
    """One report of one inverter; `at` is the end of its interval."""

    gateway: str
    at: datetime
    serial: str
    power_w: float | None = None
    dc_voltage_v: float | None = None
    dc_current_a: float | None = None
    ac_voltage_v: float | None = None
    ac_current_a: float | None = None
    frequency_hz: float | None = None
    temperature_c: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryRecord:
    """One battery at one moment; positive power is discharge."""

    gateway: str
    at: datetime
    serial: str
    soc_pct: float | None = None
    power_w: float | None = None
    temperature_c: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterRecord:
    """A counter exactly as reported."""

    gateway: str
    at: datetime
    firmware: str
    source: CounterSource
    value_wh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRecord:
    """A device that was seen; the store keeps when it was seen first and last."""

    gateway: str
    at: datetime
    kind: str
    """gateway, meter, inverter, battery, controller."""
    serial: str
    part_number: str | None = None
    firmware: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRecord:
    """Something that a person may want to know later."""

    gateway: str
    at: datetime
    kind: str
    """Such as `gateway.unreachable`, `firmware.changed`, `counter.wrap`."""
    subject: str
    """Serial or source that it is about."""
    text: str
    details: Mapping[str, str | float | int | bool | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class GapRecord:
    """A time without readings."""

    gateway: str
    start: datetime
    end: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What is written at once: all of it is kept, or nothing."""

    live: tuple[PowerRecord, ...] = ()
    """Every reading; kept for some days."""
    power: tuple[PowerRecord, ...] = ()
    """Minutes; kept forever, as all that follows."""
    energy: tuple[EnergyRecord, ...] = ()
    meters: tuple[MeterRecord, ...] = ()
    inverters: tuple[InverterRecord, ...] = ()
    batteries: tuple[BatteryRecord, ...] = ()
    counters: tuple[CounterRecord, ...] = ()
    devices: tuple[DeviceRecord, ...] = ()
    events: tuple[EventRecord, ...] = ()
    gaps: tuple[GapRecord, ...] = ()
