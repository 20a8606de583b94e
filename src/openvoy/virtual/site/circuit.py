"""Where power flows: branches, phases and what a meter would see on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from openvoy.virtual.site import flow
from openvoy.virtual.site.arrays import GRAIN, Array
from openvoy.virtual.site.battery import Bank
from openvoy.virtual.site.branches import KEPT, Branch, Count, widened
from openvoy.virtual.site.definition import SiteDefinition
from openvoy.virtual.site.feed import Feed
from openvoy.virtual.site.house import Load, LoadPart
from openvoy.virtual.site.stretch import Solved, Task, connected

__all__ = ["Branch", "Circuit", "Count", "Wiring", "counts_between", "wire_up"]

ASLEEP_VAR = 12.0
"""Reactive power of an idle microinverter (lagging, its input filter); it fades as it works."""
VAR_PER_W = -0.04
BATTERY_VAR = 15.0
"""The same for a battery."""
GRID_OHM = {50: 0.22, 60: 0.055}
"""Resistance between the house and a stiff grid, by nominal frequency: export lifts the voltage, import drops it."""
SHIFT_HZ = 1.2
"""An island's batteries raise the frequency by so much to stop all inverters."""
SLACK = {"grid": Branch.GRID, "island": Branch.BATTERY, "reviving": Branch.BATTERY, "generator": Branch.GENERATOR}
"""What takes up whatever is left, by kind of supply."""


@dataclass(frozen=True, slots=True, eq=False)
class Circuit:
    """Powers at each mark; between marks they run straight. Branches that others make up are worked out when asked."""

    kept_w: Array
    """[kept branch, phase, mark]."""
    kept_var: Array
    """The same, positive is lagging."""
    voltage_v: Array
    """[phase, mark], phase to neutral."""
    frequency_hz: Array
    """[mark]."""

    @property
    def active_w(self) -> Array:
        """[branch, phase, mark]."""
        return widened(self.kept_w)

    @property
    def reactive_var(self) -> Array:
        """[branch, phase, mark], positive is lagging."""
        return widened(self.kept_var)

    @property
    def apparent_va(self) -> Array:
        """[branch, phase, mark]."""
        return np.hypot(self.active_w, self.reactive_var)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Wiring:
    """What of a site's wires never changes."""

    site: SiteDefinition
    banks: tuple[Bank, ...]
    parts: tuple[LoadPart, ...]

    @property
    def kept(self) -> int:
        """How many branches are kept."""
        has_more = self.site.charger is not None or self.site.acb is not None
        return KEPT + 2 if has_more else KEPT


def load_var(load: Load, closed: Array) -> Array:
    """Reactive power of what is connected, [phase, mark]."""
    return connected(load.reactive_var, closed)


def battery_var(banks: tuple[Bank, ...], phases: int) -> Array:
    """Reactive power of the batteries, [phase]."""
    units = sum(len(bank.serials) for bank in banks if bank.is_here)
    return np.full(phases, BATTERY_VAR * units / phases)


def solar_var(feed: Feed, solar_w: Array) -> Array:
    """Reactive power of the array, [phase, mark]."""
    lagging: Array = ASLEEP_VAR * feed.inverters + VAR_PER_W * np.maximum(solar_w, 0.0)
    return lagging


def wire_up(wiring: Wiring, task: Task, solved: Solved) -> Circuit:
    """Let the supply carry what is left, phase by phase, and work out voltages and reactive power."""
    feed, count, kind = task.feed, len(solved.factor), task.conditions.kind
    phases = wiring.site.phase_count
    active = np.zeros((wiring.kept, phases, count))
    reactive = np.zeros_like(active)
    voltage = np.zeros((phases, count))
    if kind == "dark":
        return Circuit(active, reactive, voltage, np.zeros(count))
    active[Branch.SOLAR] = solved.factor * feed.gross_w[:, :count] - feed.draw_w[:, :count]
    active[Branch.LOAD] = solved.served * task.load_w[:, :count]
    reactive[Branch.SOLAR] = solar_var(feed, active[Branch.SOLAR])
    reactive[Branch.LOAD] = solved.served * load_var(feed.load, task.closed)[:, :count]
    reactive[Branch.BATTERY] = battery_var(wiring.banks, phases)[:, None]
    for bank, power in zip(wiring.banks, solved.banks_w, strict=True):
        active[Branch.BATTERY] += bank.by_phase(power)
    if wiring.kept > KEPT:
        _wire_more(wiring, task, solved, active, reactive)
    for values in (active, reactive):
        _balance(values, SLACK[kind])
    if kind == "generator" and task.holds:
        _even_out(active)
    voltage[:] = _voltage(wiring.site, feed.wander[:count], active[Branch.GRID])
    return Circuit(active, reactive, voltage, _frequency(wiring.site, task, solved))


def counts_between(
    active: tuple[Array, Array], reactive: tuple[Array, Array], apparent: tuple[Array, Array], duration_s: Array | float
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


def _wire_more(wiring: Wiring, task: Task, solved: Solved, active: Array, reactive: Array) -> None:
    """Fill in charger and AC Batteries, which are parts of load and battery."""
    count, load = len(solved.factor), task.feed.load
    for number, part in enumerate(wiring.parts):
        if part.is_charger:
            share = solved.served * task.closed[number]
            active[KEPT] = share * load.active_w[number, :, :count]
            reactive[KEPT] = share * load.reactive_var[number, :, :count]
    own = [(bank, power) for bank, power in zip(wiring.banks, solved.banks_w, strict=True) if not bank.forms_grid]
    for bank, power in own:
        active[KEPT + 1] += bank.by_phase(power)
    reactive[KEPT + 1] = battery_var(tuple(bank for bank, _ in own), len(active[0]))[:, None]


def _balance(values: Array, slack: Branch) -> None:
    """Let one branch carry what the others leave."""
    others = [branch for branch in (Branch.SOLAR, Branch.GRID, Branch.BATTERY, Branch.GENERATOR) if branch is not slack]
    values[slack] = values[Branch.LOAD] - (values[others[0]] + values[others[1]] + values[others[2]])


def _even_out(active_w: Array) -> None:
    """Let batteries carry what phases differ by, so that the generator's are alike but for the last grain."""
    phases = active_w.shape[1]
    total = active_w[Branch.GENERATOR].sum(axis=0)
    even = np.tile(np.floor(total / phases * GRAIN) / GRAIN, (phases, 1))
    even[-1] = total - even[:-1].sum(axis=0)
    active_w[Branch.BATTERY] += active_w[Branch.GENERATOR] - even
    active_w[Branch.GENERATOR] = even


def _voltage(site: SiteDefinition, wander: Array, grid_w: Array) -> Array:
    nominal = site.voltage_v
    apart = 1.0 + 0.004 * np.arange(site.phase_count)[:, None]
    ohm = GRID_OHM[round(site.frequency_hz)]
    voltage: Array = nominal * (1.008 + 0.007 * wander) * apart - ohm * grid_w / nominal
    return voltage


def _frequency(site: SiteDefinition, task: Task, solved: Solved) -> Array:
    """That of the grid wanders; an island's is steady until inverters must be held back."""
    count = len(solved.factor)
    if task.conditions.kind == "grid":
        hum: Array = site.frequency_hz + 0.018 * task.feed.hum[:count]
        return hum
    return site.frequency_hz + SHIFT_HZ * (1.0 - solved.factor)
