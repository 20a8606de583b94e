"""A plan of prices: what a kWh costs at a time of the day, of the week and of the year.

The price of a kWh is the sum of what applies: its period, the block of the month it falls into, and the series of
prices by time. Money is `Decimal` throughout, in the plan's currency.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from openvoy.model.prices.series import PriceSeries

DAY_MIN = 1440
HOLIDAY = 7
"""The eighth day of the week, after Monday (0) to Sunday (6)."""
EVERY_DAY = frozenset(range(8))
NOTHING = Decimal(0)

YearlyDay = tuple[int, int]
"""Month and day."""
Steps = Sequence[tuple[int, Decimal | None]]
"""From a minute of the day on, the price; None where none is given. Begins at 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RatePeriod:
    """A price between two times of some days; an end that is not after the start is one of the next day."""

    name: str
    price_per_kwh: Decimal
    days: frozenset[int] = EVERY_DAY
    start_min: int = 0
    end_min: int = DAY_MIN

    def covers(self, minute: int) -> bool:
        """Whether the minute of a day lies inside; a period over midnight has both its parts on the day itself."""
        if self.start_min < self.end_min:
            return self.start_min <= minute < self.end_min
        return minute >= self.start_min or minute < self.end_min


@dataclass(frozen=True, slots=True, kw_only=True)
class RateTier:
    """A price of the kWh of a month up to `limit_kwh`; None is without limit."""

    limit_kwh: Decimal | None
    price_per_kwh: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class RateSeason:
    """Prices from a day of the year until the next season. Of periods, the first that covers a time rules."""

    name: str
    start: YearlyDay = (1, 1)
    periods: tuple[RatePeriod, ...] = ()
    tiers: tuple[RateTier, ...] = ()

    def build_steps(self, weekday: int) -> Steps:
        """List the prices of a day of the week, or of HOLIDAY."""
        periods = [period for period in self.periods if weekday in period.days]
        edges = sorted(
            {0, *(period.start_min for period in periods), *(period.end_min % DAY_MIN for period in periods)}
        )
        steps: list[tuple[int, Decimal | None]] = []
        for edge in edges:
            covering = next((period for period in periods if period.covers(edge)), None)
            price = None if covering is None else covering.price_per_kwh
            if not steps or steps[-1][1] != price:
                steps.append((edge, price))
        return steps

    @property
    def knows_holidays(self) -> bool:
        """Whether holidays have prices of their own; else they are days of the week like others."""
        return any(HOLIDAY in period.days and period.days != EVERY_DAY for period in self.periods)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Prices of one direction. Without any part that applies, there is no price."""

    seasons: tuple[RateSeason, ...] = ()
    """In the order of their start."""
    series: PriceSeries | None = None
    """Prices by time, added to those of the seasons."""
    series_factor: Decimal = Decimal(1)

    def season_of(self, day: date) -> RateSeason | None:
        """Find the season that a day lies in; before the first of the year, the last one goes on."""
        begun = [season for season in self.seasons if season.start <= (day.month, day.day)]
        return begun[-1] if begun else (self.seasons[-1] if self.seasons else None)

    @property
    def has_tiers(self) -> bool:
        """Whether the price depends on what the month has used before."""
        return any(season.tiers for season in self.seasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class PricePlan:
    """Everything that is paid and earned at a grid connection."""

    name: str
    """Where it comes from, for people."""
    currency: str | None = None
    imports: Rates = field(default_factory=Rates)
    exports: Rates | None = None
    """None: nothing is paid for what is exported, unless it is netted."""
    is_netted: bool = False
    """Net metering: an exported kWh takes back an imported one of the same price, over a month."""
    fee_per_day: Decimal = NOTHING
    fee_per_month: Decimal = NOTHING
    demand_per_kw: Decimal = NOTHING
    """Each month, for the highest mean of 15 minutes that was imported."""
    tax_pct: Decimal = NOTHING
    """On top of import, fees and demand."""
    holidays: frozenset[YearlyDay | date] = frozenset()
    co2_per_kwh: Decimal | None = None
    """Grams that a kWh out of the grid stands for."""
    co2_series: PriceSeries | None = None
    """The same by time; it rules where it says something."""

    @property
    def needs_months(self) -> bool:
        """Whether the cost of a day depends on the rest of its month."""
        return self.imports.has_tiers or self.demand_per_kw != NOTHING

    @property
    def is_export_paid(self) -> bool:
        """Whether what is exported has prices at all."""
        return self.exports is not None or self.is_netted

    def is_holiday(self, day: date) -> bool:
        """Whether a day is one of the holidays, of its year or of every year."""
        return day in self.holidays or (day.month, day.day) in self.holidays

    def steps_of(self, rates: Rates, day: date, known: dict[tuple[str, int], Steps]) -> Steps:
        """Give the prices of a day; `known` remembers those of like days."""
        season = rates.season_of(day)
        if season is None:
            return ((0, NOTHING),)
        weekday = HOLIDAY if season.knows_holidays and self.is_holiday(day) else day.weekday()
        key = (season.name, weekday)
        if key not in known:
            # Without periods the price is that of tiers and series alone.
            known[key] = season.build_steps(weekday) if season.periods else ((0, NOTHING),)
        return known[key]


def find_gaps(season: RateSeason) -> Mapping[int, int]:
    """Find days of the week without a price, and from which minute on; only a season with periods can have some."""
    if not season.periods:
        return {}
    days = range(8) if season.knows_holidays else range(7)
    gaps = {day: next((at for at, price in season.build_steps(day) if price is None), None) for day in days}
    return {day: at for day, at in gaps.items() if at is not None}
