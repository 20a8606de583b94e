"""What a gateway does with sessions beyond the usual, as faults see it from outside."""

from __future__ import annotations

import json

import pytest

from openvoy.errors import ConfigError
from openvoy.protocol.http import Request
from openvoy.testing.clock import ManualClock
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.gateway import GatewaySettings, VirtualGateway
from openvoy.virtual.login.tokens import INSTALLER_LIFETIME_S, OWNER_LIFETIME_S
from openvoy.virtual.source import Reply
from tests.unit.virtual.recordings import entry, recording

CHECK = "/auth/check_jwt"


class House:
    """A gateway with its clock, asked without a network."""

    def __init__(self, *faults: str, firmware: str = "8.2.4345") -> None:
        self.clock = VirtualClock(ManualClock(), speed=0)
        source = recording(firmware, entry("/ivp/meters", "[]"))
        self.gateway = VirtualGateway(source, clock=self.clock, settings=GatewaySettings(faults=faults))

    def token(self, user: str = "installer") -> str:
        lifetime_s = OWNER_LIFETIME_S if user == "owner" else INSTALLER_LIFETIME_S
        return self.gateway.issue_token(user, lifetime_s=lifetime_s)

    async def ask(self, path: str = "/ivp/meters", *, token: str = "", cookie: str = "") -> Reply:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        if cookie:
            headers["cookie"] = f"sessionId={cookie}"
        return (await self.gateway.responder.answer(Request(path=path, headers=headers))).reply

    async def log_in(self, token: str) -> str | None:
        """Give the session that a token opens, None where it opens none."""
        reply = await self.ask(CHECK, token=token)
        assert (reply.status, "Set-Cookie" in dict(reply.headers)) in {(200, True), (503, False)}
        return dict(reply.headers).get("Set-Cookie", "").removeprefix("sessionId=").partition(";")[0] or None


async def test_usually_there_is_room_for_all_and_they_live_side_by_side() -> None:
    house = House()
    sessions = [await house.log_in(house.token(user)) for user in ("owner", *["installer"] * 5)]
    assert None not in sessions
    assert len(set(sessions)) == 6
    for session in sessions:
        assert (await house.ask(cookie=str(session))).status == 200


async def test_one_installer_too_many_is_told_to_wait() -> None:
    house = House("too-many-sessions:most=2")
    first, second = house.token(), house.token()
    session = await house.log_in(first)
    assert await house.log_in(second)
    assert await house.log_in(house.token()) is None
    assert await house.log_in(first) == session
    assert await house.log_in(house.token("owner"))
    house.clock.advance(400)
    assert (await house.ask(cookie=str(session))).status == 200
    house.clock.advance(400)
    assert await house.log_in(house.token())
    assert await house.log_in(house.token()) is None


async def test_where_every_token_opens_a_session_every_one_may_be_too_many() -> None:
    house = House("too-many-sessions", firmware="8.3.5433")
    assert (await house.ask(token=house.token())).status == 200
    reply = await house.ask(token=house.token())
    assert (reply.status, dict(reply.headers)["Content-Type"]) == (503, "text/html")
    assert (await house.ask(token=house.token("owner"))).status == 200


async def test_a_higher_login_may_end_the_lower_sessions() -> None:
    house = House("higher-login-ends-lower")
    token, installer = house.token("owner"), house.token()
    owner = str(await house.log_in(token))
    assert (await house.ask(cookie=owner)).status == 200
    session = str(await house.log_in(installer))
    assert (await house.ask(cookie=owner)).status == 401
    assert (await house.ask(cookie=owner, token=token)).status == 200
    again = str(await house.log_in(token))
    assert (await house.ask(cookie=session)).status == 200
    assert await house.log_in(installer) == session
    assert (await house.ask(cookie=again)).status == 200


@pytest.mark.parametrize("token", ["rubbish", "a.b.c", ""])
async def test_what_is_no_token_does_them_no_harm(token: str) -> None:
    house = House("higher-login-ends-lower", "too-many-sessions")
    assert (await house.ask(CHECK, token=token)).status == 401
    assert (await house.ask("/info")).status == 200
    reply = await house.gateway.responder.answer(Request(path=CHECK, headers={"authorization": "Basic x"}))
    assert reply.reply.status == 401


def test_they_are_told_with_their_options() -> None:
    report = House("too-many-sessions:most=3", "higher-login-ends-lower").gateway.faults.report()
    named = {row["name"]: row for row in json.loads(json.dumps(report))}
    assert named["too-many-sessions"]["most"] == 3
    assert "higher-login-ends-lower" in named


@pytest.mark.parametrize(
    ("faults", "lives_min"), [((), 10), (("session-idle",), 30), (("session-idle:idle_min=2",), 2)]
)
async def test_sessions_live_as_long_as_they_are_told(faults: tuple[str, ...], lives_min: int) -> None:
    house = House(*faults)
    session = await house.log_in(house.token("owner")) or ""
    for _ in range(2):
        house.clock.advance(lives_min * 60)
        assert (await house.ask(cookie=session)).status == 200
    house.clock.advance(lives_min * 60 + 1)
    assert (await house.ask(cookie=session)).status == 401


def test_a_session_needs_some_time() -> None:
    with pytest.raises(ConfigError, match="no time"):
        House("session-idle:idle_min=0")
