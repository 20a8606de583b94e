"""Who has logged in, for how long: sessions end on the server, whoever has a copy of their cookie."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from openvoy.testing.clock import ManualClock
from openvoy.web.access import Access, Visitor
from openvoy.web.access.book import FILE_NAME, MOST_SESSIONS
from openvoy.web.app import SESSION_COOKIE
from tests.contract.test_web_access import PASSWORD, make_owner, send, stranger
from tests.contract.web_service import Setup, WebService, web_service
from tests.unit.web.examples import a_status


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[WebService]:
    async with web_service(Setup(accounts=tmp_path / FILE_NAME)) as running:
        running.feed.publish(a_status())
        await running.browser.get("/")
        await make_owner(running)
        yield running


def copied(browser: aiohttp.ClientSession) -> dict[str, str]:
    """What somebody has copied out of a browser."""
    return {cookie.key: cookie.value for cookie in browser.cookie_jar if cookie.key == SESSION_COOKIE}


async def status_with(service: WebService, cookies: dict[str, str]) -> int:
    async with stranger(service) as thief, thief.get("/api/v1/site", cookies=cookies) as reply:
        return reply.status


async def log_in(browser: aiohttp.ClientSession, name: str = "anna") -> None:
    await browser.get("/")
    await send(browser, "POST", "/api/v1/login", name=name, password=PASSWORD)


async def test_logging_out_ends_a_copied_cookie_and_no_other_session(service: WebService) -> None:
    async with stranger(service) as browser:
        await log_in(browser)
        cookies = copied(browser)
        assert await status_with(service, cookies) == 200
        await send(browser, "POST", "/api/v1/logout")
        assert await status_with(service, cookies) == 401
    assert await status_with(service, copied(service.browser)) == 200


async def test_what_was_ended_stays_so_after_a_restart(tmp_path: Path) -> None:
    setup = Setup(accounts=tmp_path / FILE_NAME)
    async with web_service(setup) as service:
        await service.browser.get("/")
        await make_owner(service)
        cookies = copied(service.browser)
        await send(service.browser, "POST", "/api/v1/logout")
    async with web_service(setup) as service:
        assert await status_with(service, cookies) == 401


async def test_who_logs_in_anew_in_the_same_browser_has_one_session(service: WebService) -> None:
    async with stranger(service) as browser:
        await log_in(browser)
        first = copied(browser)
        await log_in(browser)
        assert await status_with(service, first) == 401
        assert await status_with(service, copied(browser)) == 200


async def test_an_account_made_anew_under_the_same_name_lets_no_old_session_in(service: WebService) -> None:
    ben: dict[str, Any] = {"name": "ben", "password": PASSWORD, "right": "viewer"}
    await send(service.browser, "PUT", "/api/v1/accounts", **ben)
    async with stranger(service) as browser:
        await log_in(browser, "ben")
        await send(service.browser, "DELETE", "/api/v1/accounts?name=ben")
        await send(service.browser, "PUT", "/api/v1/accounts", **ben)
        assert await status_with(service, copied(browser)) == 401


async def test_a_tablet_that_opens_its_link_at_every_start_has_one_session(service: WebService) -> None:
    link = (await send(service.browser, "POST", "/api/v1/keys", name="hall", kind="link"))["shown"]
    async with stranger(service) as tablet:
        await tablet.get("/")
        await send(tablet, "POST", "/api/v1/login/link", link=link)
        first = copied(tablet)
        await send(tablet, "POST", "/api/v1/login/link", link=link)
        assert await status_with(service, first) == 200
        await send(tablet, "POST", "/api/v1/logout")
        assert await status_with(service, first) == 401


@pytest.mark.parametrize("how", ["log out", "revoke"])
async def test_an_open_stream_ends_with_what_let_it_in(service: WebService, how: str) -> None:
    issued = await send(service.browser, "POST", "/api/v1/keys", name="hall", kind="link")
    async with stranger(service) as tablet:
        await tablet.get("/")
        await send(tablet, "POST", "/api/v1/login/link", link=issued["shown"])
        async with tablet.get("/api/v1/live") as stream:
            await stream.content.readuntil(b"\n\n")
            if how == "revoke":
                await send(service.browser, "DELETE", f"/api/v1/keys?id={issued['key']['id']}")
            else:
                await send(tablet, "POST", "/api/v1/logout")
            service.feed.publish(a_status(problem="secret"))
            assert b"secret" not in await stream.content.read()


async def test_on_a_full_disk_people_get_in_and_out_until_the_next_start(tmp_path: Path) -> None:
    access = Access(clock=ManualClock(), file=tmp_path / FILE_NAME)
    await access.set_password("anna", PASSWORD, "owner")
    # Where the new file would be written there is something that cannot be written over.
    (tmp_path / f"{FILE_NAME}.new").mkdir()
    visitor = Visitor(address="192.168.1.7")
    await access.log_in(visitor, "anna", PASSWORD)
    known = dict(visitor.session)
    assert access.identify(visitor).name == "anna"
    access.log_out(visitor)
    assert access.identify(Visitor(address="192.168.1.7", session=known)).name == ""


async def test_sessions_are_not_kept_without_end() -> None:
    access = Access(clock=ManualClock())
    await access.set_password("anna", PASSWORD, "owner")
    link = access.issue_key("hall", kind="link", right="viewer").shown
    first, visitors = Visitor(), [Visitor() for _ in range(MOST_SESSIONS + 1)]
    await access.log_in(first, "anna", PASSWORD)
    for visitor in visitors:
        access.log_in_by_link(visitor, link)
    assert access.identify(visitors[0]).name == ""
    assert [access.identify(one).name for one in visitors[1:]] == ["hall"] * MOST_SESSIONS
    assert access.identify(first).name == "anna"
