"""Entrez for people: log in, choose system and gateway, copy a token (4.6). Programs walk the same pages."""

from __future__ import annotations

from urllib.parse import unquote

from openvoy.virtual.cloud import token_pages
from openvoy.virtual.cloud.accounts import Account, Route, System
from openvoy.virtual.cloud.counter import find_trouble, issue
from openvoy.virtual.cloud.login_page import render_login
from openvoy.virtual.cloud.oauth import grant_code, is_flow
from openvoy.virtual.cloud.replies import render_found, render_json
from openvoy.virtual.cloud.troubles import NO_PAGE, NO_SESSION, WRONG_PASSWORD, refuse
from openvoy.virtual.cloud.visit import Outcome, Service, Visit
from openvoy.virtual.login.tokens import UNCOMMISSIONED

SESSION_COOKIE = "SESSION"
SITE_PREFIX = "/site/"


def show_login(visit: Visit) -> Outcome:
    """Show the login, or the token page to who is logged in."""
    account = _account_of(visit)
    if account is not None:
        return Outcome(reply=render_found("/entrez_tokens"), account=account)
    # Programs look for the field. Nothing is checked by it: those written before it existed send none.
    return Outcome(reply=render_login({**visit.fields, "_csrf": visit.office.random_bytes(16).hex()}))


def log_in(visit: Visit) -> Outcome:
    """Log in by form; a login for a gateway's own pages goes back there with a code."""
    account = visit.office.directory.find(visit.fields.get("username", ""), visit.fields.get("password", ""))
    if account is None:
        return refuse(visit, WRONG_PASSWORD)
    if is_flow(visit):
        return grant_code(visit, account)
    session_id = visit.office.web_sessions.open(account)
    cookie = visit.office.render_cookie(SESSION_COOKIE, session_id)
    # 200 and not a redirect: programs look for the cookie in the reply that they end at.
    page = token_pages.render_systems(visit.office.directory.systems_of(account), account, headers=(cookie,))
    return Outcome(reply=page, account=account, session_id=session_id)


def log_out(visit: Visit) -> Outcome:
    """End the session."""
    visit.office.web_sessions.close(visit.cookies.get(SESSION_COOKIE, ""))
    return Outcome(reply=render_found("/login"))


def show_choice(visit: Visit) -> Outcome:
    """Show the systems, then the gateways of the one that was chosen."""
    account = _account_of(visit)
    if account is None:
        return Outcome(reply=render_found("/login"))
    systems = visit.office.directory.systems_of(account)
    chosen = next((system for system in systems if str(system.site_id) == visit.fields.get("siteId")), None)
    if chosen is None:
        return Outcome(reply=token_pages.render_systems(systems, account), account=account)
    return Outcome(reply=token_pages.render_gateways(chosen), account=account)


def create_token(visit: Visit) -> Outcome:
    """Create a token and show it; without serial number but with `uncommissioned` one for gateways without system."""
    account = _account_of(visit)
    if account is None:
        return refuse(visit, NO_SESSION)
    serial = visit.fields.get("serialNum", "").strip()
    if not serial and visit.fields.get("uncommissioned") in {"true", "on"}:
        serial = UNCOMMISSIONED
    trouble = find_trouble(visit, account, serial)
    if trouble is not None:
        return refuse(visit, trouble)
    token, grant = issue(visit, account, serial, Route.PERSON)
    page = token_pages.render_token(token, serial, grant, now=visit.office.clock.now())
    return Outcome(reply=page, account=account, serial=serial, token=token)


def search_systems(visit: Visit) -> Outcome:
    """Tell the systems whose name begins with what was typed."""
    account = _account_of(visit)
    if account is None:
        return refuse(visit, NO_SESSION)
    start = unquote(visit.page.removeprefix(SITE_PREFIX)).strip().lower()
    if not start:
        return refuse(visit, NO_PAGE)
    found = [
        _describe(system)
        for system in visit.office.directory.systems_of(account)
        if system.name.lower().startswith(start)
    ]
    return Outcome(reply=render_json(found), account=account)


def _describe(system: System) -> dict[str, object]:
    return {
        "siteId": system.site_id,
        "siteName": system.name,
        "entrezCount": len(system.serials),
        "serialNumbers": system.serials,
    }


def _account_of(visit: Visit) -> Account | None:
    return visit.office.web_sessions.use(visit.cookies.get(SESSION_COOKIE, ""))


ROUTES = {
    ("GET", "/"): (Service.PAGE, show_login),
    ("GET", "/login"): (Service.PAGE, show_login),
    ("GET", "/login_main_page"): (Service.PAGE, show_login),
    ("POST", "/login"): (Service.WEB_LOGIN, log_in),
    ("POST", "/logout"): (Service.PAGE, log_out),
    ("GET", "/entrez_tokens"): (Service.PAGE, show_choice),
    ("POST", "/entrez_tokens"): (Service.WEB_TOKEN, create_token),
    ("GET", SITE_PREFIX): (Service.ACCOUNT, search_systems),
}
