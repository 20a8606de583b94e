"""A stretch on the grid: batteries do what is planned, limits hold the array back, the grid carries what is left."""

from __future__ import annotations

import numpy as np

from openvoy.virtual.site.arrays import Array
from openvoy.virtual.site.battery import Bank, Window, run_bank
from openvoy.virtual.site.circuit import battery_var, load_var, solar_var
from openvoy.virtual.site.orders import ExportOrders, StorageAction, StorageOrders
from openvoy.virtual.site.stretch import ON_OFF_S, Held, Solved, Task, in_parts, ramp

CHARGED = 0.9995
"""Share of a reserve that counts as having it."""


def solve_on_grid(task: Task) -> Solved:
    """Work out a stretch on the grid."""
    feed, held, export = task.feed, held_back(task), _export(task)
    gross, need = feed.gross_w.sum(axis=0), (task.load_w + feed.draw_w).sum(axis=0)
    factor = held.ceiling
    wish = _wish(task, factor * gross, need, export)
    banks_w, stored = _run_banks(task, wish)
    if export is not None:
        factor = np.minimum(factor, _room(task, banks_w, export))
    until = _recharged_at(task, stored) if task.conditions.recharges else None
    return Solved(
        factor=factor,
        served=np.ones_like(gross),
        banks_w=banks_w,
        stored_j=stored,
        held=held,
        export_w=None if export is None else export.sum(axis=0),
        until_s=until,
    )


def held_back(task: Task) -> Held:
    """Work out how far orders hold the array back."""
    gross = task.feed.gross_w.sum(axis=0)
    on_share, cap = _on_share(task), _cap(task)
    ceiling = np.ones_like(gross) if on_share is None else on_share
    if cap is not None:
        ceiling = np.minimum(ceiling, _quotient(cap, gross))
    if on_share is not None or cap is not None:
        ceiling = in_parts(np.clip(ceiling, 0.0, 1.0))
    return Held(ceiling=ceiling, cap_w=cap, on_share=on_share)


def _passed(task: Task) -> Array:
    passed: Array = task.feed.at_s - task.feed.at_s[0]
    return passed


def _on_share(task: Task) -> Array | None:
    """How many inverters are on; None where all are."""
    if task.conditions.is_held:
        return np.zeros(len(task.feed.at_s))
    goal, start = (0.0 if task.conditions.orders.solar.forced_off else 1.0), task.standing.on_share
    return None if goal == start == 1.0 else ramp(start, goal, 1 / ON_OFF_S, _passed(task))


def _cap(task: Task) -> Array | None:
    """How much the array may give, W; None without limit."""
    solar, standing = task.conditions.orders.solar, task.standing
    if solar.limit_w is None:
        return None
    start = max(standing.solar_w, solar.limit_w) if standing.cap_w is None else standing.cap_w
    return ramp(start, solar.limit_w, solar.slew_w_per_s, _passed(task))


def _quotient(part: Array, whole: Array) -> Array:
    """Divide; where there is nothing to divide by, anything fits."""
    quotient: Array = np.divide(part, whole, out=np.ones(np.broadcast_shapes(part.shape, whole.shape)), where=whole > 0)
    return quotient


def _export(task: Task) -> Array | None:
    """How much may flow out, [phase, mark], or [1, mark] for all of them together; None without limit."""
    told, count = task.conditions.orders.export, len(task.feed.at_s)
    if told is None:
        return None
    start = task.standing.export_w
    if start is None:
        start = max(-task.standing.grid_w, told.limit)
    limit = ramp(start, told.limit, told.slew_w_per_s, _passed(task))
    phases = len(task.feed.gross_w) if told.by_phase else 1
    by_phase = np.broadcast_to(limit / phases, (phases, count))
    if not told.is_apparent:
        return by_phase
    reactive = _most_var(task, told)
    real: Array = np.sqrt(np.maximum(by_phase**2 - reactive**2, 0.0))
    return real


def _most_var(task: Task, told: ExportOrders) -> Array:
    """The most reactive power that can flow while the array is held back, [phase, mark] or [1, mark]."""
    feed = task.feed
    base = load_var(feed.load, task.closed) - battery_var(task.banks, len(feed.gross_w))[:, None]
    ends = [base - solar_var(feed, share * feed.gross_w - feed.draw_w) for share in (0.0, 1.0)]
    if not told.by_phase:
        ends = [end.sum(axis=0, keepdims=True) for end in ends]
    most: Array = np.maximum(np.abs(ends[0]), np.abs(ends[1]))
    return most


def _wish(task: Task, solar_w: Array, need_w: Array, export: Array | None) -> Array:
    """What batteries should do together, W; positive discharges."""
    storage = task.conditions.orders.storage
    nothing = np.zeros_like(solar_w)
    if storage is None or not storage.enabled or task.conditions.is_held or not task.banks:
        return nothing
    rated = sum(bank.rated_w for bank in task.banks)
    follow = -(solar_w - need_w + task.feed.error_w)
    wish = _planned(task, storage, follow, solar_w, rated)
    if export is None:
        return wish
    return np.minimum(wish, np.maximum(_discharge_room(task, export), 0.0))


def _planned(task: Task, storage: StorageOrders, follow: Array, solar_w: Array, rated_w: float) -> Array:
    action: StorageAction = "charge-from-grid" if task.conditions.recharges else task.conditions.action
    if action == "charge-from-grid" and not storage.charges_from_grid:
        action = "no-discharge"
    most = 0.0 if storage.mode == "backup" else rated_w
    if action == "charge-from-grid":
        return np.full_like(follow, -rated_w)
    if action == "charge-from-solar":
        return np.clip(-solar_w, -rated_w, 0.0)
    if action == "discharge-to-grid":
        return np.full_like(follow, most)
    low, high = {
        "zero-net": (-rated_w, most),
        "no-discharge": (-rated_w, 0.0),
        "discharge-to-load": (0.0, most),
        "idle": (0.0, 0.0),
    }[action]
    return np.clip(follow, low, high)


def _shares(banks: tuple[Bank, ...], phases: int) -> Array:
    """How the power of all batteries is spread over the phases, as shares of 1 [phase, 1]."""
    rated = np.zeros(phases)
    for bank in banks:
        rated += bank.shares / bank.whole * bank.rated_w
    spread: Array = (rated / rated.sum())[:, None]
    return spread


def _discharge_room(task: Task, export: Array) -> Array:
    """How much batteries may give before too much flows out, W."""
    feed, need = task.feed, task.load_w + task.feed.draw_w
    if len(export) == 1:
        room: Array = need.sum(axis=0) + export[0]
        return room
    spread = _shares(task.banks, len(feed.gross_w))
    lowest: Array = (np.divide(need + export, spread, out=np.full_like(need, np.inf), where=spread > 0)).min(axis=0)
    return lowest


def _room(task: Task, banks_w: Array, export: Array) -> Array:
    """How far the array must be held back lest too much flows out."""
    feed, need = task.feed, task.load_w + task.feed.draw_w
    stored = sum((bank.by_phase(power) for bank, power in zip(task.banks, banks_w, strict=True)), np.zeros_like(need))
    left, gross = need - stored, feed.gross_w
    if len(export) == 1:
        left, gross = left.sum(axis=0, keepdims=True), gross.sum(axis=0, keepdims=True)
    return in_parts(np.clip(_quotient(left + export, gross), 0.0, 1.0).min(axis=0))


def _run_banks(task: Task, wish_w: Array) -> tuple[Array, Array]:
    """Let the banks share the work by their ratings; what one cannot do the others take over."""
    count, banks = len(wish_w), task.banks
    if not banks:
        return np.zeros((0, count)), np.zeros((0, count))
    firsts = sum(bank.forms_grid for bank in banks)
    if firsts in (0, len(banks)):
        return _run_row(task, range(len(banks)), wish_w)
    rated = sum(bank.rated_w for bank in banks)
    share = banks[0].rated_w / rated if rated else 1.0
    rough, _ = _run_row(task, range(firsts), share * wish_w)
    others, others_j = _run_row(task, range(firsts, len(banks)), wish_w - rough.sum(axis=0))
    main, main_j = _run_row(task, range(firsts), wish_w - others.sum(axis=0))
    return np.concatenate((main, others)), np.concatenate((main_j, others_j))


def _run_row(task: Task, places: range, wish_w: Array) -> tuple[Array, Array]:
    """Share the work among banks that are awake, alike ones alike."""
    groups: dict[tuple[float, ...], list[int]] = {}
    for place in places:
        bank, standing = task.banks[place], task.standing
        alike = (bank.capacity_j, bank.whole, _asleep(task, place), standing.stored_j[place], standing.banks_w[place])
        groups.setdefault(alike, []).append(place)
    powers, stores = np.zeros((len(places), len(wish_w))), np.zeros((len(places), len(wish_w)))
    left, waiting = wish_w, sum(window_of(task, place).rated_w > 0 for place in places)
    for members in groups.values():
        is_awake = window_of(task, members[0]).rated_w > 0
        power, stored = _run_one(task, members[0], left / waiting if is_awake else np.zeros_like(left))
        rows = [place - places.start for place in members]
        powers[rows], stores[rows] = power, stored
        left, waiting = left - len(members) * power, waiting - is_awake * len(members)
    return powers, stores


def _asleep(task: Task, index: int) -> int:
    storage = task.conditions.orders.storage
    return 0 if storage is None else sum(serial in storage.asleep for serial in task.banks[index].serials)


def window_of(task: Task, index: int) -> Window:
    """Give what a bank may do: sleeping units take no part, and the reserve is kept while there is a grid."""
    bank, storage = task.banks[index], task.conditions.orders.storage
    if storage is None:
        return Window(rated_w=0.0, full_j=bank.capacity_j, floor_j=0.0)
    awake = 1 - _asleep(task, index) / len(bank.serials)
    reserve = bank.capacity_j * max(storage.reserve_pct, storage.very_low_pct) / 100
    if task.conditions.kind != "grid":
        reserve = bank.capacity_j * storage.very_low_pct / 100
    full = reserve if task.conditions.recharges else bank.capacity_j
    return Window(rated_w=bank.rated_w * awake, full_j=full, floor_j=reserve)


def _run_one(task: Task, index: int, wish_w: Array) -> tuple[Array, Array]:
    power, stored = task.standing.banks_w[index], task.standing.stored_j[index]
    if not task.goes_on and not wish_w.any():
        return np.zeros_like(wish_w), np.full_like(wish_w, stored)
    return run_bank(
        task.banks[index],
        window_of(task, index),
        wish_w,
        task.steps_s,
        power_w=power if task.goes_on else None,
        stored_j=stored,
    )


def _recharged_at(task: Task, stored: Array) -> float | None:
    """Tell when the reserve is there."""
    goal = window_of(task, 0).full_j * CHARGED
    reached = np.flatnonzero(stored[0] >= goal)
    return float(task.feed.at_s[reached[0]]) if len(reached) else None
