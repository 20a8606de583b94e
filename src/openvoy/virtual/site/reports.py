"""What microinverters tell: each one every five minutes or so, at its own moment, and nothing while it sleeps."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from openvoy.virtual.site import flow
from openvoy.virtual.site.arrays import Array, Ints, Mask
from openvoy.virtual.site.calendar import MINUTE_S, LocalDay
from openvoy.virtual.site.circuit import Circuit
from openvoy.virtual.site.definition import SiteDefinition
from openvoy.virtual.site.lines import Lines
from openvoy.virtual.site.panels import HEAT_C_PER_W_M2, Plant, dc_power

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


@dataclass(frozen=True, kw_only=True, eq=False)
class Harvest:
    """What inverters did on one day, and what they told of it."""

    site: SiteDefinition
    plant: Plant
    day: LocalDay
    lines: Lines
    circuit: Circuit
    potential_w: np.ndarray[tuple[int, ...], np.dtype[np.float32]]
    """[panel, mark]; multiples of the grain are exact in 24 bits."""
    factor: Array
    """[mark] how much of it they were let do."""
    air_c: Array
    plane_w_m2: Array
    """[array, mark]."""
    dark_s: tuple[tuple[float, float], ...]
    """When there was no power to report with: from, until."""
    opening_j: Array
    """[panel] lifetime energy at the beginning."""
    ticked_j: Array
    """[panel] the same at the last moment to report before it."""

    @property
    def panel_w(self) -> Array:
        """[panel, mark]."""
        return self.potential_w.astype(np.float64) * self.factor

    def ends(self, begin: int = 0, end: int | None = None) -> tuple[Array, Array]:
        """Read the panels' powers where lines begin and where they are cut, [panel, line], for a range of lines."""
        if not self.lines.is_whole:
            return self.lines.ends(self.panel_w, begin, end)
        marks = slice(begin, len(self.factor) if end is None else end + 1)
        power = self.potential_w[:, marks].astype(np.float64) * self.factor[marks]
        return power[:, :-1], power[:, 1:]

    def energy_j(self, begin: int = 0, end: int | None = None) -> Array:
        """Integrate lines, [panel, line]."""
        return flow.net(*self.ends(begin, end), self.lines.span_s[begin:end])

    @property
    def tick_s(self) -> Array:
        """[panel, number] moments to report."""
        return report_times(self.site, self.plant, self.day)

    @cached_property
    def tick_j(self) -> Array:
        """[panel, number] lifetime energy at those moments."""
        panel_w, lines = self.panel_w, self.lines
        full = np.zeros((len(panel_w), len(lines.first) + 1))
        np.cumsum(self.energy_j(), axis=1, out=full[:, 1:])
        line, mark, way = lines.places(np.minimum(self.tick_s, self.day.end_s))
        start, end = np.take_along_axis(panel_w, mark, 1), np.take_along_axis(panel_w, mark + 1, 1)
        length_s = lines.at_s[mark + 1] - lines.at_s[mark]
        part = way * length_s * (start + (end - start) * way / 2)
        total: Array = self.opening_j[:, None] + np.take_along_axis(full, line, 1) + part
        return total

    @property
    def tick_energy_j(self) -> Array:
        """[panel, number] energy since the moment before."""
        return np.diff(self.tick_j, axis=1, prepend=self.ticked_j[:, None])

    def sent_by(self, until_s: float) -> Mask:
        """Mark the reports that are sent by a moment: who produced nothing in the interval, or is dark, is silent."""
        sent: Mask = (self.tick_energy_j > 0) & (self.tick_s < until_s)
        for start_s, end_s in self.dark_s:
            sent &= (self.tick_s < start_s) | (self.tick_s >= end_s)
        return sent

    @property
    def reports(self) -> Reports:
        """All reports that could be sent."""
        count = self.tick_s.shape[1]
        panel = np.arange(len(self.plant.serials))[:, None]
        return self._reports(
            np.broadcast_to(panel, self.tick_s.shape), np.broadcast_to(np.arange(count), self.tick_s.shape)
        )

    def last_told(self, before: Reports, until_s: float) -> Reports:
        """Keep each panel's last report sent by a moment; `before` where the day had none yet."""
        sent = self.sent_by(until_s)
        any_sent = sent.any(axis=1)
        number = sent.shape[1] - 1 - np.argmax(sent[:, ::-1], axis=1)
        last = self._reports(np.arange(len(number)), number)
        return Reports(
            **{name: np.where(any_sent, getattr(last, name), getattr(before, name)) for name in REPORT_COLUMNS}
        )

    def most_told(self, before_w: Array, until_s: float) -> Array:
        """Keep each panel's highest report sent by a moment, W."""
        power = np.where(self.sent_by(until_s), self.tick_energy_j / self.site.gateway.report_interval_s, 0.0)
        most: Array = np.maximum(before_w, power.max(axis=1, initial=0.0))
        return most

    def last_tick_j(self) -> Array:
        """Lifetime energy at each panel's last moment within the day; rows may have one moment past its end."""
        count = (self.tick_s < self.day.end_s).sum(axis=1)
        lifetime: Array = self.tick_j[np.arange(len(count)), count - 1]
        return lifetime

    def _reports(self, panel: Ints, number: Ints) -> Reports:
        plant, times = self.plant, self.tick_s[panel, number]
        _, mark, _ = self.lines.places(times)
        ac_w = self.potential_w[panel, mark].astype(np.float64) * self.factor[mark]
        air, light = self.air_c[mark], self.plane_w_m2[plant.array[panel], mark]
        dc_w, nameplate = dc_power(ac_w), plant.nameplate_w[panel]
        sag = 1.0 + 0.045 * np.log(np.clip(dc_w / nameplate, 0.01, 1.0))
        cell_c = air + HEAT_C_PER_W_M2 * light
        dc_v = PANEL_V_PER_W * nameplate * (1.0 + VOLTAGE_PER_C * (cell_c - 25.0)) * sag
        ac_v = self._voltage(panel, mark)
        return Reports(
            at_s=times,
            energy_j=self.tick_energy_j[panel, number],
            lifetime_j=self.tick_j[panel, number],
            dc_voltage_v=dc_v,
            dc_current_a=dc_w / dc_v,
            ac_voltage_v=ac_v,
            ac_current_a=np.divide(ac_w, ac_v, out=np.zeros_like(ac_w), where=ac_v > 0),
            frequency_hz=self.circuit.frequency_hz[mark],
            temperature_c=air + 0.6 * HEAT_C_PER_W_M2 * light + 9.0 * ac_w / plant.rated_w[panel],
        )

    def _voltage(self, panel: Ints, mark: Ints) -> Array:
        """Between both legs on split phase, else phase to neutral of the panel's phase."""
        if self.site.gateway.phases == "split":
            both: Array = self.circuit.voltage_v.sum(axis=0)[mark]
            return both
        voltage: Array = self.circuit.voltage_v[np.argmax(self.plant.share, axis=0)[panel], mark]
        return voltage
