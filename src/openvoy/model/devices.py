"""The devices of a site. Values are of one moment, units stand in the names, `None` is "not said"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from openvoy.codec import ValueStruct
from openvoy.model.equipment import Equipment


class Reading(ValueStruct, frozen=True, kw_only=True):
    """What a meter or one of its phases measures. Signs follow the meter's kind, see `Meter.kind`."""

    active_power_w: float | None = None
    apparent_power_va: float | None = None
    reactive_power_var: float | None = None
    """Positive is lagging (inductive)."""
    power_factor: float | None = None
    """-1 to 1; None where the gateway's word cannot be one."""
    voltage_v: float | None = None
    """Phase to neutral for a phase; the sum over the phases in use for a meter."""
    current_a: float | None = None
    frequency_hz: float | None = None
    delivered_wh: float | None = None
    """Lifetime energy in the direction of positive power."""
    received_wh: float | None = None
    """Lifetime energy in the direction of negative power."""


class Channel(Reading, frozen=True, kw_only=True):
    """One phase in use of a meter."""

    phase: str
    """L1, L2 or L3."""


class Meter(Reading, frozen=True, kw_only=True):
    """One current-transformer meter. A disabled meter is listed without values."""

    eid: int
    """The gateway's record number of this meter; stable for its life."""
    kind: str
    """`production` (positive: generating), `net-consumption` (positive: import), `total-consumption` (positive: use),
    `storage` (positive: discharging), or any other word that the gateway uses."""
    state: str
    """`enabled` or `disabled`."""
    phase_count: int | None = None
    status: str | None = None
    """`normal`, `check-wiring`, `not-metering` …"""
    flags: tuple[str, ...] = ()
    """What the gateway finds wrong, such as `production-imbalance`."""
    at: datetime | None = None
    channels: tuple[Channel, ...] = ()
    """Only the phases in use; the others carry induced noise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inverter:
    """One microinverter with its panel."""

    serial: str
    at: datetime | None = None
    """End of its last report; reports come every 5 to 15 minutes, or hourly."""
    power_w: float | None = None
    """Average over the last report interval; keeps its last value overnight, see `at`."""
    max_power_w: float | None = None
    dc_voltage_v: float | None = None
    dc_current_a: float | None = None
    ac_voltage_v: float | None = None
    ac_current_a: float | None = None
    frequency_hz: float | None = None
    temperature_c: float | None = None
    lifetime_wh: float | None = None
    today_wh: float | None = None
    """The gateway's own count since its midnight; not used for history."""
    report_interval_s: float | None = None
    report_wh: float | None = None
    """Energy of the last report interval."""
    phase: str | None = None
    """L1, L2 or L3."""
    part_number: str | None = None
    firmware: str | None = None
    status: str | None = None
    """`ok` or the conditions that the gateway sees, in its words."""
    provisioned: bool | None = None
    """It belongs to the site, as the inventory has it."""
    communicating: bool | None = None
    producing: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery(Equipment):
    """One battery; `kind` is `iq` for an IQ Battery, `acb` for an AC Battery. Power is positive while discharging."""

    soc_pct: float | None = None
    power_w: float | None = None
    apparent_power_va: float | None = None
    """With the sign of the power."""
    max_power_w: float | None = None
    """Highest ever, AC Batteries."""
    capacity_wh: float | None = None
    temperature_c: float | None = None
    max_cell_temperature_c: float | None = None
    status: str | None = None
    """`charging`, `discharging`, `idle`, `full`, `asleep`, or the gateway's own word."""
    phase: str | None = None
    sleeping: bool | None = None
    """It is asleep, or told to be: `conditions` has `sleep-mode` once it is."""
    sleep_from_soc_pct: float | None = None
    sleep_to_soc_pct: float | None = None
    provisioned: bool | None = None
    """It belongs to the site, as the inventory has it; AC Batteries."""
    producing: bool | None = None
    dc_switch_off: bool | None = None
    hardware_generation: int | None = None
    """1 for the first, 2 for 3T and 10T, 3 for 5P, 4 for 10C."""
    led_code: int | None = None
    cell_firmware: str | None = None
    """Firmware of what manages its cells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """All batteries of one kind together."""

    kind: str
    """`iq` or `acb`, as `Battery.kind`."""
    batteries: int | None = None
    soc_pct: float | None = None
    available_wh: float | None = None
    capacity_wh: float | None = None
    """What can be used of it."""
    power_w: float | None = None
    state: str | None = None
    """`charging`, `discharging`, `idle`, `full`, in the gateway's words; AC Batteries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """All batteries of the site together, and how they are told to behave."""

    soc_pct: float | None = None
    available_wh: float | None = None
    capacity_wh: float | None = None
    health_pct: float | None = None
    mode: str | None = None
    """`self-consumption`, `savings`, `backup`, or the gateway's own word."""
    reserve_soc_pct: float | None = None
    reserve_in_effect_soc_pct: float | None = None
    """The reserve after the gateway's own adjustments."""
    reserve_wh: float | None = None
    very_low_soc_pct: float | None = None
    """Below this the batteries stop, whatever they are told."""
    charge_from_grid: bool | None = None
    cloud_scheduled: bool | None = None
    """True while the vendor's cloud plans the battery: local changes of mode then have no effect."""
    settings_at: datetime | None = None
    """When mode or reserve were set last."""
    banks: tuple[Bank, ...] = ()
    """By kind; IQ Batteries first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The relay that separates the house from the grid."""

    relay: str | None = None
    """`closed` (on grid), `open` (islanded), `open synchronizing` …"""
    relay_admin: str | None = None
    """What was asked of the relay."""
    status: str | None = None
    """`on-grid`, `off-grid`, `generator`, or the gateway's own word."""
    profile: str | None = None
    """Name of the grid profile."""
    controller: str | None = None
    """Serial of the device that holds the relay."""
    temperature_c: float | None = None
    communicating: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One dry contact of the system controller."""

    id: str
    """NC1, NC2 (normally closed), NO1, NO2 (normally open)."""
    status: str | None = None
    """`open` or `closed`."""
    kind: str | None = None
    """`none`, `pv`, `load`, or the gateway's own word."""
    name: str | None = None
    mode: str | None = None
    """`manual` or `soc`."""
    on_grid: str | None = None
    """What it does on grid: `apply`, `shed`, `schedule`, `none`."""
    off_grid: str | None = None
    on_generator: str | None = None
    soc_low_pct: float | None = None
    soc_high_pct: float | None = None
    priority: int | None = None
    """1 is highest."""
    window_start_s: float | None = None
    """After midnight: from here it is essential."""
    window_end_s: float | None = None
    black_start_delay_s: float | None = None
    may_override: bool | None = None
    overridden: bool | None = None
    inverters: tuple[str, ...] = ()
    """Serial numbers behind a `pv` contact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """Test runs of a generator."""

    day: str | None = None
    """Mon to Sun."""
    start_min: int | None = None
    """After midnight."""
    duration_min: int | None = None
    weeks: int | None = None
    """From one to the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Generator:
    """A standby generator behind the system controller."""

    state: str | None = None
    """`closed` while it feeds the house, else `open`."""
    admin_state: str | None = None
    mode: str | None = None
    """`on`, `off` or `auto`."""
    name: str | None = None
    rated_power_w: float | None = None
    start_soc_pct: float | None = None
    """It starts by itself below this state of charge."""
    stop_soc_pct: float | None = None
    exercising: bool | None = None
    charges_battery: bool | None = None
    present: bool | None = None
    """Firmware 7 says so of generators that are not there."""
    scheduled: bool | None = None
    """Its schedule rules."""
    mode_code: int | None = None
    category_code: int | None = None
    category: str | None = None
    """Such as `Standby`."""
    manufacturer: str | None = None
    model: str | None = None
    identifier: str | None = None
    start_method: str | None = None
    max_current_a: float | None = None
    min_load_pct: float | None = None
    max_load_pct: float | None = None
    warm_up_min: float | None = None
    cool_down_min: float | None = None
    exercise: Exercise | None = None
    default_start_soc_pct: float | None = None
    default_stop_soc_pct: float | None = None
    configured_by: str | None = None
    """What changed its configuration last, in the gateway's words."""
    commanded_by: str | None = None
    scheduled_by: str | None = None
