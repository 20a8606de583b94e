"""Which login a gateway wants and whether what was given will do, decided before any secret is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from openvoy.errors import ConfigError
from openvoy.protocol.firmware import Capabilities, LoginKind
from openvoy.protocol.login.digest import DigestLogin
from openvoy.protocol.login.flow import Login, NoLogin
from openvoy.protocol.login.jwt import HOW_TO_GET_ONE, check_token, explain_token
from openvoy.protocol.login.token import TokenLogin

DEFAULT_USER = "envoy"
_DEFAULT_PASSWORD_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Credentials:
    """What was given to log in with; all None where nothing was."""

    token: str | None = None
    user: str | None = None
    password: str | None = None


def build_login(capabilities: Capabilities, credentials: Credentials, *, gateway: str, now: datetime) -> Login:
    """Choose the login of this firmware; raise ConfigError or CredentialRejected for what cannot work."""
    if capabilities.login is LoginKind.NONE:
        return NoLogin()
    if capabilities.login is LoginKind.DIGEST:
        return _digest(capabilities, credentials, gateway)
    if credentials.token is None:
        raise ConfigError(f"{gateway} has firmware {capabilities.firmware}, which needs a token.", hint=HOW_TO_GET_ONE)
    check_token(explain_token(credentials.token), gateway=gateway, serial=capabilities.serial, now=now)
    return TokenLogin(credentials.token, gateway=gateway)


def _digest(capabilities: Capabilities, credentials: Credentials, gateway: str) -> Login:
    user = credentials.user or DEFAULT_USER
    password = credentials.password
    if password is None and user == DEFAULT_USER:
        password = capabilities.serial[-_DEFAULT_PASSWORD_DIGITS:]
    if password is None:
        raise ConfigError(
            f"{gateway} has firmware {capabilities.firmware}, and user {user} needs a password.",
            hint="Set OPENVOY_PASSWORD or give --password-file; user envoy needs none.",
        )
    return DigestLogin(user, password, gateway=gateway)
