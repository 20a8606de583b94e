"""The virtual gateway: how fast sites live, how many requests one core answers, what a thousand sites cost.

Figures are CPU time, so that they mean the same on a busy machine: site-years of a second of CPU, requests of a second
of the server's CPU over kept-alive TLS with a token each, and for a thousand sites in one process the share of one core
that one reading of each site every five seconds takes, a midnight of all of them included.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date, datetime, timedelta
from http.client import HTTPSConnection
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import urlsplit

from benches import Row, UnmeasurableError
from benches._gateway import started, unverified
from openvoy.protocol.http import Request
from openvoy.testing.clock import ManualClock
from openvoy.virtual.api.versions import parse_version
from openvoy.virtual.simulated import SiteSource
from openvoy.virtual.site import Site, example_names, read_site

YEAR = date(2025, 1, 1)
YEAR_DAYS = 365
MOST_YEAR_S = 60.0
FIRMWARE = "8.3.5169"
LIVE = ("/ivp/meters/readings", "/ivp/livedata/status", "/ivp/ensemble/power", "/production.json?details=1")
WARM_UP_REQUESTS = 50
REQUESTS_S = 3.0
SITES = 1000
READ_EVERY_S = 5.0
ROUNDS = 3
MEGABYTE = 1e6


def run() -> Sequence[Row]:
    """Measure."""
    rows = [_site_year(name) for name in example_names()]
    rows += _requests("full")
    return [*rows, *_thousand()]


def _site_year(name: str) -> Row:
    """Simulate a year at one-minute steps."""
    site = Site(read_site(name).commissioned_on(YEAR), seed=1)
    site.block(YEAR)
    started_s = time.process_time()
    site.opening(YEAR + timedelta(days=YEAR_DAYS))
    spent_s = time.process_time() - started_s
    return Row(
        figure=f"site-year at one-minute steps ({name})",
        value=1 / spent_s,
        unit="site-years/s",
        bound=f">= 1/{MOST_YEAR_S:g}",
        ok=spent_s <= MOST_YEAR_S,
    )


def _requests(name: str) -> list[Row]:
    """Ask a gateway in a process of its own, one kept-alive connection, each endpoint for some seconds."""
    with started("--site", name, "--firmware", FIRMWARE, "--start", "2025-06-21T20:33:20Z") as served:
        return [_ask(served.pid, served.url, served.token, path, name) for path in LIVE]


def _ask(pid: int, url: str, token: str, path: str, name: str) -> Row:
    place = urlsplit(url)
    connection = HTTPSConnection(place.hostname or "", place.port, context=unverified())
    headers = {"Authorization": f"Bearer {token}"}

    def once() -> int:
        connection.request("GET", path, headers=headers)
        reply = connection.getresponse()
        size = len(reply.read())
        if reply.status != 200:
            raise UnmeasurableError(f"{path}: status {reply.status}")
        return size

    for _ in range(WARM_UP_REQUESTS):
        once()
    count, before_s, until = 0, _cpu_s(pid), time.monotonic() + REQUESTS_S
    while time.monotonic() < until:
        once()
        count += 1
    spent_s = _cpu_s(pid) - before_s
    connection.close()
    return Row(figure=f"requests on one core over TLS, {path} ({name})", value=count / spent_s, unit="requests/s")


def _cpu_s(pid: int) -> float:
    """Read how much CPU time a process has taken."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError as error:
        raise UnmeasurableError("the CPU time of another process is read from /proc") from error
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _thousand() -> list[Row]:
    """Let a thousand sites live in a process of its own, so that its memory is theirs alone."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        start_mb, day_ms, rss_mb, reading_ms = pool.submit(_live).result()
    share = SITES * reading_ms / 1000 / READ_EVERY_S
    a_day = SITES * day_ms / 1000 / 86400
    return [
        Row(figure=f"{SITES} sites in one process: RSS", value=rss_mb - start_mb, unit="MB"),
        Row(figure=f"{SITES} sites: CPU of a new day, each", value=day_ms, unit="ms"),
        Row(figure=f"{SITES} sites: CPU of a reading, each", value=reading_ms, unit="ms"),
        Row(
            figure=f"{SITES} sites in real time, each read every {READ_EVERY_S:g} s: share of one core",
            value=100 * (share + a_day),
            unit="%",
            bound="<= 100 %",
            ok=share + a_day <= 1,
        ),
    ]


def _live() -> tuple[float, float, float, float]:
    """Give memory before, CPU of a day of one site, memory with all of them on their third day, CPU of a reading."""
    return asyncio.run(_live_on())


async def _live_on() -> tuple[float, float, float, float]:
    start_mb, names = _rss_mb(), example_names()
    clock = ManualClock(datetime.fromisoformat("2025-06-18T20:00:00+00:00"))
    firmware = parse_version(FIRMWARE)
    sources = [
        SiteSource(
            Site(read_site(names[number % len(names)]).commissioned_on(date(2025, 6, 18)), seed=number), clock, firmware
        )
        for number in range(SITES)
    ]
    request = Request(path="/ivp/meters/readings")
    started_s = time.process_time()
    await clock.advance(86400)
    for source in sources:
        source.site.at(clock.now())
    day_ms = 1000 * (time.process_time() - started_s) / SITES
    started_s = time.process_time()
    for _ in range(ROUNDS):
        await clock.advance(READ_EVERY_S)
        for source in sources:
            await source.reply(request)
    reading_ms = 1000 * (time.process_time() - started_s) / ROUNDS / SITES
    return start_mb, day_ms, _rss_mb(), reading_ms


def _rss_mb() -> float:
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError as error:
        raise UnmeasurableError("the memory of a process is read from /proc") from error
    return pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE
