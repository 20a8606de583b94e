"""What the service takes of a small computer: memory while years are looked at, and CPU once there are years.

A service in a process of its own reads a simulated gateway in another. Once it begins with nothing, once with a year
of one-minute values, meters and panels of that gateway. Memory is what the system counts as resident, files that are
mapped included.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benches import Row
from benches._gateway import started
from benches._readers import Held, hold, rss_mb
from benches._service import openvoy
from benches._site_year import build_year
from openvoy.protocol.endpoints.identity import INFO
from openvoy.protocol.http import Request
from openvoy.store import HistoryStore
from openvoy.testing.clock import ManualClock
from openvoy.virtual.api.versions import parse_version
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.simulated import SiteSource
from openvoy.virtual.site import Site, read_site

SITE = "metered-split"
FIRMWARE = "8.3.5169"
DAYS = 365
DAY_S = 86_400
SETTLING_S, HELD_S = 30.0, 120.0
TURNS = 3
MOST_MB = 150.0
MOST_RATIO = 1.1


def run() -> Sequence[Row]:
    """Measure."""
    with tempfile.TemporaryDirectory(prefix="openvoy-bench-") as name:
        young, old = Path(name) / "young", Path(name) / "old"
        now_s = int(time.time())
        asyncio.run(_fill(old / "history", now_s))
        with _service(young) as (pid, url):
            fresh_mb = rss_mb(pid)
            fresh = _held(url, pid)
        with _service(old) as (pid, url):
            years_mb = max(_look(url, pid, now_s))
            aged = _held(url, pid)
    return [
        Row(figure="memory of a service that begins", value=fresh_mb, unit="MB RSS"),
        Row(figure="memory with a page open", value=fresh.rss_mb, unit="MB RSS"),
        Row(
            figure=f"memory while a year of {DAYS} days is looked at",
            value=years_mb,
            unit="MB RSS",
            bound=f"<= {MOST_MB:g}",
            ok=years_mb <= MOST_MB,
        ),
        Row(
            figure="CPU with a page open, behind a year",
            value=aged.busy_pct,
            unit="% of a core",
            peer="without a past",
            peer_value=fresh.busy_pct,
            ratio=aged.busy_pct / fresh.busy_pct,
            bound=f"ratio <= {MOST_RATIO}",
            ok=aged.busy_pct / fresh.busy_pct <= MOST_RATIO,
        ),
    ]


@contextmanager
def _service(data: Path) -> Iterator[tuple[int, str]]:
    with (
        started("--site", SITE, "--firmware", FIRMWARE) as gateway,
        openvoy("run", "--listen", "127.0.0.1:0", "--host", gateway.url, "--token", gateway.token, data=data) as found,
    ):
        yield found


def _held(url: str, pid: int) -> Held:
    hold(url, pid, pages=1, seconds=SETTLING_S)
    return hold(url, pid, pages=1, seconds=HELD_S)


def _look(url: str, pid: int, now_s: int) -> Iterator[float]:
    """Look at what the dashboard shows of a year, and at single days; gives how much memory is held each time."""
    year = {"start": now_s - DAYS * DAY_S, "end": now_s}
    for turn in range(TURNS):
        day = {"start": now_s - (turn + 2) * DAY_S, "end": now_s - (turn + 1) * DAY_S}
        for path, query in (
            ("history/energy", {**year, "by": "day"}),
            ("history/energy", {**year, "by": "month"}),
            ("history/panels", {**year, "by": "month"}),
            ("costs", {**year, "by": "month"}),
            ("history/power", {**day, "step_s": 60}),
            ("history/inverters", day),
            ("history/energy", {**day, "by": "hour"}),
        ):
            _ask(url, path, query)
            yield rss_mb(pid)


def _ask(url: str, path: str, query: Mapping[str, object]) -> None:
    asked = f"{url}/api/v1/{path}?{urllib.parse.urlencode(query)}"
    with urllib.request.urlopen(asked) as reply:  # noqa: S310 - the address is our own process
        reply.read()


async def _fill(folder: Path, now_s: int) -> None:
    """Put a year behind a history, up to yesterday."""
    serial = await _serial()
    store = await HistoryStore.open(folder)
    for kind, columns in build_year(DAYS).items():
        shift_s = now_s - (DAYS + 1) * DAY_S - int(np.min(columns["at"]))
        at = (columns["at"] + shift_s) // 60 * 60
        await store.write_columns(kind, {**columns, "gateway": serial, "at": at})
    await store.close()


async def _serial() -> str:
    clock = VirtualClock(ManualClock(datetime.now(UTC)))
    source = SiteSource(Site(read_site(SITE), seed=1), clock, parse_version(FIRMWARE))
    return INFO.decode((await source.reply(Request(path=INFO.path))).body).value.serial or ""
