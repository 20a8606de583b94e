"""What a site is in one moment: plain values, no arrays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from openvoy.virtual.site.switchgear import Switchgear


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One branch on one phase, or on all of them. Energies are lifetime counters."""

    active_w: float
    reactive_var: float
    """Positive is lagging."""
    apparent_va: float
    delivered_wh: float
    """Counted while power is positive."""
    received_wh: float
    """Counted while power is negative."""
    lagging_varh: float
    leading_varh: float
    apparent_vah: float
    most_w: float
    """The highest power ever; of a branch: the sum of its phases' highest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchState:
    """One branch of the circuit."""

    all: Flow
    """The sum over the phases; energies are counted by phase and added up, as meters do."""
    phases: tuple[Flow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportState:
    """The last report of a microinverter."""

    at_s: int
    """End of its interval, Unix seconds."""
    energy_j: float
    """Produced in the interval."""
    lifetime_j: float
    dc_voltage_v: float
    dc_current_a: float
    ac_voltage_v: float
    ac_current_a: float
    frequency_hz: float
    temperature_c: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelState:
    """One panel with its microinverter."""

    serial: str
    power_w: float
    lifetime_j: float
    report: ReportState | None
    """None before its first report."""
    most_w: float
    """The highest mean power that it ever reported."""
    service: Literal["planned", "active", "retired"] = "active"
    """Whether its inverter is there; one that is gone keeps what it had counted."""
    since_s: int = 0
    """When it came, Unix seconds; not before the commissioning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageState:
    """Batteries that share the work evenly: all IQ Batteries, or one AC Battery."""

    serials: tuple[str, ...]
    stored_wh: float
    capacity_wh: float
    rated_w: float
    power_w: float
    """Positive: discharging."""
    temperature_c: float
    since_s: int
    """When they came, Unix seconds; not before the commissioning."""

    @property
    def units(self) -> int:
        """How many there are."""
        return len(self.serials)

    @property
    def soc_pct(self) -> float:
        """State of charge."""
        return 100 * self.stored_wh / self.capacity_wh


@dataclass(frozen=True, slots=True, kw_only=True)
class Midnight:
    """Counters at the start of a local day."""

    solar: BranchState
    grid: BranchState
    battery: BranchState
    generator: BranchState
    load: BranchState
    total: BranchState
    net: BranchState
    backfeed: BranchState
    charger: BranchState
    acb: BranchState
    told_j: tuple[float, ...]
    """Lifetime energy of each panel as last reported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteState:
    """Everything that is true in one moment."""

    at: datetime
    solar: BranchState
    grid: BranchState
    battery: BranchState
    generator: BranchState
    load: BranchState
    total: BranchState
    """Solar and net."""
    net: BranchState
    """Grid and generator."""
    backfeed: BranchState
    """Solar and battery."""
    charger: BranchState
    """A part of the load; all zeros without one."""
    acb: BranchState
    """AC Batteries, a part of the battery; likewise."""
    voltages_v: tuple[float, ...]
    """Phase to neutral."""
    frequency_hz: float
    air_c: float
    panels: tuple[PanelState, ...]
    storage: StorageState | None
    """IQ Batteries."""
    ac_batteries: tuple[StorageState, ...]
    """AC Batteries, one by one."""
    switchgear: Switchgear
    supply: Literal["grid", "island", "reviving", "dark", "generator"]
    """What the house hangs on: `dark` is nothing at all, `reviving` an island for the batteries alone."""
    grid_is_live: bool
    """Whether the grid itself has power, connected or not."""
    solar_pct: float
    """How much of what the array could feed in it is let feed in."""
    served_pct: float
    """How much of what is connected gets what it wants."""
