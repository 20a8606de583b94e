from __future__ import annotations

import asyncio
import logging
import socket
import time

import aiohttp
import pytest

from openvoy.collector.feed import LiveFeed
from openvoy.errors import ConfigError
from openvoy.settings.listen import Listen, parse_listen
from openvoy.testing.clock import ManualClock
from openvoy.web.access import AccessRules
from openvoy.web.server import serve
from tests.contract.web_service import LOOPBACK, Setup, build_web, web_service
from tests.unit.web.examples import a_status


async def refused(listen: Listen, *, allow_unprotected: bool = False) -> ConfigError:
    setup = Setup(listen=listen, rules=AccessRules(allow_unprotected=allow_unprotected))
    app = build_web(setup, LiveFeed(["home"]), ManualClock())
    with pytest.raises(ConfigError) as caught:
        async with serve(app, listen):
            pass
    assert caught.value.hint
    return caught.value


async def test_a_port_in_use_is_told() -> None:
    async with web_service() as service:
        error = await refused(service.bound)
        assert str(service.bound) in error.message
        assert "--listen" in error.hint


async def test_a_port_is_free_again_at_once() -> None:
    async with web_service() as service:
        await service.ask("/api/v1/site")
        bound = service.bound
    async with web_service(Setup(listen=bound)) as service:
        await service.ask("/api/v1/site")


@pytest.mark.parametrize("text", ["nowhere.invalid:8400", "203.0.113.7:8400"])
async def test_an_address_of_another_machine_is_told(text: str) -> None:
    error = await refused(parse_listen(text), allow_unprotected=True)
    assert "127.0.0.1:8400" in error.hint


@pytest.mark.parametrize("text", ["0.0.0.0:0", "[::]:0", "192.168.1.5:0"])
async def test_other_machines_are_let_in_only_knowingly(text: str) -> None:
    assert "allow_unprotected" in (await refused(parse_listen(text))).hint


async def test_a_wildcard_serves_loopback_too() -> None:
    async with web_service(
        Setup(listen=Listen(host="0.0.0.0", port=0), rules=AccessRules(allow_unprotected=True))
    ) as service:
        assert (await service.ask("/api/v1/site"))["name"] == "home"


async def test_ipv6() -> None:
    if not socket.has_dualstack_ipv6():
        pytest.skip("this machine has no IPv6")
    async with web_service(Setup(listen=Listen(host="::1", port=0))) as service:
        assert service.bound.url == f"http://[::1]:{service.bound.port}/"
        async with service.browser.get(f"{service.bound.url}api/v1/site") as reply:
            assert reply.status == 200


async def test_only_calls_by_own_names_are_answered() -> None:
    async with web_service(Setup(host_names=["solar.lan"])) as service:
        service.feed.publish(a_status())
        port = service.bound.port
        for host, status in (
            (f"127.0.0.1:{port}", 200),
            (f"localhost:{port}", 200),
            ("solar.lan", 200),
            (f"rebound.example:{port}", 400),
            ("192.168.1.5", 400),
        ):
            async with service.browser.get("/healthz", headers={"Host": host}) as reply:
                assert reply.status == status
                assert "host_names" in (await reply.json())["hint"] if status == 400 else True
                assert "Access-Control-Allow-Origin" not in reply.headers


async def test_two_host_headers_or_none_are_refused() -> None:
    async with web_service() as service:
        for hosts in ("", "Host: localhost\r\nHost: evil.example\r\n"):
            request = f"GET /healthz HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n"
            reader, writer = await asyncio.open_connection("127.0.0.1", service.bound.port)
            writer.write(request.encode())
            assert (await reader.read()).startswith(b"HTTP/1.1 400")
            writer.close()
            await writer.wait_closed()


async def test_every_reply_carries_the_security_headers() -> None:
    async with web_service() as service:
        service.feed.publish(a_status())
        for path in ("/", "/healthz", "/api/schema", "/api/v1/nothing", "/no.js"):
            async with service.browser.get(path, headers={"Origin": "http://evil.example"}) as reply:
                assert reply.headers.getall("Content-Security-Policy") == [reply.headers["Content-Security-Policy"]]
                assert "default-src 'self'" in reply.headers["Content-Security-Policy"]
                assert reply.headers["X-Content-Type-Options"] == "nosniff"
                assert reply.headers["Cross-Origin-Resource-Policy"] == "same-origin"
                assert "Access-Control-Allow-Origin" not in reply.headers
                assert "Server" not in reply.headers


async def test_the_access_log_holds_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="openvoy.web")
    async with web_service() as service:
        async with service.browser.get("/api/v1/site?token=ey.secret&gateway=home") as reply:
            assert reply.status == 400
        async with service.browser.get("/healthz", headers={"Authorization": "Bearer ey.secret"}) as reply:
            assert reply.status == 503
    lines = [record.getMessage() for record in caplog.records if record.name == "openvoy.web.access"]
    assert [line.split(" ")[1:4] for line in lines] == [
        ["GET", "/api/v1/site?token=***&gateway=home", "400"],
        ["GET", "/healthz", "503"],
    ]
    assert "ey.secret" not in caplog.text


async def test_small_replies_are_not_held_back() -> None:
    async with web_service() as service:
        await service.ask("/api/v1/site")
        start_s = time.monotonic()
        for _ in range(20):
            await service.ask("/api/v1/site")
        assert time.monotonic() - start_s < 0.7, "20 replies, each delayed by 40 ms, were Nagle's doing"


async def test_nonsense_on_the_wire_is_answered_or_dropped() -> None:
    async with web_service() as service:
        for nonsense in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET / HTTP/9.9\r\n\r\n", b"A" * 100_000):
            reader, writer = await asyncio.open_connection("127.0.0.1", service.bound.port)
            writer.write(nonsense)
            writer.write_eof()
            answer = await reader.read()
            assert answer == b"" or answer.startswith(b"HTTP/1.1 400")
            writer.close()
        async with aiohttp.ClientSession() as other, other.get(f"http://127.0.0.1:{service.bound.port}/") as reply:
            assert reply.status == 200


async def test_the_body_of_the_context_keeps_its_own_errors() -> None:
    app = build_web(Setup(), LiveFeed(["home"]), ManualClock())
    with pytest.raises(KeyError, match="own"):
        async with serve(app, LOOPBACK):
            raise KeyError("own")
