"""Live data and streams: on, off, ended by themselves, in events of their own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator

import pytest

from openvoy.protocol.http import Request
from tests.contract.catalogue import Desk
from tests.contract.site_support import MORNING_IN_AMERICA, site_named

STATUS, STREAM = "/ivp/livedata/status", "/ivp/livedata/stream"
FLOWS = ("pv", "storage", "grid", "generator")


@pytest.fixture
def desk() -> Desk:
    return Desk("8.3", site_named("demo"))


async def test_a_stream_that_never_ran_shows_nothing(desk: Desk) -> None:
    status = await desk.ask(STATUS)
    assert status["connection"]["sc_stream"] == "disabled"
    assert "not enabled" in status["info"]
    meters = status["meters"]
    assert (meters["last_update"], meters["soc"], meters["pv"]["agg_p_mw"], meters["phase_count"]) == (0, 0, 0, 1)


async def test_the_stream_ends_after_a_quarter_of_an_hour(desk: Desk) -> None:
    assert await desk.ask(STREAM, "POST", {"enable": 1}) == {"sc_stream": "enabled"}
    first = await desk.ask(STATUS)
    assert "info" not in first
    desk.wait(60)
    second = await desk.ask(STATUS)
    assert second["meters"]["last_update"] == first["meters"]["last_update"] + 60
    assert second["meters"]["pv"] != first["meters"]["pv"]
    desk.wait(840)
    ended = await desk.ask(STATUS)
    assert (ended["connection"]["sc_stream"], "info" in ended) == ("disabled", True)
    desk.wait(600)
    assert (await desk.ask(STATUS))["meters"] == ended["meters"]
    assert ended["meters"]["last_update"] == first["meters"]["last_update"] + 900


async def test_the_stream_is_switched_off_and_on_again(desk: Desk) -> None:
    await desk.ask(STREAM, "POST", {})
    desk.wait(30)
    assert await desk.ask(STREAM, "POST", {"enable": 0}) == {"sc_stream": "disabled"}
    frozen = await desk.ask(STATUS)
    desk.wait(30)
    assert (await desk.ask(STATUS))["meters"] == frozen["meters"]
    assert (await desk.ask("/ivp/livedata/counters"))["sc_SendStreamCtrl"] == 2
    await desk.ask(STREAM, "POST", {"enable": 1})
    assert (await desk.ask("/ivp/livedata/meters"))["last_update"] == frozen["meters"]["last_update"] + 30
    await desk.ask(STREAM, "POST", {"enable": 7}, status=400)
    await desk.ask(STREAM, status=405)


@pytest.mark.parametrize("site", ["demo", "metered-split", "three-phase"])
async def test_live_values_add_up_to_the_last_digit(site: str) -> None:
    desk = Desk("8.3", site_named(site), at=MORNING_IN_AMERICA)
    await desk.ask(STREAM, "POST", {"enable": 1})
    meters = (await desk.ask(STATUS))["meters"]
    for member in meters["load"]:
        assert meters["load"][member] == sum(meters[flow][member] for flow in FLOWS), member
    phases = [meters["pv"][f"agg_p_ph_{phase}_mw"] for phase in "abc"]
    assert sum(phases) == meters["pv"]["agg_p_mw"]
    assert len([value for value in phases if value]) == meters["phase_count"]


async def test_old_live_values_have_no_phases() -> None:
    desk = Desk("7.0.88", site_named("demo"))
    await desk.ask(STREAM, "POST", {"enable": 1})
    status = await desk.ask(STATUS)
    assert set(status["meters"]["pv"]) == {"agg_p_mw", "agg_s_mva"}
    assert not {"dry_contacts", "iqpm"} & {*status, *status["meters"]}
    control = await desk.ask("/ivp/ensemble/secctrl")
    assert {"agg_backup_energy", "agg_avail_energy"} < set(control)
    assert "ENC_agg_soc" not in control


async def test_contacts_stand_in_live_values() -> None:
    contacts = (await Desk("8.3").ask(STATUS))["dry_contacts"]
    assert contacts["NC1"]["dry_contact_load_name"] == "Heating"
    none = (await Desk("8.3", site_named("demo")).ask(STATUS))["dry_contacts"]
    assert none == {
        "": {"dry_contact_id": "", "dry_contact_type": "", "dry_contact_load_name": "", "dry_contact_status": 0}
    }


async def pieces(desk: Desk, path: str) -> AsyncIterator[bytes]:
    reply = await desk.source.reply(Request(path=path))
    assert dict(reply.headers)["Content-Type"] == "text/event-stream"
    assert reply.stream is not None
    return reply.stream()


async def next_piece(stream: AsyncIterator[bytes], desk: Desk) -> bytes:
    """Take the next piece; the clock of the gateway moves on while it waits."""
    task = asyncio.ensure_future(anext(stream))
    for _ in range(4000):
        await asyncio.sleep(0)
        if task.done():
            return task.result()
        desk.wait(1)
    message = "nothing came"
    raise AssertionError(message)


async def test_meters_are_streamed_every_second() -> None:
    desk = Desk("8.3", site_named("metered-split"), at=MORNING_IN_AMERICA)
    stream = await pieces(desk, "/stream/meter")
    before_s = desk.clock.monotonic()
    records = []
    for _ in range(3):
        piece = await next_piece(stream, desk)
        assert piece.startswith(b"data: ")
        assert piece.endswith(b"\n\n")
        records.append((desk.clock.monotonic() - before_s, json.loads(piece[6:])))
    assert [passed for passed, _ in records] == [0, 1, 2]
    for _, record in records:
        assert list(record) == ["production", "net-consumption", "total-consumption"]
        for phase in ("ph-a", "ph-b"):
            made, net, total = (record[kind][phase]["p"] for kind in record)
            assert total == pytest.approx(made + net, abs=0.002)
        assert record["production"]["ph-c"] == {"p": 0.0, "q": 0.0, "s": 0.0, "v": 0.0, "i": 0.0, "pf": 0.0, "f": 60.0}
    assert records[0][1] != records[2][1]
    await close(stream)


async def test_the_power_line_is_heard_when_an_inverter_reports(desk: Desk) -> None:
    stream = await pieces(desk, "/stream/psd")
    assert await next_piece(stream, desk) == b'event: config\ndata: {"plc":{"f":103,"bw":20}}\n\n'
    burst = (await next_piece(stream, desk)).decode().removeprefix("data: ").strip()
    pairs = [tuple(map(float, pair.split(","))) for pair in burst.split(";")]
    assert pairs[0][0] == 0
    assert 57_000 <= pairs[-1][0] < 57_500
    assert max(value for _, value in pairs) > 80
    now_s = int(desk.clock.now().timestamp())
    reports = {row["lastReportDate"] for row in await desk.ask("/api/v1/production/inverters")}
    assert now_s in reports
    await close(stream)


async def close(stream: AsyncIterator[bytes]) -> None:
    assert isinstance(stream, AsyncGenerator)
    await stream.aclose()
