from __future__ import annotations

import base64
import json
import os

import pytest

from openvoy.protocol.endpoint import Role
from openvoy.protocol.http import Request
from openvoy.testing.clock import ManualClock
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.login.gate import Admission
from openvoy.virtual.login.sessions import SessionBook
from openvoy.virtual.login.token import TokenGate
from openvoy.virtual.login.tokens import INSTALLER_LIFETIME_S, OWNER_LIFETIME_S, TokenAuthority
from tests.unit.virtual.recordings import SERIAL, identity_of

DATA = "/production.json"
CHECK = "/auth/check_jwt"


class Door:
    """A gate with its clock and authority."""

    def __init__(self, firmware: str = "8.2.4345") -> None:
        self.clock = VirtualClock(ManualClock(), speed=0)
        self.authority = TokenAuthority(SERIAL, random_bytes=os.urandom)
        sessions = SessionBook(self.clock, os.urandom)
        self.gate = TokenGate(identity_of(firmware), self.authority, sessions, clock=self.clock)

    def token(self, user: str = "owner", lifetime_s: float = OWNER_LIFETIME_S) -> str:
        return self.authority.issue(user, now=self.clock.now(), lifetime_s=lifetime_s)

    def knock(self, path: str = DATA, *, token: str = "", cookie: str = "", method: str = "GET") -> Admission:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        if cookie:
            headers["cookie"] = f"other=1; sessionId={cookie}"
        return self.gate.admit(Request(method=method, path=path, headers=headers))

    def opens(self, path: str = DATA, *, token: str = "", cookie: str = "", method: str = "GET") -> bool:
        return self.knock(path, token=token, cookie=cookie, method=method).reply is None

    def session(self, token: str) -> str:
        cookie = self.knock(CHECK, token=token).cookie
        assert cookie is not None
        assert cookie.endswith("; Secure; HttpOnly; path=/")
        return cookie.removeprefix("sessionId=").partition(";")[0]


def payload(token: str) -> dict[str, object]:
    part = token.split(".")[1]
    claims: dict[str, object] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


def test_a_token_says_what_the_clouds_say() -> None:
    door = Door()
    claims = payload(door.token())
    now = int(door.clock.now().timestamp())
    assert claims["aud"] == SERIAL
    assert claims["iss"] == "Entrez"
    assert claims["enphaseUser"] == "owner"
    assert (claims["iat"], claims["exp"]) == (now, now + 31_536_000)
    assert {"jti", "username"} < set(claims)
    header = json.loads(base64.urlsafe_b64decode(door.token().split(".")[0] + "=="))
    assert (header["alg"], header["typ"]) == ("ES256", "JWT")
    assert header["kid"]


def test_nobody_gets_in_without_and_everybody_to_open_pages() -> None:
    door = Door()
    refused = door.knock().reply
    assert refused is not None
    assert refused.status == 401
    assert door.opens("/info")
    assert door.opens("/home")
    assert not door.opens("/never/heard/of")


def test_a_bearer_is_enough_everywhere() -> None:
    door = Door()
    for path in (DATA, "/ivp/meters", "/api/v1/production", "/admin/lib/tariff"):
        assert door.opens(path, token=door.token())


def test_a_token_ends_with_its_lifetime() -> None:
    door = Door()
    owner, installer = door.token(), door.token("installer", INSTALLER_LIFETIME_S)
    door.clock.advance(INSTALLER_LIFETIME_S - 1)
    assert door.opens(token=installer)
    door.clock.advance(1)
    assert not door.opens(token=installer)
    assert door.opens(token=owner)
    door.clock.advance(OWNER_LIFETIME_S - INSTALLER_LIFETIME_S)
    assert not door.opens(token=owner)


def test_tokens_of_others_are_refused() -> None:
    door, stranger = Door(), Door()
    other_serial = TokenAuthority("122200999999", random_bytes=os.urandom, key_json=door.authority.key_json)
    unsigned = [base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (b'{"alg":"none"}', b"{}")]
    for token in (
        stranger.token(),
        other_serial.issue("owner", now=door.clock.now(), lifetime_s=60),
        door.token("burglar"),
        ".".join([*unsigned, ""]),
        "rubbish",
        "a.b.c",
    ):
        assert not door.opens(token=token)


@pytest.mark.parametrize(
    ("user", "path", "opens"),
    [
        ("owner", "/ivp/peb/newscan", False),
        ("prov", "/ivp/peb/newscan", True),
        ("owner", "/ivp/meters/cts", False),
        ("installer", "/ivp/meters/cts", True),
        ("installer", DATA, True),
        ("anybody", DATA, False),
    ],
)
def test_a_role_opens_what_it_may(user: str, path: str, *, opens: bool) -> None:
    door = Door()
    assert door.opens(path, token=door.token(user)) is opens


def test_the_check_answers_exactly_and_opens_a_session() -> None:
    door = Door()
    for method in ("GET", "POST"):
        reply = door.knock(CHECK, token=door.token(), method=method).reply
        assert reply is not None
        assert (reply.status, reply.body) == (200, b"<!DOCTYPE html><h2>Valid token.</h2>\n")
        assert dict(reply.headers)["Content-Type"] == "text/html"
    refused = door.knock(CHECK, token="rubbish")
    assert refused.reply is not None
    assert (refused.reply.status, refused.cookie) == (401, None)
    session = door.session(door.token())
    assert len(session) == 32
    assert door.opens(cookie=session)
    assert not door.opens(cookie="x" * 32)


def test_a_session_lives_ten_minutes_after_its_last_use() -> None:
    door = Door()
    session = door.session(door.token())
    for _ in range(3):
        door.clock.advance(600)
        assert door.opens(cookie=session)
    door.clock.advance(600.5)
    assert not door.opens(cookie=session)


def test_a_session_outlives_its_token_while_it_is_used() -> None:
    door = Door()
    session = door.session(door.token(lifetime_s=60))
    door.clock.advance(120)
    assert door.opens(cookie=session)


def test_a_token_has_one_session_and_a_role_keeps_its_limits() -> None:
    door = Door()
    owner, installer = door.token(), door.token("installer")
    assert door.session(owner) == door.session(owner) != door.session(installer)
    assert not door.opens("/ivp/peb/newscan", cookie=door.session(owner))
    assert door.opens("/ivp/peb/newscan", cookie=door.session(owner), token=installer)
    assert door.opens("/ivp/peb/newscan", cookie=door.session(installer))


@pytest.mark.parametrize(("firmware", "every_time"), [("8.3.5288", False), ("8.3.5289", True), ("8.3.5433", True)])
def test_newer_firmware_sets_the_cookie_with_every_bearer(firmware: str, *, every_time: bool) -> None:
    door = Door(firmware)
    admission = door.knock(token=door.token())
    assert admission.reply is None
    assert (admission.cookie is not None) is every_time


def test_the_key_can_be_kept() -> None:
    door = Door()
    again = TokenAuthority(SERIAL, random_bytes=os.urandom, key_json=door.authority.key_json)
    claims = again.check(door.token(), now=door.clock.now())
    assert claims is not None
    assert claims.role is Role.OWNER


@pytest.mark.parametrize(
    "key", ["", "rubbish", "{}", '{"kty": "RSA"}', '{"kty": "EC", "crv": "P-256", "x": "!"}', "[]"]
)
def test_what_is_no_key_is_a_value_error(key: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        TokenAuthority(SERIAL, random_bytes=os.urandom, key_json=key)
