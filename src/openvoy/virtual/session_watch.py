"""Sessions as they are seen from outside: which one a reply opens, which one a request uses, and whose it is."""

from __future__ import annotations

from openvoy.errors import CredentialRejected
from openvoy.protocol.endpoint import Role
from openvoy.protocol.http import Request
from openvoy.protocol.login.jwt import explain_token
from openvoy.virtual.login.token import SESSION_COOKIE
from openvoy.virtual.login.tokens import role_of_user
from openvoy.virtual.source import Reply

_COOKIE = f"{SESSION_COOKIE}="


def opened_session(reply: Reply) -> str | None:
    """Give the id of the session that a reply hands out."""
    values = (value for name, value in reply.headers if name.lower() == "set-cookie")
    found = next((value for value in values if value.startswith(_COOKIE)), None)
    return None if found is None else found.removeprefix(_COOKIE).partition(";")[0]


def used_session(request: Request) -> str | None:
    """Give the id of the session that a request brings."""
    parts = (part.strip() for part in request.headers.get("cookie", "").split(";"))
    return next((part.removeprefix(_COOKIE) for part in parts if part.startswith(_COOKIE)), None)


def role_of_bearer(request: Request) -> Role | None:
    """Give the role that the token of a request claims, whatever it is worth; None without token."""
    scheme, _, token = request.headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() != "bearer":
        return None
    try:
        return role_of_user(explain_token(token).role)
    except CredentialRejected:
        return None
