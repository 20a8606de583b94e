"""An address whose places say nothing, or are slow to: they are asked beside each other, and https counts first."""

from __future__ import annotations

import asyncio

import pytest

from openvoy.client.address import Origin, parse_address
from openvoy.client.connect import Found, fetch_identity
from openvoy.errors import CertificateChanged, GatewayUnreachable, OpenvoyError
from openvoy.ports import Transport
from openvoy.protocol.http import Request, Response

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
