"""Batteries: minute by minute, because what they can do depends on what they did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from openvoy.virtual.site.arrays import GRAIN, Array
from openvoy.virtual.site.calendar import MINUTE_S
from openvoy.virtual.site.definition import SiteDefinition
from openvoy.virtual.site.hardware import ACB_CAPACITY_WH, ACB_RATED_W
from openvoy.virtual.site.serials import acb_serials, battery_serials

STEP_S = float(MINUTE_S)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bank:
    """Batteries that share one state of charge, in W and J."""

    serials: tuple[str, ...]
    rated_w: float
    capacity_j: float
    efficiency: float
    """One way."""
    shares: Array
    """[phase] how its power is shared out over the phases, in parts of `whole`."""
    forms_grid: bool
    """It can hold an island; an AC Battery rests without grid."""
    from_day: int = 0
    """Ordinal of the day on which it comes."""
    is_here: bool = True

    @property
    def whole(self) -> float:
        """Parts of its power; it comes in multiples of so many grains, so that each part is exact."""
        return float(self.shares.sum())

    def by_phase(self, power_w: Array) -> Array:
        """Share power out over the phases, [phase, mark]."""
        shared: Array = self.shares[:, None] * (power_w / self.whole)
        return shared


def build_banks(site: SiteDefinition) -> tuple[Bank, ...]:
    """List the banks: IQ Batteries share the work, AC Batteries stand each for itself."""
    banks: list[Bank] = []
    if site.battery is not None:
        model, units = site.battery.battery_model, site.battery.units
        bank = Bank(
            serials=battery_serials(site),
            rated_w=model.rated_w * units,
            capacity_j=model.capacity_wh * units * 3600,
            efficiency=site.battery.one_way_efficiency_pct / 100,
            shares=np.ones(3) if model.spans_phases else _shares(units, site.phase_count),
            forms_grid=True,
            from_day=0 if site.battery.installed is None else site.battery.installed.toordinal(),
        )
        banks.append(bank)
    if site.acb is not None:
        efficiency = site.acb.one_way_efficiency_pct / 100
        for place, serial in enumerate(acb_serials(site)):
            shares = np.roll(_shares(1, site.phase_count), place if site.phase_count == 3 else 0)
            bank = Bank(
                serials=(serial,),
                rated_w=ACB_RATED_W,
                capacity_j=ACB_CAPACITY_WH * 3600,
                efficiency=efficiency,
                shares=shares,
                forms_grid=False,
                from_day=0 if site.acb.installed is None else site.acb.installed.toordinal(),
            )
            banks.append(bank)
    return tuple(banks)


def banks_on(banks: tuple[Bank, ...], day: int) -> tuple[Bank, ...]:
    """Give the banks as they are on a day, by its ordinal: one that is still to come can do nothing."""
    if all(bank.from_day <= day for bank in banks):
        return banks
    return tuple(bank if bank.from_day <= day else replace(bank, rated_w=0.0, is_here=False) for bank in banks)


def _shares(units: int, phases: int) -> Array:
    """On three phases each unit has one, in turn; else they span all."""
    if phases == 3:
        return np.bincount(np.arange(units) % 3, minlength=3).astype(np.float64)
    return np.full(phases, units / phases)


def battery_temperature(bank: Bank, air_c: Array, power_w: Array) -> Array:
    """Estimate cell temperatures, indoors and warmed by the work, degrees C."""
    temperature: Array = 18.0 + 0.35 * (air_c - 18.0) + 9.0 * np.abs(power_w) / bank.rated_w
    return temperature


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What a bank may do on a stretch."""

    rated_w: float
    full_j: float
    floor_j: float
    """Not discharged below this."""


def run_bank(
    bank: Bank, window: Window, wish_w: Array, steps_s: Sequence[float], *, power_w: float | None, stored_j: float
) -> tuple[Array, Array]:
    """Step along a stretch: power (positive discharges) and stored energy at each mark.

    `wish_w` is what is wanted at each mark, `steps_s` how far apart the marks are. `power_w` is that of the first mark
    where the bank goes on as it was, else it does at once what is wanted. Power runs straight between marks, so a mark
    may only ask for what also lets the line return to zero within the limits.
    """
    eta, full, floor, rated = bank.efficiency, window.full_j, window.floor_j, window.rated_w
    whole, last = bank.whole, 0.0 if power_w is None else power_w
    powers: list[float] = [] if power_w is None else [power_w]
    stores: list[float] = [] if power_w is None else [stored_j]
    begin = len(powers)
    for want, step in zip(wish_w[begin:].tolist(), (*[0.0] * (1 - begin), *steps_s), strict=True):
        ahead = (step + STEP_S) / 2
        if want < 0:
            room = (full - stored_j + min(last, 0.0) * eta * (step / 2)) / (ahead * eta)
            power = -min(-want, rated, max(room, 0.0))
        else:
            spare = (stored_j - floor - max(last, 0.0) / eta * (step / 2)) * eta / ahead
            power = min(want, rated, max(spare, 0.0))
        power = whole * (int(power / whole * GRAIN) / GRAIN)
        stored_j += stored_by(last, power, step, eta)
        last = power
        powers.append(power)
        stores.append(stored_j)
    return np.array(powers), np.array(stores)


def stored_by(start_w: float, end_w: float, step_s: float, efficiency_share: float) -> float:
    """Energy that a straight line of power adds to the cells."""
    total = (start_w + end_w) * (step_s / 2)
    if start_w >= 0 and end_w >= 0:
        return -total / efficiency_share
    if start_w <= 0 and end_w <= 0:
        return -total * efficiency_share
    top = max(start_w, end_w)
    discharged = top * top / (abs(start_w) + abs(end_w)) * (step_s / 2)
    return (discharged - total) * efficiency_share - discharged / efficiency_share
