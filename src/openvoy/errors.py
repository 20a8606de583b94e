"""The error tree. Each class says who can do something about it, and what.

    OpenvoyError
    ├── ConfigError            a human corrects the configuration or the command
    ├── Unavailable            wait and try again
    │   ├── GatewayUnreachable     nothing answers at the address, or not with HTTP
    │   │   └── NoHttpReply            the connection is taken, and then closed or used for something else
    │   ├── GatewayTimeout         it answered too late
    │   ├── GatewayBusy            it asked for patience (503)
    │   └── CloudUnavailable       the vendor's cloud gives no token now
    ├── NotAuthorized          renew the login once
    ├── CredentialRejected     a human gives a new credential
    │   ├── CertificateChanged     a human decides whether the new certificate is trusted
    │   └── SecondFactorNeeded     a human logs in on the vendor's page and gives the token
    ├── EndpointMissing        forget the endpoint until the firmware changes
    ├── EndpointRefused        this login may not read this endpoint; the login itself is good
    ├── BadPayload             skip the reply, keep it for diagnosis
    ├── StorageError           history could not be kept
    └── ExportError            a receiver could not be served; collection goes on

A message names gateway, endpoint and remedy, never a token or a password.
"""

from __future__ import annotations

from enum import Enum
from typing import ClassVar


class Remedy(Enum):
    """What helps, as retry loop, supervisor, exit code and dashboard badge read it."""

    HUMAN = "human"
    """Nothing will change until a person does something."""
    BACK_OFF = "back_off"
    """Trying later helps, trying sooner harms."""
    RENEW = "renew"
    """One new login helps, or a person must."""
    FORGET = "forget"
    """Asking again is pointless until the firmware or the login changes."""
    SKIP = "skip"
    """This reply is lost, the next may be good."""


class OpenvoyError(Exception):
    """Base of all errors that Openvoy raises on purpose."""

    remedy: ClassVar[Remedy] = Remedy.HUMAN
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        """Say what happened in `message` and what to do about it in `hint`."""
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class ConfigError(OpenvoyError):
    """The configuration or the command line cannot be right."""

    exit_code = 2


class Unavailable(OpenvoyError):
    """The gateway cannot answer now."""

    remedy = Remedy.BACK_OFF
    exit_code = 3


class GatewayUnreachable(Unavailable):
    """Nothing answers at the address, or what answers does not speak HTTP."""


class NoHttpReply(GatewayUnreachable):
    """What takes the connection closes it, or answers with something else than HTTP."""


class GatewayTimeout(Unavailable):
    """The gateway took longer than this class of endpoint may take."""


class GatewayBusy(Unavailable):
    """The gateway asked for patience; `retry_after_s` says how much, if it said so."""

    def __init__(self, message: str, *, hint: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_after_s = retry_after_s


class CloudUnavailable(Unavailable):
    """The vendor's cloud gives no token now; `retry_after_s` says for how long, if that is known."""

    def __init__(self, message: str, *, hint: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_after_s = retry_after_s


class NotAuthorized(OpenvoyError):
    """The login is no longer accepted; one renewal may help."""

    remedy = Remedy.RENEW
    exit_code = 4


class CredentialRejected(OpenvoyError):
    """The token or password is wrong, expired or of another gateway."""

    exit_code = 4


class CertificateChanged(CredentialRejected):
    """The gateway shows another certificate than the one pinned at first use."""


class SecondFactorNeeded(CredentialRejected):
    """The account's login in the cloud asks for a code by mail or app, which a program cannot give."""


class EndpointMissing(OpenvoyError):
    """This firmware or hardware does not have the endpoint."""

    remedy = Remedy.FORGET


class EndpointRefused(OpenvoyError):
    """The login is good, but not for this endpoint."""

    remedy = Remedy.FORGET
    exit_code = 4


class BadPayload(OpenvoyError):
    """The reply is not what this endpoint sends; `endpoint` and `json_path` say where."""

    remedy = Remedy.SKIP

    def __init__(self, message: str, *, endpoint: str = "", json_path: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.endpoint = endpoint
        self.json_path = json_path


class StorageError(OpenvoyError):
    """The history store cannot be opened, read or written."""

    exit_code = 5


class ExportError(OpenvoyError):
    """A receiver of data cannot be served."""

    remedy = Remedy.BACK_OFF
