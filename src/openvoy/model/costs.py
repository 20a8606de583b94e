"""Costs of a site's energy: pure, exact to the last digit, from energies by slot of equal price.

`build_frame` says which energies are needed, `compute_costs` makes costs of them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Literal

from openvoy.model.prices.calendar import CostPeriod, build_periods, days_of_month, first_day, next_day
from openvoy.model.prices.plan import NOTHING, PricePlan, RateTier
from openvoy.model.prices.slots import Slot, build_slots, cut_at_hours, midnight_s
from openvoy.model.together import GRID, SHARED, Values, build_shared, share_pct

DEMAND_S = 900
"""What is charged for the highest demand is measured over 15 minutes."""
_KWH = Decimal(100_000)
"""Energies are counted in hundredths of a Wh, as the store keeps them."""

Energies = Mapping[str, Values]
"""By name (`import_wh` …) one value a slot; None is "not said"; of several gateways with the columns of `SHARED`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostFrame:
    """What has to be known for the costs of some periods."""

    plan: PricePlan
    periods: Sequence[date]
    """First days, and the first day after the last period."""
    edges: Sequence[int]
    """Where periods begin, and where the last one ends (Unix seconds)."""
    slots: Sequence[Slot]
    zone: tzinfo
    is_hourly: bool = False
    """Fees and demand are charged by day: hours have none."""

    @property
    def bounds(self) -> Sequence[int]:
        """Where slots begin, and where the last one ends (Unix seconds)."""
        return [*(slot.start_s for slot in self.slots), *(slot.end_s for slot in self.slots[-1:])]

    @property
    def demand_bounds(self) -> Sequence[int]:
        """Every 15 minutes of them, where the highest demand has a price; else none."""
        if self.plan.demand_per_kw == NOTHING or self.is_hourly or not self.slots:
            return []
        return range(self.slots[0].start_s, self.slots[-1].end_s + 1, DEMAND_S)

    def until(self, end_s: int) -> CostFrame:
        """Give the same periods, of which only what lies before `end_s` (Unix seconds) is counted."""
        slots = [replace(slot, end_s=min(slot.end_s, end_s)) for slot in self.slots if slot.start_s < end_s]
        return replace(self, slots=slots)


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What a period cost and earned, taxes included; None is "not known"."""

    first: date
    start_s: int
    end_s: int
    solar_wh: Decimal | None
    import_wh: Decimal | None
    export_wh: Decimal | None
    load_wh: Decimal | None
    energy_cost: Decimal | None
    """For what was imported; None where none of it has a known price."""
    demand_cost: Decimal
    """For the highest demand of a month, in the period that it fell into."""
    fixed_cost: Decimal
    """Fees, of days of which anything is known."""
    tax: Decimal
    """The part of these costs that is tax."""
    credit: Decimal | None
    """For what was exported; None where none of it has a known price."""
    net_cost: Decimal | None
    """All costs less the credit."""
    grid_only_cost: Decimal | None
    """What the load would have cost, all of it imported, without fees and demand."""
    savings: Decimal | None
    """That, less the cost of energy, plus the credit: of times and gateways of which load and import are both known."""
    autarky_pct: float | None
    """Share of the load that was not imported, of times and gateways of which both are known."""
    self_consumption_pct: float | None
    """Share of the solar energy that was not exported, of times and gateways of which both are known."""
    co2_avoided_g: Decimal | None
    """What the load out of the grid would have stood for, less what was imported, plus what was exported."""
    unpriced_wh: Decimal
    """Imported while no price was known; it is in no cost."""
    unpriced_export_wh: Decimal
    """Exported while no price was known, although there are some; it is in no credit."""
    estimated: bool
    """The shape of some energy is interpolated, and so is which price it has."""
    one_sided: bool
    """Of some time or gateway only import is known, or only export: the net cost is of what is known."""

    @property
    def is_known(self) -> bool:
        """Whether any energy of the period is known; of one without, amounts of 0 say nothing."""
        return any(getattr(self, name) is not None for name in _NAMES)


@dataclass(slots=True)
class _Sums:
    """What adds up in one period; energies in hundredths of a Wh."""

    energies: dict[str, int] = field(default_factory=dict)
    energy: Decimal = NOTHING
    credit: Decimal = NOTHING
    grid_only: Decimal = NOTHING
    spared: Decimal = NOTHING
    """What load would have cost less what import did, where both are known."""
    spared_credit: Decimal = NOTHING
    """The credit of these times and gateways."""
    house: list[int] = field(default_factory=lambda: [0, 0])
    """Load and import, where both are known."""
    sun: list[int] = field(default_factory=lambda: [0, 0])
    """Solar and export, where both are known."""
    co2_g: Decimal = NOTHING
    fixed: Decimal = NOTHING
    demand: Decimal = NOTHING
    unpriced_count: int = 0
    unpriced_export_count: int = 0
    has_price: bool = False
    has_credit: bool = False
    """What was fed in has a known price; where nothing is ever paid for it, that is none."""
    has_grid_only: bool = False
    has_spared: bool = False
    has_co2: bool = False
    estimated: bool = False
    one_sided: bool = False


def build_frame(
    plan: PricePlan, *, start: date, last: date, by: CostPeriod | Literal["hour"], zone: tzinfo
) -> CostFrame:
    """Say what is needed for the costs of the periods that touch the local days `start` to `last`."""
    periods = build_periods(start, last, "day" if by == "hour" else by)
    first, end = periods[0], periods[-1]
    if plan.needs_months:
        first = first_day(first, "month")
        end = end if end.day == 1 else next_day(first_day(end, "month"), "month")
    slots: Sequence[Slot] = build_slots(plan, first, end, zone)
    edges: Sequence[int] = [midnight_s(day, zone) for day in periods]
    if by == "hour":
        begin_s, end_s = edges[0], edges[-1]
        slots, hours = cut_at_hours(slots)
        edges = [at_s for at_s in hours if begin_s <= at_s <= end_s]
        periods = [datetime.fromtimestamp(at_s, zone).date() for at_s in edges]
    return CostFrame(plan=plan, periods=periods, edges=edges, slots=slots, zone=zone, is_hourly=by == "hour")


def compute_costs(frame: CostFrame, energies: Energies, demand: Energies | None = None) -> list[Costs]:
    """Compute the costs of each period from the energies between `bounds` and between `demand_bounds`."""
    sums = [_Sums() for _ in frame.periods]
    blocks, blocks_of_house = (_Blocks(is_netted=frame.plan.is_netted) for _ in range(2))
    is_paid = frame.plan.is_export_paid
    shared = energies if SHARED.keys() <= energies.keys() else build_shared([energies], len(frame.slots))
    for index, slot in enumerate(frame.slots):
        amounts = {name: count for name in _NAMES if (count := _hundredths(energies[name][index])) is not None}
        # Slots before and after the periods only move the blocks of their months.
        place = _place(frame, slot.start_s)
        block_prices = blocks.pass_through(slot, amounts)
        _add_costs(sums[place], slot, amounts, block_prices)
        _add_credit(sums[place], slot, amounts, block_prices, is_paid=is_paid)
        together = {name: count for name in SHARED if (count := _hundredths(shared[name][index])) is not None}
        house = {name: together[f"house_{name}"] for name in _NAMES if f"house_{name}" in together}
        _add_spared(sums[place], slot, house, blocks_of_house.pass_through(slot, house), is_paid=is_paid)
        _add_shares(sums[place], together)
        sums[place].one_sided |= any(amounts.get(name) != together.get(f"grid_{name}") for name in GRID)
        sums[place].estimated |= bool(energies["estimated"][index])
    if not frame.is_hourly:
        _add_fees(frame, energies, sums)
        _add_demand(frame, demand, sums)
    return [
        _build_costs(frame.plan, day, frame.edges[index : index + 2], sums[index])
        for index, day in enumerate(frame.periods[:-1])
    ]


_NAMES = ("solar_wh", "import_wh", "export_wh", "load_wh")


def _hundredths(value: float | str | None) -> int | None:
    return None if value is None else round(float(value) * 100)


def _place(frame: CostFrame, at_s: int) -> int:
    """Give the index of the period of a moment; what lies outside belongs to the last entry, which is none."""
    place = bisect_right(frame.edges, at_s) - 1
    return place if place >= 0 else len(frame.edges) - 1


@dataclass(frozen=True, slots=True)
class _BlockPrices:
    """What blocks of the month add to the price of one slot's energies."""

    imported: Decimal = NOTHING
    exported: Decimal = NOTHING
    load: Decimal = NOTHING


class _Blocks:
    """How far into the blocks of its month the site has come, as it is and as it would be without its array."""

    def __init__(self, *, is_netted: bool) -> None:
        self._is_netted = is_netted
        self._month = (0, 0)
        self._used = 0
        self._load = 0

    def pass_through(self, slot: Slot, amounts: Mapping[str, int]) -> _BlockPrices:
        """Go on by a slot, and say what its energies cost in the blocks that they fall into."""
        if not slot.tiers:
            return _BlockPrices()
        if (slot.day.year, slot.day.month) != self._month:
            self._month, self._used, self._load = (slot.day.year, slot.day.month), 0, 0
        before, load_before = self._used, self._load
        top = before + amounts.get("import_wh", 0)
        self._used = top - (amounts.get("export_wh", 0) if self._is_netted else 0)
        self._load += amounts.get("load_wh", 0)
        return _BlockPrices(
            imported=_block_cost(slot.tiers, top) - _block_cost(slot.tiers, before),
            exported=_block_cost(slot.tiers, top) - _block_cost(slot.tiers, self._used),
            load=_block_cost(slot.tiers, self._load) - _block_cost(slot.tiers, load_before),
        )


def _block_cost(tiers: Sequence[RateTier], used: int) -> Decimal:
    """Give the cost of the first `used` of a month; a surplus counts at the price of the first block."""
    cost, floor = NOTHING, NOTHING
    used_kwh = used / _KWH
    for tier in tiers:
        top = used_kwh if tier.limit_kwh is None or tier is tiers[-1] else min(used_kwh, tier.limit_kwh)
        cost += (top - floor) * tier.price_per_kwh
        if top == used_kwh:
            break
        floor = top
    return cost


def _add_costs(sums: _Sums, slot: Slot, amounts: Mapping[str, int], blocks: _BlockPrices) -> None:
    for name, amount in amounts.items():
        sums.energies[name] = sums.energies.get(name, 0) + amount
    imported, load, price = amounts.get("import_wh"), amounts.get("load_wh"), slot.import_per_kwh
    if price is None:
        sums.unpriced_count += amounts.get("import_wh", 0)
        return
    sums.has_price = True
    if imported is not None:
        sums.energy += imported / _KWH * price + blocks.imported
    if load is not None:
        sums.has_grid_only = True
        sums.grid_only += load / _KWH * price + blocks.load


def _add_credit(sums: _Sums, slot: Slot, amounts: Mapping[str, int], blocks: _BlockPrices, *, is_paid: bool) -> None:
    exported = amounts.get("export_wh")
    if exported and is_paid and slot.export_per_kwh is None:
        sums.unpriced_export_count += exported
        return
    sums.has_credit = sums.has_credit or slot.import_per_kwh is not None or slot.export_per_kwh is not None
    if exported is not None:
        sums.credit += exported / _KWH * (slot.export_per_kwh or NOTHING) + blocks.exported


def _add_spared(sums: _Sums, slot: Slot, house: Mapping[str, int], blocks: _BlockPrices, *, is_paid: bool) -> None:
    """Add what was saved by gateways of which load and import are both known."""
    if not house:
        return
    spared, exported, price = house["load_wh"] - house["import_wh"], house.get("export_wh"), slot.import_per_kwh
    if price is not None:
        sums.has_spared = True
        sums.spared += spared / _KWH * price + blocks.load - blocks.imported
    if exported is not None and not (is_paid and slot.export_per_kwh is None):
        sums.spared_credit += exported / _KWH * (slot.export_per_kwh or NOTHING) + blocks.exported
    if slot.co2_per_kwh is not None:
        sums.has_co2 = True
        sums.co2_g += (spared + house.get("export_wh", 0)) / _KWH * slot.co2_per_kwh


def _add_shares(sums: _Sums, together: Mapping[str, int]) -> None:
    for pair, names in (
        (sums.house, ("house_load_wh", "house_import_wh")),
        (sums.sun, ("sun_solar_wh", "sun_export_wh")),
    ):
        for place, name in enumerate(names):
            pair[place] += together.get(name, 0)


def _add_fees(frame: CostFrame, energies: Energies, sums: Sequence[_Sums]) -> None:
    """Fees are of days of which any energy is known: a history that begins in June owes nothing for May."""
    known = {
        slot.day for index, slot in enumerate(frame.slots) if any(energies[name][index] is not None for name in _NAMES)
    }
    counts: dict[tuple[int, date], int] = {}
    for day in known:
        key = _place(frame, midnight_s(day, frame.zone)), first_day(day, "month")
        counts[key] = counts.get(key, 0) + 1
    for (place, month), count in counts.items():
        sums[place].fixed += count * frame.plan.fee_per_day
        sums[place].fixed += frame.plan.fee_per_month * count / days_of_month(month)


def _add_demand(frame: CostFrame, demand: Energies | None, sums: Sequence[_Sums]) -> None:
    if demand is None:
        return
    highest: dict[date, tuple[int, date]] = {}
    for at_s, value in zip(frame.demand_bounds, demand["import_wh"], strict=False):
        amount = _hundredths(value)
        if amount is None:
            continue
        day = datetime.fromtimestamp(at_s, frame.zone).date()
        month = first_day(day, "month")
        if month not in highest or amount > highest[month][0]:
            highest[month] = amount, day
    for amount, day in highest.values():
        mean_kw = amount / _KWH * 3600 / DEMAND_S
        sums[_place(frame, midnight_s(day, frame.zone))].demand += mean_kw * frame.plan.demand_per_kw


def _build_costs(plan: PricePlan, day: date, bounds: Sequence[int], sums: _Sums) -> Costs:
    taxed = 1 + plan.tax_pct / 100
    energies = {name: count / Decimal(100) for name, count in sums.energies.items()}
    energy = sums.energy * taxed if sums.has_price and "import_wh" in energies else None
    fixed, demand = sums.fixed * taxed, sums.demand * taxed
    # What is netted takes back taxes too; what is fed in has none.
    credit_taxed = taxed if plan.is_netted else Decimal(1)
    has_credit = "export_wh" in energies and sums.has_credit
    credit = sums.credit * credit_taxed if has_credit else None
    has_balance = energy is not None and (has_credit or not sums.unpriced_export_count)
    return Costs(
        first=day,
        start_s=bounds[0],
        end_s=bounds[1],
        solar_wh=energies.get("solar_wh"),
        import_wh=energies.get("import_wh"),
        export_wh=energies.get("export_wh"),
        load_wh=energies.get("load_wh"),
        energy_cost=energy,
        demand_cost=demand,
        fixed_cost=fixed,
        tax=_sum((energy, fixed, demand)) * plan.tax_pct / (100 + plan.tax_pct),
        credit=credit,
        net_cost=_sum((energy, fixed, demand)) - _sum((credit,)) if has_balance else None,
        grid_only_cost=sums.grid_only * taxed if sums.has_grid_only else None,
        savings=sums.spared * taxed + sums.spared_credit * credit_taxed if has_balance and sums.has_spared else None,
        autarky_pct=share_pct(*sums.house),
        self_consumption_pct=share_pct(*sums.sun),
        co2_avoided_g=sums.co2_g if sums.has_co2 else None,
        unpriced_wh=sums.unpriced_count / Decimal(100),
        unpriced_export_wh=sums.unpriced_export_count / Decimal(100),
        estimated=sums.estimated,
        one_sided=sums.one_sided,
    )


def _sum(amounts: Iterable[Decimal | None]) -> Decimal:
    return sum((amount for amount in amounts if amount is not None), NOTHING)
