"""A site that lives: asked for any moment, it knows powers, states and lifetime energies."""

from __future__ import annotations

from collections import OrderedDict
from datetime import UTC, date, datetime, timedelta

import numpy as np

from openvoy.errors import ConfigError
from openvoy.virtual.site.branches import Branch
from openvoy.virtual.site.calendar import local_date, midnight
from openvoy.virtual.site.day import Carried, DayBlock, Premises, build_premises, close_day, nothing_yet, simulate_day
from openvoy.virtual.site.definition import SiteDefinition
from openvoy.virtual.site.glance import branch_state, named, read_block
from openvoy.virtual.site.orders import Orders
from openvoy.virtual.site.panels import Plant
from openvoy.virtual.site.standing import build_orders
from openvoy.virtual.site.state import Midnight, SiteState
from openvoy.virtual.site.switchgear import OrderBook, Switchgear

KEPT_BLOCKS = 5
"""Days whose arrays stay in memory, about half a megabyte each: as many as the log of events is read off, and one."""
KEPT_WEEK = 9
"""Days whose counters at midnight stay as they are told: pages tell today's energies and those of seven days."""
KEPT_MIDNIGHTS = 40
"""Days whose opening state stays; earlier ones are simulated again from the commissioning."""


class Site:
    """One simulated site. Its state is a function of definition, seed, orders and moment alone, asked in any order."""

    def __init__(self, definition: SiteDefinition, *, seed: int = 1) -> None:
        if seed < 0:
            raise ConfigError(f"{seed} is no seed", hint="Give a whole number from 0 up.")
        self.definition = definition
        self.seed = seed
        self.premises: Premises = build_premises(definition, seed)
        self._first = definition.gateway.commissioned
        since_s = int(midnight(self._first, definition.zone).timestamp())
        self._book = OrderBook(orders=(build_orders(definition),), since_s=(since_s,))
        self._openings: OrderedDict[date, Carried] = OrderedDict({self._first: nothing_yet(self.premises)})
        self._blocks: OrderedDict[date, DayBlock] = OrderedDict()
        self._midnights: OrderedDict[date, tuple[Carried, Midnight]] = OrderedDict()
        """The last that were asked for, with what they were read off: meters tell today's energies at each reading."""

    @property
    def plant(self) -> Plant:
        """Its panels."""
        return self.premises.plant

    @property
    def commissioned_at(self) -> datetime:
        """The first moment of the site's life, UTC."""
        return midnight(self._first, self.definition.zone)

    @property
    def orders(self) -> Orders:
        """The last orders."""
        return self._book.orders[-1]

    def date_of(self, at: datetime) -> date:
        """Tell the site's local date of a moment."""
        return local_date(at, self.definition.zone)

    def obey(self, orders: Orders, since: datetime) -> None:
        """Take orders from a moment on (UTC); ValueError where it is earlier than that of the orders before."""
        since_s = int(since.timestamp())
        if orders == self._book.orders[-1] and since_s >= self._book.since_s[-1]:
            return
        self._book = self._book.added(orders, since_s)
        day = self.date_of(since)
        for kept in [kept for kept in self._blocks if kept >= day]:
            del self._blocks[kept]
        for opened in [opened for opened in self._openings if opened > day]:
            del self._openings[opened]

    def opening(self, day: date) -> Carried:
        """Give the state with which a local day begins; days before the commissioning begin with nothing."""
        if day <= self._first:
            return nothing_yet(self.premises)
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
        return read_block(self.premises, self.block(self.date_of(at)), at.astimezone(UTC))

    def switchgear(self, at: datetime) -> Switchgear:
        """Tell what is so of what was ordered."""
        return self.block(self.date_of(at)).turn_at(at.timestamp()).switchgear

    def is_dark(self, at: datetime) -> bool:
        """Whether nothing has power, the gateway included."""
        return self.block(self.date_of(at)).turn_at(at.timestamp()).kind == "dark"

    def midnight(self, day: date) -> Midnight:
        """Tell the counters at the start of a local day."""
        opening = self.opening(day)
        kept = self._midnights.get(day)
        if kept is not None and kept[0] is opening:
            return kept[1]
        still = np.zeros((3, self.definition.phase_count))
        branches = [branch_state(still, opening.counts[:, row] / 3600, opening.peak_w[row]) for row in Branch]
        found = Midnight(**named(branches), told_j=tuple(opening.told.lifetime_j.tolist()))
        self._midnights[day] = opening, found
        while len(self._midnights) > KEPT_WEEK:
            self._midnights.popitem(last=False)
        return found

    def _simulate(self, day: date) -> DayBlock:
        block = simulate_day(self.premises, self._book, day, self._openings[day])
        self._blocks[day] = block
        while len(self._blocks) > KEPT_BLOCKS:
            self._blocks.popitem(last=False)
        self._openings[day + timedelta(days=1)] = close_day(block)
        while len(self._openings) > KEPT_MIDNIGHTS:
            oldest = next(kept for kept in self._openings if kept != self._first)
            del self._openings[oldest]
        return block
