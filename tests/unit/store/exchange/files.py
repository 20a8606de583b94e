"""Files as others write them, made of one site's energies, and what is read of them."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from openvoy.store.exchange.importing import read_files
from openvoy.store.exchange.intervals import Gathered
from openvoy.store.exchange.observed import Reading

PARIS = ZoneInfo("Europe/Paris")
MIDNIGHT = datetime(2024, 5, 31, 22, tzinfo=UTC)
MIDNIGHT_S = int(MIDNIGHT.timestamp())
REPORT = ("solar", "load", "export", "import", "charge", "discharge")
HEADER = (
    "Date/Time",
    "Energy Produced (Wh)",
    "Energy Consumed (Wh)",
    "Exported to Grid (Wh)",
    "Imported from Grid (Wh)",
    "Stored in batteries (Wh)",
    "Discharged from batteries (Wh)",
)
SENSORS = {
    "solar": "sensor.envoy_122000000001_lifetime_energy_production",
    "load": "sensor.envoy_122000000001_lifetime_energy_consumption",
    "import": "sensor.envoy_122000000001_lifetime_net_energy_consumption",
    "export": "sensor.envoy_122000000001_lifetime_net_energy_production",
}


@cache
def energy_wh(quantity: str, at: datetime) -> int:
    """Made-up energy of the quarter of an hour that begins at a moment: always the same, never a round one."""
    place = REPORT.index(quantity)
    hour = at.astimezone(PARIS).hour
    if quantity == "solar" and not 6 <= hour < 20:
        return 0
    return 3 + (at.timetuple().tm_yday * 7 + hour * 13 + at.minute + place * 29) % 401


@cache
def quarters(first: date, end: date) -> list[datetime]:
    """List the quarters of an hour of some local days, in UTC."""
    at, stop = (datetime.combine(day, time.min, PARIS).astimezone(UTC) for day in (first, end))
    found = []
    while at < stop:
        found.append(at)
        at += timedelta(minutes=15)
    return found


@cache
def day_sums(quantity: str, first: date, end: date) -> dict[date, int]:
    sums: dict[date, int] = {}
    for at in quarters(first, end):
        day = at.astimezone(PARIS).date()
        sums[day] = sums.get(day, 0) + energy_wh(quantity, at)
    return sums


def text_of(rows: Sequence[Sequence[object]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def quarter_report(first: date, end: date, quantities: Sequence[str] = REPORT) -> str:
    """The portal's report by quarter of an hour: local times without offset, month first."""
    header = [HEADER[0], *(HEADER[REPORT.index(quantity) + 1] for quantity in quantities)]
    rows = [
        [at.astimezone(PARIS).strftime("%m/%d/%Y %H:%M"), *(energy_wh(quantity, at) for quantity in quantities)]
        for at in quarters(first, end)
    ]
    return text_of([header, *rows])


def daily_report(first: date, end: date) -> str:
    """The report of production by day, with commas in thousands and a total."""
    sums = day_sums("solar", first, end)
    rows = [[f"{day:%m/%d/%Y}", f"{energy:,}"] for day, energy in sums.items()]
    return text_of([HEADER[:2], *rows, ["Total", f"{sum(sums.values()):,}"]])


def hourly_sums(quantity: str, first: date, end: date) -> list[tuple[datetime, float]]:
    """Start of each hour, and what was counted until its end, in kWh."""
    total, found = 17.25, []
    for number, at in enumerate(quarters(first, end)):
        total += energy_wh(quantity, at) / 1000
        if number % 4 == 3:
            found.append((at - timedelta(minutes=45), round(total, 3)))
    return found


def make_recorder(file: Path, first: date, end: date) -> None:
    """A database of Home Assistant with the statistics of a gateway, a thermometer, and an energy that is not known."""
    with closing(sqlite3.connect(file)) as database:
        database.executescript(
            """
            CREATE TABLE statistics_meta (id INTEGER PRIMARY KEY, statistic_id VARCHAR(255), source VARCHAR(32),
              unit_of_measurement VARCHAR(255), has_mean BOOLEAN, has_sum BOOLEAN, name VARCHAR(255));
            CREATE TABLE statistics (id INTEGER PRIMARY KEY, created DATETIME, created_ts FLOAT, metadata_id INTEGER,
              start DATETIME, start_ts FLOAT, mean FLOAT, min FLOAT, max FLOAT, last_reset DATETIME,
              last_reset_ts FLOAT, state FLOAT, sum FLOAT);
            INSERT INTO statistics_meta VALUES (90, 'sensor.garage', 'recorder', '°C', 1, 0, NULL);
            INSERT INTO statistics_meta VALUES (91, 'sensor.car_energy', 'recorder', 'kWh', 0, 1, NULL);
            """
        )
        for number, (quantity, name) in enumerate(SENSORS.items(), 1):
            database.execute("INSERT INTO statistics_meta VALUES (?, ?, 'recorder', 'kWh', 0, 1, NULL)", (number, name))
            database.executemany(
                "INSERT INTO statistics (metadata_id, start_ts, state, sum) VALUES (?, ?, ?, ?)",
                [(number, at.timestamp(), total, total) for at, total in hourly_sums(quantity, first, end)],
            )
        database.commit()


def gathered(file: Path, content: str | bytes, name: str = "auto", **names: str) -> Gathered:
    if isinstance(content, str):
        file.write_text(content, encoding="utf-8")
    else:
        file.write_bytes(content)
    return read_files([file], name, Reading(zone=PARIS, names=names))[1]


def problems(found: Gathered) -> list[tuple[int | None, str]]:
    return [(problem.line, problem.text) for problem in found.problems]
