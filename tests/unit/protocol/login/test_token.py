from __future__ import annotations

import pytest

from openvoy.errors import CredentialRejected, EndpointRefused, GatewayBusy
from openvoy.protocol.http import Request, Response
from openvoy.protocol.login import TokenLogin
from tests.unit.protocol.login.gateways import Recorder, drive, make_token

TOKEN = make_token(aud="122200000001", enphaseUser="owner")
READING = Request(path="/ivp/meters/readings")
CHECK = "/auth/check_jwt"
LOGIN_PAGE = b"<html><body>401 Authorization Required ... Redirecting to</body></html>"


class TokenGateway:
    """Gives a session for the token; `by_session` builds honour only the session, others the token."""

    def __init__(self, *, by_session: bool = False) -> None:
        self.by_session = by_session
        self.good = TOKEN
        self.sessions = 0
        self.live: set[str] = set()
        self.refused: set[str] = set()

    def __call__(self, request: Request) -> Response:
        has_token = request.headers.get("Authorization") == f"Bearer {self.good}"
        session = request.headers.get("Cookie", "").removeprefix("sessionId=")
        if request.path == CHECK:
            return self.check() if has_token else Response(status=401, body=LOGIN_PAGE)
        may_pass = session in self.live if self.by_session else has_token or session in self.live
        if not may_pass or request.path in self.refused:
            return Response(status=401, body=LOGIN_PAGE)
        return Response(status=200, body=b"[]")

    def check(self) -> Response:
        self.sessions += 1
        self.live = {f"session{self.sessions}"}
        return Response(
            status=200,
            cookies={"sessionId": f"session{self.sessions}"},
            body=b"<!DOCTYPE html><h2>Valid token.</h2>\n",
        )


@pytest.mark.parametrize("by_session", [False, True])
def test_one_session_serves_all_requests(by_session: bool) -> None:
    gateway, login = TokenGateway(by_session=by_session), TokenLogin(TOKEN, gateway="envoy.local")
    sent = [request for _ in range(3) for request in drive(login.flow(READING), gateway)[1]]
    assert [request.path for request in sent] == [CHECK, READING.path, READING.path, READING.path]
    assert {request.headers["Authorization"] for request in sent} == {f"Bearer {TOKEN}"}
    assert [request.headers.get("Cookie") for request in sent] == [None] + ["sessionId=session1"] * 3


def test_an_ended_session_is_opened_again() -> None:
    gateway, login = TokenGateway(by_session=True), TokenLogin(TOKEN, gateway="envoy.local")
    drive(login.flow(READING), gateway)
    gateway.live.clear()
    response, sent = drive(login.flow(READING), gateway)
    assert response.status == 200
    assert [request.path for request in sent] == [READING.path, CHECK, READING.path]


def test_a_session_that_any_reply_opens_is_used() -> None:
    login = TokenLogin(TOKEN, gateway="envoy.local")
    replies = iter([Response(status=200), Response(status=200, cookies={"sessionId": "later"}), Response(status=200)])
    drive(login.flow(READING), lambda _request: next(replies))
    _response, sent = drive(login.flow(READING), lambda _request: next(replies))
    assert sent[0].headers["Cookie"] == "sessionId=later"


def test_a_token_that_is_not_accepted_ends_at_once() -> None:
    gateway, login = TokenGateway(), TokenLogin(TOKEN, gateway="envoy.local")
    gateway.good = "another"
    recorder = Recorder(gateway)
    with pytest.raises(CredentialRejected, match=r"envoy\.local does not accept the token") as told:
        drive(login.flow(READING), recorder)
    assert recorder.paths == [CHECK]
    assert TOKEN not in str(told.value)
    assert "entrez" in told.value.hint


def test_a_token_that_is_not_accepted_and_cut_is_told_as_cut() -> None:
    gateway, login = TokenGateway(), TokenLogin(make_token(aud="1")[:-9], gateway="envoy.local")
    with pytest.raises(CredentialRejected, match=r"envoy\.local does not accept the token") as told:
        drive(login.flow(READING), gateway)
    assert "Its end is missing" in told.value.hint


def test_a_token_that_expires_while_in_use_is_told_as_such() -> None:
    gateway, login = TokenGateway(), TokenLogin(TOKEN, gateway="envoy.local")
    drive(login.flow(READING), gateway)
    gateway.good, gateway.live = "another", set()
    recorder = Recorder(gateway)
    with pytest.raises(CredentialRejected):
        drive(login.flow(READING), recorder)
    assert recorder.paths == [READING.path, CHECK]


def test_one_refused_endpoint_is_no_bad_token() -> None:
    gateway, login = TokenGateway(), TokenLogin(TOKEN, gateway="envoy.local")
    gateway.refused = {"/ivp/ensemble/inventory"}
    inventory = Request(path="/ivp/ensemble/inventory")
    for expected in ([CHECK, inventory.path], [inventory.path, CHECK, inventory.path]):
        recorder = Recorder(gateway)
        with pytest.raises(EndpointRefused, match="the token itself is good"):
            drive(login.flow(inventory), recorder)
        assert recorder.paths == expected
    assert drive(login.flow(READING), gateway)[0].status == 200


def test_a_detour_to_the_login_page_is_a_refusal() -> None:
    answers = {
        CHECK: Response(status=200, cookies={"sessionId": "s"}),
        READING.path: Response(status=302, headers={"location": "/login.html"}),
    }
    with pytest.raises(EndpointRefused):
        drive(TokenLogin(TOKEN, gateway="envoy.local").flow(READING), lambda request: answers[request.path])


def test_a_busy_gateway_is_no_verdict_on_the_token() -> None:
    login = TokenLogin(TOKEN, gateway="envoy.local")
    with pytest.raises(GatewayBusy):
        drive(login.flow(READING), lambda _request: Response(status=503))
    assert drive(login.flow(READING), TokenGateway())[0].status == 200


def test_a_gateway_without_the_check_is_asked_with_the_token_alone() -> None:
    def answer(request: Request) -> Response:
        return Response(status=404 if request.path == CHECK else 200)

    assert drive(TokenLogin(TOKEN, gateway="envoy.local").flow(READING), answer)[0].status == 200


def test_what_changes_something_is_never_sent_twice() -> None:
    gateway, login = TokenGateway(by_session=True), TokenLogin(TOKEN, gateway="envoy.local")
    drive(login.flow(READING), gateway)
    gateway.live.clear()
    recorder, write = Recorder(gateway), Request(method="PUT", path="/admin/lib/tariff", body=b"{}")
    with pytest.raises(EndpointRefused, match="not sent again"):
        drive(login.flow(write), recorder)
    assert recorder.paths == [write.path, CHECK]
    assert [request.path for request in drive(login.flow(write), gateway)[1]] == [write.path]
