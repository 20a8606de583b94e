"""What microinverters tell: each one every five minutes or so, at its own moment, and nothing while it sleeps."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openvoy.virtual.site import flow
from openvoy.virtual.site.arrays import Array, Mask
from openvoy.virtual.site.calendar import MINUTE_S, LocalDay
from openvoy.virtual.site.circuit import Circuit
from openvoy.virtual.site.definition import SiteDefinition
from openvoy.virtual.site.panels import HEAT_C_PER_W_M2, Plant, PlantOutput, dc_power

VOLTAGE_PER_C = -0.0029
"""Temperature coefficient of a panel's voltage."""
PANEL_V_PER_W = 0.0925
"""Voltage at full power, for each watt of nameplate: 37 V for 400 W."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reports:
    """Reports as columns: [panel, number in the day], or [panel] for the last ones."""

    at_s: Array
    """End of the interval, Unix seconds; 0 for never."""
    energy_j: Array
    """Produced in the interval."""
    lifetime_j: Array
    dc_voltage_v: Array
    dc_current_a: Array
    ac_voltage_v: Array
    ac_current_a: Array
    frequency_hz: Array
    temperature_c: Array


REPORT_COLUMNS = tuple(Reports.__dataclass_fields__)


def never(panels: int) -> Reports:
    """Build the last reports of inverters that never reported."""
    return Reports(**{name: np.zeros(panels) for name in REPORT_COLUMNS})


def offset_s(serial: str, interval_s: int) -> int:
    """Tell when within each interval an inverter reports; spread by serial, the same for ever."""
    return zlib.crc32(serial.encode()) % interval_s


def report_times(site: SiteDefinition, plant: Plant, day: LocalDay) -> Array:
    """Find the moments of the day at which each panel would report, [panel, number]; past the day's end for none."""
    interval = site.gateway.report_interval_s
    offsets = np.array([offset_s(serial, interval) for serial in plant.serials], dtype=np.float64)
    first = day.start_s + (offsets - day.start_s) % interval
    count = -(-day.minutes * MINUTE_S // interval)
    return first[:, None] + interval * np.arange(count)


def lifetime_at(times_s: Array, day: LocalDay, panel_w: Array, opening_j: Array) -> Array:
    """Read each panel's lifetime energy at its own moments of the day."""
    place = np.clip((times_s - day.start_s) / MINUTE_S, 0.0, day.minutes)
    left = np.minimum(place.astype(np.intp), day.minutes - 1)
    steps = flow.net(panel_w[:, :-1], panel_w[:, 1:], MINUTE_S)
    full = np.zeros_like(panel_w)
    np.cumsum(steps, axis=1, out=full[:, 1:])
    start = np.take_along_axis(panel_w, left, 1)
    end = np.take_along_axis(panel_w, left + 1, 1)
    way = place - left
    part = way * MINUTE_S * (start + (end - start) * way / 2)
    total: Array = opening_j[:, None] + np.take_along_axis(full, left, 1) + part
    return total


def build_reports(
    site: SiteDefinition,
    plant: Plant,
    day: LocalDay,
    *,
    output: PlantOutput,
    circuit: Circuit,
    air_c: Array,
    lifetime_j: Array,
    told_j: Array,
) -> Reports:
    """Build what each panel would tell at each of its moments; `told_j` is its lifetime before the first one."""
    times = report_times(site, plant, day)
    left = np.clip(((times - day.start_s) / MINUTE_S).astype(np.intp), 0, day.minutes)
    panel = np.arange(len(plant.serials))[:, None]
    ac_w = output.ac_w[panel, left]
    light = output.plane_w_m2[plant.array[:, None], left]
    cell_c = air_c[left] + HEAT_C_PER_W_M2 * light
    dc_w = dc_power(ac_w)
    nameplate = plant.nameplate_w[:, None]
    sag = 1.0 + 0.045 * np.log(np.clip(dc_w / nameplate, 0.01, 1.0))
    dc_v = PANEL_V_PER_W * nameplate * (1.0 + VOLTAGE_PER_C * (cell_c - 25.0)) * sag
    ac_v = _inverter_voltage(site, plant, circuit, left)
    return Reports(
        at_s=times,
        energy_j=np.diff(lifetime_j, axis=1, prepend=told_j[:, None]),
        lifetime_j=lifetime_j,
        dc_voltage_v=dc_v,
        dc_current_a=dc_w / dc_v,
        ac_voltage_v=ac_v,
        ac_current_a=ac_w / ac_v,
        frequency_hz=circuit.frequency_hz[left],
        temperature_c=air_c[left] + 0.6 * HEAT_C_PER_W_M2 * light + 9.0 * ac_w / plant.rated_w[:, None],
    )


def sent_by(reports: Reports, until_s: float) -> Mask:
    """Mark the reports that are sent by a moment: an inverter that produced nothing in the interval is silent."""
    sent: Mask = (reports.energy_j > 0) & (reports.at_s < until_s)
    return sent


def last_told(reports: Reports, before: Reports, until_s: float) -> Reports:
    """Keep each panel's last report sent by a moment; `before` where the day had none yet."""
    sent = sent_by(reports, until_s)
    any_sent = sent.any(axis=1)
    place = sent.shape[1] - 1 - np.argmax(sent[:, ::-1], axis=1)
    rows = np.arange(len(place))
    return Reports(
        **{
            name: np.where(any_sent, getattr(reports, name)[rows, place], getattr(before, name))
            for name in REPORT_COLUMNS
        }
    )


def most_told(reports: Reports, before_w: Array, until_s: float, interval_s: int) -> Array:
    """Keep each panel's highest report sent by a moment, W."""
    power = np.where(sent_by(reports, until_s), reports.energy_j / interval_s, 0.0)
    most: Array = np.maximum(before_w, power.max(axis=1, initial=0.0))
    return most


def _inverter_voltage(site: SiteDefinition, plant: Plant, circuit: Circuit, left: NDArray[np.intp]) -> Array:
    """Between both legs on split phase, else phase to neutral of the panel's phase."""
    if site.gateway.phases == "split":
        both: Array = circuit.voltage_v.sum(axis=0)[left]
        return both
    voltage: Array = circuit.voltage_v[np.argmax(plant.share, axis=0)[:, None], left]
    return voltage
