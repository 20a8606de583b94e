from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable

import pytest

from openvoy.client.address import Origin
from openvoy.client.clock import SystemClock
from openvoy.client.pins import MemoryPinStore
from openvoy.client.transport import AiohttpTransport
from openvoy.errors import BadPayload, CertificateChanged, GatewayTimeout, GatewayUnreachable, OpenvoyError
from openvoy.protocol.http import Request, Response
from tests.unit.client.servers import (
    Handler,
    Log,
    greeting,
    keeping,
    ok,
    read_request,
    replying,
    resetting,
    serve,
    silent,
)

INFO = Request(path="/info")
WRITE = Request(method="PUT", path="/admin/lib/tariff", body=b'{"a":1}')
MIB = 2**20


def transport_to(port: int, scheme: str = "http", **options: object) -> AiohttpTransport:
    defaults = {"pins": MemoryPinStore(), "clock": SystemClock()}
    origin = Origin(scheme=scheme, host="127.0.0.1", port=port)
    return AiohttpTransport(origin, **{**defaults, **options})  # type: ignore[arg-type]


async def send(transport: AiohttpTransport, *requests: Request, timeout_s: float = 5) -> list[Response]:
    try:
        return [await transport.send(request, timeout_s=timeout_s) for request in requests]
    finally:
        await transport.close()


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


class TestLimits:
    async def test_a_body_at_the_cap_is_read(self) -> None:
        async with serve(keeping(ok(b"x" * MIB))) as log:
            (response,) = await send(transport_to(log.port, max_body_bytes=MIB), INFO)
        assert len(response.body) == MIB

    async def test_an_announced_body_above_the_cap_is_not_received(self) -> None:
        sent = b"HTTP/1.1 200 OK\r\nContent-Length: 200000000\r\n\r\n" + b"x" * 1000
        async with serve(keeping(sent)) as log:
            with pytest.raises(BadPayload, match=r"sends more than 1 MiB for /info") as told:
                await send(transport_to(log.port, max_body_bytes=MIB), INFO)
        assert told.value.endpoint == "/info"

    @pytest.mark.parametrize("framing", [b"Transfer-Encoding: chunked", b"X-Framing: none"])
    async def test_an_endless_body_is_cut_off(self, framing: bytes) -> None:
        sent_bytes = [0]

        def behave(log: Log) -> Handler:
            async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                await read_request(log, reader)
                writer.write(b"HTTP/1.1 200 OK\r\n" + framing + b"\r\n\r\n")
                while True:
                    piece = b"x" * 65536
                    writer.write(b"10000\r\n" + piece + b"\r\n" if b"chunked" in framing else piece)
                    sent_bytes[0] += len(piece)
                    await writer.drain()

            return handle

        async with serve(behave) as log:
            with pytest.raises(BadPayload, match="sends more than 1 MiB"):
                await send(transport_to(log.port, max_body_bytes=MIB), INFO)
        assert sent_bytes[0] < 16 * MIB

    async def test_after_a_body_that_was_cut_off_the_next_request_works(self) -> None:
        async with serve(keeping(ok(b"x" * (MIB + 1)))) as log:
            transport = transport_to(log.port, max_body_bytes=MIB)
            for _ in range(2):
                with pytest.raises(BadPayload):
                    await transport.send(INFO, timeout_s=5)
            await transport.close()
        assert log.connections == 2

    async def test_a_slow_drip_ends_at_the_time_out(self) -> None:
        def behave(log: Log) -> Handler:
            async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                await read_request(log, reader)
                writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
                while True:
                    writer.write(b"x")
                    await writer.drain()
                    await asyncio.sleep(0.02)

            return handle

        async with serve(behave) as log:
            with pytest.raises(GatewayTimeout, match=r"takes too long to answer /info"):
                await send(transport_to(log.port), INFO, timeout_s=0.3)


BREAKS_OFF = "reply of .* to /info breaks off"
HEAD = b"HTTP/1.1 200 OK\r\n"
FAILURES: dict[str, tuple[Callable[[Log], Handler], type[OpenvoyError], str]] = {
    "silence": (silent, GatewayTimeout, "takes too long to answer /info"),
    "closed": (replying(b""), GatewayUnreachable, "closes the connection instead of answering /info"),
    "reset": (resetting(), GatewayUnreachable, "The connection to .* broke: Connection reset by peer"),
    "half a head": (replying(HEAD + b"Content-Len"), GatewayUnreachable, "closes the connection instead of answering"),
    "short length": (replying(HEAD + b"Content-Length: 10\r\n\r\n[1"), BadPayload, BREAKS_OFF),
    "short chunk": (
        replying(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n[1"), BadPayload, BREAKS_OFF
    ),
    "no last chunk": (
        replying(HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\n[1]\r\n"), BadPayload, BREAKS_OFF
    ),
    "reset in the body": (
        resetting(HEAD + b"Content-Length: 10\r\n\r\n[1"), BadPayload, BREAKS_OFF
    ),
    "another protocol": (replying(b"SSH-2.0-OpenSSH_9.2\r\n"), GatewayUnreachable, "does not speak HTTP"),
    "another protocol, unasked": (greeting(b"220 mail.example ESMTP\r\n"), GatewayUnreachable, "does not speak HTTP"),
    "endless header": (replying(HEAD + b"X: " + b"x" * 20000), GatewayUnreachable, "does not speak HTTP"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAILURES)
async def test_each_failure_has_its_error(name: str) -> None:
    behave, error, message = FAILURES[name]
    async with serve(behave) as log:
        with pytest.raises(error, match=message) as told:
            await send(transport_to(log.port, keep_alive=name != "closed"), INFO, timeout_s=0.5)
    assert told.value.hint
    assert f"127.0.0.1:{log.port}" in told.value.message


def free_port() -> int:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        return int(holder.getsockname()[1])


async def test_a_closed_port_is_unreachable() -> None:
    for scheme in ("http", "https"):
        with pytest.raises(GatewayUnreachable, match="cannot be reached: Connection refused"):
            await send(transport_to(free_port(), scheme), INFO)


async def test_a_name_without_address_is_unreachable() -> None:
    origin = Origin(scheme="https", host="gateway.invalid", port=443)
    transport = AiohttpTransport(origin, pins=MemoryPinStore(), clock=SystemClock())
    with pytest.raises(GatewayUnreachable, match=r"No address is known for gateway\.invalid:443"):
        await send(transport, INFO)


async def test_a_port_without_tls_is_unreachable_by_https() -> None:
    async with serve(greeting(b"220 mail.example ESMTP\r\n")) as log:
        with pytest.raises(GatewayUnreachable, match=r"What answers at .* does not speak TLS"):
            await send(transport_to(log.port, "https"), INFO)


async def test_a_port_that_says_nothing_to_a_handshake_is_unreachable() -> None:
    async with serve(silent) as log:
        with pytest.raises(GatewayUnreachable, match=r"Nothing answers at .* in time"):
            await send(transport_to(log.port, "https", connect_timeout_s=0.2), INFO)


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


class TestCertificates:
    async def test_the_first_certificate_is_pinned_and_used(
        self, certificates: tuple[ssl.SSLContext, ssl.SSLContext]
    ) -> None:
        pins = MemoryPinStore()
        async with serve(keeping(ok(b"1")), tls=certificates[0]) as log:
            for _ in range(2):
                responses = await send(transport_to(log.port, "https", pins=pins), INFO, INFO)
                assert [response.body for response in responses] == [b"1", b"1"]
            pin = pins.read_pin(f"127.0.0.1:{log.port}")
        assert pin is not None
        assert len(bytes.fromhex(pin)) == 32
        assert len(log.requests) == 4

    async def test_another_certificate_gets_nothing(self, certificates: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
        pins = MemoryPinStore()
        async with serve(keeping(ok(b"1")), tls=certificates[1]) as log:
            pins.write_pin(f"127.0.0.1:{log.port}", "ab" * 32)
            for request in (INFO, WRITE):
                with pytest.raises(CertificateChanged, match="another certificate than before") as told:
                    await send(transport_to(log.port, "https", pins=pins), request)
        assert "--accept-new-certificate" in told.value.hint
        assert log.requests == []
        assert pins.read_pin(f"127.0.0.1:{log.port}") == "ab" * 32

    async def test_a_new_certificate_may_be_accepted_once(
        self, certificates: tuple[ssl.SSLContext, ssl.SSLContext]
    ) -> None:
        pins = MemoryPinStore()
        async with serve(keeping(ok(b"1")), tls=certificates[1]) as log:
            place = f"127.0.0.1:{log.port}"
            pins.write_pin(place, "ab" * 32)
            transport = transport_to(log.port, "https", pins=pins, accept_new_certificate=True)
            assert (await transport.send(INFO, timeout_s=5)).body == b"1"
            assert pins.read_pin(place) != "ab" * 32
            await send(transport_to(log.port, "https", pins=pins), INFO)
            await transport.close()

    async def test_a_certificate_that_changes_between_two_connections_is_noticed(
        self, certificates: tuple[ssl.SSLContext, ssl.SSLContext]
    ) -> None:
        pins, port = MemoryPinStore(), free_port()
        errors: list[OpenvoyError] = []
        transport = transport_to(port, "https", pins=pins, accept_new_certificate=True)
        for tls in certificates:
            async with serve(keeping(ok(b"1")), tls=tls, port=port):
                try:
                    await transport.send(INFO, timeout_s=5)
                except CertificateChanged as error:
                    errors.append(error)
                await transport.close()
        assert len(errors) == 1
