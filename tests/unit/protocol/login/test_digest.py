from __future__ import annotations

import pytest

from openvoy.errors import CredentialRejected, EndpointRefused
from openvoy.protocol.http import Request, Response
from openvoy.protocol.login import DigestLogin
from openvoy.protocol.login.challenge import parse_challenge
from openvoy.protocol.login.digest import PROBE_PATHS
from tests.unit.protocol.login.gateways import DigestGateway, Recorder, drive, members_of

READING = Request(path="/ivp/meters/readings")
DETAILS = Request(path="/production.json?details=1")


def login(password: str = "123456", user: str = "envoy") -> DigestLogin:
    return DigestLogin(user, password, gateway="envoy.local", new_cnonce=lambda: "0a4f113b")


def test_the_example_of_rfc_2617_is_answered_as_it_says() -> None:
    challenge = (
        'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093",'
        ' opaque="5ccc069c403ebaf9f0171e9517f40e41"'
    )
    replies = iter([Response(status=401, headers={"www-authenticate": challenge}), Response(status=200)])
    flow = DigestLogin("Mufasa", "Circle Of Life", gateway="host", new_cnonce=lambda: "0a4f113b").flow(
        Request(path="/dir/index.html")
    )
    _response, sent = drive(flow, lambda _request: next(replies))
    said = members_of(sent[1].headers["Authorization"])
    assert said["response"] == "6629fae49393a05397450978507c4ef1"
    assert said["opaque"] == "5ccc069c403ebaf9f0171e9517f40e41"
    assert (said["nc"], said["qop"], said["uri"]) == ("00000001", "auth", "/dir/index.html")


def test_only_the_first_request_is_sent_twice() -> None:
    gateway, digest = DigestGateway("123456"), login()
    assert len(drive(digest.flow(READING), gateway)[1]) == 2
    assert len(drive(digest.flow(READING), gateway)[1]) == 1
    assert len(drive(digest.flow(DETAILS), gateway)[1]) == 1
    assert gateway.seen == {"nonce1": [1, 2, 3]}


def test_a_page_that_asks_for_no_login_gets_none() -> None:
    _response, sent = drive(login().flow(READING), lambda _request: Response(status=200))
    assert [request.headers for request in sent] == [{}]


@pytest.mark.parametrize("life", [1, 2])
def test_an_outdated_nonce_is_replaced_at_once(life: int) -> None:
    gateway, digest = DigestGateway("123456", life=life), login()
    for _ in range(5):
        response, _sent = drive(digest.flow(READING), gateway, limit=3)
        assert response.status == 200


def test_servers_inside_one_gateway_keep_their_own_nonces() -> None:
    native, pages, digest = DigestGateway("123456"), DigestGateway("123456", name="page"), login()

    def answer(request: Request) -> Response:
        return (pages if request.path.startswith("/production") else native)(request)

    for request in (READING, DETAILS):
        drive(digest.flow(request), answer)
    for request in (READING, DETAILS, READING, DETAILS):
        assert len(drive(digest.flow(request), answer)[1]) == 1
    assert (native.made, pages.made) == (1, 1)


@pytest.mark.parametrize("extra", ['qop="auth", ', "qop=auth, ", "", 'opaque="", ', "algorithm=MD5, "])
def test_forms_of_a_challenge(extra: str) -> None:
    response, sent = drive(login().flow(READING), DigestGateway("123456", challenge=extra))
    assert response.status == 200
    assert len(sent) == 2


def test_a_wrong_password_is_told_after_few_requests() -> None:
    gateway = Recorder(DigestGateway("654321"))
    with pytest.raises(CredentialRejected, match=r"envoy\.local does not accept the password of user envoy") as told:
        drive(login().flow(READING), gateway)
    assert gateway.paths == [READING.path] * 2 + [PROBE_PATHS[0]] * 2
    assert "123456" not in str(told.value)


def test_a_wrong_password_is_not_tried_again_for_each_page() -> None:
    gateway, digest = Recorder(DigestGateway("654321")), login()
    for _ in range(2):
        with pytest.raises(CredentialRejected):
            drive(digest.flow(Request(path=PROBE_PATHS[0])), gateway)
    assert len(gateway.paths) <= 8


def test_one_refused_page_is_no_wrong_password() -> None:
    gateway, digest = DigestGateway("123456"), login()
    gateway.refused = {"/production": 401, "/ivp/meters/cts": 403}
    for path in gateway.refused:
        with pytest.raises(EndpointRefused, match=f"refuses {path} to user envoy"):
            drive(digest.flow(Request(path=path)), gateway)
    assert drive(digest.flow(READING), gateway)[0].status == 200


@pytest.mark.parametrize("path", PROBE_PATHS)
def test_a_page_that_ought_to_be_readable_may_be_refused_too(path: str) -> None:
    gateway, digest = DigestGateway("123456"), login()
    gateway.refused = {path: 401}
    with pytest.raises(EndpointRefused):
        drive(digest.flow(Request(path=path)), gateway)
    drive(digest.flow(Request(path="/production")), gateway)
    with pytest.raises(EndpointRefused):
        drive(digest.flow(Request(path=path)), gateway)


def test_a_password_that_is_changed_while_in_use_is_told() -> None:
    gateway, digest = DigestGateway("123456"), login()
    drive(digest.flow(Request(path="/production")), gateway)
    gateway.password = "changed"
    with pytest.raises(CredentialRejected):
        drive(digest.flow(READING), gateway, limit=12)


def test_an_open_page_proves_no_password() -> None:
    gateway, digest = DigestGateway("654321"), login()

    def answer(request: Request) -> Response:
        return Response(status=200) if request.path == "/home.json" else gateway(request)

    drive(digest.flow(Request(path="/home.json")), answer)
    with pytest.raises(CredentialRejected):
        drive(digest.flow(Request(path="/production")), answer)
    drive(digest.flow(Request(path="/home.json")), answer)
    with pytest.raises(CredentialRejected):
        drive(digest.flow(Request(path="/production")), answer, limit=12)


GARBAGE = "\xd8\xc9\xc6A"


@pytest.mark.parametrize("header", ["", GARBAGE, f"Digest {GARBAGE}", 'Digest realm="x"', 'Basic realm="x"'])
def test_a_challenge_that_cannot_be_read_is_a_refused_endpoint(header: str) -> None:
    body = b'{"status":401,"error":"","info":"Authentication required","moreInfo":""}'
    answer = Recorder(lambda _request: Response(status=401, headers={"www-authenticate": header}, body=body))
    with pytest.raises(EndpointRefused, match="its login challenge cannot be read"):
        drive(login().flow(Request(path=PROBE_PATHS[0])), answer)
    assert answer.paths == [PROBE_PATHS[0]]


@pytest.mark.parametrize(
    ("header", "nonce"),
    [
        ('Digest qop="auth", realm="enphaseenergy.com", nonce="1694046744"', "1694046744"),
        (
            'Digest qop="auth", realm="enphaseenergy.com", nonce="Kz8MZRV4a9h25Ea4+ikZbKDannY="',
            "Kz8MZRV4a9h25Ea4+ikZbKDannY=",
        ),
        ("digest realm=enphaseenergy.com,nonce=abc=,qop=auth", "abc="),
        (f'Digest realm="r", nonce="n"{GARBAGE}', "n"),
        (f'Digest {GARBAGE} realm="r" {GARBAGE}, nonce="n"', "n"),
        ('Basic realm="b", Digest realm="r", nonce="n"', "n"),
        ('Negotiate YWJj, Digest realm="r", nonce="n"', "n"),
        ('Digest realm="r", nonce="sha", algorithm=SHA-256, Digest realm="r", nonce="md5", algorithm=MD5', "md5"),
        ('Digest realm="r", nonce="int", qop="auth-int", Digest realm="r", nonce="auth", qop="auth-int, auth"', "auth"),
        ('Digest realm="a \\"quoted\\" realm", nonce="n', "n"),
        ('Digest realm="Digest nonce=wrong", nonce="right"', "right"),
    ],
)
def test_the_challenge_is_found_among_whatever_stands_around(header: str, nonce: str) -> None:
    challenge = parse_challenge(header)
    assert challenge is not None
    assert challenge.nonce == nonce


def test_an_installer_signs_with_the_given_name() -> None:
    response, sent = drive(login("secret", "installer").flow(READING), DigestGateway("secret", user="installer"))
    assert response.status == 200
    assert members_of(sent[1].headers["Authorization"])["username"] == "installer"


WRITE = Request(method="PUT", path="/admin/lib/tariff", body=b"{}")


def test_what_changes_something_is_sent_once_and_signed() -> None:
    gateway, login = DigestGateway("secret"), DigestLogin("envoy", "secret", gateway="envoy.local")
    response, sent = drive(login.flow(WRITE), gateway)
    assert response.status == 200
    assert [request.method for request in sent] == ["GET", "GET", "PUT"]
    assert [request.method for request in drive(login.flow(WRITE), gateway)[1]] == ["PUT"]


def test_an_outdated_nonce_does_not_repeat_it() -> None:
    gateway, login = DigestGateway("secret", life=2), DigestLogin("envoy", "secret", gateway="envoy.local")
    drive(login.flow(WRITE), gateway)
    recorder = Recorder(gateway)
    with pytest.raises(EndpointRefused, match="not sent again"):
        drive(login.flow(WRITE), recorder)
    assert recorder.paths == [WRITE.path]
    assert drive(login.flow(WRITE), gateway)[0].status == 200
