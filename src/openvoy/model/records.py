"""What history keeps: rows of one moment each, in the units of their names, times in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from openvoy.codec import ValueStruct
from openvoy.model.counters import CounterSource


class PowerRecord(ValueStruct, frozen=True, kw_only=True):
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


class EnergyRecord(ValueStruct, frozen=True, kw_only=True):
    """Accounted lifetime counters at `at`: monotone, repaired, the base of days, months and years."""

    gateway: str
    at: datetime
    solar_wh: float | None = None
    import_wh: float | None = None
    export_wh: float | None = None
    charge_wh: float | None = None
    discharge_wh: float | None = None
    load_wh: float | None = None
    generator_wh: float | None = None
    residual_wh: float | None = None
    """What the meters' balance does not explain, added up since the beginning; the only one that may fall."""
    estimated: bool = False
    """The shape since the previous record is interpolated; the total is counted."""
    charge_estimated: bool = False
    """Charge and discharge are integrated from battery power, as nothing counts them."""
    rules_version: int = 1
    """The rules of accounting that the counters come from."""


class DeviceEnergyRecord(ValueStruct, frozen=True, kw_only=True):
    """Accounted lifetime counters of one inverter or battery at `at`."""

    gateway: str
    at: datetime
    kind: str
    """inverter or battery."""
    serial: str
    energy_wh: float | None = None
    """What it gave: an inverter's production, a battery's discharge."""
    charge_wh: float | None = None
    """What a battery took."""
    estimated: bool = False


class PhaseEnergyRecord(ValueStruct, frozen=True, kw_only=True):
    """Accounted lifetime counters of one meter (`channel` 0) or one of its phases (1 to 3) at `at`."""

    gateway: str
    at: datetime
    eid: int
    channel: int
    delivered_wh: float | None = None
    received_wh: float | None = None
    estimated: bool = False


class MeterRecord(ValueStruct, frozen=True, kw_only=True):
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


class InverterRecord(ValueStruct, frozen=True, kw_only=True):
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


class BatteryRecord(ValueStruct, frozen=True, kw_only=True):
    """One battery at one moment; positive power is discharge."""

    gateway: str
    at: datetime
    serial: str
    soc_pct: float | None = None
    power_w: float | None = None
    temperature_c: float | None = None


class CounterRecord(ValueStruct, frozen=True, kw_only=True):
    """A counter exactly as reported."""

    gateway: str
    at: datetime
    firmware: str
    source: CounterSource
    value_wh: float


class StepRecord(ValueStruct, frozen=True, kw_only=True):
    """How a step of a counter was classified, and what it added to the accounted counter."""

    gateway: str
    at: datetime
    source: CounterSource
    step: str
    """A value of `accounting.Step`."""
    before_wh: float | None = None
    after_wh: float | None = None
    added_wh: float | None = None
    rules_version: int = 1


class DeviceRecord(ValueStruct, frozen=True, kw_only=True):
    """A device that was seen; the store keeps when it was seen first and last."""

    gateway: str
    at: datetime
    kind: str
    """gateway, meter, inverter, battery, controller."""
    serial: str
    part_number: str | None = None
    firmware: str | None = None


class EventRecord(ValueStruct, frozen=True, kw_only=True):
    """Something that a person may want to know later."""

    gateway: str
    at: datetime
    kind: str
    """Such as `gateway.unreachable`, `firmware.changed`, `counter.wrap`."""
    subject: str
    """Serial or source that it is about."""
    text: str
    details: Mapping[str, str | float | int | bool | None] = {}


class CorrectionRecord(ValueStruct, frozen=True, kw_only=True):
    """What a person knows better than the counters; accounting takes it into account from raw on.

    Written again with the same gateway, time and kind it replaces itself: so it is revoked.
    """

    gateway: str
    at: datetime
    """When the person said so."""
    kind: str
    """Such as `bad_range`, `replaced_gateway`."""
    start: datetime
    end: datetime
    details: Mapping[str, str | float | int | bool | None] = {}
    revoked: bool = False


class GapRecord(ValueStruct, frozen=True, kw_only=True):
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
    steps: tuple[StepRecord, ...] = ()
    device_energy: tuple[DeviceEnergyRecord, ...] = ()
    phase_energy: tuple[PhaseEnergyRecord, ...] = ()
    devices: tuple[DeviceRecord, ...] = ()
    events: tuple[EventRecord, ...] = ()
    gaps: tuple[GapRecord, ...] = ()
    corrections: tuple[CorrectionRecord, ...] = ()
