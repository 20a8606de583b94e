"""The person's way, walked by a program: the token page, and the code that a gateway's own login page gets (4.6).

Accounts that are installer and owner at once get the installer's kind of token here only.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from openvoy import codec
from openvoy.codec import DecodeError, WireStruct
from openvoy.protocol.cloud.exchange import Account, CloudFlow, CloudHost, build_form, build_get
from openvoy.protocol.cloud.troubles import check_answer, check_no_redirect, refused_token, wrong_password
from openvoy.protocol.http import Response

LOGIN_PATH = "/login"
TOKEN_PATH = "/entrez_tokens"  # noqa: S105 - a path
CODE_PATH = "/oauth/token"
CALLBACK = "https://envoy.local/auth/callback"
"""Where a gateway's page takes the code; nobody is asked there, the code is read from the redirect."""
SESSION_COOKIE = "SESSION"

SERVICE = "The token page"

_CSRF = re.compile(r"<input\b[^>]*\bname=\"_csrf\"[^>]*>")
_VALUE = re.compile(r"\bvalue=\"([^\"]*)\"")
_TOKEN_FIELD = re.compile(r"<textarea\b[^>]*\b(?:id=\"JWTToken\"|name=\"accessToken\")[^>]*>([^<]*)</textarea>")


class CodeReply(WireStruct):
    """What a code is exchanged for."""

    access_token: str | None = None


def walk_pages(account: Account, serial: str) -> CloudFlow[str]:
    """Log in on the web page and create a token there; what it shows may be no token."""
    cookies, fields = yield from _open_login(account)
    response = yield build_form(CloudHost.TOKENS, LOGIN_PATH, fields, cookies)
    _check_login(response, account)
    cookies = {**cookies, **response.cookies}
    response = yield build_form(CloudHost.TOKENS, TOKEN_PATH, {"serialNum": serial}, cookies)
    check_answer(response, service=SERVICE)
    if response.status >= 400:
        raise refused_token(response, user=account.user, serial=serial)
    shown = _TOKEN_FIELD.search(response.body.decode("utf-8", "replace"))
    return "" if shown is None else html.unescape(shown[1]).strip()


def exchange_code(account: Account, serial: str, *, verifier: str) -> CloudFlow[str]:
    """Log in as on a gateway's own page (PKCE, RFC 7636); what the code is exchanged for may be no token."""
    cookies, fields = yield from _open_login(account)
    flow = {
        "codeChallenge": build_challenge(verifier),
        "redirectUri": CALLBACK,
        "client": "envoy-ui",
        "clientId": "envoy-ui-client",
        "authFlow": "oauth",
        "serialNum": serial,
    }
    response = yield build_form(CloudHost.TOKENS, LOGIN_PATH, {**fields, **flow}, cookies)
    check_answer(response, service=SERVICE)
    if response.status in (400, 403, 404):
        raise refused_token(response, user=account.user, serial=serial)
    code = _code_in(response)
    if code is None:
        raise wrong_password(account.user)
    exchange = {
        "client_id": "envoy-ui-1",
        "grant_type": "authorization_code",
        "code": code,
        "code_verifier": verifier,
        "redirect_uri": CALLBACK,
    }
    response = yield build_form(CloudHost.TOKENS, CODE_PATH, exchange)
    check_answer(response, service=SERVICE)
    check_no_redirect(response, service=SERVICE)
    if response.status >= 400:
        return ""
    return _access_token(response)


def build_challenge(verifier: str) -> str:
    """Hash a verifier as S256 has it."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _open_login(account: Account) -> CloudFlow[tuple[Mapping[str, str], dict[str, str]]]:
    """Open the login page, which may give a field that has to be sent back with the password."""
    response = yield build_get(CloudHost.TOKENS, LOGIN_PATH)
    check_answer(response, service=SERVICE)
    fields = {"username": account.user, "password": account.password}
    found = _CSRF.search(response.body.decode("utf-8", "replace"))
    value = None if found is None else _VALUE.search(found[0])
    if value is not None:
        fields["_csrf"] = html.unescape(value[1])
    return response.cookies, fields


def _check_login(response: Response, account: Account) -> None:
    check_answer(response, service=SERVICE)
    if response.status >= 400 or SESSION_COOKIE not in response.cookies:
        raise wrong_password(account.user)


def _code_in(response: Response) -> str | None:
    try:
        query = urlsplit(response.headers.get("location", "")).query
    except ValueError:
        return None
    return next(iter(parse_qs(query).get("code", ())), None)


def _access_token(response: Response) -> str:
    try:
        reply: CodeReply = codec.decoder(CodeReply)(response.body)[0]
    except DecodeError:
        return ""
    return reply.access_token or ""
