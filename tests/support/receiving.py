"""A site lives in virtual time while real receivers follow it, go away and come back; who has how much at the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from aiohttp import web

from openvoy.client.control import MemoryAudit
from openvoy.collector import ControlDesk, Exporting
from openvoy.collector.feed import LiveFeed
from openvoy.exporters import influx, prometheus
from openvoy.model import Snapshot
from openvoy.model.place import SitePlace
from openvoy.ports import Columns, GatewayStatus, Household
from openvoy.store import HistoryStore
from openvoy.testing.clock import ManualClock
from openvoy.testing.truth.life import STEP_S, Case, Life
from openvoy.units import JOULES_PER_WH
from tests.support.patience import PATIENCE_S
from tests.support.receivers import InfluxDb, Prometheus, Receiver, VictoriaMetrics

QUANTITIES = ("solar_wh", "import_wh", "export_wh", "charge_wh", "discharge_wh", "load_wh")
ROUNDING_J = 36.0
"""History keeps hundredths of watt-hours."""


@dataclass(frozen=True, kw_only=True)
class Total:
    """What one receiver has of one quantity."""

    receiver: str
    quantity: str
    kept_wh: float
    received_wh: float
    points: int


@dataclass(kw_only=True)
class Receivers:
    """Three programs, and how often each was away."""

    influxdb: InfluxDb
    victoria: VictoriaMetrics
    prometheus: Prometheus
    outages: dict[str, int] = field(default_factory=dict)

    def each(self) -> Sequence[Receiver]:
        """Give all."""
        return (self.influxdb, self.victoria, self.prometheus)


@asynccontextmanager
async def receivers(folder: Path) -> AsyncIterator[Receivers]:
    """Have all three, not yet started but for InfluxDB, whose database has to be made."""
    found = Receivers(
        influxdb=InfluxDb(folder / "influxdb"),
        victoria=VictoriaMetrics(folder / "victoria"),
        prometheus=Prometheus(folder / "prometheus"),
    )
    try:
        await asyncio.to_thread(found.influxdb.start)
        await asyncio.to_thread(found.influxdb.query, "CREATE DATABASE openvoy")
        await asyncio.to_thread(found.victoria.start)
        yield found
    finally:
        for one in found.each():
            await asyncio.to_thread(one.stop)


async def live(case: Case, folder: Path, programs: Receivers, *, away: Mapping[int, int], pace_s: float) -> list[Total]:
    """Live a case beside them; `away` says at which steps all go, and for how many steps, which take `pace_s` each."""
    store = await HistoryStore.open(folder / "history")
    life, feed = Life(case, store), LiveFeed(["home"])
    clock = ManualClock(life.begin)
    life.tell = lambda snapshot: feed.publish(_status(life, snapshot), snapshot)
    household = Household(
        place=SitePlace(name="home", time_zone=case.site.location.time_zone),
        feed=feed,
        store=store,
        clock=clock,
        desk=ControlDesk({}, audit=MemoryAudit(), store=store),
        environ={},
    )
    urls = (f"{programs.influxdb.url}/write?db=openvoy", f"{programs.victoria.url}/write")
    exporters = [("influx", influx.KIND.build(influx.InfluxSettings(url=url), household)) for url in urls]
    scraped = prometheus.KIND.build(prometheus.PrometheusSettings(), household)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(store.close)
        programs.prometheus.scraped = await stack.enter_async_context(serving(scraped.pages[0].render))
        exporting = await stack.enter_async_context(Exporting(exporters, clock=clock))
        back_at = -1
        async for step in _numbered(life):
            await life.hand_over()
            await clock.advance(STEP_S)
            if step in {0, back_at}:
                await _start(programs, first=step == 0)
            if step in away:
                back_at = step + away[step]
                await _stop(programs)
            await asyncio.sleep(pace_s)
        rows = await store.read_since("energy", 0, limit=100_000)
        await until(lambda: _has_all(programs, len(rows["at"])), clock)
        assert all(one.state == "ok" for one in exporting.statuses())
        return await _compare(rows, programs)


async def _numbered(life: Life) -> AsyncIterator[int]:
    step = 0
    async for _ in life.steps():
        yield step
        step += 1


def _status(life: Life, snapshot: Snapshot) -> GatewayStatus:
    serial = snapshot.gateway.serial
    return GatewayStatus(
        name="home", host="virtual", serial=serial, state="ok", fresh_at=life.clock.now(), is_fresh=True
    )


async def _start(programs: Receivers, *, first: bool) -> None:
    for one in (programs.prometheus,) if first else programs.each():
        await asyncio.to_thread(one.start)
    if first:
        await until(lambda: bool(programs.prometheus.samples(_metric("solar_wh"))))


async def _stop(programs: Receivers) -> None:
    for one in programs.each():
        await asyncio.to_thread(one.stop)
        name = type(one).__name__
        programs.outages[name] = programs.outages.get(name, 0) + 1


def _has_all(programs: Receivers, count: int) -> bool:
    received = _received(programs, QUANTITIES[0])
    return all(len(received[name]) >= count for name in ("InfluxDB", "VictoriaMetrics"))


async def until(is_so: Callable[[], bool], clock: ManualClock | None = None) -> None:
    """Wait in the machine's time; let the other pass meanwhile."""
    end_s = asyncio.get_running_loop().time() + PATIENCE_S
    while not await asyncio.to_thread(is_so):
        if asyncio.get_running_loop().time() > end_s:
            raise TimeoutError
        await asyncio.sleep(0.05)
        if clock is not None:
            await clock.advance(30)


def _metric(quantity: str) -> str:
    return f"openvoy_site_{quantity.removesuffix('_wh')}_energy_joules_total"


def _has_scraped(programs: Receivers, quantity: str, last_j: float) -> bool:
    return abs(programs.prometheus.samples(_metric(quantity))[-1] - last_j) < ROUNDING_J


async def _compare(rows: Columns, programs: Receivers) -> list[Total]:
    found = []
    for quantity in QUANTITIES:
        kept = [float(value) for value in rows[quantity] if value is not None]
        if not kept:
            continue
        kept_wh = kept[-1] - kept[0]
        await until(partial(_has_scraped, programs, quantity, kept[-1] * JOULES_PER_WH))
        for name, values in (await asyncio.to_thread(_received, programs, quantity)).items():
            found.append(
                Total(
                    receiver=name,
                    quantity=quantity,
                    kept_wh=kept_wh,
                    received_wh=values[-1] - values[0],
                    points=len(values),
                )
            )
    return found


def _received(programs: Receivers, quantity: str) -> Mapping[str, Sequence[float]]:
    (series,) = programs.influxdb.query(f"SELECT {quantity} FROM openvoy_energy", "openvoy")
    (exported,) = programs.victoria.export(f"openvoy_energy_{quantity}")
    by_time = sorted(zip(exported["timestamps"], exported["values"], strict=True))
    return {
        "InfluxDB": [value for _, value in series["values"]],
        "VictoriaMetrics": [value for _, value in by_time],
        "Prometheus": [joules / JOULES_PER_WH for joules in programs.prometheus.samples(_metric(quantity))],
    }


@asynccontextmanager
async def serving(render: Callable[[str], tuple[str, bytes]]) -> AsyncIterator[str]:
    """Serve a page as /metrics; gives host and port."""

    async def answer(request: web.Request) -> web.Response:
        kind, body = render(request.headers.get("Accept", ""))
        return web.Response(body=body, headers={"Content-Type": kind})

    app = web.Application()
    app.router.add_get("/metrics", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
