"""An hour of a simulated site with a client on it, in moments: latencies and pauses move a clock, nobody waits."""

from __future__ import annotations

import asyncio
import contextlib
import statistics
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

from openvoy import Gateway, Snapshot
from openvoy.protocol.http import Request
from openvoy.testing.clock import ManualClock
from openvoy.testing.transport import InProcessTransport
from openvoy.virtual.api.versions import parse_version
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.gateway import GatewaySettings, VirtualGateway
from openvoy.virtual.mirror import Mirror
from openvoy.virtual.simulated import SiteSource
from openvoy.virtual.site import Site, read_site

START = datetime(2025, 6, 21, 17, 33, 20, tzinfo=UTC)
"""Daylight on every example site."""
SINCE = date(2025, 6, 10)
HOUR_S = 3600.0
CONNECTING_S = 5.0
PYENPHASE_EVERY_S = 60.0
"""What Home Assistant does without being told otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """What an hour cost the gateway, and how old what is known of its meters was."""

    busy_s: float
    requests: int
    median_age_s: float


class JumpingClock:
    """Moves on by itself when somebody waits: right as long as one waits at a time; implements `ports.Clock`."""

    def __init__(self) -> None:
        self._elapsed_s = 0.0

    def now(self) -> datetime:
        """Give the time of day."""
        return START + timedelta(seconds=self._elapsed_s)

    def monotonic(self) -> float:
        """Give the seconds since the start."""
        return self._elapsed_s

    async def sleep(self, seconds: float) -> None:
        """Be there at once."""
        self._elapsed_s += max(0.0, seconds)
        await asyncio.sleep(0)


def _virtual(site: str, firmware: str, clock: VirtualClock) -> VirtualGateway:
    definition = read_site(site).commissioned_on(SINCE)
    source = SiteSource(Site(definition, seed=1), clock, parse_version(firmware))
    return VirtualGateway(source, clock=clock, settings=GatewaySettings(latency="8.3"))


async def measure_openvoy(site: str, firmware: str, *, streams: bool) -> Hour:
    """Iterate `Gateway.readings` for an hour, from the first request on."""
    clock = ManualClock(START)
    virtual = _virtual(site, firmware, VirtualClock(clock))
    transport = InProcessTransport(virtual, clock)
    gateway = Gateway("gateway", token=virtual.owner_token, clock=clock, open_transport=transport.opened)
    known: dict[float, float] = {}

    async def read() -> None:
        async with contextlib.aclosing(gateway.readings(streams=streams)) as readings:
            async for snapshot in readings:
                known[clock.monotonic()] = _sampled_s(snapshot)

    reading = asyncio.create_task(read())
    await clock.advance(HOUR_S)
    reading.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await reading
    return _hour(virtual, list(known.items()))


def _sampled_s(snapshot: Snapshot) -> float:
    return max(((meter.at - START).total_seconds() for meter in snapshot.meters if meter.at), default=float("-inf"))


async def measure_mirrored(site: str, firmware: str, *, readers: int) -> Hour:
    """Iterate `Gateway.readings` for an hour, while so many ask a mirror on the same connection every minute."""
    paths = await _asked_by_pyenphase(site, firmware)
    clock = ManualClock(START)
    virtual = _virtual(site, firmware, VirtualClock(clock))
    transport = InProcessTransport(virtual, clock)
    gateway = Gateway("gateway", token=virtual.owner_token, clock=clock, open_transport=transport.opened)
    connecting = asyncio.create_task(gateway.connect())
    await clock.advance(CONNECTING_S)
    mirror = Mirror(gateway, await connecting, clock=clock)
    statuses: list[int] = []
    known: dict[float, float] = {}

    async def follow() -> None:
        async with contextlib.aclosing(gateway.readings()) as readings:
            async for snapshot in readings:
                known[clock.monotonic()] = _sampled_s(snapshot)

    async def read(delay_s: float) -> None:
        await clock.sleep(delay_s)
        while True:
            due_s = clock.monotonic() + PYENPHASE_EVERY_S
            statuses.extend([(await mirror.reply(Request(path=path))).status for path in paths])
            await clock.sleep(max(0.0, due_s - clock.monotonic()))

    delays = [PYENPHASE_EVERY_S * number / readers for number in range(readers)]
    with gateway.overheard(mirror.overhear):
        tasks = [asyncio.create_task(work) for work in (follow(), *map(read, delays))]
        await clock.advance(HOUR_S)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    await mirror.close()
    assert set(statuses) == {200}, f"the mirror answered {set(statuses)}"
    return _hour(virtual, list(known.items()))


async def _asked_by_pyenphase(site: str, firmware: str) -> Sequence[str]:
    """List what one update asks, after the first."""
    async with _virtual(site, firmware, VirtualClock(JumpingClock())) as virtual, _pyenphase(virtual) as update:
        await update()
        before = _counts(virtual)
        await update()
        return [path for path, count in _counts(virtual).items() for _ in range(count - before.get(path, 0))]


def _counts(virtual: VirtualGateway) -> dict[str, int]:
    rows = virtual.stats.report()["endpoints"]
    assert isinstance(rows, dict)
    return {path: row.requests for path, row in rows.items()}


async def measure_pyenphase(site: str, firmware: str) -> Hour:
    """Update pyenphase every minute for an hour, over a socket."""
    clock = JumpingClock()
    known: list[tuple[float, float]] = []
    async with _virtual(site, firmware, VirtualClock(clock)) as virtual, _pyenphase(virtual) as update:
        while clock.monotonic() < HOUR_S:
            due_s = clock.monotonic() + PYENPHASE_EVERY_S
            sampled_s = await update()
            known.append((clock.monotonic(), sampled_s))
            await clock.sleep(due_s - clock.monotonic())
        return _hour(virtual, known)


@contextlib.asynccontextmanager
async def _pyenphase(virtual: VirtualGateway) -> AsyncIterator[Callable[[], Awaitable[float]]]:
    from pyenphase import Envoy  # noqa: PLC0415 - a peer is loaded when it is measured

    envoy = Envoy(urlsplit(virtual.url or "").netloc)

    async def update() -> float:
        data = await envoy.update()
        meters = [data.ctmeter_production, data.ctmeter_consumption]
        sampled = [int(meter.timestamp) for meter in meters if meter is not None]
        return max(sampled, default=0) - START.timestamp()

    try:
        await envoy.setup()
        await envoy.authenticate(token=virtual.owner_token)
        yield update
    finally:
        await envoy.close()


def _hour(virtual: VirtualGateway, known: Sequence[tuple[float, float]]) -> Hour:
    """Ask every second how old the newest known sample is."""
    report = virtual.stats.report()
    ages = []
    position = -1
    for second in range(int(HOUR_S)):
        while position + 1 < len(known) and known[position + 1][0] <= second:
            position += 1
        if position >= 0:
            ages.append(second - known[position][1])
    busy_s, requests = report["busy_s"], report["requests"]
    assert isinstance(busy_s, float)
    assert isinstance(requests, int)
    return Hour(busy_s=busy_s, requests=requests, median_age_s=statistics.median(ages))
