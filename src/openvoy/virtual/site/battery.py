"""The batteries: minute by minute, because what they can do depends on what they did."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from openvoy.virtual.site.arrays import GRAIN, Array
from openvoy.virtual.site.definition import Battery

STEP_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What all batteries of a site can do together, in W and J."""

    units: int
    rated_w: float
    capacity_j: float
    floor_j: float
    """Not discharged below this."""
    efficiency: float
    """One way."""
    discharges: bool
    grid_charge: bool


def limits_of(battery: Battery) -> Limits:
    """Work out the limits from the definition."""
    model = battery.battery_model
    capacity_j = model.capacity_wh * battery.units * 3600
    return Limits(
        units=battery.units,
        rated_w=model.rated_w * battery.units,
        capacity_j=capacity_j,
        floor_j=capacity_j * max(battery.reserve_pct, battery.very_low_pct) / 100,
        efficiency=battery.one_way_efficiency_pct / 100,
        discharges=battery.mode == "self-consumption",
        grid_charge=battery.mode == "backup" and battery.charge_from_grid,
    )


def battery_temperature(battery: Battery, air_c: Array, power_w: Array) -> Array:
    """Estimate cell temperatures, indoors and warmed by the work, degrees C."""
    rated_w = battery.battery_model.rated_w * battery.units
    temperature: Array = 18.0 + 0.35 * (air_c - 18.0) + 9.0 * np.abs(power_w) / rated_w
    return temperature


def run_battery(limits: Limits, surplus_w: Array, *, power_w: float, stored_j: float) -> tuple[Array, Array]:
    """Step through a day: power (positive discharges) and stored energy at each minute mark.

    `surplus_w` is what solar leaves over at each mark; `power_w` and `stored_j` are those of the first mark. Power runs
    straight between marks, so a mark may only ask for what also lets the line return to zero within the limits.
    """
    eta, rated, full, floor = limits.efficiency, limits.rated_w, limits.capacity_j, limits.floor_j
    units = limits.units
    lowest = -rated if limits.grid_charge else None
    highest = rated if limits.discharges else 0.0
    powers, stores = [power_w], [stored_j]
    for surplus in surplus_w[1:].tolist():
        want = -surplus if lowest is None else lowest
        if want < 0:
            room = (full - stored_j + min(power_w, 0.0) * eta * (STEP_S / 2)) / (STEP_S * eta)
            want = -min(-want, rated, max(room, 0.0))
        else:
            spare = (stored_j - floor - max(power_w, 0.0) / eta * (STEP_S / 2)) * eta / STEP_S
            want = min(want, highest, max(spare, 0.0))
        want = units * (int(want / units * GRAIN) / GRAIN)
        stored_j += _stored_by(power_w, want, eta)
        power_w = want
        powers.append(power_w)
        stores.append(stored_j)
    return np.array(powers), np.array(stores)


def _stored_by(start_w: float, end_w: float, eta: float) -> float:
    """Energy that one step adds to the cells."""
    total = (start_w + end_w) * (STEP_S / 2)
    if start_w >= 0 and end_w >= 0:
        return -total / eta
    if start_w <= 0 and end_w <= 0:
        return -total * eta
    top = max(start_w, end_w)
    discharged = top * top / (abs(start_w) + abs(end_w)) * (STEP_S / 2)
    return (discharged - total) * eta - discharged / eta
