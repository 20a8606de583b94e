"""An installer who logs in and thereby ends the session of an owner."""

from __future__ import annotations

from dataclasses import dataclass, replace

from openvoy.protocol.endpoint import Role
from openvoy.protocol.http import Request
from openvoy.virtual.fault import Fault, Stage
from openvoy.virtual.faults import fault
from openvoy.virtual.session_watch import opened_session, role_of_bearer, used_session
from openvoy.virtual.source import Reply


@fault("higher-login-ends-lower", "Q60")
@dataclass(frozen=True, kw_only=True)
class HigherLogin(Fault):
    """Forgets the sessions of lower roles as soon as a higher one opens a session; their tokens stay good."""

    async def admit(self, request: Request, stage: Stage) -> Request:
        """Take the cookie of an ended session out of the request."""
        if _roles(stage).get(used_session(request)) is not Role.NONE:
            return request
        kept = {name: value for name, value in request.headers.items() if name != "cookie"}
        return replace(request, headers=kept)

    async def spoil(self, reply: Reply, request: Request, stage: Stage) -> Reply:
        """Note a new session, and end those below it."""
        opened, role = opened_session(reply), role_of_bearer(request)
        if opened is not None and role is not None:
            roles = _roles(stage)
            is_new = opened not in roles
            for other, other_role in roles.items():
                if is_new and other_role < role:
                    roles[other] = Role.NONE
            roles[opened] = role
        return reply


def _roles(stage: Stage) -> dict[str | None, Role]:
    """Sessions with their roles; NONE is one that was ended."""
    roles: dict[str | None, Role] = stage.memory.setdefault("roles", {})
    return roles
