"""What is asked of a mirrored gateway, and what its readers get when it fails."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from openvoy.errors import (
    BadPayload,
    CredentialRejected,
    EndpointRefused,
    GatewayBusy,
    GatewayTimeout,
    GatewayUnreachable,
    OpenvoyError,
)
from openvoy.protocol.http import Request
from openvoy.virtual.source import Framing
from tests.unit.virtual.mirror.upstreams import LIVE, OLD, SETTINGS, SLOW, Bench, header, how, said

AWAY = GatewayUnreachable("gone")


async def test_one_request_at_a_time_and_none_twice() -> None:
    bench = Bench()
    paths = [LIVE, SETTINGS, SLOW, "/ivp/ensemble/inventory", "/some/thing"] * 20
    asking = [asyncio.ensure_future(bench.mirror.reply(Request(path=path))) for path in paths]
    await bench.clock.advance(1)
    replies = [task.result() for task in asking]
    assert bench.upstream.asked == paths[:5]
    assert bench.upstream.most_under_way == 1
    assert {how(reply) for reply in replies} == {"fetched"}
    assert {reply.body for reply in replies[0::5]} == {b"[1]"}


@pytest.mark.parametrize(
    ("path", "took_s", "fresh_s"),
    [
        (LIVE, 0.1, 5),
        ("/ivp/ensemble/inventory", 0.1, 30),
        ("/api/v1/production/inverters", 0.1, 120),
        (SETTINGS, 0.1, 900),
        (SLOW, 0.1, 60),
        (SLOW, 11, 220),
        ("/home", 6.4, 128),
        ("/ivp/some/thing", 0.1, 5),
        (LIVE, 3, 30),
    ],
)
async def test_replies_are_kept_by_the_class_of_their_endpoint(path: str, took_s: float, fresh_s: float) -> None:
    bench = Bench()
    bench.upstream.took_s = took_s
    first = await bench.read(path, within_s=took_s)
    await bench.clock.advance(fresh_s - took_s - 0.1)
    kept = await bench.read(path, within_s=0)
    assert (how(first), how(kept), kept.body) == ("fetched", "kept", first.body)
    await bench.clock.advance(0.2)
    await bench.read(path, within_s=took_s)
    assert len(bench.upstream.asked) == 2


async def test_every_reply_says_its_age_and_keeps_its_date() -> None:
    bench = Bench()
    said_at = bench.clock.now() - timedelta(seconds=3)
    date = said_at.strftime("%a, %d %b %Y %H:%M:%S GMT")
    bench.upstream.answers[LIVE] = said(
        b"[]", ("X-Frame-Options", "DENY"), ("Set-Cookie", "sessionId=theirs"), date=date
    )
    first = await bench.read(LIVE, within_s=0.1)
    assert (header(first, "Age"), header(first, "X-Openvoy-Age")) == ("0", "0.100")
    await bench.clock.advance(4)
    kept = await bench.read(LIVE, within_s=0)
    assert (header(kept, "Age"), header(kept, "X-Openvoy-Age")) == ("4", "4.100")
    assert bench.clock.now() + timedelta(seconds=kept.date_shift_s) == said_at
    assert header(kept, "X-Frame-Options") == "DENY"
    assert header(kept, "Set-Cookie") is None


async def test_framing_and_redirects_are_those_of_the_gateway() -> None:
    bench = Bench()
    chunked = said(b"[]")
    bench.upstream.answers = {
        "/a": said(b"[]"),
        "/b": type(chunked)(status=200, raw_headers=((b"Transfer-Encoding", b"chunked"),), body=b"[]"),
        "/c": type(chunked)(status=200, raw_headers=((b"Content-Type", b"text/xml"),), body=b"[]"),
        "/d": said(b"", ("Location", "https://10.0.0.5/home?x=1"), status=301),
    }
    replies = [await bench.read(path) for path in ["/a", "/b", "/c", "/d"]]
    assert [reply.framing for reply in replies[:3]] == [Framing.LENGTH, Framing.CHUNKED, Framing.CLOSE]
    assert (replies[3].status, header(replies[3], "Location")) == (301, "/home?x=1")


@pytest.mark.parametrize(
    "failure", [AWAY, GatewayTimeout("late"), BadPayload("cut"), GatewayBusy("busy"), CredentialRejected("no")]
)
async def test_an_old_reply_stands_in_up_to_its_lifetime(failure: OpenvoyError) -> None:
    bench = Bench()
    await bench.read(LIVE)
    bench.upstream.failure = failure
    await bench.clock.advance(55)
    stale = await bench.read(LIVE)
    assert (stale.status, stale.body, how(stale), header(stale, "Age")) == (200, b"[1]", "stale", "55")
    await bench.clock.advance(10)
    over = await bench.read(LIVE)
    assert (over.status, over.body) == (503, b"Resource busy, please retry after 30 seconds")
    assert bench.mirror.report()["stale_replies"] == 1


async def test_a_gateway_that_is_away_is_asked_less_and_less() -> None:
    bench = Bench()
    bench.upstream.failure = AWAY
    for _ in range(300):
        assert (await bench.read(LIVE, within_s=0.2)).status == 503
        await bench.clock.advance(0.8)
    assert len(bench.upstream.asked) == 9
    assert bench.mirror.report()["trouble"] == "gone"
    bench.upstream.failure = None
    await bench.clock.advance(60)
    assert (await bench.read(LIVE)).status == 200
    assert bench.mirror.report()["trouble"] is None
    await bench.mirror.close()


async def test_one_endpoint_that_fails_does_not_silence_the_others() -> None:
    bench = Bench()
    bench.upstream.answers["/ivp/pdm/device_data"] = said(b"", status=502)
    assert (await bench.read("/ivp/pdm/device_data")).status == 502
    assert (await bench.read("/ivp/pdm/device_data", within_s=0)).status == 503
    assert (await bench.read(LIVE)).status == 200


async def test_a_gateway_that_asks_for_patience_gets_it() -> None:
    bench = Bench()
    bench.upstream.answers[LIVE] = said(b"Resource busy, please retry after 30 seconds", status=503)
    assert (await bench.read(LIVE)).body.startswith(b"Resource busy")
    await bench.clock.advance(29)
    assert (await bench.read(SETTINGS, within_s=0)).status == 503
    await bench.clock.advance(2)
    assert (await bench.read(SETTINGS)).status == 200
    await bench.mirror.close()


@pytest.mark.parametrize("body", [b"<html>Loading</html>", b'{"production": [{"ty'])
async def test_what_is_no_data_replaces_nothing(body: bytes) -> None:
    bench = Bench()
    assert (await bench.read(SLOW)).body == b"[1]"
    bench.upstream.answers[SLOW] = said(body)
    await bench.clock.advance(40)
    assert (await bench.read(SLOW)).body == b"[1]"
    fresh = Bench()
    fresh.upstream.answers[SLOW] = said(body)
    assert (await fresh.read(SLOW)).body == body
    assert (await fresh.read(SLOW, within_s=0)).body == body


async def test_a_reader_does_not_wait_long_while_there_is_an_old_reply() -> None:
    bench = Bench()
    await bench.read(SLOW)
    bench.upstream.took_s = 40
    await bench.clock.advance(61)
    assert how(await bench.read(SLOW, within_s=5)) == "stale"
    await bench.clock.advance(36)
    assert (await bench.read(SLOW, within_s=0)).body == b"[2]"


async def test_missing_pages_are_not_asked_for_again_and_again() -> None:
    bench = Bench()
    bench.upstream.answers["/ivp/ensemble/power"] = said(b"{}", status=404)
    for _ in range(5):
        assert (await bench.read("/ivp/ensemble/power")).status == 404
    assert len(bench.upstream.asked) == 1


async def test_an_endpoint_that_refuses_is_asked_again_within_a_minute() -> None:
    bench = Bench()
    bench.upstream.failure = EndpointRefused("no")
    for _ in range(5):
        assert (await bench.read(SETTINGS)).status == 401
    assert len(bench.upstream.asked) == 1
    bench.upstream.failure = None
    await bench.clock.advance(60)
    assert (await bench.read(SETTINGS)).status == 200


async def test_numbers_against_caches_are_left_out() -> None:
    bench = Bench()
    for path in ("/x?_=1", "/x?_=2", "/x?a=1&_=3", "/x?_=4&a=1", "/x"):
        await bench.read(path)
    assert bench.upstream.asked == ["/x", "/x?a=1"]


@pytest.mark.parametrize("path", ["/a/../b", "/ä", "/a b", "/a\x01"])
async def test_odd_paths_are_not_sent(path: str) -> None:
    bench = Bench()
    assert (await bench.read(path)).status == 404
    assert bench.upstream.asked == []


async def test_memory_is_bounded() -> None:
    bench = Bench()
    for number in range(400):
        await bench.read(f"/x/{number}")
    before = len(bench.upstream.asked)
    await bench.read("/x/399", within_s=0)
    assert len(bench.upstream.asked) == before
    await bench.read("/x/1")
    assert len(bench.upstream.asked) == before + 1


@pytest.mark.parametrize(("identity_is_old", "status"), [(False, 401), (True, 403)])
async def test_writes_are_refused_unless_allowed(identity_is_old: bool, status: int) -> None:
    bench = Bench(OLD) if identity_is_old else Bench()
    for method in ("PUT", "POST", "DELETE"):
        refused = await bench.read("/admin/lib/tariff", method=method)
        assert (refused.status, how(refused)) == (status, "refused")
    assert (await bench.read("/installer/pcu_comm_check")).status == status, "asking makes it measure"
    assert bench.upstream.asked == []


async def test_a_write_is_passed_once_and_what_it_changes_is_asked_again() -> None:
    bench = Bench(allows_writes=True)
    for path in (SETTINGS, LIVE, "/ivp/livedata/status"):
        await bench.read(path)
    bench.upstream.answers[SETTINGS] = said(b'{"done": true}', status=201)
    written = await bench.read(SETTINGS, method="PUT", body=b"{}")
    assert (written.status, written.body, how(written)) == (201, b'{"done": true}', "written")
    assert bench.upstream.sent == [("PUT", SETTINGS, b"{}", None)]
    del bench.upstream.answers[SETTINGS]
    assert how(await bench.read(SETTINGS)) == "fetched"
    await bench.clock.advance(6)
    assert how(await bench.read(SETTINGS)) == "fetched", "what was written may take a while to show"
    await bench.clock.advance(61)
    assert how(await bench.read(SETTINGS)) == "fetched"
    await bench.clock.advance(100)
    assert how(await bench.read(SETTINGS)) == "kept"


async def test_switching_the_live_stream_on_touches_nothing_else() -> None:
    bench = Bench(allows_writes=True)
    await bench.read(SETTINGS)
    await bench.read("/ivp/livedata/status")
    await bench.read("/ivp/livedata/stream", method="POST", body=b'{"enable": 1}')
    assert how(await bench.read(SETTINGS, within_s=0)) == "kept"
    assert how(await bench.read("/ivp/livedata/status")) == "fetched"


@pytest.mark.parametrize(
    ("failure", "status"), [(AWAY, 502), (GatewayTimeout("late"), 502), (EndpointRefused("no"), 401)]
)
async def test_a_write_that_fails_is_not_repeated(failure: OpenvoyError, status: int) -> None:
    bench = Bench(allows_writes=True)
    bench.upstream.failure = failure
    assert (await bench.read(SETTINGS, method="PUT")).status == status
    assert len(bench.upstream.sent) == 1


async def test_a_gateway_that_comes_back_is_asked_who_it_is() -> None:
    bench = Bench()
    bench.upstream.failure = AWAY
    await bench.read(LIVE)
    bench.upstream.failure = None
    await bench.clock.advance(5)
    device = b"<sn>122200000001</sn><software>D8.3.5433</software><imeter>true</imeter>"
    bench.upstream.answers["/info"] = said(b"<envoy_info><device>" + device + b"</device></envoy_info>")
    await bench.read(LIVE)
    assert bench.mirror.replaced.is_set()
    await bench.mirror.close()


async def test_closing_ends_what_is_under_way() -> None:
    bench = Bench()
    bench.upstream.took_s = 30
    asking = asyncio.ensure_future(bench.mirror.reply(Request(path=LIVE)))
    await bench.clock.advance(1)
    await bench.mirror.close()
    assert (await asking).status == 503
