"""A week of a simulated site for InfluxDB and VictoriaMetrics, with outages, and receivers in trouble."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from openvoy.collector import Exporting
from openvoy.errors import ConfigError
from openvoy.exporters.influx import EVERY_S, KIND, InfluxSettings, parse_write_url
from openvoy.ports import ExporterStatus
from openvoy.store import HistoryStore
from openvoy.testing.clock import ManualClock
from tests.contract import week_support as support
from tests.contract.week_support import AFTER, DAYS, SITE, Week
from tests.support.receivers import InfluxDb, VictoriaMetrics, free_port


@pytest.fixture
async def week(tmp_path: Path) -> AsyncIterator[Week]:
    store = await HistoryStore.open(tmp_path / "history")
    try:
        yield Week(store)
    finally:
        await store.close()


@asynccontextmanager
async def exporting(week: Week, url: str, **settings: Any) -> AsyncIterator[tuple[Exporting, ManualClock]]:
    clock, environ = ManualClock(AFTER), {"INFLUX_TOKEN": "a secret"}
    async with support.exporting(
        KIND, InfluxSettings(url=url, **settings), week.store, clock=clock, environ=environ
    ) as running:
        yield running, clock


async def until(running: Exporting, clock: ManualClock, said: Callable[[ExporterStatus], bool]) -> ExporterStatus:
    return await support.until(running, clock, said, step_s=EVERY_S)


async def all_sent(running: Exporting, clock: ManualClock, count: int) -> ExporterStatus:
    return await until(running, clock, lambda status: status.delivered_count >= count and status.left_count == 0)


@pytest.fixture
def influxdb(tmp_path: Path) -> Iterator[InfluxDb]:
    receiver = InfluxDb(tmp_path / "influxdb")
    receiver.start()
    try:
        receiver.query("CREATE DATABASE openvoy")
        yield receiver
    finally:
        receiver.stop()


@pytest.fixture
def victoria(tmp_path: Path) -> Iterator[VictoriaMetrics]:
    receiver = VictoriaMetrics(tmp_path / "victoria")
    receiver.start()
    try:
        yield receiver
    finally:
        receiver.stop()


@pytest.mark.timeout(60)
async def test_influxdb_has_a_week_to_the_watt_hour_though_it_was_away(week: Week, influxdb: InfluxDb) -> None:
    url = f"{influxdb.url}/write?db=openvoy"
    await week.live(0, 3)
    async with exporting(week, url) as (running, clock):
        await all_sent(running, clock, 3 * 1440)
        await asyncio.to_thread(influxdb.stop)
        await week.live(3, 5)
        trouble = await until(running, clock, lambda status: status.state == "trouble")
        assert trouble.hint
        assert trouble.left_count >= 2 * 1440
        await asyncio.to_thread(influxdb.start)
        await all_sent(running, clock, 5 * 1440)
    await week.live(5, DAYS)
    async with exporting(week, url) as (running, clock):  # as after a restart of the service
        status = await all_sent(running, clock, 2 * 1440)
        assert status.delivered_count < 3 * 1440, "what was sent before is not sent again"
    for kind, column in (("power", "load_w"), ("energy", "import_wh")):
        kept = await week.rows(kind)
        (series,) = influxdb.query(f"SELECT {column} FROM openvoy_{kind}", "openvoy")
        received = dict(series["values"])
        assert received == {at: row[column] for at, row in kept.items() if row[column] is not None}
        assert len(kept) > 7 * 280


@pytest.mark.timeout(60)
async def test_victoriametrics_has_the_same(week: Week, victoria: VictoriaMetrics) -> None:
    await week.live(0, 2)
    async with exporting(week, f"{victoria.url}/write", batch_rows=1000) as (running, clock):
        await all_sent(running, clock, 2 * 1440)
        await asyncio.to_thread(victoria.stop)
        await week.live(2, 3)
        await until(running, clock, lambda status: status.state == "trouble")
        await asyncio.to_thread(victoria.start)
        await all_sent(running, clock, 3 * 1440)
    kept = await week.rows("energy")
    (series,) = victoria.export("openvoy_energy_solar_wh")
    received = dict(zip((at // 1000 for at in series["timestamps"]), series["values"], strict=True))
    assert received == {at: row["solar_wh"] for at, row in kept.items()}
    assert series["metric"]["gateway"] == SITE.definition.gateway.serial


@pytest.mark.timeout(60)
async def test_only_what_is_new_where_that_is_wanted(week: Week, influxdb: InfluxDb) -> None:
    await week.live(0, 1)
    async with exporting(week, f"{influxdb.url}/write?db=openvoy", history=False) as (running, clock):
        await until(running, clock, lambda status: status.state == "ok")
        await week.live(1, 2)
        await all_sent(running, clock, 1440)
    (series,) = influxdb.query("SELECT count(solar_w) FROM openvoy_power", "openvoy")
    ((_, count),) = series["values"]
    assert 1439 <= count <= 1441


@asynccontextmanager
async def mad(answer: Callable[[web.Request], Any]) -> AsyncIterator[str]:
    """Serve answers that no good receiver gives."""
    app = web.Application(client_max_size=2**26)
    app.router.add_post("/write", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}/write"
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    ("status", "text", "hint"),
    [
        (401, "unauthorized", "Check token"),
        (404, '{"error":"database not found"}', "Make the database"),
        (500, "x" * 100_000, "nothing is lost"),
        (302, "", "nothing is lost"),
    ],
)
async def test_what_a_receiver_says_is_told_and_nothing_is_lost(week: Week, status: int, text: str, hint: str) -> None:
    async def refuse(_: web.Request) -> web.Response:
        return web.Response(status=status, text=text, headers={"Location": "http://127.0.0.1:1/"})

    await week.live(0, 1)
    async with mad(refuse) as url, exporting(week, url, token=None) as (running, clock):
        told = await until(running, clock, lambda one: one.state == "trouble")
        assert str(status) in (told.problem or "")
        assert hint in (told.hint or "")
        assert len(told.problem or "") < 400
        assert told.delivered_count == 0


async def test_a_batch_that_is_too_large_is_cut(week: Week) -> None:
    taken: list[int] = []

    async def picky(request: web.Request) -> web.Response:
        lines = (await request.read()).count(b"\n") + 1
        if lines > 300:
            return web.Response(status=413)
        taken.append(lines)
        return web.Response(status=204)

    await week.live(0, 1)
    async with mad(picky) as url, exporting(week, url) as (running, clock):
        await all_sent(running, clock, 1440)
    assert sum(taken) >= 1440


async def test_what_answers_without_http_is_told(week: Week) -> None:
    async def garbage(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\x00\xff" * 5000)
        writer.close()

    server = await asyncio.start_server(garbage, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    await week.live(0, 1)
    async with server, exporting(week, f"http://127.0.0.1:{port}/write?db=x") as (running, clock):
        told = await until(running, clock, lambda one: one.state == "trouble")
    assert "does not speak HTTP" in (told.problem or "")
    assert "?" not in told.receiver


@pytest.mark.parametrize(
    "url", ["", "influx", "http://", "http://host:99999/write", "http://host:8086", "ftp://host/write"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_write_url(url)
    assert "/write" in caught.value.hint
