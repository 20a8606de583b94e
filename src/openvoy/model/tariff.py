"""What energy costs, as the gateway knows it. Prices are per kWh in `currency`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A price from `start_min` minutes after midnight until the next period."""

    start_min: int
    price_per_kwh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPlan:
    """Periods of some days of the week."""

    days: tuple[str, ...]
    """Mon, Tue, Wed, Thu, Fri, Sat, Sun."""
    periods: tuple[Period, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """A price up to `limit_kwh` of a month; None is without limit."""

    limit_kwh: float | None
    price_per_kwh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """Prices from `start` (month/day) until the next season."""

    start: str
    plans: tuple[DayPlan, ...] = ()
    tiers: tuple[Tier, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """Import and feed-in prices."""

    currency: str | None = None
    import_per_kwh: float | None = None
    """The single rate; with seasons, they rule."""
    export_per_kwh: float | None = None
    seasons: tuple[Season, ...] = ()
    export_seasons: tuple[Season, ...] = ()
    changed_at: datetime | None = None
