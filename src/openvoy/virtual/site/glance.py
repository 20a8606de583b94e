"""One moment of a day block as plain values."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import numpy as np

from openvoy.virtual.site import flow
from openvoy.virtual.site.arrays import FINE_GRAIN, Array, grained
from openvoy.virtual.site.battery import Bank, battery_temperature
from openvoy.virtual.site.branches import Branch, Count, widened
from openvoy.virtual.site.calendar import midnight
from openvoy.virtual.site.circuit import SLACK, counts_between
from openvoy.virtual.site.control import stored_within
from openvoy.virtual.site.day import DayBlock, Premises
from openvoy.virtual.site.definition import SiteDefinition
from openvoy.virtual.site.lines import PER_GROUP
from openvoy.virtual.site.reports import REPORT_COLUMNS
from openvoy.virtual.site.state import BranchState, Flow, PanelState, ReportState, SiteState, StorageState
from openvoy.virtual.site.stretch import Kind

Service = Literal["planned", "active", "retired"]
Place = tuple[int, float]
"""A line, and the share of its way that has passed."""


def read_block(premises: Premises, block: DayBlock, at: datetime) -> SiteState:
    """Read a moment out of its day, `at` in UTC."""
    place = block.lines.find(at.timestamp())
    turn = block.turn_at(at.timestamp())
    mark, way = int(block.lines.first[place[0]]), place[1]
    circuit, harvest = block.circuit, block.harvest
    voltage, frequency, air, factor, served = (
        flow.between(values[..., mark], values[..., mark + 1], way)
        for values in (circuit.voltage_v, circuit.frequency_hz, harvest.air_c, harvest.factor, block.served)
    )
    storage = _read_storage(premises, block, (mark, way), float(air))
    return SiteState(
        at=at,
        **named(_read_circuit(block, place, turn.kind)),
        voltages_v=tuple(voltage.tolist()),
        frequency_hz=float(frequency),
        air_c=float(air),
        panels=_read_panels(premises, block, at.timestamp(), place),
        storage=next((row for bank, row in storage if bank.forms_grid), None),
        ac_batteries=tuple(row for bank, row in storage if not bank.forms_grid),
        switchgear=turn.switchgear,
        supply=turn.kind,
        grid_is_live=block.outages.is_on(at.timestamp()),
        solar_pct=100 * float(factor),
        served_pct=100 * float(served),
    )


def named(branches: list[BranchState]) -> dict[str, BranchState]:
    """Name branches as members of a state."""
    return {branch.name.lower(): branches[branch] for branch in Branch}


def branch_state(powers: Array, counts: Array, peaks: Array) -> BranchState:
    """Build a branch from powers [kind, phase], counts [count, phase] and highest powers [phase]."""
    return BranchState(
        all=_flow(powers.sum(axis=1), counts.sum(axis=1), float(peaks.sum())),
        phases=tuple(_flow(powers[:, phase], counts[:, phase], float(peaks[phase])) for phase in range(len(peaks))),
    )


def _read_circuit(block: DayBlock, place: Place, kind: Kind) -> list[BranchState]:
    """Read powers on the way between marks, balanced again after rounding to the grain, and counts up to there."""
    line, way = place
    mark = int(block.lines.first[line])
    kept = [np.stack((v[..., mark], v[..., mark + 1])) for v in (block.circuit.kept_w, block.circuit.kept_var)]
    (active_0, active_1), (reactive_0, reactive_1) = ((widened(pair[0]), widened(pair[1])) for pair in kept)
    apparent_0, apparent_1 = np.hypot(active_0, reactive_0), np.hypot(active_1, reactive_1)
    active, reactive, apparent = (
        flow.between(start, end, way)
        for start, end in ((active_0, active_1), (reactive_0, reactive_1), (apparent_0, apparent_1))
    )
    group = line // PER_GROUP
    span_s = float(block.lines.at_s[mark + 1] - block.lines.at_s[mark]) * way
    counts = (
        block.opening.counts
        + block.passed[..., group]
        + block.counts(group * PER_GROUP, line).sum(axis=-1)
        + counts_between((active_0, active), (reactive_0, reactive), (apparent_0, apparent), span_s)
    )
    starts = widened(np.take(block.circuit.kept_w, block.lines.first[: line + 1], axis=-1))
    peaks = np.maximum(block.opening.peak_w, starts.max(axis=-1))
    powers = np.stack((_balanced(active, kind), reactive, apparent))
    return [branch_state(powers[:, row], counts[:, row] / 3600, peaks[row]) for row in Branch]


def _balanced(active_w: Array, kind: Kind) -> Array:
    """Round to the grain; what takes up the rest takes up the rounding too."""
    active = grained(active_w, FINE_GRAIN)
    if kind != "dark":
        slack = SLACK[kind]
        own = (Branch.SOLAR, Branch.GRID, Branch.BATTERY, Branch.GENERATOR)
        active[slack] = active[Branch.LOAD] - sum(active[branch] for branch in own if branch is not slack)
    return widened(np.concatenate((active[: Branch.TOTAL], active[Branch.CHARGER :])))


def _flow(powers: Array, counts: Array, most_w: float) -> Flow:
    active, reactive, apparent = powers.tolist()
    values = counts.tolist()
    return Flow(
        active_w=active,
        reactive_var=reactive,
        apparent_va=apparent,
        delivered_wh=values[Count.DELIVERED],
        received_wh=values[Count.RECEIVED],
        lagging_varh=values[Count.LAGGING],
        leading_varh=values[Count.LEADING],
        apparent_vah=values[Count.APPARENT],
        most_w=most_w,
    )


def _read_panels(premises: Premises, block: DayBlock, now_s: float, place: Place) -> tuple[PanelState, ...]:
    line, way = place
    mark, group = int(block.lines.first[line]), line // PER_GROUP
    harvest = block.harvest
    pair = harvest.potential_w[:, mark : mark + 2].astype(np.float64) * harvest.factor[mark : mark + 2]
    power = flow.between(pair[:, 0], pair[:, 1], way)
    steps_s = float(block.lines.at_s[mark + 1] - block.lines.at_s[mark]) * way
    before = harvest.energy_j(group * PER_GROUP, line).sum(axis=1)
    lifetime = block.opening.panel_j + block.passed_j[:, group] + before + flow.net(pair[:, 0], power, steps_s)
    until_s = np.nextafter(now_s, np.inf)
    told = harvest.last_told(block.opening.told, until_s)
    most = harvest.most_told(block.opening.most_w, until_s).tolist()
    columns = [getattr(told, name).tolist() for name in REPORT_COLUMNS]
    reports = [dict(zip(REPORT_COLUMNS, row, strict=True)) for row in zip(*columns, strict=True)]
    rows = zip(premises.plant.serials, power.tolist(), lifetime.tolist(), reports, most, strict=True)
    services = _services(premises, block.day.date)
    return tuple(
        PanelState(
            serial=serial,
            power_w=power_w,
            lifetime_j=lifetime_j,
            report=ReportState(**{**report, "at_s": int(report["at_s"])}) if report["at_s"] else None,
            most_w=most_w,
            service=service,
            since_s=since_s,
        )
        for (serial, power_w, lifetime_j, report, most_w), (service, since_s) in zip(rows, services, strict=True)
    )


def _services(premises: Premises, day: date) -> list[tuple[Service, int]]:
    """Tell which inverters are there on a day, and since when."""
    plant = premises.plant
    rows: list[tuple[Service, int]] = []
    for start, end in zip(plant.from_day.tolist(), plant.until_day.tolist(), strict=True):
        service: Service = "planned" if start > day.toordinal() else "retired" if end <= day.toordinal() else "active"
        rows.append((service, _since_s(premises.site, start)))
    return rows


def _since_s(site: SiteDefinition, day: int) -> int:
    """Tell when something came that is there from a day on, by its ordinal."""
    first = max(day, site.gateway.commissioned.toordinal())
    return int(midnight(date.fromordinal(first), site.zone).timestamp())


def _read_storage(premises: Premises, block: DayBlock, place: Place, air_c: float) -> list[tuple[Bank, StorageState]]:
    mark, way = place
    rows, today = [], block.day.date.toordinal()
    for bank, power_w, stored_j in zip(premises.wiring.banks, block.banks_w, block.stored_j, strict=True):
        if bank.from_day > today:
            continue
        power = float(flow.between(power_w[mark], power_w[mark + 1], way))
        state = StorageState(
            serials=bank.serials,
            stored_wh=stored_within(bank, power_w, stored_j, place, block.lines.at_s) / 3600,
            capacity_wh=bank.capacity_j / 3600,
            rated_w=bank.rated_w,
            power_w=power,
            temperature_c=float(battery_temperature(bank, np.array(air_c), np.array(power))),
            since_s=_since_s(premises.site, bank.from_day),
        )
        rows.append((bank, state))
    return rows
