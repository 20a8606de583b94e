"""What clients see of a virtual gateway on the wire."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from openvoy.errors import ConfigError
from openvoy.protocol.http import Request
from openvoy.testing.clock import ManualClock
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.gateway import GatewaySettings, VirtualGateway
from openvoy.virtual.responder import Answer
from openvoy.virtual.server import Server
from openvoy.virtual.source import Framing, Reply
from tests.support.keys import keys_folder
from tests.unit.virtual.recordings import entry, recording
from tests.unit.virtual.wire import Wire, ask, bearer, unverified_tls

OLD = "5.0.62"
NEW = "8.2.4345"
NEWEST = "8.3.5433"
CHUNKED = {"Transfer-Encoding": "chunked", "Content-Type": "application/json"}


@asynccontextmanager
async def served(
    firmware: str, *entries: Mapping[str, Any], clock: ManualClock | None = None, **settings: Any
) -> AsyncIterator[VirtualGateway]:
    source = recording(firmware, entry("/production.json", '{"a":1}'), entry("/ivp/meters", "[]"), *entries)
    virtual = VirtualClock(clock or ManualClock())
    async with VirtualGateway(
        source, clock=virtual, settings=GatewaySettings(**{"folder": keys_folder(), **settings})
    ) as gateway:
        yield gateway


async def test_new_firmware_keeps_the_connection() -> None:
    async with served(NEW) as gateway, Wire(gateway.url) as wire:
        for path in ("/info", "/production.json", "/ivp/meters", "/missing"):
            reply = await wire.ask(path, headers=bearer(gateway.owner_token))
            assert reply.header("Connection") == "keep-alive"
        assert (await wire.ask("/info", headers={"Connection": "close"})).header("Connection") == "close"
        assert await wire.is_closed()


async def test_old_firmware_closes_after_each_reply() -> None:
    async with served(OLD) as gateway:
        for path in ("/info", "/production.json", "/ivp/meters", "/missing"):
            async with Wire(gateway.url) as wire:
                reply = await wire.ask(path, headers={"Connection": "keep-alive"})
                assert reply.header("Connection") == "close"
                assert await wire.is_closed()


async def test_the_oldest_closes_without_saying_so() -> None:
    async with served("3.17.3") as gateway, Wire(gateway.url) as wire:
        reply = await wire.ask("/api/v1/production")
        assert reply.names == ["Content-Type", "Content-Length"]
        assert await wire.is_closed()


async def test_nothing_is_invented_and_dates_are_fresh() -> None:
    clock = ManualClock()
    dated = entry("/dated", headers={"date": "Wed, 09 Aug 2023 01:11:03 GMT", "content-length": "1"})
    async with served("3.17.3", entry("/bare", headers={"x-a": "b"}), dated, clock=clock) as gateway:
        await clock.advance(60)
        assert (await ask(gateway.url, "/bare")).headers == (("X-A", "b"),)
        assert (await ask(gateway.url, "/dated")).headers == (
            ("Date", "Sat, 21 Jun 2025 12:01:00 GMT"),
            ("Content-Length", "2"),
        )


async def test_content_length_is_true_whatever_was_recorded() -> None:
    async with served(NEW, entry("/a", "é", headers={"Content-Length": "999"})) as gateway:
        reply = await ask(gateway.url, "/a", headers=bearer(gateway.owner_token))
        assert (reply.header("Content-Length"), reply.body) == ("2", b"\xc3\xa9")


async def test_a_client_of_http_1_0_gets_no_chunks() -> None:
    async with served(NEW, entry("/a", "{}", headers=CHUNKED)) as gateway, Wire(gateway.url) as wire:
        reply = await wire.ask("/a", headers=bearer(gateway.owner_token), version="1.0")
        assert (reply.framing, reply.body) == ("close", b"{}")


async def test_head_is_get_without_body() -> None:
    async with served(NEW, entry("/a", "{}", headers=CHUNKED)) as gateway, Wire(gateway.url) as wire:
        for path, length in (("/ivp/meters", "2"), ("/a", None), ("/info", None)):
            reply = await wire.ask(path, method="HEAD", headers=bearer(gateway.owner_token))
            assert (reply.status, reply.body) == (200, b"")
            assert length in {reply.header("Content-Length"), None}
        assert (await wire.ask("/ivp/meters", headers=bearer(gateway.owner_token))).body == b"[]"


async def test_a_wrong_method_and_a_body_do_no_harm() -> None:
    async with served(NEW) as gateway, Wire(gateway.url) as wire:
        headers = bearer(gateway.owner_token)
        assert (await wire.ask("/ivp/meters", method="POST", headers=headers, body=b"x" * 100_000)).status == 405
        assert (await wire.ask("/ivp/meters", headers=headers)).status == 200


async def test_odd_requests_are_answered_too() -> None:
    async with served(NEW) as gateway:
        headers = bearer(gateway.owner_token)
        assert (await ask(gateway.url, f"{gateway.url}/ivp/meters", headers=headers)).body == b"[]"
        assert (await ask(gateway.url, "*", method="OPTIONS", headers=headers)).status == 404
        assert (await ask(gateway.url, "//ivp/meters", headers=headers)).status == 404
        assert (
            await ask(gateway.url, "/ivp/meters", method="PUT", headers=headers, body=b"x" * 2_000_000)
        ).status == 413
        assert (await ask(gateway.url, "/info")).status == 200


@pytest.mark.parametrize(
    "nonsense", [b"\x16\x03\x01\x02\x00\x01", b"GET\r\n\r\n", b"\x00" * 100, b"GET / HTTP/9.9\r\n\r\n", b""]
)
async def test_what_is_no_http_does_no_harm(nonsense: bytes) -> None:
    async with served(OLD) as gateway:
        async with Wire(gateway.url) as wire:
            wire.writer.write(nonsense)
            await wire.is_closed(within_s=0.1)
        assert (await ask(gateway.url, "/info")).status == 200


async def test_a_session_cookie_alone_logs_in_until_it_was_idle() -> None:
    async with served(NEWEST) as gateway:
        first = await ask(gateway.url, "/ivp/meters", headers=bearer(gateway.owner_token))
        assert first.session is not None
        cookie = {"Cookie": f"sessionId={first.session}"}
        assert (await ask(gateway.url, "/ivp/meters", headers=cookie)).status == 200
        move = json.dumps({"advance_s": 601}).encode()
        await ask(gateway.url, "/__virtual/clock", method="POST", headers=bearer(gateway.admin_token), body=move)
        assert (await ask(gateway.url, "/ivp/meters", headers=cookie)).status == 401


async def test_what_was_recorded_as_refused_stays_refused() -> None:
    refused = entry("/ivp/ensemble/power", "<html>401</html>", status=401)
    async with served(NEW, refused) as gateway:
        reply = await ask(gateway.url, "/ivp/ensemble/power", headers=bearer(gateway.owner_token))
        assert (reply.status, reply.body) == (401, b"<html>401</html>")


async def test_recorded_durations_pass_before_the_reply() -> None:
    clock = ManualClock()
    async with served("3.17.3", entry("/slow", "{}", time=9326), clock=clock, latency="capture") as gateway:
        asking = asyncio.create_task(ask(gateway.url, "/slow"))
        await clock.until_sleeping()
        await clock.advance(9.3)
        assert not asking.done()
        await clock.advance(0.1)
        assert (await asking).body == b"{}"


async def test_a_huge_body_flows_and_a_client_may_leave() -> None:
    async with served(NEW, faults=("huge-body:path=/ivp/meters,mb=4",)) as gateway:
        headers = bearer(gateway.owner_token)
        reply = await ask(gateway.url, "/ivp/meters", headers=headers)
        assert len(reply.body) > 4_000_000
        assert reply.body.startswith(b"[]")
        async with Wire(gateway.url) as wire:
            wire.writer.write(
                f"GET /ivp/meters HTTP/1.1\r\nHost: a\r\nAuthorization: {headers['Authorization']}\r\n\r\n".encode()
            )
            await wire.reader.readexactly(1000)
        assert (await ask(gateway.url, "/production.json", headers=headers)).status == 200


async def test_others_have_their_turn_while_a_body_flows_to_one_who_takes_all_of_it() -> None:
    turns, turns_at = 0, list[int]()

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(100):
            turns_at.append(turns)
            yield b" " * 1000

    async def answer(_: Request) -> Answer:
        return Answer(reply=Reply(framing=Framing.CHUNKED, stream=pieces))

    async def wait_for_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    server = Server(answer, lambda *_: None, now=ManualClock().now, has_keep_alive=True)
    port = await server.start("127.0.0.1", 0, None)
    waiting = asyncio.create_task(wait_for_turns())
    try:
        assert len((await ask(f"http://127.0.0.1:{port}", "/")).body) == 100_000
    finally:
        waiting.cancel()
        await server.stop()
    assert turns_at == sorted(set(turns_at))


async def test_statistics_count_bytes_of_bodies() -> None:
    async with served(NEW) as gateway:
        for _ in range(3):
            await ask(gateway.url, "/production.json", headers=bearer(gateway.owner_token))
        stats = json.loads((await ask(gateway.url, "/__virtual/stats", headers=bearer(gateway.admin_token))).body)
        assert stats["endpoints"]["/production.json"]["requests"] == 3
        assert stats["endpoints"]["/production.json"]["sent_bytes"] == 3 * len('{"a":1}')
        truth = await ask(gateway.url, "/__virtual/truth", headers=bearer(gateway.admin_token))
        assert truth.status == 404
        assert b"recording" in truth.body


@pytest.mark.parametrize("firmware", ["7.3.130", "8.3.5169"])
async def test_port_80_leads_to_https_with_the_name_the_client_used(firmware: str) -> None:
    async with served(firmware, http_port=0) as gateway:
        port = str(gateway.url).rpartition(":")[2]
        for host, location in (("envoy.local", "envoy.local"), ("[::1]:80", "[::1]"), ("[", "127.0.0.1")):
            async with Wire(gateway.http_url) as wire:
                wire.writer.write(f"GET /home?a=1 HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
                reply = await wire._read(has_body=True)
            assert (reply.status, reply.header("Location")) == (301, f"https://{location}:{port}/home?a=1")


async def test_port_80_is_closed_on_newer_and_the_gateway_itself_on_old_firmware() -> None:
    async with served("8.3.5286", http_port=0) as gateway:
        assert gateway.http_url is None
    async with served(OLD, http_port=0) as gateway:
        assert str(gateway.url).startswith("http://")
        assert (await ask(gateway.http_url, "/info")).status == 200


async def test_tls_is_1_2_with_a_certificate_of_its_own() -> None:
    async with served(NEW) as gateway:
        async with Wire(gateway.url) as wire:
            assert wire.writer.get_extra_info("ssl_object").version() == "TLSv1.2"
        with pytest.raises(ssl.SSLCertVerificationError, match="self-signed"):
            await asyncio.open_connection("127.0.0.1", int(str(gateway.url).rpartition(":")[2]), ssl=True)
        newer = unverified_tls()
        newer.minimum_version = ssl.TLSVersion.TLSv1_3
        with pytest.raises((ssl.SSLError, ConnectionResetError)):
            await asyncio.open_connection("127.0.0.1", int(str(gateway.url).rpartition(":")[2]), ssl=newer)


async def test_a_port_in_use_is_a_config_error_and_leaves_nothing_open() -> None:
    async with served(OLD) as gateway:
        port = int(str(gateway.url).rpartition(":")[2])
        for ports in ({"port": port, "http_port": None}, {"port": 0, "http_port": port}):
            with pytest.raises(ConfigError, match="cannot listen") as caught:
                async with served(OLD, port=ports["port"], http_port=ports["http_port"]):
                    pass
            assert "--listen" in caught.value.hint


async def test_an_address_that_is_not_ours_is_a_config_error() -> None:
    for host, port in (("192.0.2.1", 0), ("127.0.0.1", 70_000), ("nowhere.invalid", 0)):
        with pytest.raises(ConfigError, match="cannot listen"):
            async with served(OLD, host=host, port=port):
                pass
