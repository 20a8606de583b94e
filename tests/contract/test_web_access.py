"""Login, accounts, keys and links over real HTTP."""

from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from yarl import URL

from openvoy.collector.feed import LiveFeed
from openvoy.settings.listen import Listen
from openvoy.testing.clock import ManualClock
from openvoy.web.access import Access, AccessRules, Right
from openvoy.web.access.attempts import FREE_COUNT, LONGEST_PAUSE_S
from openvoy.web.app import CSRF_COOKIE, SESSION_COOKIE
from openvoy.web.server import serve
from tests.contract.web_service import Setup, WebService, build_web, web_service
from tests.unit.web.examples import a_status

PASSWORD = "correct horse battery"


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[WebService]:
    async with web_service(Setup(accounts=tmp_path / "access.json")) as running:
        running.feed.publish(a_status())
        await running.browser.get("/")
        yield running


async def send(browser: aiohttp.ClientSession, method: str, path: str, status: int = 200, **body: Any) -> Any:
    """Send as a page does."""
    token = {cookie.key: cookie.value for cookie in browser.cookie_jar}.get(CSRF_COOKIE, "")
    async with browser.request(method, path, json=body, headers={"X-CSRFToken": token}) as reply:
        assert reply.status == status, await reply.text()
        return await reply.json()


async def make_owner(service: WebService) -> None:
    await send(service.browser, "PUT", "/api/v1/accounts", name="anna", password=PASSWORD, right="owner")


def stranger(service: WebService) -> aiohttp.ClientSession:
    """Open another browser."""
    jar = aiohttp.CookieJar(unsafe=True)
    return aiohttp.ClientSession(f"http://127.0.0.1:{service.bound.port}/", cookie_jar=jar)


async def test_without_accounts_this_machine_is_owner(service: WebService) -> None:
    me = await service.ask("/api/v1/me")
    assert me == {"name": "owner", "right": "owner", "via": "open", "has_accounts": False}


async def test_the_first_account_is_the_owners_and_logs_in_at_once(service: WebService, tmp_path: Path) -> None:
    await send(service.browser, "PUT", "/api/v1/accounts", 400, name="anna", password=PASSWORD, right="viewer")
    await make_owner(service)
    assert (await service.ask("/api/v1/me"))["via"] == "session"
    file = tmp_path / "access.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert PASSWORD not in file.read_text()
    async with stranger(service) as other, other.get("/api/v1/site") as reply:
        assert reply.status == 401


@pytest.mark.parametrize(
    "path", ["/api/v1/snapshot", "/api/v1/site", "/api/v1/live", "/api/v1/events", "/api/v1/accounts", "/api/v1/keys"]
)
@pytest.mark.sample(2)
async def test_nothing_is_told_to_strangers_once_there_is_an_account(service: WebService, path: str) -> None:
    await make_owner(service)
    async with stranger(service) as other, other.get(path) as reply:
        assert reply.status == 401
        assert "hint" in await reply.json()


async def test_the_page_itself_and_health_are_given_to_everybody(service: WebService) -> None:
    await make_owner(service)
    async with stranger(service) as other:
        for path in ("/", "/healthz", "/api/v1/me"):
            async with other.get(path) as reply:
                assert reply.status in {200, 503}


async def test_login_and_logout(service: WebService) -> None:
    await make_owner(service)
    async with stranger(service) as other:
        await other.get("/")
        await send(other, "POST", "/api/v1/login", 401, name="anna", password="wrong")
        me = await send(other, "POST", "/api/v1/login", name="ANNA", password=PASSWORD)
        assert (me["name"], me["right"]) == ("anna", "owner")
        async with other.get("/api/v1/site") as reply:
            assert reply.status == 200
        assert (await send(other, "POST", "/api/v1/logout"))["right"] == "nobody"
        async with other.get("/api/v1/site") as reply:
            assert reply.status == 401


async def test_a_viewer_looks_and_changes_nothing(service: WebService) -> None:
    await make_owner(service)
    await send(service.browser, "PUT", "/api/v1/accounts", name="guest", password=PASSWORD, right="viewer")
    async with stranger(service) as other:
        await other.get("/")
        await send(other, "POST", "/api/v1/login", name="guest", password=PASSWORD)
        async with other.get("/api/v1/site") as reply:
            assert reply.status == 200
        await send(other, "PUT", "/api/v1/accounts", 403, name="guest", password=PASSWORD, right="owner")
        await send(other, "POST", "/api/v1/keys", 403, name="mine")


async def test_a_change_from_another_sites_page_is_refused(service: WebService) -> None:
    await make_owner(service)
    async with service.browser.put("/api/v1/accounts", json={"name": "eve", "password": PASSWORD}) as reply:
        assert reply.status == 403
        problem = await reply.json()
        assert "X-CSRFToken" in problem["hint"]
        assert problem["kind"] == "ForeignPage"
    assert [one["name"] for one in await service.ask("/api/v1/accounts")] == ["anna"]


async def test_a_page_of_this_service_counts_whatever_another_one_left_in_the_browser(
    service: WebService, tmp_path: Path
) -> None:
    async with web_service(Setup(accounts=tmp_path / "other.json")) as other:
        await other.browser.get("/")
        left = {cookie.key: cookie.value for cookie in other.browser.cookie_jar}[CSRF_COOKIE]
    service.browser.cookie_jar.clear()
    here = URL(f"http://127.0.0.1:{service.bound.port}/")
    service.browser.cookie_jar.update_cookies({CSRF_COOKIE: left, "theme": "dark"}, here)
    await send(service.browser, "PUT", "/api/v1/accounts", 403, name="anna", password=PASSWORD, right="owner")
    await service.browser.get("/")
    cookies = {cookie.key: cookie.value for cookie in service.browser.cookie_jar}
    assert cookies[CSRF_COOKIE] != left
    assert cookies["theme"] == "dark"
    await make_owner(service)


@pytest.mark.parametrize("value", ["", "x", "ä", "0" * 64, "0" * 128, "0" * 64 + "ä"])
@pytest.mark.sample(2)
async def test_a_cookie_that_is_none_is_refused_like_none(service: WebService, value: str) -> None:
    headers = {"Cookie": f"{CSRF_COOKIE}={value}", "X-CSRFToken": value or "x"}
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        url = f"http://127.0.0.1:{service.bound.port}/api/v1/accounts"
        async with session.put(url, json={"name": "eve", "password": PASSWORD}, headers=headers) as reply:
            assert reply.status == 403


async def test_cookies_are_only_for_this_site_and_not_for_scripts(service: WebService) -> None:
    await make_owner(service)
    async with stranger(service) as other:
        await other.get("/")
        token = {cookie.key: cookie.value for cookie in other.cookie_jar}[CSRF_COOKIE]
        body = {"name": "anna", "password": PASSWORD}
        async with other.post("/api/v1/login", json=body, headers={"X-CSRFToken": token}) as reply:
            cookie = reply.cookies[SESSION_COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "strict"
    assert "anna" not in cookie.value


async def test_a_new_password_ends_other_sessions(service: WebService) -> None:
    await make_owner(service)
    async with stranger(service) as other:
        await other.get("/")
        await send(other, "POST", "/api/v1/login", name="anna", password=PASSWORD)
        await send(
            service.browser, "PUT", "/api/v1/me/password", old_password=PASSWORD, new_password="another good one"
        )
        async with other.get("/api/v1/site") as reply:
            assert reply.status == 401
        await service.ask("/api/v1/site")
        refused = await send(
            service.browser, "PUT", "/api/v1/me/password", 403, old_password=PASSWORD, new_password="and another one"
        )
        assert refused["error"] == "The present password is wrong."


async def test_guessing_is_slowed_down_for_the_name_and_told(service: WebService) -> None:
    await make_owner(service)
    async with stranger(service) as other:
        await other.get("/")
        for _ in range(FREE_COUNT):
            await send(other, "POST", "/api/v1/login", 401, name="anna", password="wrong password")
        refused = await send(other, "POST", "/api/v1/login", 429, name="anna", password=PASSWORD)
        assert refused["retry_after_s"] > 0
        await service.clock.advance(refused["retry_after_s"] - 0.1)
        refused = await send(other, "POST", "/api/v1/login", 429, name="anna", password=PASSWORD)
        assert (refused["retry_after_s"], refused["hint"]) == (1, "Wait 1 s.")
        await service.clock.advance(LONGEST_PAUSE_S)
        await send(other, "POST", "/api/v1/login", name="anna", password=PASSWORD)


async def test_many_guesses_at_once_are_no_way_around(service: WebService) -> None:
    await make_owner(service)

    async def guess() -> int:
        token = {cookie.key: cookie.value for cookie in service.browser.cookie_jar}[CSRF_COOKIE]
        body = {"name": "anna", "password": "wrong password"}
        async with service.browser.post("/api/v1/login", json=body, headers={"X-CSRFToken": token}) as reply:
            return reply.status

    statuses = await asyncio.gather(*(guess() for _ in range(4 * FREE_COUNT)))
    assert statuses.count(401) == FREE_COUNT
    assert statuses.count(429) == 3 * FREE_COUNT


async def test_a_program_shows_a_key(service: WebService) -> None:
    await make_owner(service)
    issued = await send(service.browser, "POST", "/api/v1/keys", name="node-red")
    async with stranger(service) as other:
        headers = {"Authorization": f"Bearer {issued['shown']}"}
        async with other.get("/api/v1/site", headers=headers) as reply:
            assert reply.status == 200
        async with other.post("/api/v1/keys", headers=headers, json={"name": "more"}) as reply:
            assert reply.status == 403
        await service.browser.get("/api/v1/keys")
        left = await send(service.browser, "DELETE", f"/api/v1/keys?id={issued['key']['id']}")
        assert left == []
        async with other.get("/api/v1/site", headers=headers) as reply:
            assert reply.status == 401
            assert "not known here" in (await reply.json())["error"]
    assert issued["shown"] not in json.dumps(await service.ask("/api/v1/keys"))


async def test_no_two_keys_have_one_name(service: WebService) -> None:
    """Who revokes one would have to guess which."""
    await make_owner(service)
    issued = await send(service.browser, "POST", "/api/v1/keys", name="Node-RED")
    refused = await send(service.browser, "POST", "/api/v1/keys", 400, name="node-red", kind="link")
    assert "there already" in refused["error"]
    await send(service.browser, "DELETE", f"/api/v1/keys?id={issued['key']['id']}")
    await send(service.browser, "POST", "/api/v1/keys", name="node-red")


async def test_an_owners_key_may_change_without_a_page(service: WebService) -> None:
    await make_owner(service)
    issued = await send(service.browser, "POST", "/api/v1/keys", name="script", right="owner")
    async with stranger(service) as other:
        headers = {"Authorization": f"Bearer {issued['shown']}"}
        async with other.post("/api/v1/keys", headers=headers, json={"name": "more"}) as reply:
            assert reply.status == 200


async def test_a_wall_tablet_looks_by_its_link_until_it_is_revoked(service: WebService) -> None:
    await make_owner(service)
    await send(service.browser, "POST", "/api/v1/keys", 400, name="hall", kind="link", right="owner")
    issued = await send(service.browser, "POST", "/api/v1/keys", name="hall", kind="link")
    async with stranger(service) as tablet:
        await tablet.get("/")
        me = await send(tablet, "POST", "/api/v1/login/link", link=issued["shown"])
        assert (me["right"], me["via"]) == ("viewer", "link")
        async with tablet.get("/api/v1/site") as reply:
            assert reply.status == 200
        await send(service.browser, "DELETE", f"/api/v1/keys?id={issued['key']['id']}")
        async with tablet.get("/api/v1/site") as reply:
            assert reply.status == 401
        await send(tablet, "POST", "/api/v1/login/link", 401, link=issued["shown"])


async def test_the_last_owner_stays(service: WebService) -> None:
    await make_owner(service)
    await send(service.browser, "DELETE", "/api/v1/accounts?name=anna", 400)
    await send(service.browser, "PUT", "/api/v1/accounts", 400, name="anna", password=PASSWORD, right="viewer")


async def test_accounts_survive_a_restart_and_so_do_sessions(tmp_path: Path) -> None:
    setup = Setup(accounts=tmp_path / "access.json")
    async with web_service(setup) as service:
        await service.browser.get("/")
        await make_owner(service)
        cookies = {cookie.key: cookie.value for cookie in service.browser.cookie_jar}
    async with web_service(setup) as service, stranger(service) as known, stranger(service) as other:
        async with known.get("/api/v1/site", cookies={SESSION_COOKIE: cookies[SESSION_COOKIE]}) as reply:
            assert reply.status == 200
        async with other.get("/api/v1/site") as reply:
            assert reply.status == 401


async def test_an_account_made_by_the_command_counts_at_once(service: WebService, tmp_path: Path) -> None:
    other = Access(clock=ManualClock(), file=tmp_path / "access.json")
    await other.set_password("anna", PASSWORD, "owner")
    async with stranger(service) as browser, browser.get("/api/v1/site") as reply:
        assert reply.status == 401


async def test_an_account_made_by_the_command_logs_in_and_stays_so_after_a_restart(
    service: WebService, tmp_path: Path
) -> None:
    other = Access(clock=ManualClock(), file=tmp_path / "access.json")
    await other.set_password("anna", PASSWORD, "owner")
    async with stranger(service) as browser:
        await browser.get("/")
        assert (await send(browser, "POST", "/api/v1/login", name="anna", password=PASSWORD))["right"] == "owner"
        cookies = {cookie.key: cookie.value for cookie in browser.cookie_jar}
    async with (
        web_service(Setup(accounts=tmp_path / "access.json")) as again,
        stranger(again) as browser,
        browser.get("/api/v1/me", cookies={SESSION_COOKIE: cookies[SESSION_COOKIE]}) as reply,
    ):
        assert (await reply.json())["right"] == "owner"


async def test_a_proxy_is_believed_only_where_that_is_said(tmp_path: Path) -> None:
    rules = AccessRules(proxy_header="Remote-User")
    await Access(clock=ManualClock(), file=tmp_path / "access.json").set_password("anna", PASSWORD, "owner")
    async with (
        web_service(Setup(accounts=tmp_path / "access.json", rules=rules)) as service,
        stranger(service) as other,
    ):
        for name, right in (("anna", "owner"), ("somebody", "viewer")):
            async with other.get("/api/v1/me", headers={"Remote-User": name}) as reply:
                assert (await reply.json())["right"] == right
    elsewhere = AccessRules(proxy_header="Remote-User", proxies=("10.0.0.1",))
    headers = {"Remote-User": "anna"}
    async with (
        web_service(Setup(accounts=tmp_path / "access.json", rules=elsewhere)) as service,
        service.browser.get("/api/v1/me", headers=headers) as reply,
    ):
        assert (await reply.json())["right"] == "nobody"


async def test_a_name_that_a_visitor_slips_past_the_proxy_is_not_believed(tmp_path: Path) -> None:
    rules = AccessRules(proxy_header="Remote-User")
    async with web_service(Setup(accounts=tmp_path / "access.json", rules=rules)) as service:
        # Without accounts this machine is owner; what a proxy has not named is not this machine.
        async with service.browser.get("/api/v1/me") as reply:
            assert (await reply.json())["right"] == "nobody"
        for names in (("anna",), ("anna", "guest"), ("guest", "anna"), ("",)):
            headers = [("Remote-User", name) for name in names]
            async with service.browser.get("/api/v1/me", headers=headers) as reply:
                assert (await reply.json())["right"] == ("viewer" if names == ("anna",) else "nobody")


async def test_a_browsers_password_for_the_proxy_is_no_way_around_the_token_of_the_page() -> None:
    rules = AccessRules(proxy_header="Remote-User", proxy_right=Right.OWNER)
    forged = {"Remote-User": "anna", "Authorization": "Basic YW5uYTpzZWNyZXQ=", "Content-Type": "text/plain"}
    body = json.dumps({"name": "spy", "kind": "key", "right": "owner"})
    async with web_service(Setup(rules=rules)) as service:
        for authorization in ("Basic YW5uYTpzZWNyZXQ=", "Bearer", "Bearer "):
            headers = {**forged, "Authorization": authorization}
            async with service.browser.post("/api/v1/keys", data=body, headers=headers) as reply:
                assert reply.status == 403, await reply.text()
        assert service.app.access.keys == ()


@pytest.mark.parametrize(
    "told", [("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "https"), ("Via", "1.1 proxy")]
)
async def test_who_comes_through_a_proxy_is_not_taken_for_this_machine(told: tuple[str, str]) -> None:
    async with web_service() as service, service.browser.get("/api/v1/site", headers=[told]) as reply:
        assert reply.status == 401


async def test_with_an_account_other_machines_are_let_in_to_log_in(tmp_path: Path) -> None:
    setup = Setup(accounts=tmp_path / "access.json", listen=Listen(host="0.0.0.0", port=0))
    access = Access(clock=ManualClock(), file=setup.accounts)
    await access.set_password("anna", PASSWORD, "owner")
    async with serve(build_web(setup, LiveFeed(["home"]), ManualClock()), setup.listen) as bound:
        assert bound.port


async def test_what_was_sent_wrongly_is_told(service: WebService) -> None:
    for body in ({}, {"name": "anna"}, {"name": "anna", "password": 1}):
        told = await send(service.browser, "PUT", "/api/v1/accounts", 400, **body)
        assert told["error"]
    for name, password in (("", PASSWORD), ("a/b", PASSWORD), ("anna", "short")):
        told = await send(service.browser, "PUT", "/api/v1/accounts", 400, name=name, password=password)
        assert told["hint"]


@pytest.mark.parametrize(("scheme", "is_secure"), [("https", True), ("http", False), (None, False)])
async def test_cookies_of_a_proxy_with_tls_go_over_tls_alone(
    service: WebService, scheme: str | None, *, is_secure: bool
) -> None:
    headers = {} if scheme is None else {"X-Forwarded-Proto": scheme}
    await make_owner(service)
    async with stranger(service) as other:
        async with other.get("/api/v1/me", headers=headers) as reply:
            found = reply.headers.getall("Set-Cookie")
            token = other.cookie_jar.filter_cookies(reply.url.with_scheme("https"))[CSRF_COOKIE].value
        body = {"name": "anna", "password": PASSWORD}
        sent = {**headers, "X-CSRFToken": token, "Cookie": f"{CSRF_COOKIE}={token}"}
        async with other.post("/api/v1/login", json=body, headers=sent) as reply:
            assert reply.status == 200, await reply.text()
            found += reply.headers.getall("Set-Cookie")
    assert len(found) >= 2
    assert all(("; secure" in cookie.lower()) == is_secure for cookie in found)
    assert all(cookie.lower().count("secure") <= 1 for cookie in found)
