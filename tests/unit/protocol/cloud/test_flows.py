"""Flows without a network: what is sent to whom, and replies that no virtual cloud gives."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import parse_qs

import pytest

from openvoy.errors import CloudUnavailable, CredentialRejected, OpenvoyError, SecondFactorNeeded
from openvoy.protocol.cloud import Account, CloudHost, CloudService, CloudStep, Route, TokenWish, obtain_token
from openvoy.protocol.cloud.web import build_challenge
from openvoy.protocol.http import Response
from tests.unit.protocol.login.gateways import make_token

SERIAL = "122200000001"
TOKEN = make_token(aud=SERIAL, enphaseUser="owner", iat=1, exp=2_000_000_000)
ACCOUNT = Account(user="me@example.com", password="pass & word")
GRANTED = Response(status=200, body=b'{"session_id":"s1","is_consumer":true}', cookies={"_enlighten_4_session": "s1"})

Answer = Callable[[CloudStep], Response]


def drive(answer: Answer, **wish: object) -> tuple[str, list[CloudStep]]:
    flow = obtain_token(TokenWish(account=ACCOUNT, serial=SERIAL, verifier="v" * 43, **wish))  # type: ignore[arg-type]
    sent: list[CloudStep] = []
    step = next(flow)
    while True:
        sent.append(step)
        assert len(sent) < 12
        try:
            step = flow.send(answer(step))
        except StopIteration as end:
            return str(end.value), sent


def answering(**by_path: Response) -> Answer:
    return lambda step: by_path[
        step.request.path.strip("/?").partition("?")[0].replace("/", "_").replace(".", "_").replace("-", "_")
    ]


def test_the_usual_way_is_two_requests() -> None:
    token, sent = drive(answering(login_login_json=GRANTED, tokens=Response(status=200, body=TOKEN.encode())))
    assert token == TOKEN
    assert [(step.host, step.request.method, step.request.path) for step in sent] == [
        (CloudHost.ACCOUNTS, "POST", "/login/login.json?"),
        (CloudHost.TOKENS, "POST", "/tokens"),
    ]
    assert parse_qs(sent[0].request.body.decode()) == {
        "user[email]": ["me@example.com"],
        "user[password]": ["pass & word"],
    }
    assert json.loads(sent[1].request.body) == {"session_id": "s1", "serial_num": SERIAL, "username": "me@example.com"}


def test_a_sentence_for_a_token_leads_to_the_other_way() -> None:
    by_url = Response(status=200, body=json.dumps({"token": TOKEN, "expires_at": 1}).encode())
    token, sent = drive(
        answering(login_login_json=GRANTED, tokens=Response(status=200, body=b"Failed"), entrez_auth_token=by_url)
    )
    assert token == TOKEN
    assert sent[2].request.path == f"/entrez-auth-token?serial_num={SERIAL}"
    assert sent[2].request.headers["Cookie"] == "_enlighten_4_session=s1"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"Failed",
        b"<html>",
        TOKEN.encode()[:30],
        make_token(aud="999", exp=2_000_000_000).encode(),
        make_token(aud=SERIAL).encode(),
    ],
)
def test_what_is_no_token_of_this_gateway_is_not_taken(body: bytes) -> None:
    with pytest.raises(CloudUnavailable, match="no token"):
        drive(
            answering(
                login_login_json=GRANTED,
                tokens=Response(status=200, body=body),
                entrez_auth_token=Response(status=200, body=b"[]"),
            )
        )


@pytest.mark.parametrize(
    ("reply", "kind", "message"),
    [
        (Response(status=200, body=b"<html>"), CloudUnavailable, "opens no session"),
        (Response(status=200, body=b"{}"), CloudUnavailable, "opens no session"),
        (Response(status=200, body=b'{"mfa_required":true}'), SecondFactorNeeded, "second factor"),
        (Response(status=200, body=b'{"success":true,"isBlocked":false}'), SecondFactorNeeded, "second factor"),
        (Response(status=200, body=b"{}", cookies={"login_otp_nonce": "1"}), SecondFactorNeeded, "second factor"),
        (Response(status=401, body=b"<html>"), CredentialRejected, "does not accept"),
        (Response(status=422, body=b"{}"), CredentialRejected, "does not accept"),
        (Response(status=302, headers={"location": "https://elsewhere"}), CloudUnavailable, "leads elsewhere"),
        (Response(status=500, body=b""), CloudUnavailable, "cannot serve"),
        (Response(status=429, headers={"retry-after": "5"}), CloudUnavailable, "patience"),
    ],
)
def test_logins_that_lead_nowhere(reply: Response, kind: type[OpenvoyError], message: str) -> None:
    with pytest.raises(OpenvoyError, match=message) as caught:
        drive(answering(login_login_json=reply))
    assert type(caught.value) is kind
    assert caught.value.hint
    assert "pass" + " & word" not in str(caught.value)


def test_the_challenge_is_the_one_of_the_standard() -> None:
    # RFC 7636, appendix B.
    assert (
        build_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    )


def test_a_page_without_token_and_a_redirect_without_code() -> None:
    page = Response(status=200, body=b"<h1>Hello</h1>", cookies={"SESSION": "1"})
    with pytest.raises(CloudUnavailable, match="no token"):
        drive(answering(login=page, entrez_tokens=page), route=Route.PAGE)
    with pytest.raises(CredentialRejected, match="does not accept"):
        drive(answering(login=Response(status=302, headers={"location": "http://["})), route=Route.CODE)


def test_nothing_shows_a_secret() -> None:
    for value in (ACCOUNT, TokenWish(account=ACCOUNT, serial=SERIAL, verifier="v" * 43)):
        assert "pass" not in repr(value)
        assert "v" * 43 not in repr(value)


@pytest.mark.parametrize(
    ("tokens_url", "base"),
    [
        ("https://a.example", "https://a.example"),
        ("https://a.example/tokens", "https://a.example"),
        ("http://127.0.0.1:8/x/tokens", "http://127.0.0.1:8/x"),
    ],
)
def test_both_ways_to_write_the_token_service(tokens_url: str, base: str) -> None:
    assert CloudService(tokens_url=tokens_url).tokens_base_url == base
