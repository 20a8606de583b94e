"""The program's way: a session by e-mail and password, then a token by call or by URL (endpoints.md 4.3 to 4.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from openvoy import codec
from openvoy.codec import DecodeError, WireStruct
from openvoy.protocol.cloud.exchange import Account, CloudFlow, CloudHost, build_form, build_get, build_json
from openvoy.protocol.cloud.service import TOKENS_PATH
from openvoy.protocol.cloud.troubles import (
    check_answer,
    check_no_redirect,
    no_session,
    refused_token,
    second_factor,
    wrong_password,
)
from openvoy.protocol.http import Response

LOGIN_PATH = "/login/login.json?"
BY_URL_PATH = "/entrez-auth-token"
SESSION_COOKIE = "_enlighten_4_session"
OTP_COOKIE = "login_otp_nonce"

LOGIN_SERVICE = "The login service"
TOKEN_SERVICE = "The token service"  # noqa: S105 - the name of a service


class LoginReply(WireStruct):
    """What a login says."""

    session_id: str | None = None
    is_consumer: bool | None = None
    success: bool | None = None
    mfa_required: bool | None = None


class ByUrlReply(WireStruct):
    """A token with its times."""

    token: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CloudSession:
    """A login that succeeded."""

    session_id: str
    cookies: Mapping[str, str]
    is_consumer: bool | None
    """A homeowner's account; None where it is not said (quirk Q61)."""


def log_in(account: Account) -> CloudFlow[CloudSession]:
    """Log in; CredentialRejected for a wrong password, SecondFactorNeeded, CloudUnavailable for the rest."""
    fields = {"user[email]": account.user, "user[password]": account.password}
    response = yield build_form(CloudHost.ACCOUNTS, LOGIN_PATH, fields)
    check_answer(response, service=LOGIN_SERVICE)
    check_no_redirect(response, service=LOGIN_SERVICE)
    if response.status >= 400:
        raise wrong_password(account.user)
    reply = _decode_login(response)
    if reply.session_id is None:
        half_done = reply.mfa_required or OTP_COOKIE in response.cookies or reply.success
        raise second_factor(account.user) if half_done else no_session(account.user)
    cookies = {SESSION_COOKIE: reply.session_id, **response.cookies}
    return CloudSession(session_id=reply.session_id, cookies=cookies, is_consumer=reply.is_consumer)


def ask_for_token(account: Account, session: CloudSession, serial: str) -> CloudFlow[str]:
    """Ask the token service by call; what it answers may be no token."""
    body = {"session_id": session.session_id, "serial_num": serial, "username": account.user}
    response = yield build_json(CloudHost.TOKENS, TOKENS_PATH, body)
    return _accepted(response, account, serial).decode("utf-8", "replace")


def ask_by_url(account: Account, session: CloudSession, serial: str) -> CloudFlow[str]:
    """Ask by URL with the cookies of the login; what it answers may be no token."""
    response = yield build_get(CloudHost.ACCOUNTS, f"{BY_URL_PATH}?serial_num={quote(serial)}", session.cookies)
    body = _accepted(response, account, serial)
    try:
        reply: ByUrlReply = codec.decoder(ByUrlReply)(body)[0]
    except DecodeError:
        return ""
    return reply.token or ""


def _accepted(response: Response, account: Account, serial: str) -> bytes:
    check_answer(response, service=TOKEN_SERVICE)
    check_no_redirect(response, service=TOKEN_SERVICE)
    if response.status >= 400:
        raise refused_token(response, user=account.user, serial=serial)
    return response.body


def _decode_login(response: Response) -> LoginReply:
    try:
        reply: LoginReply = codec.decoder(LoginReply)(response.body)[0]
    except DecodeError:
        # A page instead of JSON: somebody else answers, or the service has changed.
        return LoginReply()
    return reply
