"""Who may ask a mirror: tokens of its own, its own upstream token, and whatever the gateway itself accepts."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta

import pytest

from openvoy.errors import GatewayUnreachable
from openvoy.protocol.http import Request
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.gateway import GatewaySettings, VirtualGateway
from openvoy.virtual.login.tokens import TokenAuthority
from tests.unit.virtual.mirror.upstreams import LIVE, NEW, Bench


class House:
    """A mirror behind its login, in process, and the cloud that signs for the gateway behind it."""

    def __init__(self, known_token: str | None = None) -> None:
        self.bench = Bench()
        self.cloud = TokenAuthority(NEW.serial, random_bytes=os.urandom)
        self.gateway = VirtualGateway(
            self.bench.mirror, clock=VirtualClock(self.bench.clock), settings=GatewaySettings(known_token=known_token)
        )

    def token(self, user: str = "owner", lifetime_s: float = 86400.0, audience: str | None = None) -> str:
        return self.cloud.issue(user, now=self.bench.clock.now(), lifetime_s=lifetime_s, audience=audience)

    async def status(self, token: str | None, path: str = LIVE, method: str = "GET") -> int:
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        request = Request(method=method, path=path, headers=headers)
        asking = asyncio.ensure_future(self.gateway.responder.answer(request))
        await self.bench.clock.advance(1)
        return asking.result().reply.status

    @property
    def judged(self) -> list[str]:
        return self.bench.upstream.judged


async def test_its_own_tokens_need_nobodys_word() -> None:
    house = House()
    assert await house.status(house.gateway.owner_token) == 200
    assert await house.status(None) == 401
    assert house.judged == []


async def test_the_gateways_tokens_are_judged_by_it_once() -> None:
    house = House()
    token = house.token()
    house.bench.upstream.good_tokens.add(token)
    assert [await house.status(token) for _ in range(3)] == [200, 200, 200]
    assert await house.status(token, "/auth/check_jwt") == 200
    assert house.judged == [token]


async def test_readers_that_come_at_once_with_one_token_cost_one_question() -> None:
    house = House()
    token = house.token()
    house.bench.upstream.good_tokens.add(token)
    requests = [Request(path=LIVE, headers={"authorization": f"Bearer {token}"}) for _ in range(20)]
    asking = [asyncio.ensure_future(house.gateway.responder.answer(request)) for request in requests]
    await house.bench.clock.advance(1)
    assert {task.result().reply.status for task in asking} == {200}
    assert house.judged == [token]
    assert house.bench.upstream.asked == [LIVE]


async def test_roles_count_for_them_too() -> None:
    house = House()
    owner, installer = house.token(), house.token("installer")
    house.bench.upstream.good_tokens |= {owner, installer}
    assert await house.status(owner, "/ivp/tpm/parameters") == 401
    assert await house.status(installer, "/ivp/tpm/parameters") == 200


async def test_an_accepted_token_ends_with_its_time() -> None:
    house = House()
    token = house.token(lifetime_s=600)
    house.bench.upstream.good_tokens.add(token)
    assert await house.status(token) == 200
    await house.bench.clock.advance(timedelta(minutes=11).total_seconds())
    assert await house.status(token) == 401
    assert house.judged == [token]


async def test_guessing_does_not_keep_the_gateway_busy() -> None:
    house = House()
    guesses = [house.token() for _ in range(5)]
    assert [await house.status(token) for token in guesses] == [401, 503, 503, 503, 503]
    assert await house.status(guesses[0]) == 401
    assert house.judged == guesses[:1]
    await house.bench.clock.advance(5)
    assert await house.status(guesses[1]) == 401
    assert await house.status(house.gateway.owner_token) == 200


@pytest.mark.parametrize("kind", ["expired", "of another gateway", "nonsense", "of nobody"])
async def test_what_cannot_be_good_is_not_asked_after(kind: str) -> None:
    house = House()
    token = {
        "expired": house.token(lifetime_s=-1),
        "of another gateway": house.token(audience="999900000001"),
        "nonsense": "a.b.c",
        "of nobody": house.token("nobody"),
    }[kind]
    assert await house.status(token) == 401
    assert house.judged == []


async def test_while_the_gateway_is_away_nobody_is_refused_for_good() -> None:
    house = House()
    token = house.token()
    house.bench.upstream.good_tokens.add(token)
    house.bench.upstream.failure = GatewayUnreachable("gone")
    assert await house.status(token) == 503
    house.bench.upstream.failure = None
    assert await house.status(token) == 200


async def test_the_token_that_the_mirror_uses_itself_is_known() -> None:
    token = House().token()
    house = House(known_token=token)
    assert await house.status(token) == 200
    assert house.judged == []
