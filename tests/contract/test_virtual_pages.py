"""Pages and roles over real sockets: who gets what, by login and by generation."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from openvoy.protocol.endpoint import Endpoint
from openvoy.protocol.endpoints.identity import CHECK_JWT
from openvoy.protocol.firmware import Firmware
from openvoy.protocol.http import Request
from openvoy.protocol.registry import REGISTRY
from openvoy.testing.clock import ManualClock
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.gateway import VirtualGateway
from tests.unit.virtual.recordings import SERIAL, entry, recording
from tests.unit.virtual.ui.pages import BROWSER
from tests.unit.virtual.ui.test_pages import EVERYTHING
from tests.unit.virtual.wire import Wire, ask, bearer, digest

HTML = {"Accept": BROWSER}
LEVELS = {"anybody": 1, "owner": 2, "prov": 3, "support": 4, "installer": 6}
"""Of the claim enphaseUser (endpoints.md 1.10)."""


@asynccontextmanager
async def served(firmware: str) -> AsyncIterator[VirtualGateway]:
    source = recording(firmware, *EVERYTHING, entry("/inventory", "[]"))
    async with VirtualGateway(source, clock=VirtualClock(ManualClock())) as gateway:
        yield gateway


@pytest.mark.parametrize(("firmware", "login"), [("7.6.175", "/home"), ("8.3.5433", "/login.html")])
async def test_a_stranger_in_a_browser_is_led_to_the_login(firmware: str, login: str) -> None:
    async with served(firmware) as gateway:
        refused = await ask(gateway.url, "/production", headers=HTML)
        assert (refused.status, f"window.location.host + '{login}'" in refused.body.decode()) == (401, True)
        page = await ask(gateway.url, login, headers=HTML)
        assert (page.status, page.header("Content-Type"), page.framing) == (200, "text/html", "chunked")
        assert b"<h1>Log in</h1>" in page.body


async def test_a_session_turns_the_login_into_the_home_page() -> None:
    async with served("7.6.175") as gateway:
        session = (await ask(gateway.url, "/auth/check_jwt", headers=bearer(gateway.owner_token))).session
        cookie = {"Cookie": f"sessionId={session}", **HTML}
        assert b"<h1>Home</h1>" in (await ask(gateway.url, "/home", headers=cookie)).body
        assert b"<h1>Production</h1>" in (await ask(gateway.url, "/production", headers=cookie)).body
        assert (await ask(gateway.url, "/admin/home", headers=cookie)).status == 401
        json_page = await ask(gateway.url, "/home", headers={"Accept": "application/json"})
        assert json_page.body.startswith(b"{")
        assert (await ask(gateway.url, "/valid_token", headers=bearer(gateway.owner_token))).status == 404


async def test_old_firmware_has_pages_behind_its_own_login() -> None:
    async with served("5.0.62") as gateway:
        assert b"<h1>Home</h1>" in (await ask(gateway.url, "/home", headers=HTML)).body
        assert b"<h1>Inventory</h1>" in (await ask(gateway.url, "/inventory", headers=HTML)).body
        start = await ask(gateway.url, "/", headers=HTML)
        assert (start.status, start.header("Location")) == (301, "/home")
        for path, user, password in (
            ("/production", "envoy", SERIAL[-6:]),
            ("/admin/home", "envoy", SERIAL[-6:]),
            ("/installer/setup/home", "installer", gateway.installer_password),
        ):
            challenge = await ask(gateway.url, path, headers=HTML)
            assert challenge.status == 401
            answer = digest(challenge.header("WWW-Authenticate"), path=path, user=user, password=password)
            page = await ask(gateway.url, path, headers={**answer, **HTML})
            assert (page.status, page.header("Content-Type")) == (200, "text/html")


async def test_pages_may_be_asked_for_by_head_and_take_nothing() -> None:
    async with served("8.2.4345") as gateway, Wire(gateway.url) as wire:
        headers = {**bearer(gateway.installer_token), **HTML}
        assert (await wire.ask("/event", method="HEAD", headers=headers)).status == 200
        assert (await wire.ask("/event", method="POST", headers=headers, body=b"x")).status == 405
        assert (await wire.ask("/backbone/application.js")).header("Content-Type") == "application/javascript"


def guarded() -> list[tuple[str, Endpoint[object]]]:
    firmware = Firmware((8, 2, 4345))
    known = [endpoint for endpoint in REGISTRY.values() if endpoint.exists_in(firmware) and endpoint is not CHECK_JWT]
    return [
        (method, replace(endpoint, path=endpoint.path.replace("{", "").replace("}", "")))
        for endpoint in known
        for method in endpoint.methods
        if endpoint.path != "/home"
    ]


async def test_every_method_of_every_endpoint_asks_for_its_role() -> None:
    gateway = VirtualGateway(recording("8.2.4345"), clock=VirtualClock(ManualClock()))
    tokens = {user: gateway.issue_token(user, lifetime_s=60) for user in LEVELS}
    forged = tokens["installer"][:-8] + "aaaaaaaa"
    asked = 0
    for method, endpoint in guarded():
        level = int(endpoint.role_for(method))
        for user, token in {"stranger": "", "forger": forged, **tokens}.items():
            headers = {"authorization": f"Bearer {token}"} if token else {}
            answer = await gateway.responder.answer(Request(method=method, path=endpoint.path, headers=headers))
            assert (answer.reply.status == 401) is (LEVELS.get(user, 0) < level), (user, method, endpoint.path)
            asked += 1
    assert asked > 7 * 100
