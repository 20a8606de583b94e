"""What the house uses: a base that breathes, heating and cooling by the weather, appliances by the hour."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from openvoy.virtual.site.arrays import Array, Ints, grained
from openvoy.virtual.site.calendar import LocalDay, local_day
from openvoy.virtual.site.definition import Appliance, SiteDefinition
from openvoy.virtual.site.equipment import Charger
from openvoy.virtual.site.noise import Stream, generator, smooth

HEATING_BELOW_C = 16.0
COOLING_ABOVE_C = 24.0
BASE_SPLIT = {1: (1.0,), 2: (0.55, 0.45), 3: (0.42, 0.33, 0.25)}
"""How the base is shared out over the phases."""
BASE_TANGENT = -0.35
"""Reactive over active power of electronics: leading."""
MOTOR_TANGENT = 0.45
"""The same of compressors: lagging."""

HEATING, COOLING, CHARGER = "heating", "cooling", "charger"
"""Loads that are no appliances."""

PER_PERSON = (
    Appliance(name="kettle", power_w=2100, minutes=3, per_day=1.6, from_h=6, to_h=21, line="L1"),
    Appliance(name="hob", power_w=1700, minutes=24, per_day=0.45, from_h=11, to_h=20, line="L2"),
    Appliance(name="oven", power_w=2300, minutes=35, per_day=0.12, from_h=16, to_h=20, line="L3"),
    Appliance(name="dishwasher", power_w=1400, minutes=40, per_day=0.24, from_h=12, to_h=23, line="L2"),
    Appliance(name="laundry", power_w=1900, minutes=30, per_day=0.2, from_h=8, to_h=20, line="L1", power_factor=0.95),
    Appliance(name="hot water", power_w=2000, minutes=22, per_day=0.5, from_h=5, to_h=22, line="L3"),
    Appliance(name="lights and screens", power_w=140, minutes=150, per_day=1.1, from_h=17, to_h=23, line="L1"),
    Appliance(name="work at home", power_w=90, minutes=240, per_day=0.35, from_h=8, to_h=14, line="L2"),
    Appliance(name="tools", power_w=650, minutes=12, per_day=0.3, from_h=9, to_h=19, line="L1", power_factor=0.85),
)
"""The usual ones, for one person."""
FRIDGE = Appliance(name="fridge", power_w=95, minutes=16, per_day=30, line="L2", power_factor=0.75)


MOST_CHARGE_MIN = 1380
"""A car is full by then."""


@dataclass(frozen=True, slots=True)
class LoadPart:
    """Loads that are switched and metered together."""

    contact: str | None
    """Which contact they hang on."""
    is_charger: bool


@dataclass(frozen=True, slots=True, eq=False)
class Load:
    """What the house would take with all contacts closed, at each minute mark: [part, phase, mark], never negative."""

    active_w: Array
    reactive_var: Array
    """Positive is lagging."""


Run = tuple[Appliance, int, int]
"""What runs from a mark of a day until before another; the latter may lie in the next day."""


class Household:
    """Who lives on a site, and what they switch on; remembers the day before for what runs past midnight."""

    def __init__(self, site: SiteDefinition, seed: int) -> None:
        self._site = site
        self._seed = seed
        self._appliances = appliances(site)
        self._part = _parts_by_name(site)
        self.parts = load_parts(site)
        self._runs: dict[date, tuple[Run, ...]] = {}

    def load(self, day: LocalDay, air_c: Array) -> Load:
        """Draw what the house uses on one day."""
        site, phases = self._site, self._site.phase_count
        active = np.zeros((len(self.parts), phases, day.minutes + 1))
        reactive = np.zeros_like(active)
        split = np.array(BASE_SPLIT[phases])[:, None]
        breath = smooth(self._seed, day.date.toordinal(), Stream.BASE_LOAD, minutes=day.minutes, knots=72)
        base = split * (site.house.base_w * np.clip(1.0 + 0.12 * breath, 0.5, 1.5))
        active[0], reactive[0] = base, BASE_TANGENT * base
        for name, climate in _climate_w(site, air_c).items():
            active[self._part[name]] += climate / phases
            reactive[self._part[name]] += MOTOR_TANGENT * climate / phases
        for row, first, last in self._running(day):
            part, lines = self._part[row.name], _lines(row, phases)
            active[part, lines, first:last] += row.power_w / len(lines)
            tangent = math.sqrt(1 - row.power_factor**2) / row.power_factor
            reactive[part, lines, first:last] += row.power_w / len(lines) * tangent
        return Load(grained(active), grained(reactive))

    def _running(self, day: LocalDay) -> Iterator[Run]:
        """Yield what runs on this day, what began the day before included."""
        before = local_day(day.date - timedelta(days=1), self._site.zone)
        today, yesterday = self._started(day), self._started(before)
        self._runs = {day.date: today, before.date: yesterday}
        for row, _, last in yesterday:
            if last > before.minutes:
                yield row, 0, last - before.minutes
        yield from today

    def _started(self, day: LocalDay) -> tuple[Run, ...]:
        kept = self._runs.get(day.date)
        if kept is not None:
            return kept
        runs = tuple(_starts(self._appliances, self._seed, day))
        return runs if self._site.charger is None else (*runs, *_charges(self._site.charger, self._seed, day))


def load_parts(site: SiteDefinition) -> tuple[LoadPart, ...]:
    """List the parts of a house: what hangs on no contact, what hangs on each, the charger."""
    rows = (row for row in site.contact if set(row.loads) - {CHARGER})
    parts = [LoadPart(None, is_charger=False), *(LoadPart(row.name, is_charger=False) for row in rows)]
    if site.charger is not None:
        contact = next((row.name for row in site.contact if CHARGER in row.loads), None)
        parts.append(LoadPart(contact, is_charger=True))
    return tuple(parts)


def load_names(site: SiteDefinition) -> frozenset[str]:
    """Name what can hang on a contact."""
    charger = set() if site.charger is None else {CHARGER}
    return frozenset({row.name for row in appliances(site)} | {HEATING, COOLING} | charger)


def _parts_by_name(site: SiteDefinition) -> dict[str, int]:
    """Tell which part each load belongs to."""
    parts = load_parts(site)
    places = {part.contact: place for place, part in enumerate(parts) if not part.is_charger}
    on_contact = {name: places[row.name] for row in site.contact for name in row.loads if row.name in places}
    return {**dict.fromkeys(load_names(site), 0), **on_contact, **({CHARGER: len(parts) - 1} if site.charger else {})}


def appliances(site: SiteDefinition) -> tuple[Appliance, ...]:
    """List what is switched on and off in this house."""
    if site.house.appliance:
        return site.house.appliance
    usual = (replace(row, per_day=row.per_day * site.house.people) for row in PER_PERSON)
    return (FRIDGE, *usual)


def _climate_w(site: SiteDefinition, air_c: Array) -> dict[str, Array]:
    return {
        HEATING: site.house.heating_w_per_c * np.maximum(HEATING_BELOW_C - air_c, 0.0),
        COOLING: site.house.cooling_w_per_c * np.maximum(air_c - COOLING_ABOVE_C, 0.0),
    }


def _charges(charger: Charger, seed: int, day: LocalDay) -> Iterator[Run]:
    """Draw when a car is plugged in, and for how long it charges."""
    chance = generator(seed, day.date.toordinal(), Stream.CHARGER)
    marks = _allowed(charger.from_h, charger.to_h, day)
    if len(marks) and chance.random() < charger.per_week / 7:
        first = int(marks[int(chance.random() * len(marks))])
        minutes = round(charger.kwh * chance.uniform(0.5, 1.5) / charger.power_w * 60_000)
        row = Appliance(
            name=CHARGER, power_w=charger.power_w, minutes=1, per_day=0, line=charger.line, power_factor=0.99
        )
        yield row, first, first + min(max(minutes, 1), MOST_CHARGE_MIN)


def _starts(rows: tuple[Appliance, ...], seed: int, day: LocalDay) -> Iterator[Run]:
    chance = generator(seed, day.date.toordinal(), Stream.APPLIANCES)
    for row in rows:
        marks = _allowed(row.from_h, row.to_h, day)
        count = int(chance.poisson(row.per_day * _weekend(day.date)))
        places, lengths = chance.random(count).tolist(), chance.uniform(0.75, 1.25, count).tolist()
        for place, length in zip(places, lengths, strict=True):
            if len(marks):
                first = int(marks[int(place * len(marks))])
                yield row, first, first + max(1, round(row.minutes * length))


def _allowed(from_h: float, to_h: float, day: LocalDay) -> Ints:
    """Marks at which something may start, by the wall clock; never midnight itself."""
    wall = day.wall_min[1:-1] / 60
    inside = (wall >= from_h) & (wall < to_h)
    if to_h < from_h:
        inside = (wall >= from_h) | (wall < to_h)
    return np.flatnonzero(inside) + 1


def _weekend(day: date) -> float:
    return 1.15 if day.weekday() >= 5 else 0.94


def _lines(row: Appliance, phases: int) -> list[int]:
    if row.line == "all":
        return list(range(phases))
    return [(int(row.line[1]) - 1) % phases]
