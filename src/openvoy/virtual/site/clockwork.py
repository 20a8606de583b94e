"""What switches by the clock: orders, plans, windows, hours, outages - and when it does so next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

import numpy as np

from openvoy.virtual.site.arrays import Mask
from openvoy.virtual.site.calendar import DAY_MIN, MINUTE_S, LocalDay
from openvoy.virtual.site.orders import Orders, StorageAction, StorageSlot
from openvoy.virtual.site.supply import Outages
from openvoy.virtual.site.switchgear import CONTACT_MOVES_S, OrderBook

ALL_DAY = (StorageSlot(action="zero-net"),)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Clockwork:
    """Everything on one day that happens by the clock alone."""

    day: LocalDay
    book: OrderBook
    outages: Outages
    reconnect_s: float
    """How long the grid must be back before it counts."""
    has_outages: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "has_outages", bool(self.outages.spans))

    def orders_at(self, now_s: float) -> Orders:
        """Give the orders of a moment."""
        return self.book.at(int(now_s))

    def contact_orders_at(self, now_s: float) -> Orders:
        """Give the orders that contacts have had the time to follow."""
        return self.book.at(int(now_s) - CONTACT_MOVES_S)

    def is_steady(self, now_s: float) -> bool:
        """Whether the grid has been there for long enough."""
        if not self.has_outages:
            return True
        back_s = self.outages.back_since_s(now_s)
        return self.outages.is_on(now_s) and (back_s is None or now_s >= back_s + self.reconnect_s)

    def wall_min(self, now_s: float) -> float:
        """Tell what the wall clock shows, in minutes after midnight."""
        place = (now_s - self.day.start_s) / MINUTE_S
        mark = min(int(place), self.day.minutes - 1)
        return float(self.day.wall_min[mark]) + place - mark

    def action_at(self, now_s: float) -> StorageAction:
        """Tell what the plan of the batteries says."""
        storage = self.orders_at(now_s).storage
        if storage is None or storage.plan == ALL_DAY:
            return "zero-net"
        chosen: StorageAction = "zero-net"
        for slot in storage.plan:
            if _is_slot(slot, self.day.date, self.wall_min(now_s)):
                chosen = slot.action
        return chosen

    def edges(self, orders: Orders, contact_orders: Orders) -> list[float]:
        """List the moments of the day, in order, at which something may switch while these orders hold."""
        minutes = {minute for minute in _minutes(orders, contact_orders) if 0 < minute < DAY_MIN}
        moments = set(self.outages.edges(self.reconnect_s))
        for (before, later), since_s in zip(pairwise(self.book.orders), self.book.since_s[1:], strict=True):
            moments.add(float(since_s))
            if later.contacts != before.contacts:
                moments.add(float(since_s + CONTACT_MOVES_S))
        for minute in minutes:
            moments.update(self._moments(minute))
        return sorted(at_s for at_s in moments if self.day.start_s < at_s < self.day.end_s)

    def _moments(self, minute: float) -> Iterator[float]:
        """Find when the wall clock passes a minute; twice or never where it is put back or forward."""
        wall = self.day.wall_min
        passed: Mask = (wall[:-1] <= minute) & (wall[1:] > minute)
        for mark in np.flatnonzero(passed).tolist():
            within = min(minute - float(wall[mark]), 1.0)
            yield self.day.start_s + (mark + within) * MINUTE_S


def _minutes(orders: Orders, contact_orders: Orders) -> Iterator[float]:
    """Yield minutes of the day at which something in the orders begins or ends."""
    if orders.storage is not None:
        for slot in orders.storage.plan:
            yield from _both(slot.start_min, slot.duration_min)
    for contact in contact_orders.contacts:
        if "schedule" in {contact.on_grid, contact.on_island, contact.on_generator}:
            yield contact.window_start_s / 60
            yield contact.window_end_s / 60
    if orders.generator is not None:
        for run in orders.generator.runs:
            yield from _both(run.start_min, run.duration_min)
        if orders.generator.exercise is not None:
            yield from _both(orders.generator.exercise.start_min, orders.generator.exercise.duration_min)


def _both(start: float, length: float) -> tuple[float, float]:
    return start, (start + length) % DAY_MIN


def _is_slot(slot: StorageSlot, day: date, minute: float) -> bool:
    """Whether a slot of the plan holds; one that runs over midnight belongs to the day on which it began."""
    end = slot.start_min + slot.duration_min
    today = slot.start_min <= minute < end and _is_day(slot, day)
    return today or (minute + DAY_MIN < end and _is_day(slot, day - timedelta(days=1)))


def _is_day(slot: StorageSlot, day: date) -> bool:
    place, first, end = (day.month, day.day), slot.from_date, slot.to_date
    is_season = first <= place < end if first < end else place >= first or place < end
    return is_season and day.weekday() in slot.weekdays
