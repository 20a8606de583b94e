"""Which way to a token of the wanted kind, and whether what came is one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from openvoy.errors import CredentialRejected
from openvoy.protocol.cloud.exchange import Account, CloudFlow
from openvoy.protocol.cloud.session import ask_by_url, ask_for_token, log_in
from openvoy.protocol.cloud.troubles import no_token
from openvoy.protocol.cloud.web import exchange_code, walk_pages
from openvoy.protocol.login.jwt import explain_token

OWNER, INSTALLER = "owner", "installer"
ROLES = (OWNER, INSTALLER)


class Route(Enum):
    """How to ask."""

    CALL = "call"
    """Login by program, then the token service's call: an owner's token, an installer's for installers."""
    URL = "url"
    """Login by program, then the address that a logged-in browser would open."""
    PAGE = "page"
    """The web page, as a person uses it: the installer's token for accounts that are both."""
    CODE = "code"
    """The login of the gateway's own page, with a code (PKCE)."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class TokenWish:
    """What is wanted, by whom, for which gateway."""

    account: Account
    serial: str
    verifier: str
    """Random text of 43 to 128 characters, for the route CODE."""
    role: str | None = None
    """`owner` or `installer`; None takes what the account gives."""
    route: Route | None = None
    """None chooses by role, and goes on to the next where one gives no such token."""


def obtain_token(wish: TokenWish) -> CloudFlow[str]:
    """Obtain a token for this gateway and role; raise CredentialRejected or CloudUnavailable."""
    if wish.route is not None:
        token = yield from _by_route(wish, wish.route)
        return _checked(token, wish)
    if wish.role != INSTALLER:
        token = yield from _by_session(wish)
        return _checked(token, wish)
    token = yield from _as_installer(wish)
    return _checked(token, wish)


def is_token(text: str) -> bool:
    """Whether text is a token, which is all that the cloud's answer has to be."""
    try:
        info = explain_token(text)
    except CredentialRejected:
        return False
    return info.expires_at is not None


def _by_route(wish: TokenWish, route: Route) -> CloudFlow[str]:
    if route is Route.PAGE:
        return (yield from walk_pages(wish.account, wish.serial))
    if route is Route.CODE:
        return (yield from exchange_code(wish.account, wish.serial, verifier=wish.verifier))
    session = yield from log_in(wish.account)
    ask = ask_for_token if route is Route.CALL else ask_by_url
    return (yield from ask(wish.account, session, wish.serial))


def _by_session(wish: TokenWish) -> CloudFlow[str]:
    session = yield from log_in(wish.account)
    text = yield from ask_for_token(wish.account, session, wish.serial)
    # The call sometimes answers with a sentence (quirk Q61); the other way with the same session may still do.
    return text if is_token(text) else (yield from ask_by_url(wish.account, session, wish.serial))


def _as_installer(wish: TokenWish) -> CloudFlow[str]:
    """Try the ways in which an installer's token was seen to come: the call gives some accounts the owner's (Q62)."""
    session = yield from log_in(wish.account)
    if session.is_consumer is not True:
        text = yield from ask_for_token(wish.account, session, wish.serial)
        if _is_installers(text):
            return text
    text = yield from walk_pages(wish.account, wish.serial)
    return text if _is_installers(text) else (yield from _by_route(wish, Route.CODE))


def _is_installers(text: str) -> bool:
    return is_token(text) and explain_token(text).role == INSTALLER


def _checked(text: str, wish: TokenWish) -> str:
    if not is_token(text):
        raise no_token(wish.serial)
    info = explain_token(text)
    if not info.is_for(wish.serial):
        raise no_token(wish.serial)
    if wish.role is not None and info.role not in (None, wish.role):
        raise CredentialRejected(
            f"The account {wish.account.user} gets tokens of kind {info.role}, not {wish.role}, for {wish.serial}.",
            hint="Use the account of the system's owner."
            if wish.role == OWNER
            else "Use an installer's account that has access to the system; owners cannot get an installer's token.",
        )
    return text.strip()
