"""What one poll costs from the gateway's reply to history: decoded, translated, accounted, recorded, stored.

The replies are those of two simulated houses, made beforehand for every five seconds of two hours at the cadences of
the service. They go in process through the same objects as there; time is CPU time of all threads. Then the same again
behind ten years of history.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from benches import Row
from benches._site_year import build_year
from openvoy.collector.books import Books
from openvoy.errors import EndpointMissing
from openvoy.protocol.endpoint import Endpoint
from openvoy.protocol.endpoints.identity import INFO
from openvoy.protocol.firmware import Capabilities
from openvoy.protocol.http import Request
from openvoy.protocol.identity import build_capabilities
from openvoy.protocol.pacing.cadence import CADENCE_S
from openvoy.protocol.plan import wanted_endpoints
from openvoy.protocol.replies import Replies
from openvoy.protocol.translate import build_snapshot
from openvoy.store import HistoryStore
from openvoy.testing.clock import ManualClock
from openvoy.virtual.api.versions import parse_version
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.simulated import SiteSource
from openvoy.virtual.site import Site, read_site

SITES = ("metered-split", "full")
FIRMWARE = "8.3.5169"
START = datetime(2025, 6, 21, 18, tzinfo=UTC)
STEP_S = 5
STEPS = 1440
ROUNDS = 12
SETTLED_S = 5.0
YEARS = 10
LEAST_POLLS = 1500
MOST_RATIO = 1.1

Reply = tuple[Endpoint[Any], bytes | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What a gateway answers for some hours."""

    capabilities: Capabilities
    moments: Sequence[tuple[datetime, Sequence[Reply]]]

    @property
    def polls(self) -> int:
        """How many replies there are."""
        return sum(len(replies) for _, replies in self.moments)


def run() -> Sequence[Row]:
    """Measure."""
    return asyncio.run(_run())


async def _run() -> Sequence[Row]:
    scripts = {name: await write_script(name) for name in SITES}
    with tempfile.TemporaryDirectory() as folder:
        young = await HistoryStore.open(Path(folder) / "young")
        old = await HistoryStore.open(Path(folder) / "old")
        await _fill(old, scripts[SITES[0]].capabilities.serial)
        await _settle(Path(folder) / "old" / "sealed")
        rows: list[Row] = []
        for place, (name, script) in enumerate(scripts.items()):
            # Time goes on: what is written into the past has to look for what it replaces.
            rows += await _measure(name, script, young, old, first_day=place * (ROUNDS + 1))
        await young.close()
        await old.close()
    return rows


async def _measure(
    name: str, script: Script, young: HistoryStore, old: HistoryStore, *, first_day: int
) -> Sequence[Row]:
    """Take turns, for a minute, so that both share the moods of a machine; of each the best round counts."""
    pairs = []
    for number in range(ROUNDS + 1):
        later = timedelta(days=first_day + number)
        pairs.append((await _play(script, young, later), await _play(script, old, later)))
    best_s, aged_s = (min(times) for times in zip(*pairs[1:], strict=True))
    rate, aged = script.polls / best_s, script.polls / aged_s
    return [
        Row(
            figure=f"polls a second, {name}",
            value=rate,
            unit="1/s",
            bound=f">= {LEAST_POLLS}",
            ok=rate >= LEAST_POLLS,
        ),
        Row(
            figure=f"time of a poll after {YEARS} years, {name}",
            value=1000 / aged,
            unit="ms",
            peer="young history",
            peer_value=1000 / rate,
            ratio=rate / aged,
            bound=f"ratio <= {MOST_RATIO}",
            ok=rate / aged <= MOST_RATIO,
        ),
    ]


async def _play(script: Script, store: HistoryStore, later: timedelta) -> float:
    """Give the CPU seconds of a whole script."""
    replies = Replies()
    books = Books(script.capabilities.serial, FIRMWARE)
    started_s = time.process_time()
    for at, answers in script.moments:
        for endpoint, body in answers:
            replies.note(endpoint, EndpointMissing("404") if body is None else endpoint.decode(body))
            wanted_endpoints(script.capabilities, replies)
        _, batch = books.take(build_snapshot(script.capabilities, replies, at + later), is_new=True)
        if batch is not None:
            await store.write(batch)
    return time.process_time() - started_s


async def write_script(name: str) -> Script:
    """Have a simulated house answer at the cadences of the service."""
    site = Site(read_site(name), seed=1)
    clock = VirtualClock(ManualClock(START))
    source = SiteSource(site, clock, parse_version(FIRMWARE))
    info = await source.reply(Request(path=INFO.path))
    capabilities = build_capabilities(INFO.decode(info.body).value)
    replies, asked_s = Replies(), dict[Endpoint[Any], int]()
    moments: list[tuple[datetime, Sequence[Reply]]] = []
    for now_s in range(0, STEPS * STEP_S, STEP_S):
        answers: list[Reply] = []
        with suppress(StopIteration):
            while True:
                endpoint = next(_due(capabilities, replies, asked_s, now_s))
                asked_s[endpoint] = now_s
                reply = await source.reply(Request(path=endpoint.path))
                body = reply.body if reply.status == 200 else None
                replies.note(endpoint, EndpointMissing("404") if body is None else endpoint.decode(body))
                answers.append((endpoint, body))
        moments.append((clock.now(), answers))
        clock.advance(STEP_S)
    return Script(capabilities=capabilities, moments=moments)


def _due(capabilities: Capabilities, replies: Replies, asked_s: dict[Endpoint[Any], int], now_s: int) -> Any:
    for endpoint, poll in wanted_endpoints(capabilities, replies).items():
        if endpoint not in asked_s or now_s - asked_s[endpoint] >= CADENCE_S[poll]:
            yield endpoint


def _count_files(sealed: Path) -> int:
    return len(list(sealed.glob("month=*/*")))


async def _settle(sealed: Path) -> None:
    """Wait until no more months are sealed: that is work of the past, not of a poll."""
    before = -1
    while (count := await asyncio.to_thread(_count_files, sealed)) != before:
        before = count
        await asyncio.sleep(SETTLED_S)


async def _fill(store: HistoryStore, serial: str) -> None:
    """Put ten years behind a history, ending the day before the script begins."""
    year = build_year(365)
    span_s = 365 * 86_400
    first_s = int(START.timestamp()) - 86_400 - YEARS * span_s
    for number in range(YEARS):
        for kind, columns in year.items():
            shift_s = first_s + number * span_s - int(np.min(columns["at"]))
            await store.write_columns(kind, {**columns, "gateway": serial, "at": columns["at"] + shift_s})
