"""When a gateway that failed is asked again: later each time, for everything or for one path."""

from __future__ import annotations

import logging
from collections.abc import Callable

from openvoy.errors import CertificateChanged, CredentialRejected, GatewayBusy, GatewayUnreachable, OpenvoyError

FIRST_S = 2.0
MOST_S = 60.0
LOGIN_S = 300.0
"""A login that was refused is not tried more often: gateways lock out who insists."""
MOST_PATHS = 300

_log = logging.getLogger("openvoy.virtual")


class Patience:
    """What failed lately; `elapsed_s` is a stopwatch."""

    def __init__(self, elapsed_s: Callable[[], float]) -> None:
        self._elapsed_s = elapsed_s
        self._paths: dict[str, tuple[float, float]] = {}
        """By path until when it is left alone, and for how long."""
        self._quiet = (0.0, 0.0)
        """The same for the whole gateway."""
        self.trouble: OpenvoyError | None = None
        """What is wrong with the gateway as a whole."""

    def may_ask(self, path: str) -> bool:
        """Whether it is time to ask this path."""
        now_s = self._elapsed_s()
        return now_s >= self._quiet[0] and now_s >= self._paths.get(path, (0.0, 0.0))[0]

    def failed(self, path: str, error: OpenvoyError) -> None:
        """Take note of a failure."""
        if not _is_whole(error):
            if len(self._paths) >= MOST_PATHS:
                self._paths.clear()
            self._paths[path] = self._later(self._paths.get(path, (0.0, 0.0))[1], error)
            return
        if type(error) is not type(self.trouble):
            _log.warning("mirror: %s", error)
        self.trouble = error
        self._quiet = self._later(self._quiet[1], error)

    def succeeded(self, path: str) -> bool:
        """Take note of a reply; whether the gateway as a whole is back."""
        self._paths.pop(path, None)
        is_back = self.trouble is not None
        if is_back:
            _log.warning("mirror: the gateway answers again")
        self.trouble, self._quiet = None, (0.0, 0.0)
        return is_back

    def _later(self, before_s: float, error: OpenvoyError) -> tuple[float, float]:
        pause_s = min(max(FIRST_S, before_s * 2), MOST_S)
        if isinstance(error, CredentialRejected):
            pause_s = LOGIN_S
        elif isinstance(error, GatewayBusy) and error.retry_after_s is not None:
            pause_s = min(max(pause_s, error.retry_after_s), LOGIN_S)
        return self._elapsed_s() + pause_s, pause_s


def _is_whole(error: OpenvoyError) -> bool:
    """Whether an error is about the gateway rather than one of its endpoints."""
    if isinstance(error, GatewayBusy):
        return error.retry_after_s is not None
    return isinstance(error, (GatewayUnreachable, CredentialRejected, CertificateChanged))
