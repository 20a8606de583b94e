"""Simulated gateways before tokens: what they answer is what their generation answered when it was recorded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date

import pytest

from openvoy.protocol.endpoints.legacy import PRODUCTION_TABLE
from openvoy.protocol.http import Request, Response
from openvoy.testing.captures import Capture
from openvoy.virtual.gateway import GatewaySettings, VirtualGateway
from openvoy.virtual.source import Reply
from tests.contract.catalogue import Desk
from tests.contract.site_support import MORNING_IN_AMERICA, NOON, site_named
from tests.contract.test_site_keys import paths_of, without_other_things
from tests.unit.virtual.wire import digest

ALIKE = {"3.17.3": "standard", "3.9.36": "standard", "4.10.35": "metered-split", "5.0.62": "standard"}
"""The shipped site that is most like each recording."""
REFUSED = 401
TIERED = {f"$.tariff.seasons[]{member}" for member in ("", ".id", ".start", ".days", ".tiers")}
"""What a tariff of one price all year does not have; the recorded one has tiers."""


class Old:
    """One old gateway that is asked as its recorder asked it."""

    def __init__(self, name: str) -> None:
        site = ALIKE[name]
        at = MORNING_IN_AMERICA if site == "metered-split" else NOON
        self.desk = Desk(name, site_named(site).commissioned_on(date(2025, 6, 10)), at=at)
        self.gateway = VirtualGateway(self.desk.source, clock=self.desk.clock, settings=GatewaySettings())

    async def ask(self, path: str, *, user: str | None = "envoy") -> Reply:
        reply = (await self.gateway.responder.answer(Request(path=path))).reply
        challenge = dict(reply.headers).get("WWW-Authenticate")
        if reply.status != REFUSED or challenge is None or user is None:
            return reply
        headers = digest(challenge, path=path, user=user, password=self.gateway.envoy_password)
        request = Request(path=path, headers={"authorization": headers["Authorization"]})
        return (await self.gateway.responder.answer(request)).reply


@pytest.fixture(params=sorted(ALIKE))
def pair(request: pytest.FixtureRequest, captures: Mapping[str, Capture]) -> tuple[Capture, Old]:
    if request.param not in captures:
        pytest.skip(f"no recording {request.param}")
    return captures[request.param], Old(request.param)


async def test_everything_recorded_is_answered_alike(pair: tuple[Capture, Old]) -> None:
    capture, old = pair
    assert len(capture.responses) >= 8
    for path, recorded in capture.responses.items():
        reply = await old.ask(path, user=None if recorded.status == REFUSED else "envoy")
        assert reply.status == recorded.status, path
        assert type_of(reply) == recorded.headers.get("content-type"), path
        if recorded.status == 200 and path != "/info":
            compare_bodies(path, recorded, reply)


def type_of(reply: Reply) -> str | None:
    return next((value for name, value in reply.headers if name.lower() == "content-type"), None)


def compare_bodies(path: str, recorded: Response, reply: Reply) -> None:
    if recorded.body.lstrip().startswith(b"<"):
        titles = [title for title in (b"Page Not Found", b"System Energy Production") if title in recorded.body]
        assert all(title in reply.body for title in titles), path
        assert titles
        assert (b"<title>" in reply.body) == (b"<title>" in recorded.body), path
        return
    wanted = set(paths_of(without_other_things(json.loads(recorded.body))))
    missing = wanted - set(paths_of(json.loads(reply.body))) - TIERED
    assert not missing, (path, sorted(missing))


async def test_nothing_more_is_said_than_was_recorded(pair: tuple[Capture, Old]) -> None:
    """Members that only later firmware has are left out."""
    capture, old = pair
    for path in ("/admin/lib/tariff", "/api/v1/production", "/api/v1/production/inverters", "/production.json"):
        recorded = capture.responses.get(path)
        if recorded is not None and recorded.status == 200 and not recorded.body.lstrip().startswith(b"<"):
            reply = await old.ask(path)
            added = set(paths_of(json.loads(reply.body))) - set(paths_of(json.loads(recorded.body)))
            assert {place for place in added if ".seasons[]" not in place} == set(), path


@pytest.mark.parametrize(
    ("name", "software", "part_number"),
    [
        ("3.9", "R3.9.36", "800-00069-r05"),
        ("4.10", "R4.10.35", "800-00551-r02"),
        ("5.0", "D5.0.62", "800-00551-r02"),
    ],
)
async def test_the_identity_page_of_each_line(name: str, software: str, part_number: str) -> None:
    page = (await Desk(name, site_named("standard")).source.reply(Request(path="/info"))).body.decode()
    assert f"<software>{software}</software>" in page
    assert f"<pn>{part_number}</pn>" in page
    assert "web-tokens" not in page
    assert ("imeter" in page) == (name != "3.9")


@pytest.mark.parametrize(("name", "is_there"), [("3.9", True), ("3.17.3", False), ("3.18.10", False), ("4.10", True)])
async def test_gateways_with_a_display_know_no_tariff(name: str, *, is_there: bool) -> None:
    reply = await Desk(name, site_named("standard")).source.reply(Request(path="/admin/lib/tariff"))
    assert reply.status == 200
    assert (b"Page Not Found" in reply.body) != is_there


@pytest.mark.parametrize("name", ["3.9", "3.17.3"])
async def test_the_table_for_people_says_what_programs_read(name: str) -> None:
    desk = Desk(name, site_named("standard"))
    table = PRODUCTION_TABLE.decode((await desk.source.reply(Request(path="/production"))).body).value
    totals = await desk.ask("/api/v1/production")
    assert table.now_w == pytest.approx(totals["wattsNow"], rel=0.005)
    assert table.today_wh == pytest.approx(totals["wattHoursToday"], rel=0.005)
    assert table.seven_days_wh == pytest.approx(totals["wattHoursSevenDays"], rel=0.005)
    assert table.lifetime_wh == pytest.approx(totals["wattHoursLifetime"], rel=0.005)


async def test_a_metered_site_on_4_reads_its_meters() -> None:
    desk = Desk("4.10", site_named("demo"))
    meter = (await desk.ask("/ivp/meters/readings"))[0]
    assert meter["activePower"] == pytest.approx(desk.state.solar.all.active_w, abs=0.001)
    assert await Desk("5.0", site_named("standard")).ask("/ivp/meters") == []
    assert (await Desk("3.9", site_named("demo")).source.reply(Request(path="/ivp/meters"))).status == 404
