"""Gateways that let nobody in: for a while, or every night."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from openvoy.errors import CredentialRejected, GatewayBusy, GatewayUnreachable
from openvoy.protocol.endpoints.meters import METER_READINGS
from tests.contract.fault_support import Stand, raw_reply, standing
from tests.support.patience import PATIENCE_S
from tests.unit.virtual.wire import Wire, bearer

READINGS = METER_READINGS.path
NIGHT = datetime(2025, 6, 22, 6, 0, 30, tzinfo=UTC)
"""23:00:30 in Los Angeles."""


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    """Wait for what the server does on its own."""
    async with asyncio.timeout(PATIENCE_S):
        while not await is_so():  # noqa: ASYNC110 - only a connection tells
            await asyncio.sleep(0.005)


async def is_refused(stand: Stand) -> bool:
    try:
        await stand.send("/info")
    except ConnectionRefusedError:
        return True
    except (ConnectionError, asyncio.IncompleteReadError):
        return False
    return False


async def is_served(stand: Stand) -> bool:
    try:
        return (await stand.send("/info")).status == 200
    except ConnectionRefusedError:
        return False


async def test_nobody_may_be_let_in_for_a_minute() -> None:
    async with standing() as stand, Wire(stand.gateway.url) as kept:
        assert (await kept.ask("/info")).status == 200
        stand.switch_on("connection-refused:seconds=60")
        await until(lambda: is_refused(stand))
        assert await kept.is_closed()
        with pytest.raises(GatewayUnreachable, match="cannot be reached: Connection refused"):
            await stand.snapshot()
        stand.gateway.clock.advance(59)
        assert await is_refused(stand)
        stand.gateway.clock.advance(1)
        await until(lambda: is_served(stand))
        assert not (await stand.snapshot()).missing


async def test_a_gateway_may_refuse_from_its_start_until_it_is_told_otherwise() -> None:
    async with standing("metered-split", "8.3", "connection-refused:seconds=0") as stand:
        assert await is_refused(stand)
        stand.gateway.faults.switch_off("connection-refused")
        await until(lambda: is_served(stand))


async def test_the_reply_under_way_is_sent_before_the_door_is_shut() -> None:
    async with standing() as stand:
        admin = bearer(stand.gateway.admin_token)
        body = {"name": "connection-refused", "seconds": 5}
        reply = await stand.send("/__virtual/faults", method="POST", body=body, headers=admin)
        assert reply.status == 200
        await until(lambda: is_refused(stand))


@pytest.mark.parametrize(
    ("mode", "error"),
    [
        ("reset", GatewayUnreachable),
        ("unauthorized", CredentialRejected),
        ("busy", GatewayBusy),
        ("refuse", GatewayUnreachable),
    ],
)
async def test_there_is_an_outage_after_23_every_night(mode: str, error: type[Exception]) -> None:
    async with standing(at=NIGHT) as stand:
        stand.switch_on(f"nightly-outage:mode={mode}" + (",path=/[!i]*" if mode == "unauthorized" else ""))
        async with stand.client() as client:
            assert (await client.fetch(METER_READINGS)).value
        stand.gateway.clock.advance(60)
        if mode == "refuse":
            await until(lambda: is_refused(stand))
        with pytest.raises(error):
            await stand.snapshot()
        stand.gateway.clock.advance(7 * 60)
        await until(lambda: is_served(stand))
        assert not (await stand.snapshot()).missing
        stand.gateway.clock.advance(86_400 - 7 * 60)
        if mode == "refuse":
            await until(lambda: is_refused(stand))
        with pytest.raises(error):
            await stand.snapshot()


async def test_the_outage_may_be_silence() -> None:
    async with standing(at=NIGHT) as stand:
        stand.switch_on("nightly-outage:at=23:00")
        waiting = asyncio.create_task(raw_reply(stand, READINGS))
        await stand.time.until_sleeping(2)
        await stand.time.advance(85)
        assert await waiting == (b"", True)
