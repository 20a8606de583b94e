"""Which role a login has, as far as it can be told without asking."""

from __future__ import annotations

from openvoy.errors import EndpointRefused
from openvoy.protocol.control import Control
from openvoy.protocol.endpoint import Role
from openvoy.protocol.firmware import Capabilities, LoginKind
from openvoy.protocol.login import Credentials, explain_token

_ROLES = {"owner": Role.OWNER, "installer": Role.INSTALLER, "envoy": Role.OWNER}
_USUAL_USER = "envoy"


def find_role(capabilities: Capabilities, credentials: Credentials) -> Role | None:
    """Give the role; None where a gateway asks for none or the login does not tell."""
    if capabilities.login is LoginKind.NONE:
        return None
    if capabilities.login is LoginKind.DIGEST:
        return _ROLES.get(credentials.user or _USUAL_USER)
    return None if credentials.token is None else _ROLES.get(explain_token(credentials.token).role or "")


def find_obstacle(control: Control, role: Role | None) -> str:
    """Say that a login is known not to be allowed; empty where it may be."""
    if role is None or role >= control.role:
        return ""
    return f"{control.name} needs the login of an installer, and this one is of an {role.name.lower()}."


def refused(reason: str) -> EndpointRefused:
    """Build the error for a login that is not allowed to."""
    return EndpointRefused(
        reason, hint="Give an installer's token; before firmware 7 the user installer. Nothing was sent."
    )
