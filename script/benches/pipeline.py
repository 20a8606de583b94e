"""What one poll costs from the gateway's reply to history: decoded, translated, accounted, recorded, stored.

The replies are those of two simulated houses, made beforehand for every five seconds of two hours of each day at the
cadences of the service. They go in process through the same objects as there; time is CPU time of all threads. The same
go behind ten years of history too.
"""

from __future__ import annotations

import asyncio
import statistics
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
START = datetime(2025, 6, 1, 18, tzinfo=UTC)
"""All rounds are of one month: what its end brings is work of the past."""
DAY_S = 86_400
STEP_S = 5
STEPS = 1440
ROUNDS = 12
SETTLED_S = 5.0
IDLE_S = 0.2
"""So long the store is given to do what a script left it; only the CPU time of that counts."""
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
    # The second begins when the first has ended: what is written into the past has to look for what it replaces.
    days = [place * (ROUNDS + 1) for place in range(len(SITES))]
    houses = [await House.build(name, START + timedelta(days=day)) for name, day in zip(SITES, days, strict=True)]
    with tempfile.TemporaryDirectory() as folder:
        young = await HistoryStore.open(Path(folder) / "young")
        old = await HistoryStore.open(Path(folder) / "old")
        await _fill(old, houses[0].capabilities.serial)
        await _settle(Path(folder) / "old" / "sealed")
        rows = [row for house in houses for row in await _measure(house, young, old)]
        await young.close()
        await old.close()
    return rows


async def _measure(house: House, young: HistoryStore, old: HistoryStore) -> Sequence[Row]:
    """Take turns, for a minute, so that both share the moods of a machine.

    The rate is that of the best round. How the ages compare is the median of the rounds, of which every other one
    begins with the old history: the moment of best pace comes to one of them alone.
    """
    rounds = []
    for number in range(ROUNDS + 1):
        script = await house.write_script()
        order = (young, old) if number % 2 else (old, young)
        rates = {store: script.polls / await _play(script, store) for store in order}
        rounds.append((rates[young], rates[old]))
    rate = max(rate for rate, _ in rounds[1:])
    ratio = statistics.median(rate / aged for rate, aged in rounds[1:])
    return [
        Row(
            figure=f"polls a second, {house.name}",
            value=rate,
            unit="1/s",
            bound=f">= {LEAST_POLLS}",
            ok=rate >= LEAST_POLLS,
        ),
        Row(
            figure=f"time of a poll after {YEARS} years, {house.name}",
            value=1000 * ratio / rate,
            unit="ms",
            peer="young history",
            peer_value=1000 / rate,
            ratio=ratio,
            bound=f"ratio <= {MOST_RATIO}",
            ok=ratio <= MOST_RATIO,
        ),
    ]


async def _play(script: Script, store: HistoryStore) -> float:
    """Give the CPU seconds of a whole script, until all of it is in the tables."""
    replies = Replies()
    books = Books(script.capabilities.serial, FIRMWARE)
    started_s = time.process_time()
    for at, answers in script.moments:
        for endpoint, body in answers:
            replies.note(endpoint, EndpointMissing("404") if body is None else endpoint.decode(body))
            wanted_endpoints(script.capabilities, replies)
        _, batch = books.take(build_snapshot(script.capabilities, replies, at), is_new=True)
        if batch is not None:
            await store.write(batch)
    await store.read_last_sequence("power")
    await asyncio.sleep(IDLE_S)
    return time.process_time() - started_s


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A simulated house that goes on from day to day: what comes later is never of an earlier time."""

    name: str
    capabilities: Capabilities
    clock: VirtualClock
    source: SiteSource

    @classmethod
    async def build(cls, name: str, start: datetime) -> House:
        """Build it, as of this moment of its first day."""
        clock = VirtualClock(ManualClock(start))
        source = SiteSource(Site(read_site(name), seed=1), clock, parse_version(FIRMWARE))
        info = await source.reply(Request(path=INFO.path))
        return cls(name=name, capabilities=build_capabilities(INFO.decode(info.body).value), clock=clock, source=source)

    async def write_script(self) -> Script:
        """Have it answer at the cadences of the service, then wait for the same hour of the next day."""
        replies, asked_s = Replies(), dict[Endpoint[Any], int]()
        moments: list[tuple[datetime, Sequence[Reply]]] = []
        for now_s in range(0, STEPS * STEP_S, STEP_S):
            answers: list[Reply] = []
            with suppress(StopIteration):
                while True:
                    endpoint = next(_due(self.capabilities, replies, asked_s, now_s))
                    asked_s[endpoint] = now_s
                    reply = await self.source.reply(Request(path=endpoint.path))
                    body = reply.body if reply.status == 200 else None
                    replies.note(endpoint, EndpointMissing("404") if body is None else endpoint.decode(body))
                    answers.append((endpoint, body))
            moments.append((self.clock.now(), answers))
            self.clock.advance(STEP_S)
        self.clock.advance(DAY_S - STEPS * STEP_S)
        return Script(capabilities=self.capabilities, moments=moments)


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
    span_s = 365 * DAY_S
    first_s = int(START.timestamp()) - DAY_S - YEARS * span_s
    for number in range(YEARS):
        for kind, columns in year.items():
            shift_s = first_s + number * span_s - int(np.min(columns["at"]))
            await store.write_columns(kind, {**columns, "gateway": serial, "at": columns["at"] + shift_s})
