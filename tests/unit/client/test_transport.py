from __future__ import annotations

import asyncio

import pytest

from openvoy.errors import GatewayTimeout, GatewayUnreachable
from openvoy.protocol.http import Request
from tests.unit.client.servers import (
    Handler,
    Log,
    keeping,
    ok,
    read_request,
    replying,
    serve,
    silent,
)
from tests.unit.client.transports import INFO, WRITE, send, transport_to


async def test_a_reply_arrives_as_it_is() -> None:
    reply = ok(b"[1]", "X-Kind: a", "x-kind: b", "Set-Cookie: sessionId=abc; Path=/; HttpOnly", status="404 Not Found")
    async with serve(keeping(reply)) as log:
        (response,) = await send(transport_to(log.port), Request(path="/a?b=1&c=%20", headers={"Accept": "x/y"}))
    assert (response.status, response.body, response.cookies) == (404, b"[1]", {"sessionId": "abc"})
    assert response.headers["x-kind"] == "b"
    assert 0 < response.elapsed_s < 5
    assert log.lines == ["GET /a?b=1&c=%20 HTTP/1.1"]
    assert b"Accept: x/y" in log.requests[0]


async def test_one_connection_is_kept_and_one_request_is_in_flight() -> None:
    in_flight: list[int] = []

    def behave(log: Log) -> Handler:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while True:
                await read_request(log, reader)
                in_flight.append(1)
                await asyncio.sleep(0.01)
                assert in_flight == [1]
                in_flight.clear()
                writer.write(ok(b""))

        return handle

    async with serve(behave) as log:
        transport = transport_to(log.port)
        await asyncio.gather(*(transport.send(INFO, timeout_s=5) for _ in range(5)))
        await transport.close()
    assert (log.connections, len(log.requests)) == (1, 5)


async def test_without_keep_alive_each_request_has_its_own_connection() -> None:
    async with serve(keeping(ok(b""))) as log:
        await send(transport_to(log.port, keep_alive=False), INFO, INFO)
    assert log.connections == 2
    assert all(b"connection: close" in request.lower() for request in log.requests)


async def test_a_body_may_end_with_the_connection() -> None:
    async with serve(replying(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<envoy_info/>")) as log:
        (response,) = await send(transport_to(log.port), INFO)
    assert response.body == b"<envoy_info/>"


async def test_a_read_on_a_connection_that_was_closed_meanwhile_is_sent_once_more() -> None:
    async with serve(replying(ok(b"1"))) as log:
        responses = await send(transport_to(log.port), INFO, INFO, INFO)
    assert [response.body for response in responses] == [b"1"] * 3
    assert (log.connections, len(log.requests)) == (3, 3)


async def test_a_kept_connection_that_dies_on_use_costs_one_repetition() -> None:
    async with serve(replying(ok(b"1"), b"")) as log:
        responses = await send(transport_to(log.port), INFO, INFO)
    assert [response.body for response in responses] == [b"1"] * 2
    assert (log.connections, len(log.requests)) == (2, 3)


@pytest.mark.parametrize("request_", [INFO, WRITE, Request(method="DELETE", path="/ivp/peb/newscan")])
async def test_a_fresh_connection_that_dies_is_not_tried_again(request_: Request) -> None:
    async with serve(replying(b"")) as log:
        with pytest.raises(GatewayUnreachable, match="closes the connection instead of answering"):
            await send(transport_to(log.port), request_)
    assert len(log.requests) == 1


async def test_a_write_never_goes_over_a_connection_that_may_be_stale() -> None:
    async with serve(replying(ok(b"1"), b"")) as log:
        responses = await send(transport_to(log.port), INFO, WRITE)
    assert [response.status for response in responses] == [200, 200]
    assert log.lines == ["GET /info HTTP/1.1", "PUT /admin/lib/tariff HTTP/1.1"]
    assert log.requests[1].endswith(b'{"a":1}')
    assert log.connections == 2


async def test_a_redirect_is_a_reply() -> None:
    async with serve(keeping(ok(b"", "Location: https://localhost/", status="301 Moved"))) as log:
        (response,) = await send(transport_to(log.port), INFO)
    assert (response.status, response.headers["location"]) == (301, "https://localhost/")


@pytest.mark.parametrize(
    "garbage", [b"\xd8\xc9\xc6A", b"Digest \x01\x02\xff", b'Digest realm="x", nonce="\xe9"', "Digest ØÉÆA".encode()]
)
async def test_garbage_in_the_header_of_a_refusal_can_be_read(garbage: bytes) -> None:
    reply = b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: " + garbage + b"\r\nContent-Length: 2\r\n\r\n{}"
    async with serve(keeping(reply)) as log:
        (response,) = await send(transport_to(log.port), INFO)
    assert (response.status, response.body) == (401, b"{}")
    assert response.headers["www-authenticate"].encode("latin-1") == garbage


async def test_several_challenges_are_all_kept() -> None:
    reply = ok(
        b"", 'WWW-Authenticate: Digest realm="a", nonce="b"', 'WWW-Authenticate: Basic realm="a"', status="401 No"
    )
    async with serve(keeping(reply)) as log:
        (response,) = await send(transport_to(log.port), INFO)
    assert response.headers["www-authenticate"] == 'Digest realm="a", nonce="b", Basic realm="a"'


async def test_a_cancelled_request_leaves_a_usable_transport() -> None:
    async with serve(silent) as log:
        transport = transport_to(log.port)
        task = asyncio.create_task(transport.send(INFO, timeout_s=5))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        with pytest.raises(GatewayTimeout):
            await transport.send(INFO, timeout_s=0.1)
        await transport.close()
