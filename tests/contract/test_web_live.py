from __future__ import annotations

import asyncio
import gc
import json
import logging
import socket
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from openvoy.web.broadcast import COMMENT_S
from tests.contract.web_service import WebService, web_service
from tests.support.patience import PATIENCE_S
from tests.unit.web.examples import a_snapshot, a_status


async def open_stream(service: WebService) -> aiohttp.ClientResponse:
    reply = await service.browser.get("/api/v1/live")
    service.streams.append(reply)
    assert reply.status == 200
    assert reply.content_type == "text/event-stream"
    assert reply.headers["Cache-Control"] == "no-store"
    return reply


async def next_event(reply: aiohttp.ClientResponse) -> dict[str, Any]:
    while True:
        block = (await reply.content.readuntil(b"\n\n")).decode()
        if block.startswith("event: update\ndata: "):
            update: dict[str, Any] = json.loads(block.removeprefix("event: update\ndata: "))
            return update


async def test_a_page_gets_the_state_at_once_and_then_every_change() -> None:
    async with web_service() as service:
        service.feed.publish(a_status(), a_snapshot(1.0))
        reply = await open_stream(service)
        first = await next_event(reply)
        assert [first["status"]] == await service.ask("/api/v1/gateways")
        assert first["snapshot"] == await service.ask("/api/v1/snapshot")
        for solar_w in (2.0, None, 4.0):
            service.feed.publish(a_status(), a_snapshot(solar_w))
            assert (await next_event(reply))["snapshot"]["power"]["solar_w"] == solar_w


async def test_while_a_gateway_is_away_a_page_gets_what_it_said_last() -> None:
    async with web_service() as service:
        service.feed.publish(a_status(), a_snapshot(1.0))
        reply = await open_stream(service)
        await next_event(reply)
        late = replace(a_snapshot(None), at=a_snapshot(None).at + timedelta(seconds=58))
        service.feed.publish(a_status(), late)
        await next_event(reply)
        service.feed.publish(a_status(state="unreachable", is_fresh=False), a_snapshot(None))
        for stream in (reply, await open_stream(service)):
            update = await next_event(stream)
            assert update["status"]["is_fresh"] is False
            assert update["snapshot"]["power"]["solar_w"] == 1.0
        assert (await service.ask("/api/v1/snapshot"))["power"]["solar_w"] is None
        service.feed.publish(a_status(), a_snapshot(None))
        assert (await next_event(reply))["snapshot"]["power"]["solar_w"] is None


async def test_a_quiet_stream_is_kept_awake() -> None:
    async with web_service() as service:
        service.feed.publish(a_status())
        reply = await open_stream(service)
        await next_event(reply)
        await service.clock.advance(COMMENT_S)
        assert (await reply.content.readuntil(b"\n\n")).startswith(b":")


async def test_two_hundred_pages_share_one_subscription() -> None:
    async with web_service() as service:
        service.feed.publish(a_status(), a_snapshot(1.0))
        replies = await asyncio.gather(*(open_stream(service) for _ in range(200)))
        await asyncio.gather(*map(next_event, replies))
        assert service.app.live.readers == 200
        assert len(service.feed._followers) == 1
        service.feed.publish(a_status(), a_snapshot(2.0))
        updates = await asyncio.gather(*map(next_event, replies))
        assert {update["snapshot"]["power"]["solar_w"] for update in updates} == {2.0}


async def test_pages_that_leave_are_forgotten() -> None:
    async with web_service() as service:
        service.feed.publish(a_status())
        replies = [await open_stream(service) for _ in range(20)]
        assert service.app.live.readers == 20
        for reply in replies:
            reply.close()
        async with asyncio.timeout(PATIENCE_S):
            while service.app.live.readers:
                await asyncio.sleep(0.01)
                gc.collect()


def open_sleeping_page(port: int) -> socket.socket:
    page = socket.socket()
    page.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    page.connect(("127.0.0.1", port))
    page.sendall(b"GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
    return page


async def test_a_page_that_sleeps_gets_the_newest_and_no_backlog() -> None:
    async with web_service() as service:
        page = open_sleeping_page(service.bound.port)
        try:
            for number in range(1000):
                service.feed.publish(a_status(), a_snapshot(float(number), panels=50))
                await asyncio.sleep(0.001)
            received = await asyncio.to_thread(read_until, page, b'"solar_w":999.0')
        finally:
            page.close()
        assert len(received) < 500_000, "1,000 events of 13 kB each were published"


def read_until(page: socket.socket, mark: bytes) -> bytes:
    page.settimeout(PATIENCE_S)
    received = b""
    while mark not in received:
        received += page.recv(65536)
    return received


async def test_the_service_stops_within_two_seconds_whatever_pages_do(caplog: pytest.LogCaptureFixture) -> None:
    async with web_service() as service:
        replies = [await open_stream(service) for _ in range(50)]
        pages = [open_sleeping_page(service.bound.port) for _ in range(3)]
        for number in range(200):
            service.feed.publish(a_status(), a_snapshot(float(number), panels=50))
            await asyncio.sleep(0.001)
        reading = [asyncio.create_task(reply.content.read()) for reply in replies]
        assert service.app.live.readers == 53
        start_s = time.monotonic()
    assert time.monotonic() - start_s < 2
    for page in pages:
        page.close()
    rests = await asyncio.gather(*reading)
    assert all(rest.endswith(b"\n\n") for rest in rests), "streams that are read end in order"
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
