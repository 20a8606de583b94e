"""Home Assistant's ingress: the dashboard in a frame, under a prefix, for people whom the proxy has checked."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from openvoy.settings.listen import Listen
from openvoy.testing.clock import ManualClock
from openvoy.web.access import Access, AccessRules, Right, Visitor
from tests.contract.web_service import Setup, web_service

PREFIX = "/api/hassio_ingress/lqmZyBx0o"
HEADER = "X-Remote-User-Name"
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding"}
RULES = AccessRules(proxy_header=HEADER, proxy_right=Right.OWNER)


@contextlib.asynccontextmanager
async def ingress(target: str, user: str | None) -> AsyncIterator[str]:
    """A reverse proxy as the supervisor is one: it takes off the prefix, names the user, and keeps the Host."""
    session = aiohttp.ClientSession(auto_decompress=True, cookie_jar=aiohttp.DummyCookieJar())

    async def forward(request: web.Request) -> web.Response:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in HOP_BY_HOP}
        headers |= {"X-Forwarded-For": "192.168.1.7", "X-Ingress-Path": PREFIX, "Host": "home.example:8123"}
        headers |= {} if user is None else {HEADER: user}
        url = f"{target}{request.match_info['tail']}"
        async with session.request(
            request.method, url, params=request.query, headers=headers, data=await request.read(), allow_redirects=False
        ) as reply:
            kept = [(name, value) for name, value in reply.headers.items() if name.lower() not in HOP_BY_HOP]
            answer = web.Response(status=reply.status, body=await reply.read())
            for name, value in kept:
                if name.lower() not in {"content-type", "date", "server"}:
                    answer.headers.add(name, value)
            answer.headers["Content-Type"] = reply.headers["Content-Type"]
            return answer

    app = web.Application()
    app.router.add_route("*", f"{PREFIX}/{{tail:.*}}", forward)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}{PREFIX}/"
    finally:
        await runner.cleanup()
        await session.close()


@contextlib.asynccontextmanager
async def browser(
    user: str | None = "ann", rules: AccessRules = RULES, names: Sequence[str] = ("home.example",)
) -> AsyncIterator[Any]:
    """A browser that knows the dashboard by its ingress address alone."""
    async with (
        web_service(Setup(rules=rules, host_names=names)) as service,
        ingress(f"http://127.0.0.1:{service.bound.port}/", user) as url,
        aiohttp.ClientSession(url, cookie_jar=aiohttp.CookieJar(unsafe=True)) as session,
    ):
        yield session


async def test_the_dashboard_loads_all_of_itself_below_the_prefix() -> None:
    async with browser() as session:
        async with session.get("") as reply:
            page = await reply.text()
            assert reply.status == 200, page
            assert reply.headers["X-Frame-Options"] == "SAMEORIGIN"
            assert "frame-ancestors 'self'" in reply.headers["Content-Security-Policy"]
        parts = re.findall(r'(?:src|href)="([^"]+)"', page)
        assert parts
        assert not [part for part in parts if part.startswith("/")]
        for part in parts:
            async with session.get(part.removeprefix("./")) as reply:
                assert reply.status == 200, part
        for script in (part for part in parts if part.endswith(".js")):
            async with session.get(script.removeprefix("./")) as reply:
                assert '"/api/' not in await reply.text()


async def test_who_is_checked_there_is_known_here_and_may_change_things() -> None:
    async with browser() as session:
        async with session.get("api/v1/me") as reply:
            me = await reply.json()
        assert (me["name"], me["right"]) == ("ann", "owner")
        secret = next(cookie.value for cookie in session.cookie_jar if cookie.key == "openvoy_csrf")
        key = {"name": "wall", "kind": "key", "right": "viewer"}
        async with session.post("api/v1/keys", json=key) as reply:
            assert reply.status == 403
        async with session.post("api/v1/keys", json=key, headers={"X-CSRFToken": secret}) as reply:
            assert reply.status in {200, 201}, await reply.text()


@pytest.mark.parametrize(
    ("user", "rules"), [(None, RULES), ("ann", AccessRules(proxy_header=HEADER, proxies=("172.30.32.2",)))]
)
async def test_others_are_not_let_in_by_a_name_of_theirs(user: str | None, rules: AccessRules) -> None:
    async with browser(user, rules, names=()) as session, session.get("api/v1/me") as reply:
        assert reply.status == 400
        assert "not called by that name" in await reply.text()


async def test_a_page_that_calls_this_service_by_its_own_name_is_no_proxy_of_this_machine() -> None:
    """A browser here is made to take the page's name for this machine, and the page sends the proxy's header."""
    forged = {"Host": "evil.example:8400", HEADER: "ann"}
    async with (
        web_service(Setup(rules=RULES)) as service,
        service.browser.get("/api/v1/me", headers=forged) as reply,
    ):
        assert reply.status == 400


async def test_a_proxy_on_another_machine_passes_on_any_name() -> None:
    access = Access(clock=ManualClock(), rules=AccessRules(proxy_header=HEADER, proxies=("127.0.0.1", "172.30.32.2")))
    named = {HEADER.lower(): "ann"}
    assert access.is_renamed(Visitor(address="172.30.32.2", headers=named))
    for visitor in (
        Visitor(address="172.30.32.2"),
        Visitor(address="172.30.32.3", headers=named),
        Visitor(address="127.0.0.1", headers=named),
    ):
        assert not access.is_renamed(visitor)


async def test_a_service_behind_a_proxy_may_listen_to_others(tmp_path: Path) -> None:
    setup = Setup(accounts=tmp_path / "access.json", rules=RULES, listen=Listen(host="0.0.0.0", port=0))
    async with web_service(setup) as service:
        assert service.bound.port
