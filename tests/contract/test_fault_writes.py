"""Writes that do something else than they say, live values and event streams."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from openvoy.protocol.firmware import Capabilities
from openvoy.protocol.http import Request
from openvoy.virtual.api.eids import GATEWAY_EID
from openvoy.virtual.pages import render_bad_request, render_reply
from openvoy.virtual.source import Framing, Reply
from tests.contract.fault_support import Stand, standing
from tests.support.patience import PATIENCE_S
from tests.unit.virtual.recordings import identity_of, info_page
from tests.unit.virtual.wire import Wire, bearer

TARIFF, RELAY = "/admin/lib/tariff", "/ivp/ensemble/relay"
LIVE, STREAM = "/ivp/livedata/status", "/stream/meter"


class Writable:
    """A gateway of which a few things can be set; its live values count the requests."""

    def __init__(self) -> None:
        self.identity: Capabilities = identity_of("8.3.5169")
        self.values: dict[str, Any] = {
            TARIFF: {"tariff": {"date": "1", "storage_settings": {"mode": "self-consumption", "reserved_soc": 30.0}}},
            RELAY: {"mains_admin_state": "closed"},
        }
        self.asked = 0

    async def reply(self, request: Request) -> Reply:
        self.asked += 1
        if request.path == "/info":
            return render_reply(self.identity, "/info", info_page("8.3.5169").encode())
        if request.path == STREAM:
            return Reply(headers=(("Content-Type", "text/event-stream"),), framing=Framing.CHUNKED, stream=self._events)
        if request.path == LIVE:
            return self._json(request, self._live())
        if request.method in {"PUT", "POST"}:
            if not request.body.startswith(b"{"):
                return render_bad_request(self.identity)
            self.values[request.path] = json.loads(request.body)
        return self._json(request, self.values.get(request.path, {}))

    def _json(self, request: Request, value: object) -> Reply:
        return render_reply(self.identity, request.path, json.dumps(value).encode())

    def _live(self) -> dict[str, Any]:
        meters = {"last_update": 1718046000 + self.asked, "soc": 60, "pv": {"agg_p_mw": 3000 + self.asked}}
        return {"connection": {"sc_stream": "enabled"}, "meters": meters}

    async def _events(self) -> AsyncIterator[bytes]:
        for number in range(100):
            yield b"data: %03d\n\n" % number


async def tariff_of(stand: Stand) -> Any:
    return (await stand.ask(TARIFF))["tariff"]


def with_mode(mode: str) -> dict[str, Any]:
    return {"tariff": {"date": "2", "storage_settings": {"mode": mode, "reserved_soc": 30.0}}}


async def test_the_cloud_takes_a_change_back_with_a_new_date() -> None:
    async with standing(Writable()) as stand:
        stand.switch_on("cloud-overwrites-tariff:seconds=90")
        before = await tariff_of(stand)
        for mode in ("backup", "economy"):
            assert (await stand.send(TARIFF, method="PUT", body=with_mode(mode))).status == 200
            stand.gateway.clock.advance(44)
            assert (await tariff_of(stand))["storage_settings"]["mode"] == mode
        stand.gateway.clock.advance(2)
        after = await tariff_of(stand)
        assert after["storage_settings"] == before["storage_settings"]
        assert after["date"] == str(int(stand.gateway.clock.now().timestamp()))
        stand.gateway.clock.advance(1000)
        assert await tariff_of(stand) == after


async def test_the_cloud_waits_for_no_request() -> None:
    source = Writable()
    async with standing(source) as stand:
        stand.switch_on("cloud-overwrites-tariff:seconds=90")
        await stand.send(TARIFF, method="PUT", body=with_mode("backup"))
        stand.gateway.clock.advance(91)
        async with asyncio.timeout(PATIENCE_S):
            while source.values[TARIFF]["tariff"]["storage_settings"]["mode"] == "backup":  # noqa: ASYNC110 - no event
                await asyncio.sleep(0.005)


async def test_the_cloud_overwrites_what_a_simulated_site_does() -> None:
    async with standing("demo") as stand:
        stand.switch_on("cloud-overwrites-tariff:seconds=90")
        tariff = await tariff_of(stand)
        assert tariff["storage_settings"]["mode"] == "self-consumption"
        changed = {**tariff, "storage_settings": {**tariff["storage_settings"], "mode": "backup"}}
        assert (await stand.send(TARIFF, method="PUT", body={"tariff": changed})).status == 200
        stand.gateway.clock.advance(60)
        assert (await tariff_of(stand))["storage_settings"]["mode"] == "backup"
        stand.gateway.clock.advance(30)
        assert (await tariff_of(stand))["storage_settings"]["mode"] == "self-consumption"


async def test_a_change_that_was_refused_is_none() -> None:
    async with standing(Writable()) as stand:
        stand.switch_on("cloud-overwrites-tariff")
        assert (await stand.send(TARIFF, method="PUT", body="text")).status == 400
        stand.gateway.clock.advance(91)
        assert (await tariff_of(stand))["date"] == "1"


async def test_a_write_may_be_echoed_and_ignored() -> None:
    async with standing(Writable()) as stand:
        before = await tariff_of(stand)
        stand.switch_on("writes-ignored")
        reply = await stand.send(TARIFF, method="PUT", body=with_mode("backup"))
        assert (reply.status, json.loads(reply.body)) == (200, with_mode("backup"))
        assert await tariff_of(stand) == before
        assert (await stand.send(TARIFF, method="PUT", body=with_mode("backup"), headers={})).status == 401


async def test_a_write_may_be_refused_and_done() -> None:
    async with standing(Writable()) as stand:
        stand.switch_on(f"write-refused-but-done:path={RELAY}")
        body = {"mains_admin_state": "open"}
        assert (await stand.send(RELAY, method="POST", body=body, headers=installer(stand))).status == 400
        assert await stand.ask(RELAY) == body


def installer(stand: Stand) -> dict[str, str]:
    return bearer(stand.gateway.installer_token)


async def test_a_write_may_take_the_gateway_down() -> None:
    async with standing(Writable()) as stand:
        stand.switch_on("crash-on-write:seconds=180")
        with pytest.raises(ConnectionResetError):
            await stand.send(RELAY, method="POST", body={}, headers=installer(stand))
        stand.gateway.clock.advance(179)
        with pytest.raises(ConnectionResetError):
            await stand.send("/info")
        stand.gateway.clock.advance(1)
        assert await stand.ask(RELAY) == {"mains_admin_state": "closed"}


async def test_live_values_may_be_frozen() -> None:
    async with standing(Writable()) as stand:
        assert (await stand.ask(LIVE))["meters"] != (await stand.ask(LIVE))["meters"]
        stand.switch_on("livedata-frozen")
        first, second = await stand.ask(LIVE), await stand.ask(LIVE)
        assert first == second
        assert first["connection"]["sc_stream"] == "disabled"
        assert "not enabled" in first["info"]
        assert first["meters"]["last_update"] > 0


async def test_live_values_may_never_have_been() -> None:
    async with standing(Writable()) as stand:
        stand.switch_on("livedata-never")
        assert (await stand.ask(LIVE))["meters"] == {"last_update": 0, "soc": 0, "pv": {"agg_p_mw": 0}}


async def pieces_of(stand: Stand) -> list[bytes]:
    """Chunks of the event stream as they come."""
    async with Wire(stand.gateway.url) as wire:
        token = bearer(stand.gateway.owner_token)["Authorization"]
        wire.writer.write(f"GET {STREAM} HTTP/1.1\r\nHost: a\r\nAuthorization: {token}\r\n\r\n".encode())
        await wire.reader.readuntil(b"\r\n\r\n")
        pieces = []
        async with asyncio.timeout(PATIENCE_S):
            while size := int(await wire.reader.readuntil(b"\r\n"), 16):
                pieces.append((await wire.reader.readexactly(size + 2))[:-2])
    return pieces


async def test_events_may_come_in_bursts() -> None:
    async with standing(Writable()) as stand:
        assert await pieces_of(stand) == [b"data: %03d\n\n" % number for number in range(100)]
        stand.switch_on("stream-bursts:size=330")
        bursts = await pieces_of(stand)
        assert [len(burst) for burst in bursts] == [330, 330, 330, 110]
        assert b"".join(bursts).count(b"data: ") == 100


async def test_events_may_stall() -> None:
    async with standing(Writable()) as stand:
        stand.switch_on("stream-stalls:seconds=30")
        assert [len(piece) for piece in await pieces_of(stand)] == [1100]
        stand.switch_on("stream-stalls:seconds=0")
        assert len(await pieces_of(stand)) == 100


async def test_8_3_6086_ignores_the_tariff_by_nature() -> None:
    async with standing("demo", "8.3.6086") as stand:
        tariff = await tariff_of(stand)
        changed = {**tariff, "storage_settings": {**tariff["storage_settings"], "mode": "backup"}}
        assert (await stand.send(TARIFF, method="PUT", body={"tariff": changed})).status == 200
        assert await tariff_of(stand) == tariff
        assert "stream-stalls" in {row["name"] for row in stand.gateway.faults.report()}


async def test_production_may_stay_off_until_the_morning() -> None:
    path, clear, force = f"/ivp/mod/{GATEWAY_EID}/mode/power", {"length": 1, "arr": [0]}, {"length": 1, "arr": [1]}
    async with standing("demo") as stand:
        headers = bearer(stand.gateway.issue_token("installer", lifetime_s=7 * 86400))

        async def switch(body: object) -> object:
            return json.loads((await stand.send(path, method="PUT", body=body, headers=headers)).body)["powerForcedOff"]

        async def state() -> object:
            return json.loads((await stand.send(path, headers=headers)).body)["powerForcedOff"]

        stand.switch_on("production-stays-off")
        assert await switch(force) is True
        assert await switch(clear) is True
        stand.gateway.clock.advance(6 * 3600)
        assert await state() is True
        stand.gateway.clock.advance(12 * 3600)
        assert await state() is False
        assert await switch(force) is True
        assert await switch(clear) is True
        assert await switch(force) is True
        stand.gateway.clock.advance(24 * 3600)
        assert await state() is True


async def test_event_streams_may_end() -> None:
    async with standing(Writable()) as stand:
        stand.switch_on("stream-drops:records=7")
        assert await pieces_of(stand) == [b"data: %03d\n\n" % number for number in range(7)]


async def test_7_0_sends_16_kilobytes_at_once_by_nature() -> None:
    async with standing("metered-split", "7.0.88") as stand:
        report = stand.gateway.faults.report()
    assert {"name": "stream-bursts", "path": "/stream/*", "size": 16_384, "trait": True} in report
    async with standing("metered-split", "7.6.175") as stand:
        assert "stream-bursts" not in {row["name"] for row in stand.gateway.faults.report()}
