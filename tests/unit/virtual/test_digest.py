from __future__ import annotations

import hashlib
import itertools

import pytest

from openvoy.protocol.http import Request
from openvoy.testing.clock import ManualClock
from openvoy.virtual.login.digest import Credentials, DigestGate, digest_response, parse_credentials
from openvoy.virtual.source import Reply
from tests.unit.virtual.recordings import SERIAL, identity_of
from tests.unit.virtual.wire import digest

PASSWORDS = {"envoy": SERIAL[-6:], "installer": "s3cret"}
EXAMPLE = (
    'Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", '
    'uri="/dir/index.html", qop=auth, nc=00000001, cnonce="0a4f113b", '
    'response="6629fae49393a05397450978507c4ef1", opaque="5ccc069c403ebaf9f0171e9517f40e41"'
)
"""RFC 2617, 3.5; its password is `Circle Of Life`."""


def gate_of(firmware: str, clock: ManualClock | None = None) -> DigestGate:
    counter = itertools.count()

    def random_bytes(count: int) -> bytes:
        return hashlib.sha256(str(next(counter)).encode()).digest()[:count]

    return DigestGate(identity_of(firmware), PASSWORDS, clock=clock or ManualClock(), random_bytes=random_bytes)


def refusal(gate: DigestGate, path: str, headers: dict[str, str] | None = None) -> Reply:
    reply = gate.admit(Request(path=path, headers={k.lower(): v for k, v in (headers or {}).items()})).reply
    assert reply is not None
    return reply


def challenge(gate: DigestGate, path: str) -> str:
    return dict(refusal(gate, path).headers)["WWW-Authenticate"]


def admitted(gate: DigestGate, path: str, headers: dict[str, str], method: str = "GET") -> bool:
    lowered = {name.lower(): value for name, value in headers.items()}
    return gate.admit(Request(method=method, path=path, headers=lowered)).reply is None


def test_the_example_of_the_standard() -> None:
    credentials = parse_credentials(EXAMPLE)
    assert credentials is not None
    assert digest_response(credentials, "GET", "Circle Of Life") == credentials.response


def test_without_qop_it_is_the_older_standard() -> None:
    credentials = Credentials(username="u", realm="r", nonce="n", uri="/", response="")

    def md5(text: str) -> str:
        return hashlib.md5(text.encode()).hexdigest()

    assert digest_response(credentials, "GET", "p") == md5(f"{md5('u:r:p')}:n:{md5('GET:/')}")


@pytest.mark.parametrize("header", ["", "Basic eDp5", "Digest", 'Digest username="x"', "Digest ,,=,"])
def test_what_is_no_digest_is_none(header: str) -> None:
    assert parse_credentials(header) is None


@pytest.mark.parametrize("user", ["envoy", "installer"])
@pytest.mark.parametrize(
    ("firmware", "path"),
    [
        ("3.9.36", "/api/v1/production/inverters"),
        ("3.9.36", "/admin/lib/tariff"),
        ("4.10.35", "/production"),
        ("5.0.62", "/ivp/meters/readings"),
    ],
)
def test_the_right_password_opens_each_kind_of_challenge(firmware: str, path: str, user: str) -> None:
    gate = gate_of(firmware)
    asked = challenge(gate, path)
    assert admitted(gate, path, digest(asked, path=path, user=user, password=PASSWORDS[user]))
    assert not admitted(gate, path, digest(asked, path=path, user=user, password="wrong"))
    assert not admitted(gate, path, digest(asked, path=path, user="admin", password=PASSWORDS[user]))


def test_native_nonce_is_the_second_and_page_nonce_28_characters() -> None:
    clock = ManualClock()
    gate = gate_of("4.10.35", clock)
    assert f'nonce="{int(clock.now().timestamp())}"' in challenge(gate, "/ivp/meters")
    page = challenge(gate, "/production").partition('nonce="')[2].rstrip('"')
    assert len(page) == 28
    assert challenge(gate, "/production") != challenge(gate, "/production")


async def test_a_nonce_serves_many_requests_and_for_long() -> None:
    clock = ManualClock()
    gate = gate_of("5.0.62", clock)
    asked = challenge(gate, "/ivp/meters")
    await clock.advance(86_400)
    for path in ("/ivp/meters", "/ivp/meters/readings?x=1", "/production"):
        assert admitted(gate, path, digest(asked, path=path, user="envoy", password=PASSWORDS["envoy"]))


@pytest.mark.parametrize("nonce", ["", "0", "99999999999", "1" * 5000, "%%%", "Kz8MZRV4a9h25Ea4+ikZbKDannY=", "١٢"])
def test_a_nonce_that_was_never_issued_is_refused(nonce: str) -> None:
    gate = gate_of("5.0.62")
    made_up = f'Digest qop="auth", realm="enphaseenergy.com", nonce="{nonce}"'
    headers = digest(made_up, path="/ivp/meters", user="envoy", password=PASSWORDS["envoy"])
    assert not admitted(gate, "/ivp/meters", headers)


def test_an_answer_holds_for_its_own_method_path_and_realm_only() -> None:
    gate = gate_of("5.0.62")
    asked = challenge(gate, "/ivp/meters")
    good = digest(asked, path="/ivp/meters", user="envoy", password=PASSWORDS["envoy"])
    assert admitted(gate, "/ivp/meters", good)
    assert not admitted(gate, "/ivp/meters/readings", good)
    assert not admitted(gate, "/ivp/meters", good, method="PUT")
    foreign = asked.replace("enphaseenergy.com", "elsewhere.example")
    assert not admitted(
        gate, "/ivp/meters", digest(foreign, path="/ivp/meters", user="envoy", password=PASSWORDS["envoy"])
    )


def test_a_client_may_write_the_whole_address() -> None:
    gate = gate_of("5.0.62")
    whole = digest(
        challenge(gate, "/ivp/meters"),
        path="http://envoy.local/ivp/meters",
        user="envoy",
        password=PASSWORDS["envoy"],
    )
    assert admitted(gate, "/ivp/meters", whole)


def test_the_household_user_may_not_do_what_is_the_installers() -> None:
    gate = gate_of("5.0.62")
    asked = challenge(gate, "/stream/meter")
    household = digest(asked, path="/stream/meter", user="envoy", password=PASSWORDS["envoy"])
    assert refusal(gate, "/stream/meter", household).status == 403
    assert admitted(
        gate, "/stream/meter", digest(asked, path="/stream/meter", user="installer", password=PASSWORDS["installer"])
    )


def test_3_9_answers_a_wrong_password_without_challenge() -> None:
    gate, path = gate_of("3.9.36"), "/api/v1/production/inverters"
    wrong = digest(challenge(gate, path), path=path, user="envoy", password="wrong")
    assert len(refusal(gate, path, wrong).body) == 90
    assert refusal(gate, path).body == b"Error: 401"


def test_open_paths_need_nothing() -> None:
    assert admitted(gate_of("5.0.62"), "/production.json?details=1", {})
    assert admitted(gate_of("3.9.36"), "/production", {})


def test_credentials_do_not_show_in_a_refusal() -> None:
    gate = gate_of("5.0.62")
    parsed = parse_credentials(EXAMPLE)
    assert parsed is not None
    header = {"Authorization": EXAMPLE}
    text = repr(refusal(gate, "/ivp/meters", header))
    assert parsed.response not in text
    assert PASSWORDS["envoy"] not in text
