"""Entrez for a gateway's own pages: authorisation code with PKCE (4.6, 4.9; RFC 6749, RFC 7636)."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from openvoy.virtual.cloud.accounts import Account, Route
from openvoy.virtual.cloud.counter import find_trouble, issue
from openvoy.virtual.cloud.login_page import render_login
from openvoy.virtual.cloud.replies import render_found, render_json
from openvoy.virtual.cloud.troubles import BAD_CODE, NO_PAGE, Trouble, refuse
from openvoy.virtual.cloud.visit import Outcome, Service, Visit

CLIENT = "envoy-ui"
CLIENT_ID = "envoy-ui-client"
CALLBACK = "/auth/callback"
"""Where a gateway takes a code; no other address is sent one."""

BAD_CALLBACK = Trouble(status=400, text="The address to go back to is not a gateway's", error="invalid_request")
BAD_CHALLENGE = Trouble(status=400, text="The code challenge is missing", error="invalid_request")
BAD_GRANT = Trouble(status=400, text="Only authorisation codes are exchanged", error="unsupported_grant_type")


def authorize(visit: Visit) -> Outcome:
    """Show the login to who comes from a gateway's page."""
    asked = visit.fields
    if asked.get("response_type") != "code" or asked.get("code_challenge_method", "S256") != "S256":
        return refuse(visit, NO_PAGE)
    fields = {
        "_csrf": visit.office.random_bytes(16).hex(),
        "codeChallenge": asked.get("code_challenge", ""),
        "redirectUri": asked.get("redirect_uri", ""),
        "client": CLIENT,
        "clientId": asked.get("client_id", CLIENT_ID),
        "authFlow": "oauth",
        "serialNum": asked.get("scope", ""),
        "grantType": "authorize",
        "state": asked.get("state", ""),
        "invalidSerialNum": "",
    }
    return Outcome(reply=render_login(fields))


def is_flow(visit: Visit) -> bool:
    """Whether a login is one for a gateway's own pages."""
    return visit.fields.get("authFlow") == "oauth"


def grant_code(visit: Visit, account: Account) -> Outcome:
    """Send a person who logged in back to the gateway, with a code."""
    serial, challenge = visit.fields.get("serialNum", ""), visit.fields.get("codeChallenge", "")
    address = visit.fields.get("redirectUri", "")
    trouble = find_trouble(visit, account, serial) or _flow_trouble(address, challenge)
    if trouble is not None:
        return refuse(visit, trouble)
    code = visit.office.codes.issue(account, serial, challenge)
    state = visit.fields.get("state", "")
    query = f"code={code}" + (f"&state={quote(state)}" if state else "")
    return Outcome(reply=render_found(f"{address}{'&' if '?' in address else '?'}{query}"), account=account)


def _flow_trouble(address: str, challenge: str) -> Trouble | None:
    try:
        parts = urlsplit(address)
    except ValueError:
        return BAD_CALLBACK
    is_gateway = parts.scheme in {"http", "https"} and parts.netloc and parts.path == CALLBACK
    if not is_gateway or not address.isprintable() or not address.isascii():
        return BAD_CALLBACK
    return None if challenge else BAD_CHALLENGE


def exchange(visit: Visit) -> Outcome:
    """Exchange a code for a token."""
    if visit.fields.get("grant_type", "authorization_code") != "authorization_code":
        return refuse(visit, BAD_GRANT)
    code = visit.office.codes.redeem(visit.fields.get("code", ""), visit.fields.get("code_verifier", ""))
    if code is None:
        return refuse(visit, BAD_CODE)
    token, grant = issue(visit, code.account, code.serial, Route.PERSON)
    body = {"access_token": token, "token_type": "Bearer", "expires_in": int(grant.lifetime_s)}
    return Outcome(reply=render_json(body), account=code.account, serial=code.serial, token=token)


ROUTES = {
    ("GET", "/authorize"): (Service.PAGE, authorize),
    ("POST", "/oauth/token"): (Service.CODE, exchange),
}
