"""Dead, silent, slow and mad receivers of every kind: collection goes on as without them, and their status says it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from openvoy.errors import ExportError
from openvoy.exporters import files, http, influx, mqtt, prometheus, pvoutput
from openvoy.exporters.mqtt.settings import MqttSettings
from openvoy.ports import Household, Page
from openvoy.settings.secret import Secret
from openvoy.settings.table import Place, Source
from openvoy.store.exchange.files import StoreFiles
from tests.support.beside import Build, Outcome, collect
from tests.unit.exporters.notify.receivers import Talk, chatter, garbage, inbox, listener, silence

MOST_GROWN_BYTES = 64 * 2**20
"""Imports and the history itself included; a receiver that sends without end would fill more in a second."""
ENVIRON = {"KEY": "0123456789"}
READERS = 30


async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer well, but without end."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
    while True:
        writer.write(b"x" * 65_536)
        await writer.drain()


def key() -> Secret:
    return Secret(place=Place(source=Source(file=Path("x"), lines={}, warnings=[]), key=("key_env",)), env="KEY")


def influx_at(port: int) -> Build:
    settings = influx.InfluxSettings(url=f"http://127.0.0.1:{port}/write?db=x", batch_rows=100)
    return lambda household: [("influx", influx.KIND.build(settings, household))]


def pvoutput_at(port: int) -> Build:
    settings = pvoutput.PvOutputSettings(system_id=1, key=key(), url=f"http://127.0.0.1:{port}")
    return lambda household: [("pvoutput", pvoutput.KIND.build(settings, household))]


def mqtt_at(port: int) -> Build:
    settings = MqttSettings(url=f"mqtt://127.0.0.1:{port}", timeout_s=1.0)
    return lambda household: [("mqtt", mqtt.KIND.build(settings, household))]


AT = {"influx": influx_at, "pvoutput": pvoutput_at, "mqtt": mqtt_at}


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return asyncio.run(collect(lambda _: [], tmp_path_factory.mktemp("alone") / "history"))


def is_undisturbed(found: Outcome, alone: Outcome) -> bool:
    return (found.asked, found.batches) == (alone.asked, alone.batches) and found.grown_bytes < MOST_GROWN_BYTES


@pytest.mark.parametrize("kind", AT)
@pytest.mark.parametrize("manner", ["dead", "garbage", "chatter", "endless", "silence", "slow"])
@pytest.mark.sample(6)
async def test_who_is_sent_to(kind: str, manner: str, alone: Outcome, tmp_path: Path) -> None:
    async with contextlib.AsyncExitStack() as stack:
        if manner == "slow":
            receiver = await stack.enter_async_context(inbox())
            receiver.pause_s = 10.0
            port = int(receiver.url.rpartition(":")[2])
        else:
            talk = {"garbage": garbage, "chatter": chatter, "endless": endless}.get(manner, silence)
            served = listener(talk)
            port = await stack.enter_async_context(served)
        if manner == "dead":
            await stack.aclose()
        found = await collect(AT[kind](port), tmp_path / "history", environ=ENVIRON)
    assert is_undisturbed(found, alone)
    (status,) = found.statuses
    if kind != "mqtt" and manner in {"silence", "slow"}:
        assert status.delivered_count == 0, "its patience is not over yet"
    elif (kind, manner) != ("influx", "endless"):
        assert status.state == "trouble"
        assert status.problem
        assert status.hint


@pytest.mark.parametrize(
    ("talk", "words"), [(silence, "takes longer than 1 s"), (garbage, "does not speak HTTP"), (chatter, "speak HTTP")]
)
async def test_what_is_said_of_them(talk: Talk, words: str) -> None:
    async with listener(talk) as port, http.Poster(timeout_s=1.0) as poster:
        with pytest.raises(ExportError, match=words) as caught:
            await poster.post(f"http://127.0.0.1:{port}/secret?token=x", b"")
    assert "token" not in str(caught.value)
    assert caught.value.hint


async def test_files_that_cannot_be_written(alone: Outcome, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    folders = [tmp_path / "file", tmp_path / "nowhere", Path("/proc/self")]

    def build(household: Household) -> Sequence[tuple[str, Any]]:
        store: Any = household.store
        whole = replace(household, files=StoreFiles(store, household.clock))
        return [("files", files.KIND.build(files.FilesSettings(folder=folder), whole)) for folder in folders]

    found = await collect(build, tmp_path / "history")
    assert is_undisturbed(found, alone)
    assert [status.state for status in found.statuses] == ["trouble"] * len(folders)
    assert all(status.problem and status.hint for status in found.statuses)


@contextlib.asynccontextmanager
async def reading_slowly(pages: Sequence[Page]) -> AsyncIterator[None]:
    """Ask for the pages many times, and take a byte a second of what is answered."""
    app = web.Application()
    for page in pages:

        async def answer(
            request: web.Request, render: Callable[[str], tuple[str, bytes]] = page.render
        ) -> web.Response:
            kind, body = render(request.headers.get("Accept", ""))
            return web.Response(body=body * 100, headers={"Content-Type": kind})

        app.router.add_get(page.path, answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    tasks = [asyncio.create_task(_read_slowly(port, page.path)) for page in pages for _ in range(READERS)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await runner.cleanup()


async def _seconds() -> AsyncIterator[None]:
    while True:
        yield
        await asyncio.sleep(1)


async def _read_slowly(port: int, path: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        async for _ in _seconds():
            if not await reader.read(1):
                break
    finally:
        writer.transport.abort()


async def test_scrapers_that_read_a_byte_a_second(alone: Outcome, tmp_path: Path) -> None:
    def build(household: Household) -> Sequence[tuple[str, Any]]:
        return [("prometheus", prometheus.KIND.build(prometheus.PrometheusSettings(), household))]

    found = await collect(build, tmp_path / "history", reading=reading_slowly)
    assert is_undisturbed(found, alone)
    (status,) = found.statuses
    assert (status.state, status.delivered_count) == ("ok", READERS)
