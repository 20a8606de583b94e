"""What energy costs: plans of prices, and the time slots in which one price holds."""

from openvoy.model.prices.plan import (
    HOLIDAY,
    PricePlan,
    RatePeriod,
    Rates,
    RateSeason,
    RateTier,
    YearlyDay,
)
from openvoy.model.prices.series import PriceSeries, parse_series

__all__ = [
    "HOLIDAY",
    "PricePlan",
    "PriceSeries",
    "RatePeriod",
    "RateSeason",
    "RateTier",
    "Rates",
    "YearlyDay",
    "parse_series",
]
