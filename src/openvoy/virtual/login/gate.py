"""The seam between login and server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from openvoy.protocol.endpoint import Role
from openvoy.protocol.http import Request
from openvoy.virtual.source import Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What the login says to a request; without `reply` the source may answer it."""

    reply: Reply | None = None
    cookie: str | None = None
    """Value of a Set-Cookie header for whichever reply goes out."""
    role: Role | None = None
    """Of who asks, where the login knows one."""


class Gate(Protocol):
    """Decides who may ask."""

    @property
    def asks_first(self) -> bool:
        """It asks before anything is routed; otherwise a path that does not exist is 404 for strangers too."""
        ...

    def admit(self, request: Request) -> Admission:
        """Let a request pass, refuse it, or answer it where it is a login itself."""
        ...


class OpenGate:
    """No login at all; implements `Gate`."""

    asks_first = False

    def admit(self, request: Request) -> Admission:  # noqa: ARG002 - everybody may ask everything
        """Let it pass."""
        return Admission()
