"""Connections and framing that go wrong, byte by byte, and the client's answer to them."""

from __future__ import annotations

import asyncio

import pytest

from openvoy.errors import BadPayload, GatewayBusy, GatewayTimeout, GatewayUnreachable, Unavailable
from openvoy.protocol.endpoints.inverters import INVERTERS
from openvoy.protocol.endpoints.meters import METER_READINGS
from openvoy.protocol.http import Request
from tests.contract.fault_support import Stand, flows_of, raw_reply, standing
from tests.unit.virtual.recordings import entry, recording
from tests.unit.virtual.wire import Wire, bearer

READINGS, PAGE = METER_READINGS.path, "/production.json?details=1"


async def missing_of(stand: Stand) -> dict[str, str]:
    return {part.part: part.reason for part in (await stand.snapshot()).missing}


async def test_a_connection_may_be_reset_instead_of_an_answer() -> None:
    async with standing() as stand:
        stand.switch_on(f"connection-reset:path={READINGS}")
        assert await raw_reply(stand, READINGS) == (b"", True)
        assert "broke" in (await missing_of(stand))["meter_readings"]
        stand.switch_on("connection-reset")
        with pytest.raises(GatewayUnreachable, match="broke"):
            await stand.snapshot()


@pytest.mark.parametrize("framing", ["chunked", "length"])
async def test_a_transfer_may_end_before_its_end(framing: str) -> None:
    async with standing() as stand:
        body = (await stand.send(READINGS)).body
        stand.switch_on(f"truncated-chunk:path={READINGS},part_pct=25,framing={framing}")
        received, was_reset = await raw_reply(stand, READINGS)
        head, _, part = received.partition(b"\r\n\r\n")
        if framing == "chunked":
            size, _, part = part.partition(b"\r\n")
            assert int(size, 16) == len(body)
        else:
            assert f"Content-Length: {len(body)}".encode() in head
        assert (part, was_reset) == (body[: len(body) // 4], False)
        assert "breaks off" in (await missing_of(stand))["meter_readings"]
        async with stand.client() as client:
            with pytest.raises(BadPayload, match="breaks off"):
                await client.fetch(METER_READINGS)


async def test_a_body_may_end_with_the_connection() -> None:
    async with standing() as stand:
        baseline = await stand.snapshot()
        stand.switch_on("close-delimited")
        reply = await stand.send(PAGE)
        assert (reply.framing, reply.header("Content-Length"), reply.header("Connection")) == ("close", None, "close")
        assert await stand.snapshot() == baseline


async def test_replies_may_not_say_what_they_are() -> None:
    async with standing() as stand:
        baseline = await stand.snapshot()
        assert (await stand.send(PAGE)).header("Content-Type") == "application/json"
        stand.switch_on("no-content-type")
        assert (await stand.send(PAGE)).header("Content-Type") is None
        assert await stand.snapshot() == baseline


async def test_a_header_may_be_bytes_that_are_no_text() -> None:
    async with standing() as stand:
        baseline = await stand.snapshot()
        stand.switch_on("garbage-header:header=X-Odd")
        received, _ = await raw_reply(stand, READINGS)
        assert b"\r\nX-Odd: \xd8\xc9\xc6A\r\n" in received
        assert await stand.snapshot() == baseline
        stand.switch_on("garbage-header", f"unauthorized:path={READINGS}")
        assert b"\r\nWWW-Authenticate: \xd8\xc9\xc6A\r\n" in (await raw_reply(stand, READINGS))[0]
        assert "refuses" in (await missing_of(stand))["meter_readings"]


async def test_the_challenge_of_3_9_36_is_garbage_on_the_wire() -> None:
    async with standing(recording("3.9.36", entry(INVERTERS.path, "[]"))) as stand, Wire(stand.gateway.url) as wire:
        reply = await wire.ask(INVERTERS.path, headers={"Authorization": "Digest x"})
    assert (reply.status, reply.header("WWW-Authenticate")) == (401, "\xd8\xc9\xc6A")


async def test_one_endpoint_may_hang_while_others_answer() -> None:
    async with standing() as stand:
        stand.switch_on("hang:path=/ivp/pdm/device_data,seconds=85")
        waiting = asyncio.create_task(raw_reply(stand, "/ivp/pdm/device_data"))
        await stand.time.until_sleeping()
        assert (await stand.send(READINGS)).status == 200
        await stand.time.advance(84)
        assert not waiting.done()
        await stand.time.advance(1)
        assert await waiting == (b"", True)


async def test_the_client_gives_up_on_what_hangs() -> None:
    async with standing() as stand:
        stand.switch_on(f"hang:path={READINGS}")
        async with stand.client() as client:
            await client.connect()
            assert client._conversation is not None
            transport = client._conversation._transport
            with pytest.raises(GatewayTimeout, match="takes too long"):
                await transport.send(Request(path=READINGS, headers=bearer(stand.gateway.owner_token)), timeout_s=0.2)
            assert (await client.fetch(INVERTERS)).value


async def test_scripted_pages_may_take_very_long_and_take_turns() -> None:
    async with standing() as stand:
        stand.switch_on("slow-scripted:seconds=30")
        pages = [asyncio.create_task(stand.send(path)) for path in ("/home", "/inventory")]
        await stand.time.until_sleeping()
        assert (await stand.send(READINGS)).status == 200
        await stand.time.advance(30)
        done, waiting = await asyncio.wait(pages, return_when=asyncio.FIRST_COMPLETED)
        assert (len(done), len(waiting)) == (1, 1)
        await stand.time.until_sleeping()
        await stand.time.advance(30)
        assert [reply.status for reply in await asyncio.gather(*pages)] == [200, 200]


@pytest.mark.parametrize(
    ("status", "error"), [(500, Unavailable), (502, Unavailable), (503, GatewayBusy), (504, Unavailable)]
)
async def test_the_web_server_may_answer_in_the_gateways_place(status: int, error: type[Exception]) -> None:
    async with standing() as stand:
        stand.switch_on(f"bad-gateway:path={READINGS},status={status}")
        reply = await stand.send(READINGS)
        assert (reply.status, reply.header("Server")) == (status, "openresty/1.17.8.1")
        assert str(status).encode() in reply.body
        assert "meter_readings" in await missing_of(stand)
        stand.switch_on(f"bad-gateway:status={status}")
        with pytest.raises(error):
            await stand.snapshot()


@pytest.mark.parametrize(("how", "was_reset"), [("fin", False), ("rst", True)])
async def test_a_refusal_may_end_the_connection(how: str, *, was_reset: bool) -> None:
    async with standing() as stand:
        stand.switch_on(f"unauthorized:path={READINGS}", f"reset-after-401:how={how}")
        received, reset = await raw_reply(stand, READINGS)
        assert reset is was_reset
        assert was_reset or received.endswith(b"</html>\n")
        assert (await stand.send("/ivp/meters")).status == 200
        assert "meter_readings" in await missing_of(stand)


async def test_who_asks_too_much_freezes_the_gateway() -> None:
    async with standing() as stand:
        stand.switch_on("hammered:requests=3,freeze_s=30")
        assert [(await stand.send(READINGS)).status for _ in range(3)] == [200] * 3
        waiting = asyncio.create_task(stand.send(READINGS))
        await stand.time.until_sleeping()
        await stand.time.advance(30)
        assert (await waiting).status == 200
        stand.gateway.clock.advance(61)
        assert (await stand.send(READINGS)).status == 200
        assert stand.time.sleeping == 0


async def test_an_error_may_come_as_data() -> None:
    async with standing() as stand:
        stand.switch_on(f"error-object:path={READINGS}")
        reply = await stand.send(READINGS)
        assert (reply.status, reply.body) == (200, b'{ "error" : "404 - Not Found" }')
        assert "meter_readings" in await missing_of(stand)


@pytest.mark.parametrize("fault", ["html-with-200", "truncated-json", "huge-body:mb=20", "unauthorized"])
async def test_what_else_may_stand_in_the_place_of_data_costs_its_part_only(fault: str) -> None:
    async with standing() as stand:
        baseline = await stand.snapshot()
        stand.switch_on(f"{fault}{',' if ':' in fault else ':'}path={INVERTERS.path}")
        snapshot = await stand.snapshot()
    assert [part.part for part in snapshot.missing] == ["inverters"]
    assert flows_of(snapshot) == flows_of(baseline)


async def test_a_plea_for_patience_ends_a_reading() -> None:
    async with standing() as stand:
        stand.switch_on(f"busy-503:path={INVERTERS.path}")
        assert b"retry after 30 seconds" in (await stand.send(INVERTERS.path)).body
        snapshot = await stand.snapshot()
    assert snapshot.missing[0].part == "inverters"
    assert [meter.kind for meter in snapshot.meters] == ["production", "net-consumption"]
