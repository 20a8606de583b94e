"""The dashboard: how soon its numbers stand, how soon a year is painted, what open pages cost, what it weighs.

The browser looks at a demo that has lived for 430 days, which shares the machine's cores with it. Times are the
browser's own; each is the median, and the least, which other work on the machine disturbs the least. What 200 open
pages cost is CPU time of a service in a process of its own over a virtual gateway in another, which counts requests.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from benches import Row, UnmeasurableError
from benches._browser import measure
from benches._first_view import measure_first_views
from benches._gateway import Served, started
from benches._readers import hold
from benches._service import openvoy
from openvoy.web.assets import STATIC_FOLDER

SLOW_DOWN = 4.0
RUNS, YEAR_RUNS = 9, 4
DAYS = 430
FIRST_MS, YEAR_MS = 1000.0, 300.0
PAGES, HELD_S = 200, 60.0
SETTLING_S = 30.0
NOON = time(11)
MOST_BUSY_PCT = 20.0
BUDGET_KB = 150.0


def run() -> Sequence[Row]:
    """Measure."""
    return [*_views(), *_pages()]


def _weight(parts: Sequence[str]) -> Row:
    """Add up the compressed copies that a browser is sent."""
    total_kb = sum((STATIC_FOLDER / f"{part}.gz").stat().st_size for part in parts) / 1000
    return Row(
        figure=f"script and style of the whole first page, compressed, {len(parts)} files",
        value=total_kb,
        unit="kB",
        bound=f"<= {BUDGET_KB:g}",
        ok=total_kb <= BUDGET_KB,
    )


def _views() -> list[Row]:
    if not (STATIC_FOLDER / "index.html").is_file():
        raise UnmeasurableError("the dashboard is not built: script/run builds it")
    with openvoy("demo", "--port", "0", "--no-browser", "--days", str(DAYS)) as (_, url):
        views = measure_first_views(url, slow_down=SLOW_DOWN, runs=RUNS)
        seen = measure(url, slow_down=SLOW_DOWN, runs=YEAR_RUNS)
    slow = f"{SLOW_DOWN:g}x CPU slow-down"
    return [
        _weight(seen.parts),
        *_times(f"first view until its numbers stand, {slow}", views.first_ms, FIRST_MS),
        *_times(f"the same for who was here before, {slow}", views.again_ms, FIRST_MS),
        *_times("year, from click to paint", seen.year_ms, YEAR_MS),
        *_times(f"the same, {slow}", seen.slow_year_ms, None),
    ]


def _times(figure: str, times_ms: Sequence[float], bound_ms: float | None) -> list[Row]:
    median_ms = statistics.median(times_ms)
    return [
        Row(
            figure=f"{figure}, median of {len(times_ms)}",
            value=median_ms,
            unit="ms",
            bound=f"< {bound_ms:g}" if bound_ms is not None else None,
            ok=median_ms < bound_ms if bound_ms is not None else None,
        ),
        Row(figure=f"{figure}, least", value=min(times_ms), unit="ms"),
    ]


def _pages() -> list[Row]:
    # By day, when most is read; not so long ago that its tokens have ended.
    noon = datetime.combine(datetime.now(UTC).date() - timedelta(days=1), NOON, UTC)
    with (
        tempfile.TemporaryDirectory(prefix="openvoy-bench-") as folder,
        started("--site", "full", "--start", noon.isoformat()) as served,
        openvoy("run", "--listen", "127.0.0.1:0", "--host", served.url, "--token", served.token, data=Path(folder)) as (
            pid,
            url,
        ),
    ):
        return _compare(url, pid, served)


def _compare(url: str, pid: int, gateway: Served) -> list[Row]:
    """Hold one page open, then many; before that the service gets to know its gateway."""
    hold(url, pid, pages=1, seconds=SETTLING_S)
    asked, held = [], []
    for pages in (1, PAGES):
        before = sum(gateway.read_requests().values())
        held.append(hold(url, pid, pages=pages, seconds=HELD_S))
        asked.append(sum(gateway.read_requests().values()) - before)
    one, many = held
    # What is asked every minute or two may fall into one of two spans and not into the other.
    most = asked[0] * 1.05 + 5
    return [
        Row(figure="the service with 1 open page", value=one.busy_pct, unit="% of a core"),
        Row(
            figure=f"the service with {PAGES} open pages",
            value=many.busy_pct,
            unit="% of a core",
            bound=f"< {MOST_BUSY_PCT:g}",
            ok=many.busy_pct < MOST_BUSY_PCT,
        ),
        Row(
            figure=f"requests to the gateway with {PAGES} open pages; peer: with 1",
            value=asked[1],
            unit=f"in {HELD_S:g} s",
            peer="1 page",
            peer_value=asked[0],
            ratio=asked[1] / asked[0],
            bound="no more",
            ok=asked[1] <= most,
        ),
        Row(figure=f"events that {PAGES} pages got", value=many.updates, unit=f"in {HELD_S:g} s"),
        Row(figure=f"memory of the service with {PAGES} open pages", value=many.rss_mb, unit="MB RSS"),
    ]
