"""One day of a site as a block of arrays. Blocks join: what one ends with, the next begins with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np

from openvoy.virtual.site.arrays import Array
from openvoy.virtual.site.battery import banks_on, build_banks
from openvoy.virtual.site.branches import Branch, Count, widened
from openvoy.virtual.site.calendar import LocalDay, local_day
from openvoy.virtual.site.circuit import Circuit, Wiring, counts_between
from openvoy.virtual.site.clockwork import Clockwork
from openvoy.virtual.site.control import Course, Stretch
from openvoy.virtual.site.definition import SiteDefinition
from openvoy.virtual.site.feed import Feed, draw_power, gross_power
from openvoy.virtual.site.house import Household, load_parts
from openvoy.virtual.site.lines import Lines, join_lines
from openvoy.virtual.site.noise import Stream, smooth
from openvoy.virtual.site.panels import Plant, build_plant, plant_output
from openvoy.virtual.site.reports import Harvest, Reports, never
from openvoy.virtual.site.stretch import Kind, Standing
from openvoy.virtual.site.sun import clear_sky
from openvoy.virtual.site.supply import Outages, outages_around
from openvoy.virtual.site.switchgear import OrderBook, Switchgear
from openvoy.virtual.site.weather import weather_of

REGULATION_W = 12.0
RECONNECT_S = 300.0
"""How long inverters without a controller wait for a steady grid."""


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
    standing: Standing
    """Batteries and switches."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What switches were from a moment on."""

    at_s: float
    kind: Kind
    switchgear: Switchgear


@dataclass(frozen=True, kw_only=True, eq=False)
class DayBlock:
    """One local day of one site. Arrays have a value at each mark, see `Lines`."""

    day: LocalDay
    opening: Carried
    closing: Standing
    lines: Lines
    circuit: Circuit
    harvest: Harvest
    served: Array
    """[mark] share of the connected load that gets what it wants."""
    banks_w: Array
    """[bank, mark]."""
    stored_j: Array
    """[bank, mark]."""
    turns: tuple[Turn, ...]
    outages: Outages

    @property
    def panel_w(self) -> Array:
        """[panel, mark]."""
        return self.harvest.panel_w

    @property
    def air_c(self) -> Array:
        """[mark]."""
        return self.harvest.air_c

    @property
    def reports(self) -> Reports:
        """What each inverter would tell, sent only where it produced something."""
        return self.harvest.reports

    @cached_property
    def passed(self) -> Array:
        """[count, branch, phase, group] what was counted by the beginning of each group of lines, since midnight."""
        return _running(np.add.reduceat(self.counts(), self.lines.groups(), axis=-1))

    @cached_property
    def passed_j(self) -> Array:
        """[panel, group] the same of the panels' energy."""
        return _running(np.add.reduceat(self.harvest.energy_j(), self.lines.groups(), axis=-1))

    def counts(self, begin: int = 0, end: int | None = None) -> Array:
        """Integrate lines: [count, branch, phase, line]."""
        active_0, active_1 = (widened(side) for side in self.lines.ends(self.circuit.kept_w, begin, end))
        reactive_0, reactive_1 = (widened(side) for side in self.lines.ends(self.circuit.kept_var, begin, end))
        apparent = (np.hypot(active_0, reactive_0), np.hypot(active_1, reactive_1))
        return counts_between((active_0, active_1), (reactive_0, reactive_1), apparent, self.lines.span_s[begin:end])

    def turn_at(self, at_s: float) -> Turn:
        """Tell what the switches were at a moment."""
        place = np.searchsorted([turn.at_s for turn in self.turns], at_s, side="right")
        return self.turns[max(int(place) - 1, 0)]


def _running(groups: Array) -> Array:
    totals = np.zeros_like(groups)
    np.cumsum(groups[..., :-1], axis=-1, out=totals[..., 1:])
    return totals


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Premises:
    """What does not change from day to day."""

    site: SiteDefinition
    seed: int
    plant: Plant
    household: Household
    wiring: Wiring


def build_premises(site: SiteDefinition, seed: int) -> Premises:
    """Build a site's panels, wires and household."""
    wiring = Wiring(site=site, banks=build_banks(site), parts=load_parts(site))
    plant = build_plant(site, seed)
    return Premises(site=site, seed=seed, plant=plant, household=Household(site, seed), wiring=wiring)


def nothing_yet(premises: Premises) -> Carried:
    """Build the state of a site in the moment of its commissioning."""
    site, banks = premises.site, premises.wiring.banks
    panels = len(premises.plant.serials)
    iq_pct = 0.0 if site.battery is None else site.battery.start_pct
    acb_pct = 0.0 if site.acb is None else site.acb.start_pct
    stored = tuple(bank.capacity_j * (iq_pct if bank.forms_grid else acb_pct) / 100 for bank in banks)
    return Carried(
        counts=np.zeros((len(Count), len(Branch), site.phase_count)),
        peak_w=np.zeros((len(Branch), site.phase_count)),
        panel_j=np.zeros(panels),
        ticked_j=np.zeros(panels),
        told=never(panels),
        most_w=np.zeros(panels),
        standing=Standing(banks_w=(0.0,) * len(banks), stored_j=stored),
    )


def simulate_day(premises: Premises, book: OrderBook, on: date, opening: Carried) -> DayBlock:
    """Simulate one local day; the same arguments always give the same block."""
    day = local_day(on, premises.site.zone)
    controller = premises.site.controller
    clock = Clockwork(
        day=day,
        book=book,
        outages=outages_around(premises.site, premises.seed, day),
        reconnect_s=RECONNECT_S if controller is None else controller.reconnect_s,
    )
    feed = _feed(premises, day)
    wiring = replace(premises.wiring, banks=banks_on(premises.wiring.banks, on.toordinal()))
    course = Course(plant=premises.plant, wiring=wiring, clock=clock, feed=feed)
    stretches, closing = course.run(opening.standing)
    return _block(premises, clock, opening, stretches, closing)


def close_day(block: DayBlock) -> Carried:
    """Add up what the block's midnight hands over to the next day."""
    opening, harvest, end_s = block.opening, block.harvest, block.day.end_s
    starts = np.append(block.lines.first, len(block.lines.at_s) - 1)
    active = widened(np.take(block.circuit.kept_w, starts, axis=-1))
    return Carried(
        counts=opening.counts + block.counts().sum(axis=-1),
        peak_w=np.maximum(opening.peak_w, active.max(axis=-1)),
        panel_j=opening.panel_j + harvest.energy_j().sum(axis=1),
        ticked_j=harvest.last_tick_j(),
        told=harvest.last_told(opening.told, end_s),
        most_w=harvest.most_told(opening.most_w, end_s),
        standing=block.closing,
    )


def _feed(premises: Premises, day: LocalDay) -> Feed:
    """Work out what sun, weather and house bring."""
    site, seed, plant = premises.site, premises.seed, premises.plant
    number = day.date.toordinal()
    sky = clear_sky(site.location, day)
    weather = weather_of(site, seed, day, sky)
    output = plant_output(site, plant, sky, weather)
    potential, asleep, inverters = output.ac_w, output.asleep, len(plant.serials)
    if plant.is_dated:
        here = plant.in_service(number)
        potential, asleep, inverters = potential * here[:, None], asleep & here[:, None], int(here.sum())
    return Feed(
        at_s=day.marks_s,
        potential_w=potential,
        draw_w=draw_power(plant, asleep),
        gross_w=gross_power(plant, potential),
        load=premises.household.load(day, weather.air_c),
        error_w=REGULATION_W * (smooth(seed, number, Stream.REGULATION, minutes=day.minutes, knots=480) + 1.0),
        air_c=weather.air_c,
        plane_w_m2=output.plane_w_m2,
        wander=smooth(seed, number, Stream.VOLTAGE, minutes=day.minutes, knots=60),
        hum=smooth(seed, number, Stream.FREQUENCY, minutes=day.minutes, knots=240),
        inverters=inverters / site.phase_count,
    )


def _block(
    premises: Premises, clock: Clockwork, opening: Carried, stretches: list[Stretch], closing: Standing
) -> DayBlock:
    lines = join_lines([(row.feed.at_s, row.until_s) for row in stretches])
    circuit = Circuit(
        kept_w=_joined([row.circuit.kept_w for row in stretches]),
        kept_var=_joined([row.circuit.kept_var for row in stretches]),
        voltage_v=_joined([row.circuit.voltage_v for row in stretches]),
        frequency_hz=_joined([row.circuit.frequency_hz for row in stretches]),
    )
    turns = tuple(Turn(float(row.feed.at_s[0]), row.conditions.kind, row.switchgear) for row in stretches)
    dark = tuple((turn.at_s, row.until_s) for turn, row in zip(turns, stretches, strict=True) if turn.kind == "dark")
    harvest = Harvest(
        site=premises.site,
        plant=premises.plant,
        day=clock.day,
        lines=lines,
        circuit=circuit,
        potential_w=_joined([row.feed.potential_w for row in stretches]).astype(np.float32),
        factor=_joined([row.solved.factor for row in stretches]),
        air_c=_joined([row.feed.air_c for row in stretches]),
        plane_w_m2=_joined([row.feed.plane_w_m2 for row in stretches]),
        dark_s=dark,
        opening_j=opening.panel_j,
        ticked_j=opening.ticked_j,
    )
    return DayBlock(
        day=clock.day,
        opening=opening,
        closing=closing,
        lines=lines,
        circuit=circuit,
        harvest=harvest,
        served=_joined([row.solved.served for row in stretches]),
        banks_w=_joined([row.solved.banks_w for row in stretches]),
        stored_j=_joined([row.solved.stored_j for row in stretches]),
        turns=turns,
        outages=clock.outages,
    )


def _joined(parts: list[Array]) -> Array:
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=-1)
