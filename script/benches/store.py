"""Size and speed of the history of one site-year, beside VictoriaMetrics, InfluxDB and SQLite in the same run.

Every figure is from the question to Python values: ours in the process, as the service asks it, theirs over HTTP on
loopback and read as JSON, as their users ask: ours has no such boundary to cross. Answers are compared value by value.
Each view is asked once before it is measured; days that are looked at differ from round to round, and nobody's answers
are taken from a cache of answers. Everybody is warm: ours keeps the month unpacked that is looked at day by day, as
theirs keep blocks. What a day takes whose month was not looked at before stands in rows of its own: its file is checked
and read then.
Beside a peer both are asked in turns, so that they share the machine's moods, and of each the best round counts.
`--only` names peers and views; without ours in it, only views beside peers are measured.
What a flush of the same file system takes stands beside what a commit takes.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from benches import Row, _answers, _ten_years, is_wanted
from benches._answers import Answer
from benches._databases import Views, influxdb, victoria_metrics
from benches._site_year import GATEWAY, START_S, Columns, build_year
from benches._store_views import DAYS, FIRST_DAY, START, UNPACKED_S, DayView, ask_ms, opened, views
from openvoy.model.records import Batch, EnergyRecord, MeterRecord, PowerRecord
from openvoy.store import HistoryStore

ROUNDS = 9
TURNS = 15
FIRST_TIMES = ("a year of energy by day", "a year of panels by day")
"""Views that keep days added up for whoever asks again."""
COMMITS = 500
PACE_S = 0.02
"""Between commits: a gateway gives something new each second at most; twenty of them are asked here."""
COMMIT_BYTES = 800
KEYS = {"gateway", "at", "serial", "eid", "kind"}
"""Columns that say whose value it is; the others are values."""
DAY_VIEWS = ("a day of power by minute", "a day of all panels")
LOOKED_AT = (*DAY_VIEWS, "a year of power by day", "a year of panels by day")
READ = {"VictoriaMetrics": _answers.victoria_metrics, "InfluxDB": _answers.influxdb}
BOUNDS = {"VictoriaMetrics": 0.5, "InfluxDB": 0.05}
MOST_BYTES, MOST_COMMIT_MS, MOST_RATIO, MOST_RSS_MB = 1.1, 5.0, 1.3, 150.0

READER = """
import asyncio, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from openvoy.store import HistoryStore

def most_mb():
    # Not what getrusage says: that begins with the memory of the process which started this one.
    (most,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(most.split()[1]) / 1024

async def main():
    store = await HistoryStore.open(Path(sys.argv[1]))
    start = datetime.fromtimestamp(int(sys.argv[2]), UTC)
    for _ in range(3):
        await store.read_power(start=start, end=start + timedelta(days=365), step_s=86_400)
        await store.read_energy(start=start, end=start + timedelta(days=365), by="day", time_zone="UTC")
        await store.read_device_energy(start=start, end=start + timedelta(days=365), by="day", time_zone="UTC")
    years_mb = most_mb()
    for number in range(150, 200):
        day = start + timedelta(days=number)
        await store.read_power(start=day, end=day + timedelta(days=1), step_s=60)
        await store.read_inverters(start=day, end=day + timedelta(days=1))
    await store.close()
    print(years_mb, most_mb())

asyncio.run(main())
"""


def run() -> Sequence[Row]:
    """Measure."""
    year = build_year(DAYS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours, answers = asyncio.run(_measure_ours(year, folder / "ours"))
        if is_wanted("ours"):
            ours |= _measure_sealed(year, folder / "ours" / "sealed")
            ours |= asyncio.run(_measure_new_months(folder / "ours"))
            ours["day out of ten years, to one year"] = asyncio.run(_ten_years.measure(year["power"], folder))
            years_mb, days_mb = _measure_rss(folder / "ours")
            ours["resident memory during year views"] = years_mb
            ours["resident memory after fifty days, one after the other"] = days_mb
        peers = dict(_measure_peers(year, folder, answers))
    return [*_own_rows(ours), *_peer_rows(peers)]


def _own_rows(ours: Mapping[str, float]) -> Iterator[Row]:
    bounds: dict[str, tuple[str, float | None]] = {
        "a sealed value on the disk": ("bytes", MOST_BYTES),
        "a sealed value, without guards": ("bytes", None),
        "a minute is durable, p99": ("ms", MOST_COMMIT_MS),
        "a minute is durable, one right after the other, p99": ("ms", MOST_COMMIT_MS),
        "a minute is durable while months are sealed, p99": ("ms", MOST_COMMIT_MS),
        "day out of ten years, to one year": ("", MOST_RATIO),
        "resident memory during year views": ("MB", MOST_RSS_MB),
        "resident memory after fifty days, one after the other": ("MB", MOST_RSS_MB),
    }
    for figure, value in ours.items():
        unit, bound = bounds.get(figure, ("s" if figure.endswith("goes in") else "ms", None))
        is_held = None if bound is None else value <= bound
        yield Row(figure=figure, value=value, unit=unit, bound=None if bound is None else f"<= {bound:g}", ok=is_held)


def _peer_rows(peers: Mapping[str, Mapping[str, tuple[float, float]]]) -> Iterator[Row]:
    for peer, pairs in peers.items():
        bound = BOUNDS.get(peer)
        for figure, (ours_ms, theirs_ms) in pairs.items():
            ratio = ours_ms / theirs_ms
            yield Row(
                figure=figure,
                value=ours_ms,
                unit="ms",
                peer=peer,
                peer_value=theirs_ms,
                ratio=ratio,
                bound=None if bound is None else f"ratio <= {bound:g}",
                ok=None if bound is None else ratio <= bound,
            )


def _measure_sealed(year: Mapping[str, Columns], sealed: Path) -> Mapping[str, float]:
    """Bytes of sealed files for each value in them: the data alone, and with guards and manifests."""
    months = [file.name.partition("=")[2] for file in sealed.glob("month=*")]
    end_s = max(datetime.strptime(f"{month} +0000", "%Y-%m %z") for month in months) + timedelta(days=32)
    until_s = end_s.replace(day=1).timestamp()
    values = sum(
        int((columns["at"] < until_s).sum()) for columns in year.values() for name in columns if name not in KEYS
    )
    data = sum(file.stat().st_size for file in sealed.rglob("*.parquet"))
    every = sum(file.stat().st_size for file in sealed.rglob("*") if file.is_file())
    return {"a sealed value on the disk": every / values, "a sealed value, without guards": data / values}


async def _measure_ours(year: Mapping[str, Columns], folder: Path) -> tuple[dict[str, float], Mapping[str, Answer]]:
    store = await HistoryStore.open(folder)
    try:
        began = time.perf_counter()
        for kind, columns in year.items():
            await store.write_columns(kind, columns)
        found = {"a year goes in": time.perf_counter() - began}
        commits = COMMITS if is_wanted("ours") else 100
        busy = [await _commit_ms(store, number) for number in range(commits // 4)]
        while not await _is_sealed(folder):
            busy.append(await _commit_ms(store, len(busy)))
        times = [await _commit_ms(store, len(busy) + number) for number in range(commits)]
        paced = [await _commit_ms(store, len(busy) + commits + number, after_s=PACE_S) for number in range(commits)]
        answers = {}
        for figure, ask in views(store).items():
            began = time.perf_counter()
            await ask(FIRST_DAY)
            if figure in FIRST_TIMES:
                found[f"{figure}, for the first time"] = 1000 * (time.perf_counter() - began)
            # What is read after a write waits for all that was to be done, days to be kept included.
            await store.write_meta("bench", figure)
            await store.read_meta("bench")
            found[figure] = await _median_ms(ask)
            answers[figure] = _answers.ours(figure, await ask(FIRST_DAY))
        return {
            **found,
            "a minute is durable": statistics.median(paced),
            "a minute is durable, p99": _p99(paced),
            "a flush of the disk alone, p99": _p99([_flush_ms(folder) for _ in range(commits)]),
            "a minute is durable, one right after the other, p99": _p99(times),
            "a minute is durable while months are sealed, p99": _p99(busy),
        }, answers
    finally:
        await store.close()


def _p99(times: Sequence[float]) -> float:
    return sorted(times)[len(times) * 99 // 100]


def _flush_ms(folder: Path) -> float:
    """What the disk takes for the bytes of a minute, at the pace of minutes."""
    time.sleep(PACE_S)
    with (folder / "flush").open("ab", buffering=0) as file:
        began = time.perf_counter()
        file.write(b"-" * COMMIT_BYTES)
        os.fdatasync(file.fileno())
        return 1000 * (time.perf_counter() - began)


async def _is_sealed(folder: Path) -> bool:
    """Whether all months of the year but the last are sealed, of every kind."""
    await asyncio.sleep(0.02)
    sealed = len(list((folder / "sealed").glob("month=*/*.parquet")))
    return sealed >= 5 * (DAYS // 31) and not list((folder / "sealed").glob("month=*/*.part"))


async def _median_ms(ask: DayView) -> float:
    await ask(FIRST_DAY - 1)
    await asyncio.sleep(UNPACKED_S)
    return statistics.median([await ask_ms(ask, FIRST_DAY + number) for number in range(ROUNDS)])


async def _commit_ms(store: HistoryStore, number: int, *, after_s: float = 0.0) -> float:
    await asyncio.sleep(after_s)
    at = START + timedelta(days=DAYS, minutes=number)
    power = PowerRecord(gateway=GATEWAY, at=at, interval_s=60, solar_w=number / 10, grid_w=-number / 10, load_w=1.0)
    energy = EnergyRecord(gateway=GATEWAY, at=at, solar_wh=1e7 + number, import_wh=1e7 + number)
    meters = tuple(MeterRecord(gateway=GATEWAY, at=at, eid=1, channel=n, voltage_v=230.0) for n in range(4))
    began = time.perf_counter()
    await store.write(Batch(power=(power,), energy=(energy,), meters=meters))
    return 1000 * (time.perf_counter() - began)


async def _measure_new_months(folder: Path) -> Mapping[str, float]:
    """What a day takes whose month was not looked at since the store was opened."""
    found = {}
    async with opened(folder) as store:
        for figure in DAY_VIEWS:
            times = [await ask_ms(views(store)[figure], day) for day in range(15, DAYS - 31, 31)]
            found[f"{figure}, of a month for the first time"] = statistics.median(times)
    return found


def _measure_rss(folder: Path) -> tuple[float, ...]:
    command = [sys.executable, "-c", READER, str(folder), str(START_S)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return tuple(map(float, told.split()))


def _measure_peers(
    year: Mapping[str, Columns], folder: Path, answers: Mapping[str, Answer]
) -> Iterator[tuple[str, Mapping[str, tuple[float, float]]]]:
    for peer, served in (("VictoriaMetrics", victoria_metrics), ("InfluxDB", influxdb), ("SQLite", _sqlite)):
        wanted = [figure for figure in LOOKED_AT if is_wanted(peer, figure)]
        if not wanted:
            continue
        with served(folder / peer, year) as running, _our_views(folder / "ours") as ours:
            if running is None:
                sys.stderr.write(f"script/bench: {peer} is not installed and left out\n")
                continue
            theirs, _ = running
            for figure, read in ((figure, READ[peer]) for figure in wanted if peer in READ):
                if wrong := _answers.differ(answers[figure], read(figure, theirs[figure](FIRST_DAY))):
                    raise RuntimeError(f"{peer} answers {figure} otherwise: {wrong} values differ")
            yield peer, {figure: _in_turns(ours[figure], theirs[figure]) for figure in wanted if figure in theirs}


@contextlib.contextmanager
def _our_views(folder: Path) -> Iterator[Mapping[str, Callable[[int], float]]]:
    """Our views, which say how long they took: in the event loop, as the service asks."""

    def timed(ask: Callable[[int], Awaitable[object]]) -> Callable[[int], float]:
        async def timed_ms(day: int) -> float:
            began = time.perf_counter()
            await ask(day)
            return 1000 * (time.perf_counter() - began)

        return lambda day: runner.run(timed_ms(day))

    with asyncio.Runner() as runner:
        store = runner.run(HistoryStore.open(folder))
        try:
            yield {figure: timed(ask) for figure, ask in views(store).items()}
        finally:
            runner.run(store.close())


def _in_turns(ours: Callable[[int], float], theirs: Callable[[int], object]) -> tuple[float, float]:
    """Least times of both, of days one after the other, as above."""
    for ask in (ours, theirs):
        ask(FIRST_DAY - 3)
        ask(FIRST_DAY - 2)
    time.sleep(UNPACKED_S)
    pairs = []
    for number in range(-1, TURNS):
        ours_ms = ours(FIRST_DAY + number)
        began = time.perf_counter()
        theirs(FIRST_DAY + number)
        pairs.append((ours_ms, 1000 * (time.perf_counter() - began)))
    ours_ms, theirs_ms = (min(times) for times in zip(*pairs[1:], strict=True))
    return ours_ms, theirs_ms


BY_DAY = """
SELECT at / 86400, avg(solar_w), avg(grid_w), avg(battery_w), avg(load_w), avg(soc_pct)
FROM power WHERE at >= ? AND at < ? GROUP BY 1
"""


@contextlib.contextmanager
def _sqlite(file: Path, year: Mapping[str, Columns]) -> Iterator[tuple[Views, Callable[[], int]]]:
    """What a careful author would write: a table a kind, keyed by time, without row numbers."""
    peer = sqlite3.connect(file)
    try:
        for kind in ("power", "inverters"):
            names = [name for name in year[kind] if name != "gateway"]
            key = "at, serial" if "serial" in names else "at"
            peer.execute(f"CREATE TABLE {kind} ({', '.join(names)}, PRIMARY KEY ({key})) WITHOUT ROWID")
            rows = zip(*(year[kind][name].tolist() for name in names), strict=True)
            peer.executemany(f"INSERT INTO {kind} VALUES ({', '.join('?' * len(names))})", rows)  # noqa: S608 - ours
        peer.commit()

        def of_day(sql: str, day: int) -> object:
            return peer.execute(sql, (START_S + 86_400 * day, START_S + 86_400 * (day + 1))).fetchall()

        yield (
            {
                "a day of power by minute": lambda day: of_day("SELECT * FROM power WHERE at >= ? AND at < ?", day),
                "a day of all panels": lambda day: of_day("SELECT * FROM inverters WHERE at >= ? AND at < ?", day),
                "a year of power by day": lambda _: peer.execute(BY_DAY, (START_S, START_S + 86_400 * DAYS)).fetchall(),
            },
            lambda: file.stat().st_size,
        )
    finally:
        peer.close()
