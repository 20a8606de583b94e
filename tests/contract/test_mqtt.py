"""MQTT against a real broker: everything is there, also after restarts of the broker and of the service."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import subprocess
import tracemalloc
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import aiomqtt
import pytest

from openvoy.client.clock import SystemClock
from openvoy.client.control import MemoryAudit
from openvoy.collector import ControlDesk, Exporting
from openvoy.collector.feed import LiveFeed
from openvoy.errors import ConfigError
from openvoy.exporters.home_assistant import Prefixes, render_topic, render_value
from openvoy.exporters.mqtt import KIND
from openvoy.exporters.mqtt.settings import MqttSettings, parse_broker_url, parse_prefix
from openvoy.exporters.quantities import quantities
from openvoy.model import MissingPart, Snapshot
from openvoy.model.place import SitePlace
from openvoy.ports import Household
from openvoy.ports.exporter import ExporterStatus
from openvoy.settings.secret import Secret
from openvoy.settings.table import Place, Source
from openvoy.store import HistoryStore
from tests.support.mqtt import Heard, Mosquitto, hearing
from tests.support.patience import PATIENCE_S
from tests.unit.exporters.house import AT, SNAPSHOT, STATUS

PREFIXES = Prefixes()
RESTARTS = 20
SPEED = 200.0
SERIAL = SNAPSHOT.gateway.serial
ROOT = f"openvoy/{SERIAL}"


class HastyClock:
    """The machine's clock, on which waiting takes a two-hundredth; implements `ports.Clock`."""

    def __init__(self) -> None:
        self._real = SystemClock()

    def now(self) -> datetime:
        return self._real.now()

    def monotonic(self) -> float:
        return self._real.monotonic() * SPEED

    async def sleep(self, seconds: float) -> None:
        await self._real.sleep(seconds / SPEED)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    running = Mosquitto(tmp_path)
    running.start()
    yield running
    running.stop()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[HistoryStore]:
    opened = await HistoryStore.open(tmp_path / "history")
    yield opened
    await opened.close()


def feed_of(snapshot: Snapshot = SNAPSHOT) -> LiveFeed:
    feed = LiveFeed(["home"])
    feed.publish(STATUS, snapshot)
    return feed


@asynccontextmanager
async def exporting(settings: MqttSettings, feed: LiveFeed, store: HistoryStore) -> AsyncIterator[Exporting]:
    clock = HastyClock()
    household = Household(
        place=SitePlace(name="home", time_zone="Europe/Paris"),
        feed=feed,
        store=store,
        clock=clock,
        desk=ControlDesk({}, audit=MemoryAudit(), store=store),
        environ={"BROKER_PASSWORD": "right", "WRONG": "wrong"},
    )
    async with Exporting([("mqtt", KIND.build(settings, household))], clock=clock) as running:
        yield running


async def until(is_so: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
    """Wait for something that a broker and its clients do."""
    async with asyncio.timeout(seconds):
        while not is_so():  # noqa: ASYNC110 - another program is waited for
            await asyncio.sleep(0.01)


def values_of(snapshot: Snapshot) -> dict[str, str]:
    rendered = {render_topic(one, PREFIXES): render_value(one) for one in quantities(snapshot)}
    return {topic: text for topic, text in rendered.items() if text}


def has_all(heard: Heard, snapshot: Snapshot) -> Callable[[], bool]:
    return lambda: values_of(snapshot).items() <= heard.newest.items()


def at(broker: Mosquitto, **more: object) -> MqttSettings:
    return MqttSettings(url=f"mqtt://127.0.0.1:{broker.port}", **more)  # type: ignore[arg-type]


async def test_everything_stands_at_its_topic_and_vanishes_with_its_device(
    broker: Mosquitto, store: HistoryStore
) -> None:
    feed = feed_of()
    async with hearing(broker.port) as heard, exporting(at(broker), feed, store) as running:
        await until(lambda: heard.newest.get(f"{ROOT}/status") == "online")
        assert has_all(heard, SNAPSHOT)()
        assert heard.newest["openvoy/status"] == heard.newest[f"{ROOT}/status"] == "online"
        discovered = {topic for topic in heard.newest if topic.startswith("homeassistant/")}
        assert any("482200000001" in topic for topic in discovered)
        missing = (MissingPart(part="inverters", reason="asleep"),)
        asleep = replace(SNAPSHOT, at=AT + timedelta(minutes=1), inverters=(), missing=missing)
        feed.publish(STATUS, asleep)
        feed.publish(STATUS, replace(asleep, at=AT + timedelta(hours=8)))
        await asyncio.sleep(0.3)
        assert heard.newest[f"{ROOT}/inverter/482200000001/power_w"] == "250.0"
        for minutes in (0, 5, 20):
            feed.publish(STATUS, replace(SNAPSHOT, at=AT + timedelta(days=1, minutes=minutes), inverters=()))
            await asyncio.sleep(2 * 60 / SPEED)
        await until(lambda: not any("482200000001" in topic for topic in heard.newest))
        (status,) = running.statuses()
        assert (status.state, status.receiver) == ("ok", f"mqtt://127.0.0.1:{broker.port}")


async def test_a_service_that_ends_says_so_and_the_next_cleans_up_after_it(
    broker: Mosquitto, store: HistoryStore
) -> None:
    async with hearing(broker.port) as heard:
        async with exporting(at(broker), feed_of(), store):
            await until(lambda: heard.newest.get(f"{ROOT}/status") == "online")
        await until(lambda: heard.newest["openvoy/status"] == "offline")
        async with exporting(at(broker), feed := feed_of(), store):
            before = len(heard.live)
            await until(lambda: heard.newest["openvoy/status"] == "online")
            await asyncio.sleep(0.5)
            # What the broker has already is not sent again.
            assert {topic for topic, _ in heard.live[before:]} <= {"openvoy/status", "openvoy/mark"}
            for minutes in (0, 5, 20):
                feed.publish(STATUS, replace(SNAPSHOT, at=AT + timedelta(minutes=minutes), batteries=()))
                await asyncio.sleep(2 * 60 / SPEED)
            await until(lambda: not any("492200000001" in topic for topic in heard.newest))


@pytest.mark.parametrize(("topic", "payload"), [("openvoy/synchronise", "x"), ("homeassistant/status", "online")])
async def test_who_asks_for_it_gets_everything_anew(
    broker: Mosquitto, store: HistoryStore, topic: str, payload: str
) -> None:
    async with hearing(broker.port) as heard, exporting(at(broker), feed_of(), store):
        await until(lambda: heard.newest.get(f"{ROOT}/status") == "online")
        known = set(heard.newest) - {"openvoy/status", "openvoy/mark"}
        heard.live.clear()
        async with aiomqtt.Client("127.0.0.1", broker.port) as asker:
            await asker.publish(topic, payload)
        await until(lambda: known <= {topic for topic, _ in heard.live})


@pytest.mark.timeout(60)
async def test_nothing_is_lost_or_doubled_over_twenty_restarts_under_load(
    broker: Mosquitto, store: HistoryStore
) -> None:
    feed, energy = feed_of(), SNAPSHOT.energy
    counted = 1000.0
    stopped = asyncio.Event()

    async def produce() -> None:
        nonlocal counted
        while not stopped.is_set():
            counted += 1.0
            feed.publish(STATUS, replace(SNAPSHOT, energy=replace(energy, solar_wh=counted)))
            await asyncio.sleep(0.01)

    async with hearing(broker.port, f"{ROOT}/#") as heard, exporting(at(broker), feed, store) as running:
        producing = asyncio.create_task(produce())
        for _ in range(RESTARTS):
            await until(has_all(heard, replace(SNAPSHOT, energy=replace(energy, solar_wh=None))))
            heard.newest.clear()
            broker.stop()
            await asyncio.to_thread(broker.start)
        stopped.set()
        await producing
        await until(has_all(heard, replace(SNAPSHOT, energy=replace(energy, solar_wh=counted))), 20)
        said = [float(text) for topic, text in heard.live if topic == f"{ROOT}/site/solar_wh"]
        assert len(said) >= RESTARTS
        assert all(earlier < later for earlier, later in pairwise(said))
        assert said[-1] == counted
        assert running.statuses()[0].state == "ok"


@asynccontextmanager
async def talking(answer: bytes) -> AsyncIterator[int]:
    """Run something that is no broker."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while await reader.read(4096):
                writer.write(answer)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def trouble_at(settings: MqttSettings, store: HistoryStore) -> ExporterStatus:
    async with exporting(settings, feed_of(), store) as running:
        await until(lambda: running.statuses()[0].state == "trouble")
        return running.statuses()[0]


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\xff" * 4000, b"\x20\x02\x00\x05"])
async def test_what_is_no_broker_is_told_and_tried_again(store: HistoryStore, answer: bytes) -> None:
    async with talking(answer) as port:
        settings = MqttSettings(url=f"mqtt://127.0.0.1:{port}", timeout_s=1)
        tracemalloc.start()
        status = await trouble_at(settings, store)
        assert tracemalloc.get_traced_memory()[1] < 20e6
        tracemalloc.stop()
    assert status.problem is not None
    assert status.problem.startswith(f"The broker mqtt://127.0.0.1:{port} cannot be served: ")
    assert status.hint


async def test_a_broker_that_is_away_or_has_no_such_name_is_told(broker: Mosquitto, store: HistoryStore) -> None:
    broker.stop()
    status = await trouble_at(at(broker), store)
    assert "refused" in (status.problem or "")
    assert status.hint == "Check host and port, and whether the broker runs."
    status = await trouble_at(MqttSettings(url="mqtt://nowhere.invalid"), store)
    assert status.hint


def secret(env: str) -> Secret:
    place = Place(source=Source(file=Path("openvoy.toml"), lines={}, warnings=[]), key=("mqtt", "password_env"))
    return Secret(place=place, env=env)


async def test_a_login_is_used_and_a_wrong_one_is_told(tmp_path: Path, store: HistoryStore) -> None:
    passwords = tmp_path / "passwords"
    passwords.touch(mode=0o600)
    run("mosquitto_passwd", "-b", passwords, "openvoy", "right")
    broker = Mosquitto(tmp_path, options=("allow_anonymous false", f"password_file {passwords}"))
    broker.start()
    try:
        feed = feed_of()
        settings = at(broker, user="openvoy", password=secret("BROKER_PASSWORD"))
        async with exporting(settings, feed, store) as running:
            await until(lambda: running.statuses()[0].delivered_count > len(values_of(SNAPSHOT)))
        status = await trouble_at(at(broker, user="openvoy", password=secret("WRONG")), store)
        assert "user" in (status.hint or "")
        assert "wrong" not in f"{status.problem} {status.hint}"
    finally:
        broker.stop()


def run(*command: str | Path) -> None:
    subprocess.run(command, check=True, capture_output=True)


def make_certificate(folder: Path, name: str) -> tuple[Path, Path]:
    key, certificate = folder / f"{name}.key", folder / f"{name}.pem"
    request = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}")
    run("openssl", *request, "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate)
    return certificate, key


async def test_tls_is_checked_by_the_certificate_that_is_named(tmp_path: Path, store: HistoryStore) -> None:
    certificate, key = make_certificate(tmp_path, "broker")
    broker = Mosquitto(tmp_path, options=("allow_anonymous true", f"certfile {certificate}", f"keyfile {key}"))
    broker.start()
    try:
        url = f"mqtts://127.0.0.1:{broker.port}"
        async with exporting(MqttSettings(url=url, ca_file=certificate), feed_of(), store) as running:
            await until(lambda: running.statuses()[0].delivered_count > len(values_of(SNAPSHOT)))
        status = await trouble_at(MqttSettings(url=url), store)
        gc.collect()  # a socket that a failed handshake left open is told as a warning
        assert "ca_file" in (status.hint or "")
        status = await trouble_at(at(broker, timeout_s=1), store)
        assert "mqtts" in (status.hint or "")
    finally:
        broker.stop()


@pytest.mark.parametrize("url", ["127.0.0.1", "http://127.0.0.1", "mqtt://", "mqtt://a:b", "mqtt://a/topic"])
def test_what_is_no_address_of_a_broker_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="no address"):
        parse_broker_url(url)


@pytest.mark.parametrize("prefix", ["", "/openvoy", "a//b", "a/#", "a+", "a b"])
def test_a_prefix_that_is_none_is_refused(prefix: str) -> None:
    with pytest.raises(ConfigError):
        parse_prefix(prefix)
