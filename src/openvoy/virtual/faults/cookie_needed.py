"""A page that wants the session cookie: early 7.x answers 401 to a token alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from openvoy.codec import doc
from openvoy.protocol.http import Request
from openvoy.virtual.fault import Fault, Stage
from openvoy.virtual.faults import fault
from openvoy.virtual.refusal import render_refused
from openvoy.virtual.source import Reply


@fault("cookie-needed", "Q45")
@dataclass(frozen=True, kw_only=True)
class CookieNeeded(Fault):
    """Refuses requests that bring no cookie."""

    path: Annotated[str | None, doc("", "which paths, as a pattern")] = "/production*"

    async def admit(self, request: Request, stage: Stage) -> Request | Reply:
        """Refuse without cookie."""
        return request if request.headers.get("cookie") else render_refused(stage.identity, request.path)
