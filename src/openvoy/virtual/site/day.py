"""One day of a site as a block of arrays. Blocks join: what one ends with, the next begins with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from openvoy.virtual.site import flow
from openvoy.virtual.site.arrays import Array
from openvoy.virtual.site.battery import Limits, limits_of, run_battery
from openvoy.virtual.site.calendar import MINUTE_S, LocalDay, local_day
from openvoy.virtual.site.circuit import Branch, Circuit, Count, solar_power, step_counts, wire_up
from openvoy.virtual.site.definition import SiteDefinition
from openvoy.virtual.site.house import Household
from openvoy.virtual.site.noise import Stream, smooth
from openvoy.virtual.site.panels import Plant, build_plant, plant_output
from openvoy.virtual.site.reports import Reports, build_reports, last_told, lifetime_at, most_told, never, report_times
from openvoy.virtual.site.sun import clear_sky
from openvoy.virtual.site.weather import weather_of

REGULATION_W = 12.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Carried:
    """What a midnight hands over."""

    counts: Array
    """Lifetime counts, [count, branch, phase]."""
    peak_w: Array
    """Highest active power ever, [branch, phase]."""
    panel_j: Array
    """Lifetime energy of each panel."""
    ticked_j: Array
    """The same at its last moment to report."""
    told: Reports
    """Its last report that was sent."""
    most_w: Array
    """Its highest report ever."""
    battery_w: float
    stored_j: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DayBlock:
    """One local day of one site."""

    day: LocalDay
    opening: Carried
    circuit: Circuit
    panel_w: Array
    """[panel, mark]."""
    stored_j: Array
    """[mark], zeros without battery."""
    air_c: Array
    reports: Reports
    """What each inverter would tell, sent only where it produced something."""


def nothing_yet(site: SiteDefinition) -> Carried:
    """Build the state of a site in the moment of its commissioning."""
    panels = site.panel_count
    stored = 0.0 if site.battery is None else limits_of(site.battery).capacity_j * site.battery.start_pct / 100
    return Carried(
        counts=np.zeros((len(Count), len(Branch), site.phase_count)),
        peak_w=np.zeros((len(Branch), site.phase_count)),
        panel_j=np.zeros(panels),
        ticked_j=np.zeros(panels),
        told=never(panels),
        most_w=np.zeros(panels),
        battery_w=0.0,
        stored_j=stored,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Premises:
    """What does not change from day to day."""

    site: SiteDefinition
    seed: int
    plant: Plant
    household: Household


def build_premises(site: SiteDefinition, seed: int) -> Premises:
    """Build a site's panels and household."""
    return Premises(site=site, seed=seed, plant=build_plant(site, seed), household=Household(site, seed))


def simulate_day(premises: Premises, on: date, opening: Carried) -> DayBlock:
    """Simulate one local day; the same arguments always give the same block."""
    site, seed, plant = premises.site, premises.seed, premises.plant
    day = local_day(on, site.zone)
    sky = clear_sky(site.location, day)
    weather = weather_of(site, seed, day, sky)
    output = plant_output(site, plant, sky, weather)
    load = premises.household.load(day, weather.air_c)
    solar = solar_power(plant, output)
    limits = None if site.battery is None else limits_of(site.battery)
    surplus = solar.sum(axis=0) - load.active_w.sum(axis=0)
    battery, stored = _battery(limits, surplus + _regulation_error(seed, day), opening)
    circuit = wire_up(site, seed, day, solar_w=solar, load=load, battery_w=battery)
    reports = build_reports(
        site,
        plant,
        day,
        output=output,
        circuit=circuit,
        air_c=weather.air_c,
        lifetime_j=lifetime_at(report_times(site, plant, day), day, output.ac_w, opening.panel_j),
        told_j=opening.ticked_j,
    )
    return DayBlock(
        day=day,
        opening=opening,
        circuit=circuit,
        panel_w=output.ac_w,
        stored_j=stored,
        air_c=weather.air_c,
        reports=reports,
    )


def close_day(site: SiteDefinition, block: DayBlock) -> Carried:
    """Add up what the block's midnight hands over to the next day."""
    opening, day, panel_w = block.opening, block.day, block.panel_w
    active = block.circuit.active_w
    return Carried(
        counts=opening.counts + step_counts(block.circuit).sum(axis=-1),
        peak_w=np.maximum(opening.peak_w, active.max(axis=-1)),
        panel_j=opening.panel_j + flow.net(panel_w[:, :-1], panel_w[:, 1:], MINUTE_S).sum(axis=1),
        ticked_j=_last_tick(block.reports, day),
        told=last_told(block.reports, opening.told, day.end_s),
        most_w=most_told(block.reports, opening.most_w, day.end_s, site.gateway.report_interval_s),
        battery_w=float(active[Branch.BATTERY, :, -1].sum()),
        stored_j=float(block.stored_j[-1]),
    )


def _regulation_error(seed: int, day: LocalDay) -> Array:
    """How much more surplus batteries see than there is, W: they end at a little import."""
    return REGULATION_W * (smooth(seed, day.date.toordinal(), Stream.REGULATION, minutes=day.minutes, knots=480) + 1.0)


def _battery(limits: Limits | None, surplus_w: Array, opening: Carried) -> tuple[Array, Array]:
    if limits is None:
        return np.zeros_like(surplus_w), np.zeros_like(surplus_w)
    return run_battery(limits, surplus_w, power_w=opening.battery_w, stored_j=opening.stored_j)


def _last_tick(reports: Reports, day: LocalDay) -> Array:
    """Lifetime energy at each panel's last moment within the day; rows may have one moment past its end."""
    count = (reports.at_s < day.end_s).sum(axis=1)
    lifetime: Array = reports.lifetime_j[np.arange(len(count)), count - 1]
    return lifetime
