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


def check_role(control: Control, role: Role | None) -> None:
    """Raise EndpointRefused where a login is known not to be allowed; nothing was sent then."""
    if role is not None and role < control.role:
        raise EndpointRefused(
            f"{control.name} needs the login of an installer, and this one is of an {role.name.lower()}.",
            hint="Give an installer's token; before firmware 7 the user installer. Nothing was sent.",
        )
