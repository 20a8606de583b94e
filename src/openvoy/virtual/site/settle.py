"""What switches in a moment: relay, generator, contacts, and with them what the house hangs on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from openvoy.virtual.site.battery import Bank
from openvoy.virtual.site.clockwork import Clockwork
from openvoy.virtual.site.definition import SiteDefinition
from openvoy.virtual.site.genset import Genset, is_exercise, run_at
from openvoy.virtual.site.orders import GeneratorOrders, Orders, StorageOrders
from openvoy.virtual.site.relay import Relay
from openvoy.virtual.site.stretch import Conditions, Kind, Standing
from openvoy.virtual.site.switchgear import Supply

RECHARGES_BELOW = 0.99
"""Share of the reserve below which batteries fetch it from the grid, where they may."""
RECOVERS_PCT = 5.0
"""So much above the very low limit the house is supplied again."""
SOC_DIGITS = 6
"""Charge is compared with limits to so many digits, so that a limit once reached counts as reached."""
SUPPLIES: dict[Kind, Supply] = {
    "grid": "grid",
    "island": "island",
    "reviving": "island",
    "dark": "island",
    "generator": "generator",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Switchboard:
    """Decides what holds from a moment on."""

    site: SiteDefinition
    banks: tuple[Bank, ...]
    clock: Clockwork

    def settle(self, now_s: float, standing: Standing) -> Standing:
        """Let everything switch that has reason to; the result has the conditions that hold now."""
        orders = self.clock.orders_at(now_s)
        if not self._has_relay(orders):
            kind: Kind = "grid" if self.clock.outages.is_on(now_s) else "dark"
            return self._with_conditions(replace(standing, kind=kind), orders, now_s)
        genset = self._genset(standing, orders, now_s)
        moved = replace(standing, genset=genset)
        moved = replace(moved, relay=self._relay(moved, orders, now_s))
        moved = replace(moved, kind=self._kind(moved, orders, now_s))
        contacts = moved.contacts.told(
            self.clock.contact_orders_at(now_s).contacts,
            SUPPLIES[moved.kind],
            day_s=60 * self.clock.wall_min(now_s),
            soc_pct=self.soc_pct(moved),
        )
        return self._with_conditions(replace(moved, contacts=contacts), orders, now_s)

    def next_s(self, now_s: float, standing: Standing, edges: list[float]) -> float:
        """Tell until when nothing switches by the clock."""
        orders = self.clock.orders_at(now_s)
        due = [standing.relay.due_s(now_s)]
        if orders.generator is not None:
            due.append(standing.genset.due_s(orders.generator))
        later = (at_s for at_s in (*edges, *due) if at_s is not None and at_s > now_s)
        return min(later, default=float(self.clock.day.end_s), key=float)

    def levels_j(self, standing: Standing) -> tuple[float, float]:
        """Tell the charge below and above which something switches while there is no grid."""
        soc = self.soc_pct(standing)
        if soc is None or standing.conditions is None:
            return float("-inf"), float("inf")
        limits = list(self._limits(standing.conditions))
        unit = self.banks[0].capacity_j / 100
        low = max((limit for limit in limits if limit < soc), default=float("-inf"))
        high = min((limit for limit in limits if limit > soc), default=float("inf"))
        return unit * low, unit * high

    def holds(self, orders: Orders) -> bool:
        """Whether the house can be an island."""
        return self._has_relay(orders) and can_hold(self.banks, orders.storage)

    def soc_pct(self, standing: Standing) -> float | None:
        """Tell the charge of the batteries that can hold an island."""
        if not self.banks or not (self.banks[0].forms_grid and self.banks[0].is_here):
            return None
        return round(100 * standing.stored_j[0] / self.banks[0].capacity_j, SOC_DIGITS)

    def _limits(self, conditions: Conditions) -> Iterator[float]:
        for row in conditions.orders.contacts:
            if row.follows_charge:
                yield from (row.soc_low_pct, row.soc_high_pct)
        generator = conditions.orders.generator
        if generator is not None and generator.command == "auto":
            for run in generator.runs:
                yield from (run.start_pct, run.stop_pct)

    def _has_relay(self, orders: Orders) -> bool:
        """Whether something parts the house from the grid: planned with it, or provisioned since."""
        ordered = orders.grid_relay == "open" or bool(orders.contacts) or orders.generator is not None
        return self.site.controller is not None or ordered

    def _genset(self, standing: Standing, orders: Orders, now_s: float) -> Genset:
        generator = orders.generator
        if generator is None:
            return Genset()
        minute, day = self.clock.wall_min(now_s), self.clock.day.date
        exercises = generator.command != "off" and is_exercise(generator.exercise, day, minute)
        asked = generator.command == "on" or (
            generator.command == "auto" and self._lacks(standing, orders, generator, now_s)
        )
        return standing.genset.told(generator, now_s, asked=asked, exercises=exercises)

    def _lacks(self, standing: Standing, orders: Orders, generator: GeneratorOrders, now_s: float) -> bool:
        """Whether a generator that starts by itself has reason to run."""
        if orders.grid_relay == "closed" and self.clock.is_steady(now_s):
            return False
        run = run_at(generator, self.clock.day.date.weekday(), self.clock.wall_min(now_s))
        soc = self.soc_pct(standing)
        if run is None or soc is None:
            return run is not None
        if standing.genset.is_wanted:
            return run.stop_pct < 0 or soc < run.stop_pct
        return soc <= run.start_pct

    def _relay(self, standing: Standing, orders: Orders, now_s: float) -> Relay:
        """A grid that fails opens it at once; it closes again when the grid is steady."""
        is_on, relay = self.clock.outages.is_on(now_s), standing.relay
        is_waiting = relay.at(now_s) != "closed" and not self.clock.is_steady(now_s)
        feeds = standing.genset.stage == "feeding"
        if orders.grid_relay == "open" or feeds or not is_on or is_waiting:
            return relay.told("open", now_s, at_once=feeds or not is_on)
        return relay.told("closed", now_s)

    def _kind(self, standing: Standing, orders: Orders, now_s: float) -> Kind:
        if standing.relay.at(now_s) == "closed":
            return "grid"
        if standing.genset.stage == "feeding":
            return "generator"
        storage = orders.storage
        if storage is None or not can_hold(self.banks, storage):
            return "dark"
        floor_j = self.banks[0].capacity_j * storage.very_low_pct / 100
        recovered_j = floor_j + self.banks[0].capacity_j * RECOVERS_PCT / 100
        if standing.kind in {"dark", "reviving"}:
            return "island" if standing.stored_j[0] >= recovered_j else standing.kind
        return "island" if standing.stored_j[0] > floor_j else "dark"

    def _with_conditions(self, standing: Standing, orders: Orders, now_s: float) -> Standing:
        is_grid = standing.kind == "grid"
        is_held = is_grid and not self._has_relay(orders) and not self.clock.is_steady(now_s)
        conditions = Conditions(
            kind=standing.kind,
            orders=orders,
            action=self.clock.action_at(now_s) if is_grid else "zero-net",
            relay=standing.relay.at(now_s),
            contacts=standing.contacts,
            genset=standing.genset,
            is_held=is_held,
            recharges=is_grid and not is_held and self._recharges(standing, orders.storage),
        )
        return replace(standing, conditions=conditions)

    def _recharges(self, standing: Standing, storage: StorageOrders | None) -> bool:
        """Whether batteries are to fetch their reserve from the grid."""
        if storage is None or not (storage.charges_from_grid and can_hold(self.banks, storage)):
            return False
        reserve_pct = max(storage.reserve_pct, storage.very_low_pct)
        reserve_j = self.banks[0].capacity_j * reserve_pct / 100
        return storage.mode != "backup" and standing.stored_j[0] < RECHARGES_BELOW * reserve_j


def can_hold(banks: tuple[Bank, ...], storage: StorageOrders | None) -> bool:
    """Whether there are batteries that can hold an island, and are not asleep."""
    if storage is None or not storage.enabled or not banks or not (banks[0].forms_grid and banks[0].is_here):
        return False
    return not storage.asleep.issuperset(banks[0].serials)
