"""The login of firmware 7 and later: a session cookie, else a token, else a page that leads to the login."""

from __future__ import annotations

from openvoy.ports import Clock
from openvoy.protocol.endpoint import Role
from openvoy.protocol.endpoints.identity import CHECK_JWT, TokenCheck
from openvoy.protocol.firmware import Capabilities
from openvoy.protocol.http import Request
from openvoy.virtual.generation import has_cookie_with_every_token
from openvoy.virtual.login.gate import Admission
from openvoy.virtual.login.sessions import SessionBook
from openvoy.virtual.login.tokens import Claims, TokenAuthority
from openvoy.virtual.pages import render_token_accepted, render_token_refused
from openvoy.virtual.routes import is_open, least_role, page_of

SESSION_COOKIE = "sessionId"


class TokenGate:
    """Checks cookie and token before anything is routed; implements `Gate`."""

    asks_first = True

    def __init__(
        self, identity: Capabilities, authority: TokenAuthority, sessions: SessionBook, *, clock: Clock
    ) -> None:
        self._identity = identity
        self._authority = authority
        self._sessions = sessions
        self._clock = clock

    def admit(self, request: Request) -> Admission:
        """Let through who has a session or token of sufficient role; the token check answers by itself."""
        is_check = page_of(request.path) == CHECK_JWT.path
        role = Role.ANYBODY if is_check else least_role(request.method, request.path, self._identity)
        session = self._session(request)
        if not is_check and (is_open(request.path) or role is Role.NONE):
            return Admission(role=None if session is None else session.role)
        token = None if session is not None and session.role >= role else self._token(request)
        claims = session if token is None else token
        if claims is None or claims.role < role:
            return Admission(reply=render_token_refused(self._identity))
        cookie = None
        if token is not None and (is_check or has_cookie_with_every_token(self._identity)):
            cookie = f"{SESSION_COOKIE}={self._sessions.open(token)}; Secure; HttpOnly; path=/"
        reply = render_token_accepted(CHECK_JWT.encode(TokenCheck(valid=True))) if is_check else None
        return Admission(reply=reply, cookie=cookie, role=claims.role)

    def _session(self, request: Request) -> Claims | None:
        for part in request.headers.get("cookie", "").split(";"):
            name, _, value = part.strip().partition("=")
            if name == SESSION_COOKIE and value:
                return self._sessions.use(value)
        return None

    def _token(self, request: Request) -> Claims | None:
        scheme, _, token = request.headers.get("authorization", "").strip().partition(" ")
        if scheme.lower() != "bearer":
            return None
        return self._authority.check(token.strip(), now=self._clock.now())
