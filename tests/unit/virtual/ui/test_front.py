"""Who gets a page, and who the source's own reply."""

from __future__ import annotations

import json
import re

import pytest

from openvoy.protocol.endpoint import Handler, Role
from openvoy.protocol.http import Request
from openvoy.virtual.source import Reply
from openvoy.virtual.ui.view import CloudLink
from tests.unit.virtual.recordings import SERIAL
from tests.unit.virtual.ui.pages import front, look, page


@pytest.mark.parametrize("path", ["/home", "/production", "/inventory", "/home/", "/production?details=1"])
async def test_the_same_path_gives_data_to_programs(path: str) -> None:
    for accept in (None, "*/*", "application/json"):
        assert await look(front(), path, accept=accept) is None
    assert await look(front(), path) is not None


@pytest.mark.parametrize(
    "path", ["/home.json", "/production.json", "/inventory.json", "/info", "/ivp/meters", "/nothing"]
)
async def test_data_stays_data_even_in_a_browser(path: str) -> None:
    assert await look(front(), path) is None


@pytest.mark.parametrize("path", ["/event", "/admin/home", "/installer/setup/home", "/doc/api.html"])
async def test_what_is_only_a_page_is_one_for_everybody(path: str) -> None:
    reply = await look(front(), path, accept="*/*")
    assert reply is not None
    assert (reply.status, reply.handler) == (200, Handler.SCRIPTED)
    assert (await look(front(), path, method="POST")).status == 405  # type: ignore[union-attr]


@pytest.mark.parametrize("accept", ["text/html", "*/*", "application/json"])
async def test_before_7_the_start_leads_home(accept: str) -> None:
    reply = await look(front("5.0.62"), "/", accept=accept)
    assert reply is not None
    assert (reply.status, dict(reply.headers)["Location"]) == (301, "/home")


@pytest.mark.parametrize("path", ["/production", "/inventory"])
async def test_before_4_the_page_is_the_sources(path: str) -> None:
    assert await look(front("3.9.36"), path) is None


@pytest.mark.parametrize(
    ("firmware", "path", "exists"),
    [
        ("7.6.175", "/login.html", False),
        ("8.3.5199", "/login.html", False),
        ("8.3.5433", "/login.html", True),
        ("5.0.62", "/login.html", False),
        ("5.0.62", "/auth/callback", False),
        ("5.0.62", "/auth/get_jwt", False),
        ("7.3.130", "/auth/callback", True),
        ("7.3.130", "/err_toomanysess", True),
    ],
)
async def test_pages_of_the_login_come_with_tokens(firmware: str, path: str, *, exists: bool) -> None:
    assert (await look(front(firmware), path) is not None) is exists


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/include/page.css", "text/css"),
        ("/include/login.js", "application/javascript"),
        ("/include/callback.js", "application/javascript"),
        ("/backbone/application.js", "application/javascript"),
    ],
)
async def test_files_are_served_as_what_they_are(path: str, content_type: str) -> None:
    for firmware in ("5.0.62", "8.3.5433"):
        reply = await look(front(firmware), path, accept="*/*", role=None)
        assert reply is not None
        assert (dict(reply.headers)["Content-Type"], reply.handler) == (content_type, Handler.NATIVE)
        assert reply.body


async def test_the_bundle_names_the_gateways_record() -> None:
    reply = await look(front(), "/backbone/application.js", accept=None)
    assert reply is not None
    assert re.search(rb"envoyDevId:(\d{9})\b", reply.body)[1] == b"603980032"  # type: ignore[index]


@pytest.mark.parametrize(
    ("firmware", "path", "target"),
    [
        ("8.2.4345", "/admin", "/admin/home"),
        ("8.2.4345", "/doc", "/doc/api.html"),
        ("5.0.62", "/", "/home"),
        ("8.2.4345", "/", None),
    ],
)
async def test_redirects(firmware: str, path: str, target: str | None) -> None:
    reply = await look(front(firmware), path)
    assert (None if reply is None else dict(reply.headers)["Location"]) == target


async def test_without_session_the_home_page_is_the_login() -> None:
    shown = await page(front(), "/home", role=None)
    assert "<h1>Log in</h1>" in shown
    assert '<label for="token">Token</label>' in shown
    assert '<script src="/include/login.js" defer></script>' in shown
    assert "<nav" not in shown
    assert "<h1>Home</h1>" in await page(front(), "/home", role=Role.OWNER)
    assert "<h1>Home</h1>" in await page(front("5.0.62"), "/home", role=None)


async def redeem_nothing(request: Request) -> Reply:
    raise AssertionError(request.path)


async def test_the_way_by_the_cloud_is_there_when_the_cloud_is() -> None:
    gateway = front()
    shown = await page(gateway, "/home", role=None)
    assert "disabled>Login with Enphase</button>" in shown
    assert "--cloud-port" in shown
    gateway.cloud = CloudLink(scheme="http", port=8080, redeem=redeem_nothing)
    shown = await page(gateway, "/home", role=None)
    assert f'data-cloud="http://envoy.local:8080" data-serial="{SERIAL}">Login with Enphase</button>' in shown


@pytest.mark.parametrize(
    ("host", "cloud"),
    [
        ("192.0.2.10:8443", "http://192.0.2.10:8080"),
        ("[::1]:8443", "http://[::1]:8080"),
        ("", "http://127.0.0.1:8080"),
        ("[", "http://127.0.0.1:8080"),
        ("a\udcf0", "http://a?:8080"),
        ('"><script>', "http://&quot;&gt;&lt;script&gt;:8080"),
    ],
)
async def test_the_cloud_is_where_the_browser_found_the_gateway(host: str, cloud: str) -> None:
    gateway = front()
    gateway.cloud = CloudLink(scheme="http", port=8080, redeem=redeem_nothing)
    reply = await gateway.reply(Request(path="/home", headers={"accept": "text/html", "host": host}), None)
    assert reply is not None
    assert f'data-cloud="{cloud}"' in reply.body.decode()


@pytest.mark.parametrize(("role", "shown"), [(Role.OWNER, False), (Role.PROVISIONING, True), (Role.INSTALLER, True)])
async def test_the_menu_shows_what_the_role_opens(role: Role, *, shown: bool) -> None:
    assert (">Administration<" in await page(front(), "/home", role=role)) is shown


async def test_a_code_is_exchanged_at_the_cloud() -> None:
    asked: list[Request] = []

    async def redeem(request: Request) -> Reply:
        asked.append(request)
        return Reply(body=b'{"access_token":"a.b.c","expires_in":1}')

    gateway = front()
    gateway.cloud = CloudLink(scheme="http", port=1, redeem=redeem)
    body = json.dumps({"client_id": "envoy-ui-1", "code": "x y", "code_verifier": "v", "redirect_uri": "r"}).encode()
    reply = await look(gateway, "/auth/get_jwt", method="POST", body=body, role=None)
    assert reply is not None
    assert (reply.status, json.loads(reply.body)["access_token"]) == (200, "a.b.c")
    assert asked[0].path == "/oauth/token"
    assert b"grant_type=authorization_code" in asked[0].body
    assert b"code=x+y" in asked[0].body


@pytest.mark.parametrize(
    ("answer", "status", "message"),
    [
        (Reply(status=401, body=b'{"error":"invalid_grant","error_description":"No"}'), 401, "No"),
        (Reply(status=503, body=b"<html>"), 503, "status 503"),
        (Reply(status=200, body=b"{}"), 200, "status 200"),
    ],
)
async def test_what_the_cloud_refuses_is_passed_on(answer: Reply, status: int, message: str) -> None:
    async def redeem(_: Request) -> Reply:
        return answer

    gateway = front()
    gateway.cloud = CloudLink(scheme="http", port=1, redeem=redeem)
    reply = await look(gateway, "/auth/get_jwt", method="POST", body=b"{}")
    assert reply is not None
    assert reply.status == status
    assert message in json.loads(reply.body)["message"]


async def test_without_cloud_or_sense_there_is_a_message() -> None:
    for body, method, status in ((b"{}", "POST", 502), (b"rubbish", "POST", 400)):
        reply = await look(front(), "/auth/get_jwt", method=method, body=body)
        assert reply is not None
        assert (reply.status, set(json.loads(reply.body))) == (status, {"message"})
    assert (await look(front(), "/auth/get_jwt")).status == 405  # type: ignore[union-attr]
