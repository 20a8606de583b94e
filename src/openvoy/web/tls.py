"""What browsers are shown over https. A renewed certificate is shown from the next connection on."""

from __future__ import annotations

import logging
import ssl
from dataclasses import dataclass
from pathlib import Path

from openvoy.errors import ConfigError

_LOG = logging.getLogger("openvoy.web")

_Marks = tuple[tuple[int, int] | None, ...]
"""Change and size of certificate and key; None where one is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """What a browser is shown over https."""

    certificate: Path
    """With the chain of those who signed it, PEM."""
    key: Path


def check_certificate(tls: Tls) -> None:
    """Raise ConfigError for files that cannot be used."""
    try:
        _load(tls)
    except OSError as error:  # an SSLError is one too
        raise ConfigError(
            f"{tls.certificate} and {tls.key} cannot be used for TLS: {error.strerror or error}.",
            hint="Name a certificate and its key as PEM files under [web] tls_certificate and tls_key.",
        ) from error


def keep_renewed(context: ssl.SSLContext, tls: Tls) -> None:
    """Let a server's context, made of these files, follow their changes."""
    # It is called for each connection, whether a browser says a name or not.
    context.sni_callback = _Renewing(tls).choose


class _Renewing:
    """Looks at the files when a browser connects; while the new ones do not fit each other, the old are shown."""

    def __init__(self, tls: Tls) -> None:
        self._tls = tls
        self._marks = _read_marks(tls)
        self._context: ssl.SSLContext | None = None

    def choose(self, connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        """Give a connection the certificate of the day."""
        marks = _read_marks(self._tls)
        if marks != self._marks:
            self._marks = marks
            self._renew()
        if self._context is not None:
            connection.context = self._context

    def _renew(self) -> None:
        try:
            self._context = _load(self._tls)
        except OSError as error:
            reason = error.strerror or error
            _LOG.warning(
                "%s has changed and cannot be used (%s); the one of before is shown", self._tls.certificate, reason
            )
        else:
            _LOG.info("%s has changed and is shown from now on", self._tls.certificate)


def _load(tls: Tls) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tls.certificate, tls.key)
    return context


def _read_marks(tls: Tls) -> _Marks:
    return tuple(_mark(file) for file in (tls.certificate, tls.key))


def _mark(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
