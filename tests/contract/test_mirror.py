"""A mirror answers like the gateway behind it, which notices one reader however many there are."""

from __future__ import annotations

import asyncio
import json

import pytest

from openvoy import Gateway
from openvoy.protocol.endpoints.inverters import INVERTERS
from openvoy.virtual.faults import parse_fault
from tests.contract.mirror_support import LIFETIME_S, ask, mirrored, read_pyenphase

READERS = 20
LIVE = "/ivp/meters/readings"


@pytest.mark.parametrize(
    ("site", "firmware"),
    [("metered-split", "5.0"), ("three-phase", "7.3"), ("full", "7.6"), ("full", "8.3"), ("collar", "8.3.5433")],
)
@pytest.mark.sample(2)
async def test_pyenphase_reads_the_same_from_both(site: str, firmware: str) -> None:
    async with mirrored(site, firmware) as pair:
        token = pair.upstream.owner_token and pair.upstream.issue_token("owner", lifetime_s=LIFETIME_S)
        direct = await read_pyenphase(pair.upstream, token)
        ours = pair.mirror.owner_token and pair.mirror.issue_token("owner", lifetime_s=LIFETIME_S)
        assert await read_pyenphase(pair.mirror, ours) == direct


async def test_twenty_readers_cost_as_much_as_one() -> None:
    async with mirrored("full", "8.3") as alone:
        await read_pyenphase(alone.mirror, alone.mirror.issue_token("owner", lifetime_s=LIFETIME_S))
        wanted = alone.requests
    async with mirrored("full", "8.3") as pair:
        token = pair.mirror.issue_token("owner", lifetime_s=LIFETIME_S)
        data = await asyncio.gather(*(read_pyenphase(pair.mirror, token) for _ in range(READERS)))
        assert all(row == data[0] for row in data)
        assert pair.requests == wanted
        assert sum(wanted.values()) < sum(row.requests for row in pair.mirror.stats.report()["endpoints"].values()) / 10  # type: ignore[attr-defined]


async def test_a_token_from_the_gateways_own_cloud_opens_the_mirror_too() -> None:
    async with mirrored("three-phase", "8.3") as pair:
        token = pair.upstream.issue_token("owner", lifetime_s=LIFETIME_S)
        assert await read_pyenphase(pair.mirror, token) == await read_pyenphase(pair.upstream, token)
        forged = token[:-4] + "AAAA"
        assert (await ask(pair.mirror, "/ivp/meters", token=forged)).status == 401
        assert (await ask(pair.mirror, "/ivp/meters")).status == 401


async def test_replies_are_those_of_the_gateway_but_for_their_age() -> None:
    async with mirrored("full", "8.3") as pair:
        token = pair.mirror.installer_token
        for path in ("/ivp/meters", "/production.json?details=1", "/admin/lib/tariff", "/info", "/ivp/none", "/"):
            theirs = await ask(pair.upstream, path, token=pair.upstream.installer_token)
            ours = await ask(pair.mirror, path, token=token)
            assert (ours.status, ours.body) == (theirs.status, theirs.body), path
            added = {"Age", "X-Openvoy-Age", "X-Openvoy-Mirror"}
            assert {name for name in ours.headers if name not in added} == set(theirs.headers), path
            assert added <= set(ours.headers)
            dates = {"Date", *added}
            assert all(ours.headers[name] == value for name, value in theirs.headers.items() if name not in dates)
            assert (await ask(pair.mirror, path, token=token)).headers["X-Openvoy-Mirror"] == "kept"


async def test_old_firmware_keeps_its_passwords_and_its_plain_http() -> None:
    async with mirrored("metered-split", "5.0") as pair:
        assert (pair.mirror.url or "").startswith("http://")
        assert pair.mirror.envoy_password == pair.upstream.envoy_password
        assert pair.mirror.installer_password == pair.upstream.installer_password
        assert (await ask(pair.mirror, "/ivp/meters")).status == 401
        for user, password in (("envoy", None), ("installer", pair.upstream.installer_password)):
            async with Gateway(pair.mirror.url or "", user=user, password=password) as client:
                assert len((await client.snapshot()).inverters) == 24


@pytest.mark.parametrize(("firmware", "has_port"), [("7.6", True), ("8.3.5433", False)])
async def test_port_80_is_as_the_firmware_has_it(firmware: str, has_port: bool) -> None:
    async with mirrored("three-phase", firmware, http_port=0) as pair:
        assert (pair.mirror.http_url is not None) == has_port


async def test_writes_change_the_site_where_they_are_allowed() -> None:
    path, body = "/ivp/ensemble/relay", b'{"mains_admin_state": "open"}'
    async with mirrored("full", "8.3") as pair:
        refused = await ask(pair.mirror, path, method="POST", body=body, token=pair.mirror.installer_token)
        assert (refused.status, refused.headers["X-Openvoy-Mirror"]) == (401, "refused")
        assert path not in pair.requests
    async with mirrored("full", "8.3", allows_writes=True) as pair:
        token = pair.mirror.installer_token
        before = json.loads((await ask(pair.mirror, path, token=token)).body)
        done = await ask(pair.mirror, path, method="POST", body=body, token=token)
        after = json.loads((await ask(pair.mirror, path, token=token)).body)
        assert (done.status, done.headers["X-Openvoy-Mirror"]) == (200, "written")
        assert (before["mains_admin_state"], after["mains_admin_state"]) == ("closed", "open")
        assert pair.requests[path] == 3


async def test_a_fault_of_the_gateway_is_survived_and_then_told() -> None:
    async with mirrored("metered-split", "8.3") as pair:
        token = pair.mirror.owner_token
        assert (await ask(pair.mirror, LIVE, token=token)).status == 200
        pair.upstream.faults.switch_on(*parse_fault("connection-reset"))
        pair.clock.advance(30)
        stale = await ask(pair.mirror, LIVE, token=token)
        assert (stale.status, stale.headers["X-Openvoy-Mirror"]) == (200, "stale")
        assert 30 <= int(stale.headers["Age"]) <= 35
        pair.clock.advance(60)
        assert (await ask(pair.mirror, LIVE, token=token)).status == 503
        pair.upstream.faults.switch_off("connection-reset")
        pair.clock.advance(60)
        assert (await ask(pair.mirror, LIVE, token=token)).headers["X-Openvoy-Mirror"] == "fetched"


async def test_what_the_service_was_told_serves_the_readers() -> None:
    async with mirrored("full", "8.3") as pair:
        token = pair.mirror.owner_token
        with pair.client.overheard(pair.source.overhear):
            await pair.client.snapshot()
            asked = pair.requests
            for path in (LIVE, INVERTERS.path, "/ivp/ensemble/inventory"):
                assert (await ask(pair.mirror, path, token=token)).headers["X-Openvoy-Mirror"] == "kept"
            assert pair.requests == asked
            pair.clock.advance(300)
            await pair.client.fetch(INVERTERS)
            pair.clock.advance(299)
            awaited = await ask(pair.mirror, INVERTERS.path, token=token)
            assert (awaited.headers["X-Openvoy-Mirror"], awaited.headers["Age"]) == ("kept", "299")
            pair.clock.advance(100)
            overdue = await ask(pair.mirror, INVERTERS.path, token=token)
            assert overdue.headers["X-Openvoy-Mirror"] == "fetched"


async def test_what_the_service_changes_is_asked_again() -> None:
    path, body = "/ivp/ensemble/relay", b'{"mains_admin_state": "open"}'
    async with mirrored("full", "8.3") as pair:
        token = pair.mirror.owner_token
        before = json.loads((await ask(pair.mirror, path, token=token)).body)
        with pair.client.overheard(pair.source.overhear):
            await pair.client.fetch_raw(path, method="POST", body=body, content_type="application/json")
        after = json.loads((await ask(pair.mirror, path, token=token)).body)
        assert (before["mains_admin_state"], after["mains_admin_state"]) == ("closed", "open")


async def test_asking_what_makes_the_gateway_act_is_a_write() -> None:
    path = "/installer/pcu_comm_check"
    async with mirrored("full", "8.3") as pair:
        assert (await ask(pair.mirror, path, token=pair.mirror.installer_token)).status == 401
        assert path not in pair.requests


@pytest.mark.parametrize(
    ("fault", "how"),
    [
        ("bad-gateway", "stale"),
        ("busy-503", "stale"),
        ("close-delimited", "fetched"),
        ("connection-reset", "stale"),
        ("garbage-header", "fetched"),
        ("html-with-200", "stale"),
        ("huge-body", "stale"),
        ("no-content-type", "fetched"),
        ("token-refused", "stale"),
        ("truncated-chunk", "stale"),
        ("truncated-json", "stale"),
        ("unauthorized", "stale"),
        ("unauthorized:path=/ivp/meters/readings", "fetched"),
    ],
)
@pytest.mark.sample(4)
async def test_no_trouble_of_the_gateway_is_more_than_an_old_reply(fault: str, how: str) -> None:
    async with mirrored("metered-split", "8.3") as pair:
        token = pair.mirror.owner_token
        assert (await ask(pair.mirror, LIVE, token=token)).status == 200
        pair.upstream.faults.switch_on(*parse_fault(fault))
        pair.clock.advance(6)
        reply = await ask(pair.mirror, LIVE, token=token)
        assert reply.headers["X-Openvoy-Mirror"] == how
        assert reply.status == (401 if "path" in fault else 200)
        assert (await ask(pair.mirror, "/auth/check_jwt", token=token)).status == 200
