"""A site's past as columns, day by day: the names are those of `openvoy.model.records`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openvoy.virtual.site import flow
from openvoy.virtual.site.arrays import Array, Ints
from openvoy.virtual.site.battery import Bank, battery_temperature
from openvoy.virtual.site.branches import Branch, Count
from openvoy.virtual.site.calendar import MINUTE_S
from openvoy.virtual.site.day import DayBlock
from openvoy.virtual.site.definition import SiteDefinition
from openvoy.virtual.site.meters import build_meters
from openvoy.virtual.site.simulation import Site

Columns = Mapping[str, NDArray[Any]]
"""Columns of one table, all of one length: `at` is Unix seconds (int64), serials are text, all else is float64."""
ENERGY_STEP_MIN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class DayHistory:
    """What a collector would have kept of one local day (or of its part within the asked span)."""

    date: date
    power: Columns
    """Each minute: at, solar_w, grid_w, battery_w, generator_w, load_w, soc_pct."""
    energy: Columns
    """Every five minutes: at, solar_wh, import_wh, export_wh, charge_wh, discharge_wh, load_wh since commissioning."""
    meters: Columns
    """Each minute, meter and channel: at, eid, channel, active_power_w … frequency_hz."""
    inverters: Columns
    """Each report: at, serial, power_w, dc_voltage_v … temperature_c."""
    batteries: Columns
    """Every five minutes and battery: at, serial, soc_pct, power_w, temperature_c."""

    def tables(self) -> Mapping[str, Columns]:
        """List the tables that have rows, by the names that a store's bulk path knows."""
        found = {name: getattr(self, name) for name in ("power", "energy", "meters", "inverters", "batteries")}
        return {name: columns for name, columns in found.items() if len(columns["at"])}


def history(site: Site, start: datetime, end: datetime) -> Iterator[DayHistory]:
    """Yield what was between two moments, day by day; nothing before the commissioning."""
    first = max(site.date_of(start), site.definition.gateway.commissioned)
    last = site.date_of(end - timedelta(microseconds=1))
    span = (start.timestamp(), end.timestamp())
    for number in range(first.toordinal(), last.toordinal() + 1):
        block = site.block(date.fromordinal(number))
        yield DayHistory(
            date=block.day.date,
            power=_within(_power(site, block), block, span),
            energy=_within(_energy(site.definition, block), block, span),
            meters=_within(_meters(site.definition, block), block, span),
            inverters=_within(_inverters(site, block), block, span),
            batteries=_within(_batteries(site, block), block, span),
        )


def history_tables(site: Site, start: datetime, end: datetime, *, days: int = 60) -> Iterator[Mapping[str, Columns]]:
    """Yield the same, `days` at a time: tables by name, for a store that takes many rows at once faster than few."""
    past = history(site, start, end)
    while chunk := [day.tables() for day in islice(past, days)]:
        names = dict.fromkeys(name for tables in chunk for name in tables)
        yield {name: _joined([tables[name] for tables in chunk if name in tables]) for name in names}


def _joined(parts: Sequence[Columns]) -> Columns:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _within(columns: Columns, block: DayBlock, span: tuple[float, float]) -> Columns:
    """Keep what lies in the span; nobody can ask a gateway without power."""
    at, dark = columns["at"], block.harvest.dark_s
    if not len(at) or (not dark and at.min() >= span[0] and at.max() < span[1]):
        return columns
    kept = (at >= span[0]) & (at < span[1])
    for start_s, end_s in dark:
        kept &= (at < start_s - MINUTE_S) | (at >= end_s)
    return {name: values[kept] for name, values in columns.items()}


def _minutes(block: DayBlock) -> Ints:
    return block.day.start_s + MINUTE_S * np.arange(block.day.minutes, dtype=np.int64)


def _power(site: Site, block: DayBlock) -> Columns:
    definition, banks = site.definition, _banks(site, block)
    means = block.lines.minute_means(block.circuit.active_w.sum(axis=1))
    known = {f"{branch.name.lower()}_w": means[branch] for branch in _known(definition)}
    if not definition.meters.production:
        known["solar_w"] = block.lines.minute_means(block.panel_w.sum(axis=0))
    if banks:
        capacity_j = sum(bank.capacity_j for _, bank in banks)
        stored_j = block.stored_j[[place for place, _ in banks]].sum(axis=0)
        known["soc_pct"] = 100 * block.lines.minute_means(stored_j) / capacity_j
    return {"at": _minutes(block), **known}


def _banks(site: Site, block: DayBlock) -> list[tuple[int, Bank]]:
    """List the banks that are there on a day, each with its place."""
    today = block.day.date.toordinal()
    return [(place, bank) for place, bank in enumerate(site.premises.wiring.banks) if bank.from_day <= today]


def _known(site: SiteDefinition) -> tuple[Branch, ...]:
    """Tell which powers such a gateway can know."""
    known = [Branch.SOLAR]
    if site.meters.consumption != "none":
        known += [Branch.GRID, Branch.LOAD]
    if site.generator is not None:
        known.append(Branch.GENERATOR)
    if site.battery is not None or site.acb is not None:
        known.append(Branch.BATTERY)
    return tuple(known)


ENERGIES = (
    ("solar_wh", Branch.SOLAR, Count.DELIVERED),
    ("import_wh", Branch.GRID, Count.DELIVERED),
    ("export_wh", Branch.GRID, Count.RECEIVED),
    ("charge_wh", Branch.BATTERY, Count.RECEIVED),
    ("discharge_wh", Branch.BATTERY, Count.DELIVERED),
    ("load_wh", Branch.LOAD, Count.DELIVERED),
)


def _energy(site: SiteDefinition, block: DayBlock) -> Columns:
    kept, spans = block.circuit.kept_w, block.lines.span_s
    known = _known(site)
    columns: dict[str, NDArray[Any]] = {"at": _minutes(block)[::ENERGY_STEP_MIN]}
    for name, branch, count in ENERGIES:
        if branch in known:
            sign = 1.0 if count is Count.DELIVERED else -1.0
            steps = flow.positive(*block.lines.ends(sign * kept[branch]), spans).sum(axis=0)
            columns[name] = _counter(block, block.opening.counts[count, branch].sum(), steps)
    if not site.meters.production:
        columns["solar_wh"] = _counter(block, block.opening.panel_j.sum(), block.harvest.energy_j().sum(axis=0))
    return columns


def _counter(block: DayBlock, opening_j: float, steps_j: Array) -> Array:
    """Let a counter run along the day's lines; its reading every five minutes, Wh."""
    running = opening_j + np.concatenate(([0.0], np.cumsum(steps_j)))
    readings: Array = running[block.lines.minutes()[::ENERGY_STEP_MIN]] / 3600
    return readings


def _meters(site: SiteDefinition, block: DayBlock) -> Columns:
    circuit, mean = block.circuit, block.lines.minute_means
    meters = [meter for meter in build_meters(site) if meter.enabled]
    branches = [int(meter.branch) for meter in meters]
    active, reactive, apparent = (
        mean(values[branches]) for values in (circuit.active_w, circuit.reactive_var, circuit.apparent_va)
    )
    voltage = np.broadcast_to(mean(circuit.voltage_v), active.shape)
    rows = {
        "active_power_w": _with_sum(active),
        "apparent_power_va": _with_sum(apparent),
        "reactive_power_var": _with_sum(reactive),
        "voltage_v": _with_sum(voltage),
        "current_a": _with_sum(_ratio(apparent, voltage)),
    }
    shape = rows["voltage_v"].shape
    rows["power_factor"] = _ratio(rows["active_power_w"], rows["apparent_power_va"])
    rows["frequency_hz"] = np.broadcast_to(mean(circuit.frequency_hz), shape)
    eids = np.array([meter.eid for meter in meters], dtype=np.int64)
    keys: dict[str, Ints] = {
        "at": np.broadcast_to(_minutes(block), shape),
        "eid": np.broadcast_to(eids[:, None, None], shape),
        "channel": np.broadcast_to(np.arange(shape[1], dtype=np.int64)[:, None], shape),
    }
    return {name: values.transpose(2, 0, 1).reshape(-1) for name, values in {**keys, **rows}.items()}


def _ratio(value: Array, other: Array) -> Array:
    """Divide; nothing of nothing is 0."""
    ratio: Array = np.divide(value, other, out=np.zeros_like(value), where=other != 0)
    return ratio


def _with_sum(values: Array) -> Array:
    """Put the sum of the phases before them: channel 0 of [meter, channel, minute]."""
    return np.concatenate((values.sum(axis=1, keepdims=True), values), axis=1)


def _inverters(site: Site, block: DayBlock) -> Columns:
    reports = block.reports
    sent = block.harvest.sent_by(block.day.end_s)
    order = np.argsort(reports.at_s[sent], kind="stable")
    serials = np.broadcast_to(np.array(site.plant.serials)[:, None], sent.shape)
    columns: dict[str, NDArray[Any]] = {
        "at": reports.at_s[sent][order].astype(np.int64),
        "serial": serials[sent][order],
        "power_w": reports.energy_j[sent][order] / site.definition.gateway.report_interval_s,
    }
    for name in INVERTER_VALUES:
        columns[name] = getattr(reports, name)[sent][order]
    return columns


INVERTER_VALUES = (
    "dc_voltage_v",
    "dc_current_a",
    "ac_voltage_v",
    "ac_current_a",
    "frequency_hz",
    "temperature_c",
)


def _batteries(site: Site, block: DayBlock) -> Columns:
    """Give each unit its share of its bank."""
    banks = _banks(site, block)
    marks = block.lines.first[block.lines.minutes()[::ENERGY_STEP_MIN]]
    at = _minutes(block)[::ENERGY_STEP_MIN]
    serials = np.array([serial for _, bank in banks for serial in bank.serials], dtype=np.str_)
    columns: dict[str, NDArray[Any]] = {"at": np.repeat(at, len(serials)), "serial": np.tile(serials, len(at))}
    if banks:
        air = block.air_c[marks]
        rows = [(bank, block.stored_j[n, marks], block.banks_w[n, marks]) for n, bank in banks]
        columns["soc_pct"] = _by_unit([(bank, 100 * stored / bank.capacity_j) for bank, stored, _ in rows])
        columns["power_w"] = _by_unit([(bank, power / len(bank.serials)) for bank, _, power in rows])
        columns["temperature_c"] = _by_unit([(bank, battery_temperature(bank, air, power)) for bank, _, power in rows])
    return columns


def _by_unit(rows: list[tuple[Bank, Array]]) -> Array:
    """Repeat the values of each bank for its units, moment by moment."""
    return np.concatenate([np.tile(values, (len(bank.serials), 1)) for bank, values in rows]).T.reshape(-1)
