"""Enlighten: accounts log in by program, a browser that is logged in gets tokens by address (4.3, 4.5, 4.6)."""

from __future__ import annotations

import base64
import hmac

from openvoy import codec
from openvoy.virtual.cloud.accounts import Account, Kind, Route
from openvoy.virtual.cloud.counter import find_trouble, issue
from openvoy.virtual.cloud.replies import render_json
from openvoy.virtual.cloud.troubles import NO_SESSION, WRONG_PASSWORD, refuse
from openvoy.virtual.cloud.visit import Outcome, Service, Visit

SESSION_COOKIE = "_enlighten_4_session"
MANAGER_COOKIE = "enlighten_manager_token_production"


def log_in(visit: Visit) -> Outcome:
    """Log an account in: the session's id in the body and as cookie."""
    account = visit.office.directory.find(visit.fields.get("user[email]", ""), visit.fields.get("user[password]", ""))
    if account is None:
        return refuse(visit, WRONG_PASSWORD)
    session_id = visit.office.app_sessions.open(account)
    manager_token = build_manager_token(visit, account)
    systems = visit.office.directory.systems_of(account)
    body = {
        "message": "success",
        "session_id": session_id,
        "manager_token": manager_token,
        "is_consumer": account.kind is not Kind.INSTALLER,
        "user_id": account.user_id,
        "user_name": account.address,
        "first_name": account.first_name,
        "system_id": str(systems[0].site_id),
        "redirect_url": "",
    }
    cookies = (
        visit.office.render_cookie(SESSION_COOKIE, session_id),
        visit.office.render_cookie(MANAGER_COOKIE, manager_token),
        visit.office.render_cookie("locale", "en"),
    )
    return Outcome(reply=render_json(body, headers=cookies), account=account, session_id=session_id)


def issue_by_address(visit: Visit) -> Outcome:
    """Issue a token to a browser that is logged in, with its times."""
    account = _account_of(visit)
    if account is None:
        return refuse(visit, NO_SESSION)
    serial = visit.fields.get("serial_num", "")
    trouble = find_trouble(visit, account, serial)
    if trouble is not None:
        return refuse(visit, trouble)
    token, grant = issue(visit, account, serial, Route.PROGRAM)
    issued_s = int(visit.office.clock.now().timestamp())
    body = {"generation_time": issued_s, "token": token, "expires_at": issued_s + int(grant.lifetime_s)}
    return Outcome(reply=render_json(body), account=account, serial=serial, token=token)


def tell_app_token(visit: Visit) -> Outcome:
    """Tell the token of the cloud's own API; no gateway takes it."""
    account = _account_of(visit)
    if account is None:
        return refuse(visit, NO_SESSION)
    return Outcome(reply=render_json({"token": build_manager_token(visit, account)}), account=account)


def tell_systems(visit: Visit) -> Outcome:
    """Tell the systems of the account."""
    account = _account_of(visit)
    if account is None:
        return refuse(visit, NO_SESSION)
    systems = visit.office.directory.systems_of(account)
    sites = [{"id": system.site_id, "title": system.name} for system in systems]
    return Outcome(reply=render_json({"sites": sites}), account=account)


def build_manager_token(visit: Visit, account: Account) -> str:
    """Build a token of the cloud's own API: HS256, which no gateway can check."""
    issued_s = int(visit.office.clock.now().timestamp())
    header = {"alg": "HS256", "typ": "JWT"}
    claims = {
        "iss": "Enlighten",
        "aud": "api",
        "user_id": account.user_id,
        "username": account.address,
        "iat": issued_s,
        "exp": issued_s + 86_400,
    }
    signed = ".".join(_encode(codec.encode_json(part)) for part in (header, claims))
    signature = hmac.digest(visit.office.random_bytes(32), signed.encode(), "sha256")
    return f"{signed}.{_encode(signature)}"


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _account_of(visit: Visit) -> Account | None:
    return visit.office.app_sessions.use(visit.cookies.get(SESSION_COOKIE, ""))


ROUTES = {
    ("POST", "/login/login.json"): (Service.LOGIN, log_in),
    ("GET", "/login/login.json"): (Service.LOGIN, log_in),
    ("GET", "/entrez-auth-token"): (Service.TOKEN_BY_URL, issue_by_address),
    ("GET", "/app-api/jwt_token.json"): (Service.ACCOUNT, tell_app_token),
    ("GET", "/app-api/search_sites.json"): (Service.ACCOUNT, tell_systems),
}
