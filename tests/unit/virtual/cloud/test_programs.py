"""Tokens by program: log in, then by session, by address, or for the cloud's own API."""

from __future__ import annotations

import json
import re

import pytest

from openvoy.protocol.endpoint import Role
from openvoy.virtual.source import Reply
from tests.unit.virtual.cloud.desk import (
    INSTALLER,
    NEIGHBOUR,
    OWNER,
    SELF_INSTALLER,
    STRANGER,
    Desk,
    cookies_of,
    lifetime_s,
    payload,
    said,
)
from tests.unit.virtual.recordings import SERIAL

YEAR_S = 31_536_000
HALF_DAY_S = 43_200


@pytest.mark.parametrize(
    ("address", "consumer"), [(OWNER, True), (INSTALLER, False), (SELF_INSTALLER, True), ("Owner@Example.com", True)]
)
async def test_a_login_gives_a_session(address: str, *, consumer: bool) -> None:
    reply = await Desk().log_in(address)
    assert reply.status == 200
    members = said(reply)
    assert re.fullmatch("[0-9a-f]{32}", members["session_id"])
    assert (members["message"], members["is_consumer"]) == ("success", consumer)
    assert members["manager_token"].count(".") == 2
    assert cookies_of(reply)["_enlighten_4_session"] == members["session_id"]


@pytest.mark.parametrize(("address", "password"), [(OWNER, "wrong"), (OWNER, ""), ("nobody@example.com", None)])
async def test_a_wrong_login_is_401(address: str, password: str | None) -> None:
    reply = await Desk().log_in(address, password)
    assert reply.status == 401
    assert "session_id" not in said(reply)
    assert cookies_of(reply) == {}


async def test_a_form_may_be_multipart_json_or_the_query() -> None:
    desk = Desk()
    fields = {"user[email]": OWNER, "user[password]": desk.cloud.password}
    parts = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    )
    multipart = {"content-type": "multipart/form-data; boundary=x"}
    replies: list[Reply] = [
        await desk.ask("/login/login.json", method="POST", headers=multipart, body=f"{parts}--x--\r\n".encode()),
        await desk.ask("/login/login.json", method="POST", body=json.dumps(fields).encode()),
        await desk.ask(f"/login/login.json?user%5Bemail%5D={OWNER}&user%5Bpassword%5D={desk.cloud.password}"),
    ]
    assert [reply.status for reply in replies] == [200, 200, 200]


@pytest.mark.parametrize(
    ("address", "user", "life_s"),
    [(OWNER, "owner", YEAR_S), (INSTALLER, "installer", HALF_DAY_S), (SELF_INSTALLER, "owner", YEAR_S)],
)
async def test_a_session_gives_a_token_and_nothing_else(address: str, user: str, life_s: int) -> None:
    desk = Desk()
    reply = await desk.token(await desk.session(address))
    token = reply.body.decode()
    assert (reply.status, dict(reply.headers)["Content-Type"]) == (200, "text/plain;charset=UTF-8")
    assert (payload(token)["enphaseUser"], lifetime_s(token), payload(token)["username"]) == (user, life_s, address)
    claims = desk.claims(token)
    assert claims is not None
    assert claims.role is {"owner": Role.OWNER, "installer": Role.INSTALLER}[user]


@pytest.mark.parametrize(
    ("address", "serial", "status"),
    [
        (OWNER, STRANGER, 404),
        (OWNER, NEIGHBOUR, 403),
        (OWNER, "", 400),
        (OWNER, "un-commissioned", 403),
        (INSTALLER, NEIGHBOUR, 200),
        (INSTALLER, "un-commissioned", 200),
        (INSTALLER, STRANGER, 404),
    ],
)
async def test_which_gateways_an_account_has(address: str, serial: str, status: int) -> None:
    desk = Desk()
    session = await desk.session(address)
    by_session = await desk.token(session, serial)
    by_address = await desk.ask(f"/entrez-auth-token?serial_num={serial}", cookies={"_enlighten_4_session": session})
    assert by_session.status == by_address.status == status
    assert (by_session.body.count(b".") == 2) is (status == 200)


async def test_a_token_of_another_gateway_is_good_there_only() -> None:
    desk = Desk()
    token = (await desk.token(await desk.session(INSTALLER), NEIGHBOUR)).body.decode()
    assert payload(token)["aud"] == NEIGHBOUR
    assert desk.claims(token) is None


async def test_a_token_for_no_system_is_trusted_as_long_as_the_first_of_its_kind() -> None:
    desk = Desk()
    first = (await desk.token(await desk.session(INSTALLER), "un-commissioned")).body.decode()
    desk.clock.advance(60)
    later = (await desk.token(await desk.session(INSTALLER), "un-commissioned")).body.decode()
    assert desk.claims(first) is not None
    assert desk.claims(later) is None
    desk.clock.advance(HALF_DAY_S - 60)
    assert desk.claims(first) is None


@pytest.mark.parametrize(("address", "life_s"), [(OWNER, YEAR_S), (INSTALLER, HALF_DAY_S), (SELF_INSTALLER, YEAR_S)])
async def test_a_token_by_address_comes_with_its_times(address: str, life_s: int) -> None:
    desk = Desk()
    cookies = cookies_of(await desk.log_in(address))
    members = said(await desk.ask(f"/entrez-auth-token?serial_num={SERIAL}", cookies=cookies))
    assert members["generation_time"] == int(desk.clock.now().timestamp())
    assert members["expires_at"] - members["generation_time"] == life_s == lifetime_s(members["token"])
    assert payload(members["token"])["exp"] == members["expires_at"]


@pytest.mark.parametrize(
    "path", [f"/entrez-auth-token?serial_num={SERIAL}", "/app-api/jwt_token.json", "/app-api/search_sites.json"]
)
async def test_without_session_there_is_nothing(path: str) -> None:
    desk = Desk()
    for cookies in ({}, {"_enlighten_4_session": "0" * 32}):
        assert (await desk.ask(path, cookies=cookies)).status == 401
    assert (await desk.token("0" * 32)).status == 401


async def test_the_token_of_the_app_opens_no_gateway() -> None:
    desk = Desk()
    cookies = cookies_of(await desk.log_in())
    token = said(await desk.ask("/app-api/jwt_token.json", cookies=cookies))["token"]
    assert desk.claims(token) is None
    sites = said(await desk.ask("/app-api/search_sites.json", cookies=cookies))["sites"]
    assert [site["title"] for site in sites] == ["Home"]


async def test_a_session_lives_an_hour_after_its_last_use() -> None:
    desk = Desk()
    session = await desk.session()
    for _ in range(3):
        desk.clock.advance(3600)
        assert (await desk.token(session)).status == 200
    desk.clock.advance(3601)
    assert (await desk.token(session)).status == 401


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/site/", 404),
        ("GET", "/tokens", 405),
        ("PUT", "/login", 405),
        ("POST", "/login_main_page", 405),
        ("HEAD", "/login", 200),
        ("GET", "/login/", 200),
    ],
)
async def test_other_requests(method: str, path: str, status: int) -> None:
    desk = Desk()
    cookies = await desk.web_session() if path == "/site/" else {}
    assert (await desk.ask(path, method=method, cookies=cookies)).status == status


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"{}" * 10, b"[1]", b"a" * 1000])
async def test_a_body_that_makes_no_sense_is_a_refusal(body: bytes) -> None:
    desk = Desk()
    for path in ("/login/login.json", "/tokens", "/login", "/entrez_tokens", "/oauth/token"):
        for content_type in ("application/json", "multipart/form-data", "multipart/form-data; boundary=é", "\x00"):
            reply = await desk.ask(path, method="POST", headers={"content-type": content_type}, body=body)
            assert reply.status in {400, 401}
