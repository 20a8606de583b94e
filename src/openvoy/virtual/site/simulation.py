"""A site that lives: asked for any moment, it knows powers, states and lifetime energies."""

from __future__ import annotations

from collections import OrderedDict
from datetime import UTC, date, datetime, timedelta

import numpy as np

from openvoy.errors import ConfigError
from openvoy.virtual.site import flow
from openvoy.virtual.site.arrays import FINE_GRAIN, Array, grained
from openvoy.virtual.site.battery import battery_temperature
from openvoy.virtual.site.calendar import MINUTE_S, local_date, midnight
from openvoy.virtual.site.circuit import Branch, Count, counts_between, step_counts
from openvoy.virtual.site.day import Carried, DayBlock, build_premises, close_day, nothing_yet, simulate_day
from openvoy.virtual.site.definition import SiteDefinition
from openvoy.virtual.site.panels import Plant
from openvoy.virtual.site.reports import REPORT_COLUMNS, last_told, most_told
from openvoy.virtual.site.state import BranchState, Flow, Midnight, PanelState, ReportState, SiteState, StorageState

KEPT_BLOCKS = 3
"""Days whose arrays stay in memory, about a megabyte each."""
KEPT_MIDNIGHTS = 40
"""Days whose opening state stays; earlier ones are simulated again from the commissioning."""


class Site:
    """One simulated site. Its state is a function of definition, seed and moment alone, asked in any order."""

    def __init__(self, definition: SiteDefinition, *, seed: int = 1) -> None:
        if seed < 0:
            raise ConfigError(f"{seed} is no seed", hint="Give a whole number from 0 up.")
        self.definition = definition
        self.seed = seed
        self._premises = build_premises(definition, seed)
        self._first = definition.gateway.commissioned
        self._openings: OrderedDict[date, Carried] = OrderedDict({self._first: nothing_yet(definition)})
        self._blocks: OrderedDict[date, DayBlock] = OrderedDict()

    @property
    def plant(self) -> Plant:
        """Its panels."""
        return self._premises.plant

    @property
    def commissioned_at(self) -> datetime:
        """The first moment of the site's life, UTC."""
        return midnight(self._first, self.definition.zone)

    def date_of(self, at: datetime) -> date:
        """Tell the site's local date of a moment."""
        return local_date(at, self.definition.zone)

    def opening(self, day: date) -> Carried:
        """Give the state with which a local day begins; days before the commissioning begin with nothing."""
        if day <= self._first:
            return nothing_yet(self.definition)
        if day not in self._openings:
            self.block(day - timedelta(days=1))
        return self._openings[day]

    def block(self, day: date) -> DayBlock:
        """Give a local day's arrays, simulating what is needed before it."""
        if day < self._first:
            raise ConfigError(
                f"{self.definition.name}: {day} is before its commissioning on {self._first}",
                hint="Start later, or set gateway.commissioned to an earlier date.",
            )
        if day in self._blocks:
            self._blocks.move_to_end(day)
            return self._blocks[day]
        known = max((kept for kept in self._openings if kept <= day), default=self._first)
        for number in range(known.toordinal(), day.toordinal()):
            self._simulate(date.fromordinal(number))
        return self._simulate(day)

    def at(self, at: datetime) -> SiteState:
        """Tell everything that is true in one moment; energies are integrated to it exactly."""
        block = self.block(self.date_of(at))
        passed_s = at.timestamp() - block.day.start_s
        mark = min(int(passed_s // MINUTE_S), block.day.minutes - 1)
        return _read_block(self, block, at.astimezone(UTC), mark, (passed_s - mark * MINUTE_S) / MINUTE_S)

    def midnight(self, day: date) -> Midnight:
        """Tell the counters at the start of a local day."""
        opening = self.opening(day)
        still = np.zeros((3, self.definition.phase_count))
        branches = [_branch(still, opening.counts[:, row] / 3600, opening.peak_w[row]) for row in Branch]
        return Midnight(**_named(branches), told_j=tuple(opening.told.lifetime_j.tolist()))

    def _simulate(self, day: date) -> DayBlock:
        block = simulate_day(self._premises, day, self._openings[day])
        self._blocks[day] = block
        while len(self._blocks) > KEPT_BLOCKS:
            self._blocks.popitem(last=False)
        self._openings[day + timedelta(days=1)] = close_day(self.definition, block)
        while len(self._openings) > KEPT_MIDNIGHTS:
            oldest = next(kept for kept in self._openings if kept != self._first)
            del self._openings[oldest]
        return block


def _read_block(site: Site, block: DayBlock, at: datetime, mark: int, way: float) -> SiteState:
    active, branches = _read_circuit(block, mark, way)
    circuit = block.circuit
    voltage, frequency, air, stored = (
        flow.between(values[..., mark], values[..., mark + 1], way)
        for values in (circuit.voltage_v, circuit.frequency_hz, block.air_c, block.stored_j)
    )
    return SiteState(
        at=at,
        **_named(branches),
        voltages_v=tuple(voltage.tolist()),
        frequency_hz=float(frequency),
        air_c=float(air),
        panels=_read_panels(site, block, at.timestamp(), mark, way),
        storage=_read_storage(site.definition, float(stored), float(active[Branch.BATTERY].sum()), float(air)),
    )


def _read_circuit(block: DayBlock, mark: int, way: float) -> tuple[Array, list[BranchState]]:
    """Read powers in the middle of a minute, balanced again after rounding to the grain, and counts up to it."""
    circuit = block.circuit
    ends = [(v[..., mark], v[..., mark + 1]) for v in (circuit.active_w, circuit.reactive_var, circuit.apparent_va)]
    active, reactive, apparent = (flow.between(*pair, way) for pair in ends)
    active = grained(active, FINE_GRAIN)
    active[Branch.GRID] = active[Branch.LOAD] - (
        active[Branch.SOLAR] + active[Branch.BATTERY] + active[Branch.GENERATOR]
    )
    active[Branch.TOTAL] = active[Branch.SOLAR] + active[Branch.GRID]
    counts = block.opening.counts + step_counts(circuit, mark + 1).sum(axis=-1)
    starts = [pair[0] for pair in ends]
    counts = counts + counts_between(
        (starts[0], flow.between(*ends[0], way)), (starts[1], reactive), (starts[2], apparent), way * MINUTE_S
    )
    powers = np.stack((active, reactive, apparent))
    peaks = np.maximum(block.opening.peak_w, circuit.active_w[..., : mark + 1].max(axis=-1))
    return active, [_branch(powers[:, row], counts[:, row] / 3600, peaks[row]) for row in Branch]


def _named(branches: list[BranchState]) -> dict[str, BranchState]:
    return {branch.name.lower(): branches[branch] for branch in Branch}


def _branch(powers: Array, counts: Array, peaks: Array) -> BranchState:
    """Build a branch from powers [kind, phase], counts [count, phase] and highest powers [phase]."""
    return BranchState(
        all=_flow(powers.sum(axis=1), counts.sum(axis=1), float(peaks.sum())),
        phases=tuple(_flow(powers[:, phase], counts[:, phase], float(peaks[phase])) for phase in range(len(peaks))),
    )


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


def _read_panels(site: Site, block: DayBlock, now_s: float, mark: int, way: float) -> tuple[PanelState, ...]:
    start, end = block.panel_w[:, mark], block.panel_w[:, mark + 1]
    power = flow.between(start, end, way)
    steps = flow.net(block.panel_w[:, :mark], block.panel_w[:, 1 : mark + 1], MINUTE_S)
    lifetime = block.opening.panel_j + steps.sum(axis=1) + flow.net(start, power, way * MINUTE_S)
    until_s = np.nextafter(now_s, np.inf)
    told = last_told(block.reports, block.opening.told, until_s)
    interval_s = site.definition.gateway.report_interval_s
    most = most_told(block.reports, block.opening.most_w, until_s, interval_s).tolist()
    columns = [getattr(told, name).tolist() for name in REPORT_COLUMNS]
    reports = [dict(zip(REPORT_COLUMNS, row, strict=True)) for row in zip(*columns, strict=True)]
    rows = zip(site.plant.serials, power.tolist(), lifetime.tolist(), reports, most, strict=True)
    return tuple(
        PanelState(
            serial=serial,
            power_w=power_w,
            lifetime_j=lifetime_j,
            report=ReportState(**{**report, "at_s": int(report["at_s"])}) if report["at_s"] else None,
            most_w=most_w,
        )
        for serial, power_w, lifetime_j, report, most_w in rows
    )


def _read_storage(site: SiteDefinition, stored_j: float, power_w: float, air_c: float) -> StorageState | None:
    if site.battery is None:
        return None
    return StorageState(
        units=site.battery.units,
        stored_wh=stored_j / 3600,
        capacity_wh=site.battery.battery_model.capacity_wh * site.battery.units,
        power_w=power_w,
        temperature_c=float(battery_temperature(site.battery, np.array(air_c), np.array(power_w))),
    )
