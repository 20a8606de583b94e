"""One call of the cloud: what was asked, of which service, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from openvoy.ports import Clock
from openvoy.protocol.http import Request
from openvoy.virtual.cloud.accounts import Account, Directory, Grant
from openvoy.virtual.cloud.books import Codes, Sessions
from openvoy.virtual.login.tokens import UNCOMMISSIONED, TokenAuthority
from openvoy.virtual.source import Reply


class Service(Enum):
    """What is asked for. It decides how the cloud words its answers; troubles choose by it too."""

    LOGIN = "login"
    """`POST /login/login.json`."""
    TOKEN = "token"  # noqa: S105 - the name of a service
    """`POST /tokens`."""
    TOKEN_BY_URL = "token-by-url"  # noqa: S105 - as above
    """`GET /entrez-auth-token`."""
    ACCOUNT = "account"
    """Other calls of the app with a session."""
    WEB_LOGIN = "web-login"
    """`POST /login`, a person's or a program's."""
    WEB_TOKEN = "web-token"  # noqa: S105 - as above
    """`POST /entrez_tokens`."""
    CODE = "code"
    """`POST /oauth/token`."""
    PAGE = "page"
    """Pages that only show something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What all services share."""

    directory: Directory
    app_sessions: Sessions
    """Of Enlighten, cookie `_enlighten_4_session`."""
    web_sessions: Sessions
    """Of Entrez, cookie `SESSION`."""
    codes: Codes
    authority: TokenAuthority
    clock: Clock
    random_bytes: Callable[[int], bytes]
    is_secure: bool
    """It speaks TLS, so that cookies are for TLS only."""

    def issue_token(self, account: Account, serial: str, grant: Grant) -> str:
        """Issue a token for a gateway."""
        return self.authority.issue(
            grant.user,
            now=self.clock.now(),
            lifetime_s=grant.lifetime_s,
            username=account.address,
            audience=serial,
        )

    def render_cookie(self, name: str, value: str) -> tuple[str, str]:
        """Render a Set-Cookie header for a session."""
        return ("Set-Cookie", f"{name}={value}; Path=/; HttpOnly{'; Secure' if self.is_secure else ''}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A call that found its service."""

    office: Office
    service: Service
    request: Request
    fields: Mapping[str, str]
    cookies: Mapping[str, str]

    @property
    def page(self) -> str:
        """The path without query."""
        return self.request.path.partition("?")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a call."""

    reply: Reply
    account: Account | None = None
    """Who logged in or got a token; None where nobody did."""
    session_id: str | None = field(default=None, repr=False)
    """The session that a login opened."""
    serial: str | None = None
    """The gateway that a token was issued for."""
    token: str | None = field(default=None, repr=False)
    """That token."""

    @property
    def is_token(self) -> bool:
        """Whether a token was handed out for a gateway of a system."""
        return self.serial is not None and self.serial != UNCOMMISSIONED
