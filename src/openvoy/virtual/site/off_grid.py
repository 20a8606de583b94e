"""A stretch without grid: on batteries and sun, on the generator, or in the dark."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from openvoy.virtual.site.arrays import GRAIN, Array
from openvoy.virtual.site.battery import STEP_S, Bank, Window, stored_by
from openvoy.virtual.site.on_grid import held_back, window_of
from openvoy.virtual.site.settle import RECOVERS_PCT
from openvoy.virtual.site.stretch import PARTS, Held, Kind, Solved, Task

REVIVES_W = 250.0
"""With so much sun, batteries that are empty form a grid for the array alone …"""
FADES_W = 60.0
"""… and give up below this."""
MIN_LOAD = 0.05
"""A generator is not left with less than this share of its rating."""


@dataclass(frozen=True, slots=True)
class _Mark:
    """What there is at one mark."""

    at_s: float
    step_s: float
    """Since the mark before; 0 at the first."""
    gross_w: float
    ceiling: float
    """Share of it that may be used."""
    draw_w: float
    load_w: float


@dataclass(slots=True)
class _Trail:
    """What is done at each mark; power of the first bank and what it holds."""

    stored_j: float
    power_w: float = 0.0
    factor: list[float] = field(default_factory=list)
    served: list[float] = field(default_factory=list)
    powers_w: list[float] = field(default_factory=list)
    stores_j: list[float] = field(default_factory=list)
    until_s: float | None = None
    becomes: Kind | None = None

    def add(self, factor: float, served_share: float, power_w: float, stored_j: float) -> None:
        """Note a mark."""
        self.stored_j, self.power_w = stored_j, power_w
        self.factor.append(factor)
        self.served.append(served_share)
        self.powers_w.append(power_w)
        self.stores_j.append(stored_j)

    def end(self, at_s: float, becomes: Kind | None = None) -> None:
        """Note that the stretch is over."""
        self.until_s, self.becomes = at_s, becomes


def solve_off_grid(task: Task) -> Solved:
    """Work out a stretch without grid."""
    held = held_back(task)
    kind = task.conditions.kind
    if kind == "dark":
        return _solve_dark(task, held)
    if kind == "generator":
        return _finish(task, held, _run_generator(task, held))
    return _finish(task, held, _run_island(task, held))


def _solve_dark(task: Task, held: Held) -> Solved:
    """Wait for the sun: nothing flows."""
    count = len(task.feed.at_s)
    sun = held.ceiling * task.feed.gross_w.sum(axis=0)
    bright = np.flatnonzero(sun >= REVIVES_W) if task.holds else np.arange(0)
    return Solved(
        factor=np.zeros(count),
        served=np.zeros(count),
        banks_w=np.zeros((len(task.banks), count)),
        stored_j=np.array(task.standing.stored_j)[:, None] * np.ones(count),
        held=held,
        until_s=float(task.feed.at_s[bright[0]]) if len(bright) else None,
        becomes="reviving" if len(bright) else None,
    )


def _marks(task: Task, held: Held) -> Iterator[_Mark]:
    feed, is_reviving = task.feed, task.conditions.kind == "reviving"
    loads = np.zeros_like(feed.at_s) if is_reviving else task.load_w.sum(axis=0)
    columns = (feed.at_s, feed.gross_w.sum(axis=0), held.ceiling, feed.draw_w.sum(axis=0), loads)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    for step, (at_s, gross, ceiling, draw, load) in zip([0.0, *task.steps_s], rows, strict=True):
        yield _Mark(at_s, step, gross, ceiling, draw, load)


def _run_island(task: Task, held: Held) -> _Trail:
    """Batteries take what the sun leaves over and give what it lacks; the frequency holds back what nobody can take."""
    bank, window, is_reviving = task.banks[0], window_of(task, 0), task.conditions.kind == "reviving"
    trail = _Trail(task.standing.stored_j[0])
    recovered_j = window.floor_j + bank.capacity_j * RECOVERS_PCT / 100
    before_s = float(task.feed.at_s[0])
    for mark in _marks(task, held):
        factor, served, power = _island_at(mark, bank, window, trail)
        stored = trail.stored_j + stored_by(trail.power_w, power, mark.step_s, bank.efficiency)
        if stored < min(window.floor_j, trail.stored_j) and mark.step_s:
            trail.end(before_s, "dark")
            break
        trail.add(factor, 0.0 if is_reviving else served, power, stored)
        if is_reviving and mark.ceiling * mark.gross_w < FADES_W:
            trail.end(mark.at_s, "dark")
            break
        if is_reviving and stored >= recovered_j:
            trail.end(mark.at_s, "island")
            break
        if _is_due(task, mark, stored):
            trail.end(mark.at_s)
            break
        before_s = mark.at_s
    return trail


def _is_due(task: Task, mark: _Mark, stored_j: float) -> bool:
    low, high = task.levels_j
    return mark.step_s > 0 and not low < stored_j < high


def _island_at(mark: _Mark, bank: Bank, window: Window, trail: _Trail) -> tuple[float, float, float]:
    """Share of the sun that is used, of the load that is served, and the battery's power."""
    sun, need = mark.ceiling * mark.gross_w, mark.load_w + mark.draw_w
    room = _room(mark, bank, window, trail)
    if sun - need > room:
        factor = _stepped((need + room) / mark.gross_w)
        return factor, 1.0, need - factor * mark.gross_w
    if need - sun > window.rated_w:
        served = _stepped((window.rated_w + sun - mark.draw_w) / mark.load_w) if mark.load_w else 1.0
        return mark.ceiling, served, served * mark.load_w + mark.draw_w - sun
    return mark.ceiling, 1.0, need - sun


def _room(mark: _Mark, bank: Bank, window: Window, trail: _Trail) -> float:
    """Give the power that still fits in, W, such that it can fade out again on the way to the next mark."""
    eta, ahead = bank.efficiency, (mark.step_s + STEP_S) / 2
    energy = (window.full_j - trail.stored_j) / eta + min(trail.power_w, 0.0) * (mark.step_s / 2)
    return min(max(energy / ahead, 0.0), window.rated_w)


def _spare(mark: _Mark, bank: Bank, window: Window, trail: _Trail) -> float:
    """Give the power that is still in, W, likewise."""
    eta, ahead = bank.efficiency, (mark.step_s + STEP_S) / 2
    energy = (trail.stored_j - window.floor_j) * eta - max(trail.power_w, 0.0) * (mark.step_s / 2)
    return min(max(energy / ahead, 0.0), window.rated_w)


def _stepped(share: float) -> float:
    return min(max(math.floor(share * PARTS), 0), PARTS) / PARTS


def _run_generator(task: Task, held: Held) -> _Trail:
    """The generator feeds the house and, where it may, the batteries; the sun gives way to its least load."""
    trail = _Trail(task.standing.stored_j[0] if task.banks else 0.0)
    columns = (task.load_w, task.feed.draw_w, task.feed.gross_w)
    for number, mark in enumerate(_marks(task, held)):
        stored = trail.stored_j
        if task.holds:
            factor, served, power = _shared_at(task, mark, trail)
            stored += stored_by(trail.power_w, power, mark.step_s, task.banks[0].efficiency)
        else:
            phases = [column[:, number].tolist() for column in columns]
            factor, served, power = _alone_at(task, mark, phases)
        trail.add(factor, served, power, stored)
        if _is_due(task, mark, stored):
            trail.end(mark.at_s)
            break
    return trail


def _rated(task: Task) -> float:
    told = task.conditions.orders.generator
    return 0.0 if told is None else told.rated_w


def _shared_at(task: Task, mark: _Mark, trail: _Trail) -> tuple[float, float, float]:
    """Let batteries take what the generator has left, or help it out; they also even out the phases."""
    told, bank, window, rated = task.conditions.orders.generator, task.banks[0], window_of(task, 0), _rated(task)
    lack = mark.load_w + mark.draw_w - mark.ceiling * mark.gross_w
    charge = _room(mark, bank, window, trail) if told is not None and told.charges_batteries else 0.0
    wanted = min(max(rated - lack, -_spare(mark, bank, window, trail)), charge)
    power = -bank.whole * (int(wanted / bank.whole * GRAIN) / GRAIN)
    served = 1.0
    if lack - power > rated and mark.load_w:
        served = _stepped((rated + power + mark.load_w - lack) / mark.load_w)
    need = served * mark.load_w + mark.draw_w - power
    return _loaded(mark, need, rated), served, power


def _alone_at(task: Task, mark: _Mark, phases: list[list[float]]) -> tuple[float, float, float]:
    """Without batteries each phase of the generator carries its own; where sun exceeds load, the sun yields."""
    rated = _rated(task)
    served = _stepped((rated - mark.draw_w) / mark.load_w) if mark.load_w + mark.draw_w > rated else 1.0
    factor = _loaded(mark, served * mark.load_w + mark.draw_w, rated)
    rooms = ((served * load + draw) / gross for load, draw, gross in zip(*phases, strict=True) if gross > 0)
    return min(factor, _stepped(min(rooms, default=1.0))), served, 0.0


def _loaded(mark: _Mark, need_w: float, rated_w: float) -> float:
    """How much sun leaves the generator its least load."""
    if not mark.gross_w:
        return mark.ceiling
    least = min(MIN_LOAD * rated_w, max(need_w, 0.0))
    return min(mark.ceiling, _stepped((need_w - least) / mark.gross_w))


def _finish(task: Task, held: Held, trail: _Trail) -> Solved:
    count = len(trail.factor)
    banks = np.zeros((len(task.banks), count))
    stored: Array = np.array(task.standing.stored_j)[:, None] * np.ones(count)
    if task.banks:
        banks[0], stored[0] = trail.powers_w, trail.stores_j
    return Solved(
        factor=np.array(trail.factor),
        served=np.array(trail.served),
        banks_w=banks,
        stored_j=stored,
        held=held,
        until_s=trail.until_s,
        becomes=trail.becomes,
    )
