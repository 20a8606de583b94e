"""What energy cost and earned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Literal

from openvoy.codec import doc
from openvoy.model.costs import CostFrame, Costs, build_frame, compute_costs
from openvoy.model.prices import PricePlan
from openvoy.model.prices.calendar import CostPeriod
from openvoy.web.backend import Backend
from openvoy.web.operation import End, GatewayName, Operation, Start
from openvoy.web.problems import BadQuery
from openvoy.web.query import Span, find_serial, parse_span

MOST_SLOTS = 120_000
"""Times of one price: three years of quarters of an hour, read within some seconds."""
LONGEST = timedelta(days=40 * 366)

Numbers = Sequence[float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class CostColumns:
    """Costs of the local period that starts at `start` (Unix seconds), in `currency`, taxes included."""

    currency: str | None
    tariff: str | None
    """Where the prices come from; null where none are known, and then there are no costs of any period."""
    start: Sequence[int]
    end: Sequence[int]
    solar_wh: Numbers
    import_wh: Numbers
    export_wh: Numbers
    load_wh: Numbers
    energy_cost: Numbers
    """For what was imported."""
    demand_cost: Numbers
    """For the highest 15 minutes of a month, in the period that they fell into."""
    fixed_cost: Numbers
    """Fees, of days of which anything is known."""
    tax: Numbers
    """The part of these costs that is tax."""
    credit: Numbers
    """For what was exported."""
    net_cost: Numbers
    """All costs less the credit."""
    grid_only_cost: Numbers
    """What the load would have cost, all of it imported, without fees and demand."""
    savings: Numbers
    """That, less the cost of energy, plus the credit: of times and gateways of which load and import are both known."""
    self_consumption_pct: Numbers
    """Share of the solar energy that was not exported, of times and gateways of which both are known."""
    autarky_pct: Numbers
    """Share of the load that was not imported, of times and gateways of which both are known."""
    co2_avoided_g: Numbers
    unpriced_wh: Numbers
    """Imported while no price was known; it is in no cost."""
    unpriced_export_wh: Numbers
    """Exported while no price was known, although there are some; it is in no credit."""
    estimated: Sequence[bool]
    one_sided: Sequence[bool]
    """Of some time or gateway only import is known, or only export: the net cost is of what is known."""


async def read_costs(
    backend: Backend,
    *,
    start: Start,
    end: End,
    by: Annotated[
        CostPeriod | Literal["hour"],
        doc("", "hour, day, week, month or year, in the site's time; weeks begin on Monday. Hours are without fees."),
    ] = "month",
    until_end: Annotated[bool, doc("", "The last period only as far as it lies before end; else each whole.")] = False,
    gateway: GatewayName = None,
) -> CostColumns:
    """Costs, credits and savings of the local periods that touch start to end, each as a whole.

    Hours are those of whole days; fees and demand are charged by day, so no hour has any, nor its net cost.
    """
    span = parse_span(start, end, zone=backend.zone)
    plan = await _find_plan(backend, span)
    if plan is None:
        return build_cost_columns(None, ())
    frame = build_frame(
        plan,
        start=span.start.astimezone(backend.zone).date(),
        last=(span.end - timedelta(seconds=1)).astimezone(backend.zone).date(),
        by=by,
        zone=backend.zone,
    )
    if until_end:
        frame = frame.until(int(span.end.timestamp()))
    _check_slots(frame)
    serial = await find_serial(backend.feed, backend.store, gateway)
    energies = await backend.store.read_energy_between(bounds=frame.bounds, gateway=serial)
    demand = None
    if frame.demand_bounds:
        demand = await backend.store.read_energy_between(bounds=frame.demand_bounds, gateway=serial)
    return build_cost_columns(plan, compute_costs(frame, energies, demand), is_hourly=frame.is_hourly)


async def _find_plan(backend: Backend, span: Span) -> PricePlan | None:
    if span.end - span.start > LONGEST:
        raise BadQuery("These are more than 40 years.", hint="Give a shorter time between start and end.")
    return None if backend.prices is None else await backend.prices.find_plan(span.start, span.end)


def _check_slots(frame: CostFrame) -> None:
    count = max(len(frame.slots), len(frame.demand_bounds))
    if count > MOST_SLOTS:
        raise BadQuery(
            f"These are {count:,} times with a price of their own.",
            hint="Give a shorter time between start and end.",
        )


def build_cost_columns(plan: PricePlan | None, costs: Sequence[Costs], *, is_hourly: bool = False) -> CostColumns:
    """Put costs into columns of plain numbers; fees and demand of hours are not known."""
    return CostColumns(
        currency=None if plan is None else plan.currency,
        tariff=None if plan is None else plan.name,
        start=[one.start_s for one in costs],
        end=[one.end_s for one in costs],
        solar_wh=[_number(one.solar_wh) for one in costs],
        import_wh=[_number(one.import_wh) for one in costs],
        export_wh=[_number(one.export_wh) for one in costs],
        load_wh=[_number(one.load_wh) for one in costs],
        energy_cost=[_number(one.energy_cost) for one in costs],
        demand_cost=[None if is_hourly else _known(one, one.demand_cost) for one in costs],
        fixed_cost=[None if is_hourly else _known(one, one.fixed_cost) for one in costs],
        tax=[_known(one, one.tax) for one in costs],
        credit=[_number(one.credit) for one in costs],
        net_cost=[_number(one.net_cost) for one in costs],
        grid_only_cost=[_number(one.grid_only_cost) for one in costs],
        savings=[_number(one.savings) for one in costs],
        self_consumption_pct=[one.self_consumption_pct for one in costs],
        autarky_pct=[one.autarky_pct for one in costs],
        co2_avoided_g=[_number(one.co2_avoided_g) for one in costs],
        unpriced_wh=[_known(one, one.unpriced_wh) for one in costs],
        unpriced_export_wh=[_known(one, one.unpriced_export_wh) for one in costs],
        estimated=[one.estimated for one in costs],
        one_sided=[one.one_sided for one in costs],
    )


def _known(one: Costs, value: Decimal) -> float | None:
    """Give an amount of a period of which anything is known."""
    return _number(value) if one.is_known else None


def _number(value: Decimal | None) -> float | None:
    """Give an amount to a hundredth of a cent."""
    return None if value is None else float(round(value, 4))


OPERATIONS = (Operation(path="/api/v1/costs", handler=read_costs, tag="History"),)
