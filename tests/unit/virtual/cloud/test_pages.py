"""The pages of the token service, walked as programs that read them do."""

from __future__ import annotations

import html
import re

import pytest

from openvoy.virtual.cloud.books import CODE_LIFE_S, challenge_of
from openvoy.virtual.source import Reply
from tests.unit.virtual.cloud.desk import (
    INSTALLER,
    NEIGHBOUR,
    OWNER,
    SELF_INSTALLER,
    STRANGER,
    Desk,
    lifetime_s,
    payload,
    said,
)
from tests.unit.virtual.recordings import SERIAL

NEEDLE = '<textarea name="accessToken" id="JWTToken" cols="30" rows="10" >'
"""What a program in the wild looks for, to the letter."""

VERIFIER = "v" * 43
CALLBACK = "https://envoy.local/auth/callback"


def text(reply: Reply) -> str:
    return reply.body.decode()


def token_in(reply: Reply) -> str:
    return text(reply).partition(NEEDLE)[2].partition("</textarea>")[0]


def field(page: str, name: str) -> str | None:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    return None if found is None else html.unescape(found[1])


@pytest.mark.parametrize("path", ["/", "/login", "/login_main_page"])
async def test_the_login_is_a_form_that_needs_no_script(path: str) -> None:
    page = text(await Desk().ask(path))
    assert '<form method="post" action="/login">' in page
    assert "<script" not in page
    assert "//" not in page.replace("<!DOCTYPE", "")
    assert field(page, "_csrf")
    assert field(page, "authFlow") == "entrezSession"
    for name in ("username", "password"):
        assert f'<label for="{name}">' in page
        assert f'id="{name}" name="{name}"' in page


@pytest.mark.parametrize(
    ("address", "user", "life_s"),
    [(OWNER, "owner", 31_536_000), (INSTALLER, "installer", 43_200), (SELF_INSTALLER, "installer", 43_200)],
)
async def test_a_person_gets_the_kind_of_the_account(address: str, user: str, life_s: int) -> None:
    desk = Desk()
    reply = await desk.post("/entrez_tokens", {"serialNum": SERIAL}, cookies=await desk.web_session(address))
    token = token_in(reply)
    assert (payload(token)["enphaseUser"], lifetime_s(token), payload(token)["aud"]) == (user, life_s, SERIAL)
    assert desk.claims(token) is not None


@pytest.mark.parametrize("more", [{"Site": "Home"}, {"Site": "home", "uncommissioned": "on"}, {"_csrf": "x"}])
async def test_what_else_programs_send_does_not_matter(more: dict[str, str]) -> None:
    desk = Desk()
    reply = await desk.post("/entrez_tokens", {"serialNum": SERIAL, **more}, cookies=await desk.web_session())
    assert payload(token_in(reply))["aud"] == SERIAL


async def test_a_wrong_password_shows_the_login_again_with_what_was_typed() -> None:
    reply = await Desk().post("/login", {"username": '"><b>@example.com', "password": "wrong", "state": "s"})
    page = text(reply)
    assert reply.status == 401
    assert 'role="alert">Invalid Email or Password' in page
    assert 'value="&quot;&gt;&lt;b&gt;@example.com"' in page
    assert field(page, "state") == "s"


async def test_system_then_gateway_are_chosen() -> None:
    desk = Desk()
    cookies = await desk.web_session(INSTALLER)
    systems = text(await desk.ask("/entrez_tokens", cookies=cookies))
    assert re.findall(r'<option value="(\d+)">(\w+)</option>', systems) == [("700001", "Home"), ("700002", "Neighbour")]
    gateways = text(await desk.ask("/entrez_tokens?siteId=700002", cookies=cookies))
    assert re.findall(r'<option value="(\d+)">\1</option>', gateways) == [NEIGHBOUR]
    assert field(gateways, "Site") == "Neighbour"
    assert "<script" not in systems + gateways


async def test_an_owner_sees_the_own_system_only() -> None:
    desk = Desk()
    cookies = await desk.web_session(OWNER)
    assert "Neighbour" not in text(await desk.ask("/entrez_tokens", cookies=cookies))
    assert NEIGHBOUR not in text(await desk.ask("/entrez_tokens?siteId=700002", cookies=cookies))
    found = await desk.ask("/site/ne", cookies=cookies)
    assert (found.status, found.body) == (200, b"[]")


async def test_systems_are_found_by_the_start_of_their_name() -> None:
    desk = Desk()
    reply = await desk.ask("/site/%20HO", cookies=await desk.web_session(INSTALLER))
    home = {"siteId": 700_001, "siteName": "Home", "entrezCount": 1, "serialNumbers": [SERIAL]}
    assert said(reply) == [home]  # type: ignore[comparison-overlap]


async def test_only_who_logged_in_gets_somewhere() -> None:
    desk = Desk()
    for reply in (await desk.ask("/entrez_tokens"), await desk.ask("/entrez_tokens", cookies={"SESSION": "0" * 32})):
        assert (reply.status, dict(reply.headers)["Location"]) == (302, "/login")
    assert (await desk.post("/entrez_tokens", {"serialNum": SERIAL})).status == 401
    assert (await desk.ask("/site/home")).status == 401
    cookies = await desk.web_session()
    assert dict((await desk.ask("/", cookies=cookies)).headers)["Location"] == "/entrez_tokens"
    await desk.post("/logout", {}, cookies=cookies)
    assert (await desk.post("/entrez_tokens", {"serialNum": SERIAL}, cookies=cookies)).status == 401


@pytest.mark.parametrize(
    ("address", "fields", "status"),
    [
        (OWNER, {"serialNum": STRANGER}, 404),
        (OWNER, {"serialNum": NEIGHBOUR}, 403),
        (OWNER, {}, 400),
        (OWNER, {"uncommissioned": "true"}, 403),
        (INSTALLER, {"uncommissioned": "true"}, 200),
        (SELF_INSTALLER, {"uncommissioned": "true"}, 200),
    ],
)
async def test_which_tokens_a_person_may_have(address: str, fields: dict[str, str], status: int) -> None:
    desk = Desk()
    reply = await desk.post("/entrez_tokens", fields, cookies=await desk.web_session(address))
    assert (reply.status, bool(token_in(reply))) == (status, status == 200)
    assert ('role="alert"' in text(reply)) is (status != 200)


async def code_of(desk: Desk, **changes: str) -> Reply:
    """Log in for the gateway's own pages, as those send a browser."""
    fields = {
        "username": OWNER,
        "password": desk.cloud.password,
        "codeChallenge": challenge_of(VERIFIER).decode(),
        "redirectUri": CALLBACK,
        "client": "envoy-ui",
        "clientId": "envoy-ui-client",
        "authFlow": "oauth",
        "serialNum": SERIAL,
    }
    return await desk.post("/login", fields | changes)


async def exchange(desk: Desk, reply: Reply, **changes: str) -> Reply:
    location = dict(reply.headers)["Location"]
    assert location.startswith(f"{CALLBACK}?code=")
    fields = {
        "client_id": "envoy-ui-1",
        "grant_type": "authorization_code",
        "code": location.partition("code=")[2].partition("&")[0],
        "code_verifier": VERIFIER,
        "redirect_uri": CALLBACK,
    }
    return await desk.post("/oauth/token", fields | changes)


@pytest.mark.parametrize(
    ("address", "user"), [(OWNER, "owner"), (INSTALLER, "installer"), (SELF_INSTALLER, "installer")]
)
async def test_a_code_gives_a_token_once(address: str, user: str) -> None:
    desk = Desk()
    granted = await code_of(desk, username=address, state="a b")
    assert granted.status == 302
    assert dict(granted.headers)["Location"].endswith("&state=a%20b")
    members = said(await exchange(desk, granted))
    assert payload(members["access_token"])["enphaseUser"] == user
    assert members["expires_in"] == lifetime_s(members["access_token"])
    again = await exchange(desk, granted)
    assert (again.status, said(again)["error"]) == (400, "invalid_grant")


def test_the_challenge_is_that_of_the_standard() -> None:
    # The example of RFC 7636, appendix B.
    assert challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == b"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize("changes", [{"code_verifier": "w" * 43}, {"code": "x"}, {"grant_type": "password"}])
async def test_a_wrong_exchange_is_refused(changes: dict[str, str]) -> None:
    desk = Desk()
    reply = await exchange(desk, await code_of(desk), **changes)
    assert (reply.status, "access_token" in said(reply)) == (400, False)


async def test_a_code_is_good_for_minutes() -> None:
    desk = Desk()
    granted = await code_of(desk)
    desk.clock.advance(CODE_LIFE_S + 1)
    assert (await exchange(desk, granted)).status == 400


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"password": "wrong"}, 401),
        ({"serialNum": NEIGHBOUR}, 403),
        ({"serialNum": STRANGER}, 404),
        ({"redirectUri": "https://example.com/elsewhere"}, 400),
        ({"redirectUri": "javascript:alert(1)"}, 400),
        ({"redirectUri": "https://envoy.local/auth/callback\r\nX: y"}, 400),
        ({"redirectUri": "https://[/auth/callback"}, 400),
        ({"codeChallenge": ""}, 400),
    ],
)
async def test_a_code_is_not_for_everybody(changes: dict[str, str], status: int) -> None:
    reply = await code_of(Desk(), **changes)
    assert reply.status == status
    assert "Location" not in dict(reply.headers)
    assert field(text(reply), "redirectUri") is not None


async def test_authorize_shows_the_login_with_what_it_was_given() -> None:
    query = f"response_type=code&code_challenge=abc&client_id=envoy-ui-client&redirect_uri={CALLBACK}&scope={SERIAL}"
    page = text(await Desk().ask(f"/authorize?{query}&code_challenge_method=S256&state=1"))
    expected = {
        "codeChallenge": "abc",
        "redirectUri": CALLBACK,
        "client": "envoy-ui",
        "clientId": "envoy-ui-client",
        "authFlow": "oauth",
        "serialNum": SERIAL,
        "grantType": "authorize",
        "state": "1",
        "invalidSerialNum": "",
    }
    assert {name: field(page, name) for name in expected} == expected
    assert (await Desk().ask("/authorize?response_type=token")).status == 404
