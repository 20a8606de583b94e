"""Runs a site through a day: what switches when, and what flows in between."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from openvoy.virtual.site import flow
from openvoy.virtual.site.arrays import Array
from openvoy.virtual.site.battery import Bank, stored_by
from openvoy.virtual.site.branches import Branch
from openvoy.virtual.site.circuit import Circuit, Wiring, wire_up
from openvoy.virtual.site.clockwork import Clockwork
from openvoy.virtual.site.feed import Feed, Harness, cut_feed, cut_short
from openvoy.virtual.site.off_grid import solve_off_grid
from openvoy.virtual.site.on_grid import solve_on_grid
from openvoy.virtual.site.panels import Plant
from openvoy.virtual.site.settle import SUPPLIES, Switchboard
from openvoy.virtual.site.stretch import Conditions, Solved, Standing, Task
from openvoy.virtual.site.switchgear import Switchgear

MOST_TURNS = 8
"""So often something may switch within one moment."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stretch:
    """A stretch of a day as it was."""

    conditions: Conditions
    feed: Feed
    solved: Solved
    circuit: Circuit
    until_s: float

    @property
    def switchgear(self) -> Switchgear:
        """What its switches were."""
        conditions = self.conditions
        return Switchgear(
            relay=conditions.relay,
            supply=SUPPLIES[conditions.kind],
            contacts=conditions.contacts.positions,
            generator=None if conditions.orders.generator is None else conditions.genset.position,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Course:
    """A site's way through one day."""

    plant: Plant
    wiring: Wiring
    clock: Clockwork
    feed: Feed

    @property
    def board(self) -> Switchboard:
        """What decides on it."""
        return Switchboard(site=self.wiring.site, banks=self.wiring.banks, clock=self.clock)

    def run(self, standing: Standing) -> tuple[list[Stretch], Standing]:
        """Go through the day; return its stretches and what they hand over."""
        board, day = self.board, self.clock.day
        now_s, turns = float(day.start_s), 0
        stretches: list[Stretch] = []
        while now_s < day.end_s:
            settled = board.settle(now_s, standing)
            goes_on = now_s == day.start_s and settled.conditions == standing.conditions
            task = self._task(board, settled, now_s, goes_on=goes_on)
            solved = solve_on_grid(task) if task.conditions.kind == "grid" else solve_off_grid(task)
            until_s = task.until_s if solved.until_s is None else min(solved.until_s, task.until_s)
            standing = settled
            if until_s > now_s:
                stretches.append(self._stretch(task, solved, until_s))
                standing = _handed_over(stretches[-1], task, settled)
            if solved.becomes is not None and solved.until_s == until_s:
                standing = replace(standing, kind=solved.becomes)
            turns = turns + 1 if until_s <= now_s else 0
            assert turns <= MOST_TURNS, "a site that never settles"
            now_s = until_s
        return stretches, standing

    def _task(self, board: Switchboard, standing: Standing, now_s: float, *, goes_on: bool) -> Task:
        conditions = standing.conditions
        assert conditions is not None
        edges = self.clock.edges(conditions.orders, self.clock.contact_orders_at(now_s))
        until_s = board.next_s(now_s, standing, edges)
        closed = [float(conditions.contacts.is_closed(part.contact)) for part in self.wiring.parts]
        rows = conditions.orders.contacts
        cut_off = (row.panels for row in rows if row.load == "pv" and not conditions.contacts.is_closed(row.name))
        harness = Harness(limit_pct=conditions.orders.solar.limit_pct, off=frozenset().union(*cut_off))
        return Task(
            conditions=conditions,
            feed=cut_feed(self.feed, self.plant, self.clock.day, (now_s, until_s), harness),
            banks=self.wiring.banks,
            standing=standing,
            goes_on=goes_on,
            closed=np.array(closed),
            holds=board.holds(conditions.orders),
            until_s=until_s,
            levels_j=board.levels_j(standing),
        )

    def _stretch(self, task: Task, solved: Solved, until_s: float) -> Stretch:
        """Drop the marks beyond the end, but for the one to which the last line leads."""
        count = min(int(np.searchsorted(task.feed.at_s, until_s)) + 1, len(solved.factor))
        if count < len(task.feed.at_s):
            task = replace(task, feed=cut_short(task.feed, count))
            solved = replace(
                solved,
                factor=solved.factor[:count],
                served=solved.served[:count],
                banks_w=solved.banks_w[:, :count],
                stored_j=solved.stored_j[:, :count],
            )
        return Stretch(
            conditions=task.conditions,
            feed=task.feed,
            solved=solved,
            circuit=wire_up(self.wiring, task, solved),
            until_s=until_s,
        )


def _handed_over(stretch: Stretch, task: Task, standing: Standing) -> Standing:
    """Read where the stretch was cut."""
    at_s, solved = stretch.feed.at_s, stretch.solved
    mark = len(at_s) - 2
    way = (stretch.until_s - float(at_s[mark])) / float(at_s[mark + 1] - at_s[mark])

    def cut(values: Array) -> float:
        return float(flow.between(values[..., mark], values[..., mark + 1], way).sum())

    kept, held = stretch.circuit.kept_w, solved.held
    return replace(
        standing,
        banks_w=tuple(cut(power) for power in solved.banks_w),
        stored_j=tuple(
            stored_within(bank, power, stored, (mark, way), at_s)
            for bank, power, stored in zip(task.banks, solved.banks_w, solved.stored_j, strict=True)
        ),
        cap_w=None if held.cap_w is None else cut(held.cap_w),
        export_w=None if solved.export_w is None else cut(solved.export_w),
        on_share=1.0 if held.on_share is None else cut(held.on_share),
        solar_w=cut(kept[Branch.SOLAR]),
        grid_w=cut(kept[Branch.GRID]),
    )


def stored_within(bank: Bank, power_w: Array, stored_j: Array, place: tuple[int, float], at_s: Array) -> float:
    """Tell what is stored on the way from a mark to the next."""
    mark, way = place
    if way == 1.0:
        return float(stored_j[mark + 1])
    start, end = float(power_w[mark]), float(power_w[mark + 1])
    middle = start + (end - start) * way
    step_s = float(at_s[mark + 1] - at_s[mark]) * way
    return float(stored_j[mark]) + stored_by(start, middle, step_s, bank.efficiency)
