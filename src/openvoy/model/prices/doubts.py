"""Prices that are possible and hardly meant: cents taken for euros, a price of the MWh for one of the kWh. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from statistics import median

from openvoy.model.prices.plan import PricePlan, Rates

MOST_PER_KWH: Mapping[str, Decimal] = {
    **dict.fromkeys(("AUD", "CAD", "CHF", "EUR", "GBP", "NZD", "SGD", "USD"), Decimal(5)),
    **dict.fromkeys(("DKK", "NOK", "PLN", "SEK"), Decimal(30)),
}
"""No household pays more for a kWh; of other currencies nothing is said."""


def find_doubts(plan: PricePlan) -> Sequence[str]:
    """Say of which prices of a plan a person should make sure, a sentence each."""
    most = MOST_PER_KWH.get(plan.currency or "")
    if most is None:
        return ()
    named = (("import", plan.imports), *((("export", plan.exports),) if plan.exports is not None else ()))
    return tuple(
        f"{plan.name}: {what} is {price.normalize():f} {plan.currency} a kWh: is it {meant}?"
        for part, rates in named
        for what, price, meant in (*_of_seasons(part, rates), *_of_series(part, rates))
        if abs(price) > most
    )


def _of_seasons(part: str, rates: Rates) -> Iterator[tuple[str, Decimal, str]]:
    for season in rates.seasons:
        for period in season.periods:
            yield f"{part}, {period.name or season.name}", period.price_per_kwh, "in cents"
        for tier in season.tiers:
            yield f"{part}, a block of {season.name}", tier.price_per_kwh, "in cents"


def _of_series(part: str, rates: Rates) -> Iterator[tuple[str, Decimal, str]]:
    """Of prices by time the one in the middle counts: for an hour they may be anything."""
    if rates.series is not None and rates.series.values:
        price = median(map(abs, rates.series.values)) * rates.series_factor
        yield f"the usual price of the series of {part}", price, "a price of the MWh, which takes factor = 0.001"
