"""Where power flows: branches, phases and what a meter would see on them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from openvoy.virtual.site import flow
from openvoy.virtual.site.arrays import Array
from openvoy.virtual.site.calendar import MINUTE_S, LocalDay
from openvoy.virtual.site.definition import SiteDefinition
from openvoy.virtual.site.house import Load
from openvoy.virtual.site.noise import Stream, smooth
from openvoy.virtual.site.panels import ASLEEP_W, Plant, PlantOutput

ASLEEP_VAR = 12.0
"""Reactive power of an idle microinverter (lagging, its input filter); it fades as it works."""
VAR_PER_W = -0.04
BATTERY_VAR = 15.0
"""The same for a battery."""
GRID_OHM = {50: 0.22, 60: 0.055}
"""Resistance between the house and a stiff grid, by nominal frequency: export lifts the voltage, import drops it."""


class Branch(IntEnum):
    """Parts of the circuit; the sum of the first four is the load."""

    SOLAR = 0
    """Positive: generating."""
    GRID = 1
    """Positive: import."""
    BATTERY = 2
    """Positive: discharging."""
    GENERATOR = 3
    LOAD = 4
    """What the house uses."""
    TOTAL = 5
    """Solar and grid: what the gateway calls consumption, battery charging included."""


class Count(IntEnum):
    """What is counted of each branch and phase, in joules, var-seconds and volt-ampere-seconds."""

    DELIVERED = 0
    """Energy while power is positive."""
    RECEIVED = 1
    """Energy while power is negative."""
    LAGGING = 2
    LEADING = 3
    APPARENT = 4


@dataclass(frozen=True, slots=True, eq=False)
class Circuit:
    """Powers at each minute mark, [branch, phase, mark]; between marks they run straight."""

    active_w: Array
    reactive_var: Array
    """Positive is lagging."""
    apparent_va: Array
    voltage_v: Array
    """[phase, mark], phase to neutral."""
    frequency_hz: Array
    """[mark]."""


def batteries_by_phase(units: int, phases: int) -> Array:
    """Count the batteries on each phase: on three phases each unit has one, in turn; else they span all."""
    if phases == 3:
        return np.bincount(np.arange(units) % 3, minlength=3).astype(np.float64)
    return np.full(phases, units / phases)


def solar_power(plant: Plant, output: PlantOutput) -> Array:
    """Add up what inverters feed in, and draw while asleep, by phase."""
    fed: Array = plant.share @ (output.ac_w - ASLEEP_W * output.asleep)
    return fed


def wire_up(site: SiteDefinition, seed: int, day: LocalDay, *, solar_w: Array, load: Load, battery_w: Array) -> Circuit:
    """Let the grid carry what is left, phase by phase, and work out voltages and reactive power."""
    units = site.battery.units if site.battery else 0
    stored = _battery_by_phase(units, site.phase_count, battery_w)
    active = np.zeros((len(Branch), *load.active_w.shape))
    active[Branch.SOLAR], active[Branch.BATTERY], active[Branch.LOAD] = solar_w, stored, load.active_w
    _balance(active)
    reactive = np.zeros_like(active)
    panels = site.panel_count / site.phase_count
    reactive[Branch.SOLAR] = ASLEEP_VAR * panels + VAR_PER_W * np.maximum(solar_w, 0.0)
    reactive[Branch.BATTERY] = BATTERY_VAR * units / site.phase_count
    reactive[Branch.LOAD] = load.reactive_var
    _balance(reactive)
    return Circuit(
        active_w=active,
        reactive_var=reactive,
        apparent_va=np.hypot(active, reactive),
        voltage_v=_voltage(site, seed, day, active[Branch.GRID]),
        frequency_hz=site.frequency_hz
        + 0.018 * smooth(seed, day.date.toordinal(), Stream.FREQUENCY, minutes=day.minutes, knots=240),
    )


def step_counts(circuit: Circuit, stop: int | None = None) -> Array:
    """Integrate each minute up to mark `stop`: [count, branch, phase, minute]."""
    active, reactive, apparent = (
        values[..., :stop] for values in (circuit.active_w, circuit.reactive_var, circuit.apparent_va)
    )
    return counts_between(
        (active[..., :-1], active[..., 1:]),
        (reactive[..., :-1], reactive[..., 1:]),
        (apparent[..., :-1], apparent[..., 1:]),
        MINUTE_S,
    )


def counts_between(
    active: tuple[Array, Array], reactive: tuple[Array, Array], apparent: tuple[Array, Array], duration_s: float
) -> Array:
    """Integrate straight lines given by their ends, in the order of Count."""
    delivered = flow.positive(*active, duration_s)
    lagging = flow.positive(*reactive, duration_s)
    return np.stack(
        (
            delivered,
            delivered - flow.net(*active, duration_s),
            lagging,
            lagging - flow.net(*reactive, duration_s),
            flow.net(*apparent, duration_s),
        )
    )


def _battery_by_phase(units: int, phases: int, battery_w: Array) -> Array:
    if not units:
        return np.zeros((phases, len(battery_w)))
    return batteries_by_phase(units, phases)[:, None] * (battery_w / units)


def _balance(values: Array) -> None:
    """Fill in grid and total from the rest."""
    own = values[Branch.SOLAR] + values[Branch.BATTERY] + values[Branch.GENERATOR]
    values[Branch.GRID] = values[Branch.LOAD] - own
    values[Branch.TOTAL] = values[Branch.SOLAR] + values[Branch.GRID]


def _voltage(site: SiteDefinition, seed: int, day: LocalDay, grid_w: Array) -> Array:
    nominal = site.voltage_v
    wander = smooth(seed, day.date.toordinal(), Stream.VOLTAGE, minutes=day.minutes, knots=60)
    apart = 1.0 + 0.004 * np.arange(site.phase_count)[:, None]
    ohm = GRID_OHM[round(site.frequency_hz)]
    voltage: Array = nominal * (1.008 + 0.007 * wander) * apart - ohm * grid_w / nominal
    return voltage
