"""Installers that log in with every poll: the gateway has room for few of their sessions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from openvoy.codec import doc
from openvoy.protocol.endpoint import Role
from openvoy.protocol.http import Request
from openvoy.virtual.fault import Fault, Stage
from openvoy.virtual.faults import fault
from openvoy.virtual.login.sessions import IDLE_LIMIT_S
from openvoy.virtual.pages import render_reply
from openvoy.virtual.session_watch import opened_session, role_of_bearer, used_session
from openvoy.virtual.source import Reply

_BODY = b"<html><head><title>503 Service Temporarily Unavailable</title></head><body></body></html>\n"


@fault("too-many-sessions", "Q60")
@dataclass(frozen=True, kw_only=True)
class TooManySessions(Fault):
    """Answers an installer's login with 503 while so many of their sessions are open; they end by being idle."""

    most: Annotated[int, doc("", "sessions of installers at a time; how many it really are is not documented")] = 1

    async def admit(self, request: Request, stage: Stage) -> Request:
        """Note the use of a session."""
        used = used_session(request)
        if used in _sessions(stage):
            _sessions(stage)[used] = stage.clock.monotonic()
        return request

    async def spoil(self, reply: Reply, request: Request, stage: Stage) -> Reply:
        """Refuse one session too many."""
        opened = opened_session(reply)
        if opened is None or role_of_bearer(request) is not Role.INSTALLER:
            return reply
        sessions, now_s = _sessions(stage), stage.clock.monotonic()
        others = [key for key, used_s in sessions.items() if key != opened and now_s - used_s <= IDLE_LIMIT_S]
        if opened not in sessions and len(others) >= self.most:
            return render_reply(stage.identity, request.path, _BODY, status=503, content_type="text/html")
        sessions[opened] = now_s
        return reply


def _sessions(stage: Stage) -> dict[str | None, float]:
    """Installers' sessions with the time of their last use."""
    sessions: dict[str | None, float] = stage.memory.setdefault("sessions", {})
    return sessions
