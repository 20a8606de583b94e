"""What a caller of the HTTP API may meet: each class is one status, with what to do in its hint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from openvoy.errors import ConfigError, OpenvoyError, Remedy, StorageError


class WebProblem(OpenvoyError):
    """A request that cannot be served; `status` is its HTTP status, `details` are further members of the reply."""

    status: ClassVar[int] = 500

    def __init__(self, message: str, *, hint: str, details: Mapping[str, object] | None = None) -> None:
        super().__init__(message, hint=hint)
        self.details = {} if details is None else details


class BadQuery(WebProblem):
    """A parameter is wrong."""

    status = 400


class NothingThere(WebProblem):
    """What is asked for does not exist, or not yet."""

    status = 404


class NotReady(WebProblem):
    """It exists, but cannot be given now."""

    status = 503
    remedy = Remedy.BACK_OFF


class WhoAreYou(WebProblem):
    """Nobody has logged in, or not rightly."""

    status = 401


class NotAllowed(WebProblem):
    """Whoever has logged in may not do this."""

    status = 403


class ForeignPage(NotAllowed):
    """A change that no current page of this service has asked for."""


class NotPossible(WebProblem):
    """There is no such method at this path."""

    status = 405


class TooManyAttempts(WebProblem):
    """Somebody guesses passwords, or mistypes a lot."""

    status = 429
    remedy = Remedy.BACK_OFF


def status_of(error: OpenvoyError) -> int:
    """Say by a status who can do something about it: nobody now, a person, or the gateway."""
    if isinstance(error, WebProblem):
        return error.status
    if isinstance(error, StorageError) or error.remedy is Remedy.BACK_OFF:
        return 503
    if isinstance(error, ConfigError):
        return 409
    return 502 if error.remedy in {Remedy.FORGET, Remedy.SKIP, Remedy.RENEW, Remedy.HUMAN} else 500
