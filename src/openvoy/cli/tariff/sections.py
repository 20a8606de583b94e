"""The tables of a file of prices: one dataclass each, one field a setting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from openvoy.cli.tariff import kinds as own
from openvoy.model.prices import YearlyDay
from openvoy.model.prices.plan import DAY_MIN, EVERY_DAY, NOTHING
from openvoy.settings import kinds
from openvoy.settings.table import setting


@dataclass(frozen=True, slots=True, kw_only=True)
class TopSection:
    """What stands before the first table."""

    currency: str | None = setting(kinds.parsed(own.parse_currency), doc="Three letters, such as EUR.")
    tax_pct: Decimal = setting(own.positive, default=NOTHING, doc="On top of import, fees and demand.")
    net_metering: bool = setting(kinds.flag, default=False, doc="An exported kWh takes back an imported one.")
    holidays: frozenset[YearlyDay | date] = setting(own.holidays, default=frozenset(), doc="Days such as 12-25.")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeesSection:
    """`[fees]`: what is paid whatever is used."""

    per_day: Decimal = setting(own.money, default=NOTHING, doc="Each local day.")
    per_month: Decimal = setting(own.money, default=NOTHING, doc="Each month; a day has its share.")


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandSection:
    """`[demand]`: what is paid for power."""

    price_per_kw: Decimal = setting(own.positive, default=NOTHING, doc="Each month, of the highest 15 minutes.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesSection:
    """`prices` and `co2`: values by time out of a file or from a service."""

    file: Path | None = setting(kinds.path, doc="CSV file of times and values.")
    url: str | None = setting(kinds.text, doc="Address of CSV; {start} and {end} stand for days.")
    factor: Decimal = setting(own.money, default=Decimal(1), doc="Each value is multiplied by it.")
    g_per_kwh: Decimal | None = setting(own.positive, doc="CO2 where no series says more.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodSection:
    """`period`: a price between two times."""

    name: str = setting(kinds.text, default="", doc="What it is called.")
    days: frozenset[int] = setting(own.days, default=EVERY_DAY, doc="weekdays, weekend, holidays, Mon … Sun.")
    start: int = setting(own.clock, default=0, doc="From this time on.")
    end: int = setting(own.clock, default=DAY_MIN, doc="Until this time, of the next day if it is earlier.")
    price_per_kwh: Decimal | None = setting(own.money, doc="Price.")


@dataclass(frozen=True, slots=True, kw_only=True)
class TierSection:
    """`tier`: a price of a block of the month."""

    up_to_kwh: Decimal | None = setting(own.positive, doc="End of the block; the last one has none.")
    price_per_kwh: Decimal | None = setting(own.money, doc="Price, on top of that of the period.")
