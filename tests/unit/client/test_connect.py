"""An address whose places say nothing, or are slow to: they are asked beside each other, and https counts first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from openvoy.client.address import Origin, parse_address
from openvoy.client.clock import SystemClock
from openvoy.client.connect import Found, fetch_identity
from openvoy.client.gateway import build_transport
from openvoy.client.pins import MemoryPinStore
from openvoy.errors import CertificateChanged, GatewayUnreachable, OpenvoyError
from openvoy.ports import Transport
from openvoy.protocol.http import Request, Response
from tests.unit.client.servers import Handler, Log, replying, resetting, serve

INFO = b"<envoy_info><device><sn>122200000001</sn><software>D8.2.4345</software></device></envoy_info>"


class Slow:
    """Two places that answer when they are told to."""

    def __init__(self) -> None:
        self.asked = {"https": asyncio.Event(), "http": asyncio.Event()}
        self.answers: dict[str, asyncio.Future[Response]] = {scheme: asyncio.Future() for scheme in self.asked}
        self.open: list[str] = []

    def __call__(self, origin: Origin) -> Transport:
        self.open.append(origin.scheme)
        return _Line(self, origin.scheme)

    def says(self, scheme: str, what: OpenvoyError | None = None) -> None:
        """Let a place answer, or fail."""
        if what is None:
            self.answers[scheme].set_result(Response(status=200, body=INFO))
        else:
            self.answers[scheme].set_exception(what)


class _Line:
    def __init__(self, slow: Slow, scheme: str) -> None:
        self._slow, self._scheme = slow, scheme

    async def send(self, _request: Request, *, timeout_s: float) -> Response:
        assert timeout_s < 10
        self._slow.asked[self._scheme].set()
        return await self._slow.answers[self._scheme]

    async def close(self) -> None:
        self._slow.open.remove(self._scheme)


async def both_asked(slow: Slow) -> asyncio.Task[Found]:
    asking = asyncio.create_task(fetch_identity(parse_address("envoy.local"), slow, head_start_s=0.01))
    for one in slow.asked.values():
        await one.wait()
    return asking


async def test_http_is_asked_while_https_says_nothing_and_counts_when_that_has_failed() -> None:
    slow = Slow()
    asking = await both_asked(slow)
    slow.says("http")
    await asyncio.sleep(0)
    assert not asking.done()
    slow.says("https", GatewayUnreachable("Nothing answers."))
    assert (await asking).origin.scheme == "http"
    assert slow.open == ["http"]


async def test_a_slow_https_counts_though_http_was_first() -> None:
    slow = Slow()
    asking = await both_asked(slow)
    slow.says("http")
    await asyncio.sleep(0)
    slow.says("https")
    assert (await asking).origin.scheme == "https"
    assert slow.open == ["https"]


async def test_where_both_say_nothing_both_are_closed() -> None:
    slow = Slow()
    asking = await both_asked(slow)
    slow.says("https", GatewayUnreachable("No https."))
    slow.says("http", GatewayUnreachable("No http."))
    with pytest.raises(GatewayUnreachable, match=r"No https\. No http\."):
        await asking
    assert slow.open == []


async def test_who_gives_up_leaves_nothing_open() -> None:
    slow = Slow()
    asking = await both_asked(slow)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert slow.open == []


async def test_another_certificate_is_told_without_asking_http() -> None:
    slow = Slow()
    slow.says("https", CertificateChanged("Another."))
    with pytest.raises(CertificateChanged):
        await fetch_identity(parse_address("envoy.local"), slow, head_start_s=0.01)
    assert not slow.asked["http"].is_set()
    assert slow.open == []


def answering(reply: bytes) -> Callable[[Log], Handler]:
    return replying(b"HTTP/1.1 " + reply)


async def identify(address: str) -> Found:
    def open_transport(origin: Origin) -> Transport:
        return build_transport(origin, pins=MemoryPinStore(), clock=SystemClock())

    return await fetch_identity(parse_address(address), open_transport)


@pytest.mark.parametrize("status", [401, 403])
async def test_who_refuses_the_identity_page_may_be_a_gateway_in_trouble(status: int) -> None:
    async with serve(answering(f"{status} No\r\nContent-Length: 0\r\n\r\n".encode())) as log:
        with pytest.raises(GatewayUnreachable, match=rf"refuses /info \(HTTP {status}\)") as told:
            await identify(f"http://127.0.0.1:{log.port}")
    assert "no gateway" not in told.value.message
    assert "proxy" in told.value.hint


WANTS_TLS = b"400 Bad Request\r\nContent-Length: 57\r\n\r\n<h1>The plain HTTP request was sent to HTTPS port</h1>   "


@pytest.mark.parametrize(
    "behave", [replying(b""), resetting(), replying(b"\x15\x03\x01\0\x02\x02\x46"), answering(WANTS_TLS)]
)
async def test_http_that_was_written_and_gets_no_answer_is_to_be_left_out(behave: Callable[[Log], Handler]) -> None:
    async with serve(behave) as log:
        with pytest.raises(GatewayUnreachable) as told:
            await identify(f"http://127.0.0.1:{log.port}")
        assert "Leave http:// out" in told.value.hint
        with pytest.raises(GatewayUnreachable) as told:
            await identify(f"https://127.0.0.1:{log.port}")
    assert "Leave http:// out" not in told.value.hint
