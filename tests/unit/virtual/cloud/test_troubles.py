"""Each trouble of the cloud, switched on by name, as a client meets it."""

from __future__ import annotations

import pytest

from openvoy.virtual.fault_cloud import CloudFault
from openvoy.virtual.faults import fault_kinds, parse_fault
from openvoy.virtual.source import Reply
from tests.unit.virtual.cloud.desk import INSTALLER, OWNER, Desk, cookies_of, lifetime_s, payload, said
from tests.unit.virtual.cloud.test_pages import code_of, exchange, text, token_in
from tests.unit.virtual.recordings import SERIAL

TROUBLES = [name for name, kind in fault_kinds().items() if issubclass(kind.kind, CloudFault)]


async def web_token(desk: Desk) -> Reply:
    return await desk.post("/entrez_tokens", {"serialNum": SERIAL}, cookies=await desk.web_session())


async def token_by_address(desk: Desk) -> Reply:
    cookies = cookies_of(await desk.log_in())
    return await desk.ask(f"/entrez-auth-token?serial_num={SERIAL}", cookies=cookies)


async def token_by_code(desk: Desk) -> Reply:
    return await exchange(desk, await code_of(desk))


def test_what_there_is() -> None:
    assert len(TROUBLES) == 12
    assert all(name.startswith("cloud-") for name in TROUBLES)


async def test_a_second_factor_leaves_the_login_without_session() -> None:
    desk = Desk("cloud-mfa")
    reply = await desk.log_in()
    assert (reply.status, said(reply)) == (200, {"success": True, "isBlocked": False})
    assert len(cookies_of(reply)["login_otp_nonce"]) == 128
    token = await desk.ask(f"/entrez-auth-token?serial_num={SERIAL}", cookies=cookies_of(reply))
    assert token.status == 401
    assert (await desk.log_in(password="wrong")).status == 401
    assert token_in(await web_token(desk))


async def test_a_good_login_may_be_refused() -> None:
    desk = Desk("cloud-login-refused")
    assert (await desk.log_in()).status == 401
    web = await desk.post("/login", {"username": OWNER, "password": desk.cloud.password})
    assert (web.status, cookies_of(web)) == (401, {})
    assert (await code_of(desk)).status == 401


async def test_too_many_sessions_are_counted() -> None:
    desk = Desk("cloud-too-many-sessions:most=2")
    sessions = [await desk.session() for _ in range(2)]
    refused = await desk.log_in()
    assert (refused.status, said(refused)) == (401, {"message": "Too many active sessions.."})
    assert (await desk.log_in(INSTALLER)).status == 200
    assert (await desk.token(sessions[0])).status == 200
    desk.clock.advance(3601)
    assert (await desk.log_in()).status == 200


async def test_too_many_sessions_may_come_with_another_status() -> None:
    assert (await Desk("cloud-too-many-sessions:status=200").log_in()).status == 200


@pytest.mark.parametrize("path", ["/login/login.json", "/tokens", "/oauth/token", "/entrez_tokens", "/"])
async def test_haste_is_429_everywhere(path: str) -> None:
    desk = Desk("cloud-rate-limit:retry_after_s=7")
    reply = await desk.ask(path, method="GET" if path == "/" else "POST")
    assert (reply.status, dict(reply.headers)["Retry-After"]) == (429, "7")


async def test_a_trouble_may_be_of_one_path_or_come_now_and_then() -> None:
    desk = Desk("cloud-rate-limit:path=/tokens")
    assert (await desk.token(await desk.session())).status == 429
    desk = Desk("cloud-down:every=2,status=502")
    assert [(await desk.log_in()).status for _ in range(4)] == [200, 502, 200, 502]


async def test_a_login_may_not_say_who_it_is_for() -> None:
    desk = Desk("cloud-no-is-consumer")
    members = said(await desk.log_in())
    assert "is_consumer" not in members
    assert (await desk.token(members["session_id"])).status == 200


async def test_a_token_may_be_none() -> None:
    desk = Desk("cloud-no-jwt")
    reply = await desk.token(await desk.session())
    assert reply.status == 200
    assert b"." not in reply.body
    assert "." not in token_in(await web_token(desk))
    assert said(await token_by_address(desk))["token"].count(".") == 0
    assert said(await token_by_code(desk))["access_token"].count(".") == 0


@pytest.mark.parametrize(("trouble", "status"), [("cloud-unknown-serial", 404), ("cloud-not-owner", 403)])
async def test_a_gateway_may_be_unknown_or_somebody_elses(trouble: str, status: int) -> None:
    desk = Desk(trouble)
    for reply in (
        await desk.token(await desk.session()),
        await token_by_address(desk),
        await web_token(desk),
        await token_by_code(desk),
    ):
        assert reply.status == status
    assert (await desk.token("0" * 32)).status == 401


async def test_a_session_may_end_at_once() -> None:
    desk = Desk("cloud-session-expired")
    assert (await desk.token(await desk.session())).status == 401
    assert (await token_by_address(desk)).status == 401
    assert (await web_token(desk)).status == 401
    assert (await token_by_code(desk)).status == 200


async def test_installers_may_get_the_owners_kind() -> None:
    desk = Desk("cloud-owner-only")
    token = (await desk.token(await desk.session(INSTALLER))).body.decode()
    assert (payload(token)["enphaseUser"], lifetime_s(token)) == ("owner", 31_536_000)
    page = await desk.post("/entrez_tokens", {"serialNum": SERIAL}, cookies=await desk.web_session(INSTALLER))
    assert payload(token_in(page))["enphaseUser"] == "installer"


async def test_a_code_may_be_refused() -> None:
    reply = await token_by_code(Desk("cloud-code-refused"))
    assert (reply.status, said(reply)["error"]) == (401, "invalid_grant")


async def test_the_cloud_may_be_down() -> None:
    reply = await Desk("cloud-down").log_in()
    assert reply.status == 503
    assert "Down for maintenance" in text(reply)


@pytest.mark.parametrize("name", TROUBLES)
def test_the_gateway_is_left_alone(name: str) -> None:
    fault = parse_fault(name)[1]
    assert not any(fault.is_for(path) for path in ("/", "/login", "/ivp/meters", "/auth/check_jwt"))
