"""What a year of energy cost, by month and by prices of the time of day: beside its months, asked for one by one.

Energies are of each hour, as a year of history has them; CPU time of a process that does nothing else.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from benches import Row
from openvoy.cli.tariff.file import parse_tariff
from openvoy.model.costs import build_frame, compute_costs
from openvoy.model.prices.plan import PricePlan
from openvoy.model.records import Batch, EnergyRecord
from openvoy.store import HistoryStore

START = datetime(2025, 1, 1, tzinfo=UTC)
HOURS = 365 * 24
ZONE = ZoneInfo("Europe/Paris")
RUNS = 5
MOST_OF_MONTHS = 1.0
MONTHS = [date(2025, month, 1) for month in range(1, 13)]
TARIFF = """
currency = "EUR"
[[import.period]]
start = "06:00"
end = "22:00"
price_per_kwh = 0.30
[[import.period]]
price_per_kwh = 0.10
[export]
price_per_kwh = 0.05
"""


def run() -> Sequence[Row]:
    """Measure."""
    return asyncio.run(_measure())


async def _measure() -> list[Row]:
    plan = parse_tariff(TARIFF, file=Path("tariff.toml"), zone=ZONE).plan
    with tempfile.TemporaryDirectory() as name:
        store = await HistoryStore.open(Path(name))
        try:
            await store.write(Batch(energy=tuple(map(_hour, range(HOURS + 1)))))
            years, months = [], []
            for _ in range(RUNS):
                years.append(await _cpu_ms(store, plan, [(MONTHS[0], date(2025, 12, 31))]))
                months.append(await _cpu_ms(store, plan, [(first, _last_of(first)) for first in MONTHS]))
        finally:
            await store.close()
    year_ms, months_ms = statistics.median(years), statistics.median(months)
    ratio = year_ms / months_ms
    return [
        Row(
            figure="costs of a year by month",
            value=year_ms,
            unit="ms",
            peer="its months one by one",
            peer_value=months_ms,
            ratio=ratio,
            bound=f"ratio <= {MOST_OF_MONTHS:g}",
            ok=ratio <= MOST_OF_MONTHS,
        )
    ]


async def _cpu_ms(store: HistoryStore, plan: PricePlan, spans: Sequence[tuple[date, date]]) -> float:
    began_s = time.process_time()
    for first, last in spans:
        frame = build_frame(plan, start=first, last=last, by="month", zone=ZONE)
        compute_costs(frame, await store.read_energy_between(bounds=frame.bounds, gateway=None), None)
    return 1000 * (time.process_time() - began_s)


def _last_of(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _hour(number: int) -> EnergyRecord:
    return EnergyRecord(
        gateway="122000000001",
        at=START + timedelta(hours=number),
        solar_wh=1000 * number,
        import_wh=1500 * number,
        export_wh=500 * number,
        load_wh=2000 * number,
    )
