"""Everything that a tariff can say at once, beside sums made quarter of an hour by quarter of an hour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from openvoy.cli.tariff import parse_tariff
from openvoy.model.costs import build_frame, compute_costs

TAXED = Decimal("1.2")
PARIS = ZoneInfo("Europe/Paris")
TARIFF = """
currency = "EUR"
tax_pct = 20
holidays = ["01-01", "12-25"]

[fees]
per_day = 0.11
per_month = 9.30

[demand]
price_per_kw = 3

[[import.season]]
name = "winter"
start = "11-01"

[[import.season.period]]
days = ["weekend", "holidays"]
price_per_kwh = 0.19

[[import.season.period]]
start = "22:00"
end = "06:00"
price_per_kwh = 0.17

[[import.season.period]]
price_per_kwh = 0.29

[[import.season.tier]]
up_to_kwh = 40
price_per_kwh = 0.01

[[import.season.tier]]
price_per_kwh = 0.05

[[import.season]]
name = "summer"
start = "04-01"
price_per_kwh = 0.21

[import.prices]
file = "spot.csv"
factor = 0.001

[export]
price_per_kwh = 0.08

[co2]
g_per_kwh = 150
"""
GAP = (datetime(2025, 11, 5, 10, tzinfo=UTC), datetime(2025, 11, 5, 15, tzinfo=UTC))
"""Of these hours the file has no prices."""
SPANS = [
    (date(2025, 10, 1), date(2025, 11, 30)),  # clocks go back; winter and its blocks begin
    (date(2025, 12, 1), date(2026, 1, 31)),  # the season goes over New Year
    (date(2026, 3, 1), date(2026, 4, 30)),  # clocks go forward; the season ends, and its blocks
]


def spot_of(hour: datetime) -> Decimal | None:
    return None if GAP[0] <= hour < GAP[1] else Decimal(hour.day * 24 + hour.hour - 300) / 1000


def energy_of(name: str, at: datetime) -> int:
    """Whole Wh of a quarter of an hour, by no rule that a tariff could have."""
    return (at.hour * 37 + at.minute * 11 + at.toordinal() * 53 + len(name) * 101) % 239


def price_of(wall: datetime) -> Decimal:
    """The price of the period, by the clock on the wall."""
    if 4 <= wall.month < 11:
        return Decimal("0.21")
    if wall.weekday() >= 5 or (wall.month, wall.day) in {(1, 1), (12, 25)}:
        return Decimal("0.19")
    return Decimal("0.17") if wall.hour >= 22 or wall.hour < 6 else Decimal("0.29")


def block_of(used_kwh: Decimal, kwh: Decimal, wall: datetime) -> Decimal:
    """What the blocks take for the next energy of a month of which some was used."""
    if 4 <= wall.month < 11:
        return Decimal(0)
    low = max(Decimal(0), min(kwh, 40 - used_kwh))
    return low * Decimal("0.01") + (kwh - low) * Decimal("0.05")


@dataclass(slots=True)
class Sums:
    """What a month comes to, without tax."""

    cost: Decimal = Decimal(0)
    credit: Decimal = Decimal(0)
    used_kwh: Decimal = Decimal(0)
    unpriced_wh: int = 0
    peak_wh: int = 0

    def take(self, at: datetime) -> None:
        """Add a quarter of an hour."""
        wall, import_wh = at.astimezone(PARIS), energy_of("import_wh", at)
        kwh, held = Decimal(import_wh) / 1000, spot_of(at.replace(minute=0))
        if held is None:
            self.unpriced_wh += import_wh
        else:
            self.cost += kwh * (price_of(wall) + held) + block_of(self.used_kwh, kwh, wall)
        self.used_kwh += kwh
        self.credit += Decimal(energy_of("export_wh", at)) / 1000 * Decimal("0.08")
        self.peak_wh = max(self.peak_wh, import_wh)


def quarters_between(first: date, last: date) -> list[datetime]:
    """List the quarters of an hour of local days, the last included."""
    start, end = (datetime.combine(day, time(), PARIS).astimezone(UTC) for day in (first, last + timedelta(days=1)))
    return [start + timedelta(minutes=15 * number) for number in range(int((end - start) / timedelta(minutes=15)))]


def energies_between(bounds: Sequence[int]) -> dict[str, list[int]]:
    """Add up the quarters of an hour between bounds, as the history does."""
    return {
        name: [
            sum(energy_of(name, datetime.fromtimestamp(at_s, UTC)) for at_s in range(start_s, end_s, 900))
            for start_s, end_s in pairwise(bounds)
        ]
        for name in ("solar_wh", "import_wh", "export_wh", "load_wh")
    } | {"estimated": [0] * (len(bounds) - 1)}


@pytest.mark.parametrize("span", SPANS, ids=["autumn", "new year", "spring"])
def test_all_of_it_is_the_sum_of_its_quarters_of_an_hour(tmp_path: Path, span: tuple[date, date]) -> None:
    quarters = quarters_between(*span)
    lines = [f"{at.isoformat()},{price * 1000}" for at in quarters[::4] if (price := spot_of(at)) is not None]
    (tmp_path / "spot.csv").write_text("time,price\n" + "\n".join(lines))
    plan = parse_tariff(TARIFF, file=tmp_path / "tariff.toml", zone=PARIS).plan
    frame = build_frame(plan, start=span[0], last=span[1], by="month", zone=PARIS)
    found = compute_costs(frame, energies_between(frame.bounds), energies_between(frame.demand_bounds))
    sums: dict[int, Sums] = defaultdict(Sums)
    for at in quarters:
        sums[at.astimezone(PARIS).month].take(at)
    assert len(found) == 2
    for one in found:
        month = sums[one.first.month]
        days = ((one.first + timedelta(days=32)).replace(day=1) - one.first).days
        assert one.energy_cost == month.cost * TAXED
        assert one.credit == month.credit
        assert one.unpriced_wh == month.unpriced_wh
        assert one.demand_cost == Decimal(month.peak_wh) * 4 / 1000 * 3 * TAXED
        assert one.fixed_cost == (days * Decimal("0.11") + Decimal("9.30")) * TAXED
        assert one.net_cost == one.energy_cost + one.demand_cost + one.fixed_cost - one.credit
        assert one.tax == (month.cost + (one.demand_cost + one.fixed_cost) / TAXED) / 5
