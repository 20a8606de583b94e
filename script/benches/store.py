"""Size and speed of the history of one site-year, beside SQLite with the same rows."""

from __future__ import annotations

import asyncio
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benches import Row
from benches._site_year import GATEWAY, START_S, Columns, build_year
from openvoy.model.records import Batch, EnergyRecord, PowerRecord
from openvoy.store import HistoryStore

DAYS = 365
ROUNDS = 9
COMMITS = 500
ZONE = "Europe/Paris"
START = datetime.fromtimestamp(START_S, UTC)
NOON = START + timedelta(days=166)

BY_DAY = """
SELECT at / 86400, avg(solar_w), avg(grid_w), avg(battery_w), avg(load_w), avg(soc_pct)
FROM power WHERE at >= ? AND at < ? GROUP BY 1
"""

KEYS = {"gateway", "at", "serial"}
"""Columns that say whose value it is; the others are values."""


def run() -> Sequence[Row]:
    """Measure."""
    year = build_year(DAYS)
    values = sum(len(column) for columns in year.values() for name, column in columns.items() if name not in KEYS)
    with tempfile.TemporaryDirectory() as name:
        ours = asyncio.run(_measure_ours(year, Path(name)))
        size = (Path(name) / "history.duckdb").stat().st_size
        theirs = _measure_sqlite(year, Path(name) / "peer.sqlite")
        peer_size = (Path(name) / "peer.sqlite").stat().st_size
    ours["a value on the disk"], theirs["a value on the disk"] = size / values, peer_size / values
    units = {"a value on the disk": "bytes", "a year goes in": "s"}
    return [
        Row(
            figure=figure,
            value=value,
            unit=units.get(figure, "ms"),
            peer="SQLite" if figure in theirs else None,
            peer_value=theirs.get(figure),
            ratio=value / theirs[figure] if figure in theirs else None,
        )
        for figure, value in ours.items()
    ]


async def _measure_ours(year: Mapping[str, Columns], folder: Path) -> dict[str, float]:
    store = await HistoryStore.open(folder)
    try:
        began = time.perf_counter()
        for kind, columns in year.items():
            await store.write_columns(kind, columns)
        found = {"a year goes in": time.perf_counter() - began}
        for figure, ask in _views(store).items():
            found[figure] = await _median_ms(ask)
        times = sorted([await _commit_ms(store, number) for number in range(COMMITS)])
        return {
            **found,
            "a minute is durable": times[COMMITS // 2],
            "a minute is durable, p99": times[COMMITS * 99 // 100],
        }
    finally:
        await store.close()


def _views(store: HistoryStore) -> Mapping[str, Callable[[], Awaitable[object]]]:
    day, end = timedelta(days=1), START + timedelta(days=DAYS)
    return {
        "a day of power by minute": lambda: store.read_power(start=NOON, end=NOON + day, step_s=60),
        "a day of all panels": lambda: store.read_inverters(start=NOON, end=NOON + day),
        "a year of power by day": lambda: store.read_power(start=START, end=end, step_s=86_400),
        "a year of energy by day": lambda: store.read_energy(start=START, end=end, by="day", time_zone=ZONE),
        "today's energy": lambda: store.read_energy(start=NOON, end=NOON + day, by="day", time_zone=ZONE),
    }


async def _median_ms(ask: Callable[[], Awaitable[object]]) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await ask()
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)


async def _commit_ms(store: HistoryStore, number: int) -> float:
    at = START + timedelta(days=DAYS, minutes=number)
    power = PowerRecord(gateway=GATEWAY, at=at, interval_s=60, solar_w=number / 10, grid_w=-number / 10, load_w=1.0)
    energy = EnergyRecord(gateway=GATEWAY, at=at, solar_wh=1e7 + number, import_wh=1e7 + number)
    began = time.perf_counter()
    await store.write(Batch(power=(power,), energy=(energy,)))
    return 1000 * (time.perf_counter() - began)


def _measure_sqlite(year: Mapping[str, Columns], file: Path) -> dict[str, float]:
    """Measure what a careful author would write: a table a kind, keyed by time, without row numbers."""
    with sqlite3.connect(file) as peer:
        began = time.perf_counter()
        for kind, columns in year.items():
            names = [name for name in columns if name != "gateway"]
            key = "at, serial" if "serial" in columns else "at"
            peer.execute(f"CREATE TABLE {kind} ({', '.join(names)}, PRIMARY KEY ({key})) WITHOUT ROWID")
            marks = ", ".join("?" * len(names))
            rows = zip(*(columns[name].tolist() for name in names), strict=True)
            peer.executemany(f"INSERT INTO {kind} VALUES ({marks})", rows)  # noqa: S608 - our own names
        peer.commit()
        found = {"a year goes in": time.perf_counter() - began}
        noon_s, end_s = int(NOON.timestamp()), START_S + DAYS * 86_400
        asked: Mapping[str, tuple[str, tuple[Any, ...]]] = {
            "a day of power by minute": ("SELECT * FROM power WHERE at >= ? AND at < ?", (noon_s, noon_s + 86_400)),
            "a day of all panels": ("SELECT * FROM inverters WHERE at >= ? AND at < ?", (noon_s, noon_s + 86_400)),
            "a year of power by day": (BY_DAY, (START_S, end_s)),
        }
        for figure, (sql, args) in asked.items():
            times = []
            for _ in range(ROUNDS):
                began = time.perf_counter()
                peer.execute(sql, args).fetchall()
                times.append(1000 * (time.perf_counter() - began))
            found[figure] = statistics.median(times)
    peer.close()
    return found
