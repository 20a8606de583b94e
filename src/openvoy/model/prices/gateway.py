"""The plan of prices that a gateway's own tariff amounts to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from openvoy.model.prices.plan import DAY_MIN, PricePlan, RatePeriod, Rates, RateSeason, RateTier, YearlyDay
from openvoy.model.tariff import DayPlan, Season, Tariff

_DAYS = {name: number for number, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}
_START = re.compile(r"(\d{1,2})/(\d{1,2})")


def build_gateway_plan(tariff: Tariff) -> PricePlan | None:
    """Build the plan; None where the gateway names no price of what is imported."""
    imports = _build_rates(tariff.seasons, tariff.import_per_kwh)
    if imports is None:
        return None
    return PricePlan(
        name="the gateway's tariff",
        currency=tariff.currency,
        imports=imports,
        exports=_build_rates(tariff.export_seasons, tariff.export_per_kwh),
    )


def _build_rates(seasons: Sequence[Season], flat_per_kwh: float | None) -> Rates | None:
    """Build one direction: seasons rule, the single rate stands in where they say nothing."""
    built = [_build_season(number, season) for number, season in enumerate(seasons)]
    known = sorted((season for season in built if season.periods or season.tiers), key=lambda season: season.start)
    if known:
        return Rates(seasons=tuple(known))
    if flat_per_kwh is None:
        return None
    flat = RatePeriod(name="all day", price_per_kwh=decimal_of(flat_per_kwh))
    return Rates(seasons=(RateSeason(name="all year", periods=(flat,)),))


def _build_season(number: int, season: Season) -> RateSeason:
    return RateSeason(
        name=f"season {number + 1}",
        start=_parse_start(season.start),
        periods=tuple(period for plan in season.plans for period in _build_periods(plan)),
        tiers=tuple(
            RateTier(
                limit_kwh=None if tier.limit_kwh is None else decimal_of(tier.limit_kwh),
                price_per_kwh=decimal_of(tier.price_per_kwh),
            )
            for tier in season.tiers
        ),
    )


def _parse_start(text: str) -> YearlyDay:
    found = _START.fullmatch(text.strip())
    month, day = (int(found[1]), int(found[2])) if found else (1, 1)
    return (month, day) if 1 <= month <= 12 and 1 <= day <= 31 else (1, 1)


def _build_periods(plan: DayPlan) -> list[RatePeriod]:
    """A period lasts until the next one; before the first of a day, the last one goes on."""
    days = frozenset(_DAYS[name[:3].lower()] for name in plan.days if name[:3].lower() in _DAYS) or frozenset(range(7))
    ordered = sorted(plan.periods, key=lambda period: period.start_min)
    return [
        RatePeriod(
            name=f"period {number + 1}",
            price_per_kwh=decimal_of(period.price_per_kwh),
            days=days,
            start_min=period.start_min % DAY_MIN,
            end_min=ordered[(number + 1) % len(ordered)].start_min % DAY_MIN,
        )
        for number, period in enumerate(ordered)
    ]


def decimal_of(value: float) -> Decimal:
    """Give the shortest decimal that a float stands for: the price as it was written."""
    return Decimal(repr(value))
