from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from openvoy.protocol.endpoint import Handler
from openvoy.protocol.firmware import Capabilities
from openvoy.protocol.http import Request
from openvoy.testing.clock import ManualClock
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.gateway import GatewaySettings, VirtualGateway
from openvoy.virtual.latency import LATENCY_PROFILES, LatencyProfile, latency_s
from openvoy.virtual.source import Reply, Source
from openvoy.virtual.stats import MAX_ENDPOINTS, Stats
from tests.unit.virtual.recordings import identity_of


class Plain:
    """A source without recording: native at /ivp, scripted elsewhere, and 404 at /missing."""

    def __init__(self, firmware: str) -> None:
        self.identity: Capabilities = identity_of(firmware)
        self.asked: list[str] = []

    async def reply(self, request: Request) -> Reply:
        self.asked.append(f"{request.method} {request.path}")
        handler = Handler.NATIVE if request.path.startswith("/ivp/") else Handler.SCRIPTED
        return Reply(status=404 if request.path == "/missing" else 200, handler=handler, delay_s=3.0, body=b"ok")

    def truth(self) -> Mapping[str, object]:
        return {"solar_wh": 1.5}


def gateway_of(
    firmware: str = "3.17.3", latency: LatencyProfile = "none", clock: ManualClock | None = None
) -> tuple[Plain, VirtualGateway]:
    source: Source = Plain(firmware)
    assert isinstance(source, Plain)
    settings = GatewaySettings(latency=latency)
    return source, VirtualGateway(source, clock=VirtualClock(clock or ManualClock()), settings=settings)


def asking(gateway: VirtualGateway, path: str) -> asyncio.Task[int]:
    async def ask() -> int:
        return (await gateway.responder.answer(Request(path=path))).reply.status

    return asyncio.create_task(ask())


async def test_scripted_replies_take_turns() -> None:
    clock = ManualClock()
    _, gateway = gateway_of(latency="capture", clock=clock)
    replies = [asking(gateway, f"/{number}") for number in range(3)]
    for done in (0, 1, 2, 3):
        assert sum(reply.done() for reply in replies) == done
        await clock.advance(3)
        await asyncio.sleep(0)
    assert all(reply.done() for reply in replies)


async def test_native_replies_go_side_by_side_and_past_scripted_ones() -> None:
    clock = ManualClock()
    _, gateway = gateway_of(latency="capture", clock=clock)
    scripted = [asking(gateway, "/a"), asking(gateway, "/b")]
    native = [asking(gateway, f"/ivp/{number}") for number in range(5)]
    await clock.advance(2.9)
    assert not any(reply.done() for reply in (*scripted, *native))
    await clock.advance(0.1)
    assert await asyncio.gather(*native) == [200] * 5
    assert [reply.done() for reply in scripted] == [True, False]
    await clock.advance(3)
    await asyncio.gather(*scripted)


@pytest.mark.parametrize(
    ("profile", "path", "handler", "expected_s"),
    [
        ("none", "/home", Handler.SCRIPTED, 0),
        ("capture", "/home", Handler.SCRIPTED, 3),
        ("8.3", "/home", Handler.SCRIPTED, 6.4),
        ("8.3", "/production.json?details=1", Handler.SCRIPTED, 1.8),
        ("8.3", "/ivp/meters", Handler.NATIVE, 0.05),
        ("slow-link", "/production", Handler.SCRIPTED, 11.1),
        ("slow-link", "/installer/setup/home", Handler.SCRIPTED, 5.8),
        ("slow-link", "/api/v1/production", Handler.EMUWEB, 0.31),
    ],
)
def test_latency_by_profile(profile: LatencyProfile, path: str, handler: Handler, expected_s: float) -> None:
    assert profile in LATENCY_PROFILES
    assert latency_s(profile, path, Reply(handler=handler, delay_s=3)) == expected_s


async def test_busy_seconds_leave_out_the_wait_for_others() -> None:
    clock = ManualClock()
    _, gateway = gateway_of(latency="capture", clock=clock)
    answers = [asyncio.create_task(gateway.responder.answer(Request(path=path))) for path in ("/a", "/b")]
    await clock.advance(6)
    assert [(await answer).busy_s for answer in answers] == [3, 3]


async def test_old_firmware_routes_before_it_asks_for_the_login() -> None:
    source, gateway = gateway_of("5.0.62")
    assert (await gateway.responder.answer(Request(path="/missing"))).reply.status == 404
    assert (await gateway.responder.answer(Request(path="/ivp/meters"))).reply.status == 401
    assert (await gateway.responder.answer(Request(path="/missing", method="PUT"))).reply.status == 401
    assert source.asked == ["GET /missing", "GET /ivp/meters"]


async def test_token_firmware_asks_first_and_no_stranger_reaches_the_source() -> None:
    source, gateway = gateway_of("8.2.4345")
    assert (await gateway.responder.answer(Request(path="/missing"))).reply.status == 401
    assert source.asked == []


async def test_a_refusal_is_not_slow() -> None:
    _, gateway = gateway_of("8.2.4345", latency="capture")
    assert (await gateway.responder.answer(Request(path="/home.json"))).reply.status == 401


def test_statistics_add_up_and_stay_small() -> None:
    stats = Stats()
    for number in range(MAX_ENDPOINTS + 10):
        stats.add(f"/{number}", busy_s=0.5, sent_bytes=2)
    stats.add("/0", busy_s=1, sent_bytes=3)
    report = stats.report()
    assert (report["requests"], report["sent_bytes"]) == (MAX_ENDPOINTS + 11, 2 * (MAX_ENDPOINTS + 10) + 3)
    assert report["busy_s"] == (MAX_ENDPOINTS + 10) * 0.5 + 1
    endpoints = report["endpoints"]
    assert isinstance(endpoints, dict)
    assert len(endpoints) == MAX_ENDPOINTS + 1
    assert (endpoints["/0"].requests, endpoints["other"].requests) == (2, 10)
