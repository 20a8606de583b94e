from __future__ import annotations

import pytest

from openvoy.protocol.endpoint import Handler
from openvoy.virtual.pages import (
    render_bad_digest_3_9,
    render_digest_refused,
    render_not_found,
    render_redirect,
    render_reply,
    render_token_refused,
    render_wrong_method,
)
from openvoy.virtual.source import Framing
from tests.unit.virtual.recordings import identity_of

MODULE_404 = b' { "err": "404 - Not Found" }'
ROUTER_404 = b'{ "error" : "404 - Not Found" }'


@pytest.mark.parametrize(("firmware", "page"), [("7.3.130", b"'/home'"), ("8.3.5289", b"'/login.html'")])
def test_refusal_of_token_firmware_leads_to_its_login(firmware: str, page: bytes) -> None:
    reply = render_token_refused(identity_of(firmware))
    assert reply.status == 401
    assert page in reply.body
    assert [name for name, _ in reply.headers] == ["Server", "Date", "Content-Type", "Content-Length", "Connection"]


def test_refusal_of_7_is_555_bytes_long() -> None:
    assert len(render_token_refused(identity_of("7.3.130")).body) == 555


@pytest.mark.parametrize(
    ("firmware", "path", "body", "content_type"),
    [
        ("3.17.3", "/ivp/meters", ROUTER_404, "application/json; charset=ISO-8859-4"),
        ("4.10.35", "/ivp/ss/gen_config", ROUTER_404, "application/json; charset=ISO-8859-4"),
        ("5.0.62", "/ivp/ss/gen_config", MODULE_404, None),
        ("5.0.62", "/ivp/ensemble/power", ROUTER_404, "application/json; charset=ISO-8859-4"),
        ("8.2.4345", "/ivp/ensemble/nothing", MODULE_404, None),
        ("8.2.4345", "/nothing", ROUTER_404, "application/json; charset=ISO-8859-4"),
    ],
)
def test_404_by_generation(firmware: str, path: str, body: bytes, content_type: str | None) -> None:
    reply = render_not_found(identity_of(firmware), path)
    assert (reply.status, reply.body, dict(reply.headers).get("Content-Type")) == (404, body, content_type)


def test_405_is_that_of_a_native_module() -> None:
    reply = render_wrong_method(identity_of("7.6.175"))
    assert (reply.status, reply.body) == (405, b'{"err":"405 - Method Not Allowed"}')
    assert "Content-Type" not in dict(reply.headers)


@pytest.mark.parametrize(
    ("firmware", "handler", "body", "length"),
    [
        ("3.9.36", Handler.SCRIPTED, b"Error: 401", 10),
        ("5.0.62", Handler.NATIVE, b"Error: 401", 10),
        ("5.0.62", Handler.SCRIPTED, b"<html><body><h2>401 Unauthorized</h2></body></html>", 51),
    ],
)
def test_digest_refusals(firmware: str, handler: Handler, body: bytes, length: int) -> None:
    reply = render_digest_refused(identity_of(firmware), "Digest x", handler)
    assert (reply.status, reply.body, len(reply.body)) == (401, body, length)
    assert dict(reply.headers)["WWW-Authenticate"] == "Digest x"


def test_a_wrong_password_at_3_9_gives_90_bytes_and_no_usable_challenge() -> None:
    reply = render_bad_digest_3_9()
    assert len(reply.body) == 90
    assert not dict(reply.headers)["WWW-Authenticate"].startswith("Digest")


@pytest.mark.parametrize(
    ("firmware", "path", "content_type", "framing"),
    [
        ("8.3.5433", "/ivp/meters", None, Framing.LENGTH),
        ("8.3.5433", "/info", None, Framing.LENGTH),
        ("7.6.175", "/info", "text/xml", Framing.LENGTH),
        ("7.6.175", "/production.json", "application/json", Framing.CHUNKED),
        ("7.6.175", "/api/v1/production", "application/json", Framing.LENGTH),
        ("5.0.62", "/admin/lib/tariff", "application/json", Framing.CLOSE),
        ("3.17.3", "/info", "application/json", Framing.CLOSE),
        ("3.9.36", "/info", "text/xml", Framing.CLOSE),
    ],
)
def test_typical_replies(firmware: str, path: str, content_type: str | None, framing: Framing) -> None:
    reply = render_reply(identity_of(firmware), path, b"{}")
    assert (dict(reply.headers).get("Content-Type"), reply.framing) == (content_type, framing)


def test_a_page_for_people_is_labelled_so() -> None:
    reply = render_reply(identity_of("8.3.5433"), "/home", b"<!DOCTYPE html>")
    assert dict(reply.headers)["Content-Type"] == "text/html"


def test_redirect_is_nginx_own() -> None:
    reply = render_redirect(identity_of("8.3.5433"), "https://envoy.local/")
    assert reply.status == 301
    assert reply.body.endswith(b"<hr><center>openresty/1.17.8.1</center>\r\n</body>\r\n</html>\r\n")


def test_before_nginx_a_redirect_names_no_server() -> None:
    reply = render_redirect(identity_of("5.0.62"), "/home")
    assert (reply.status, dict(reply.headers)["Location"]) == (301, "/home")
    assert "Server" not in dict(reply.headers)
    assert b"openresty" not in reply.body
