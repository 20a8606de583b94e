"""Certificate and token key of a virtual gateway, kept over restarts where a folder is given."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from openvoy.errors import ConfigError
from openvoy.virtual.certificate import build_tls, create_certificate, is_current
from openvoy.virtual.login.tokens import TokenAuthority

_HINT = "Give another folder, or remove the file: it is made anew."


class Keyring:
    """The keys of one gateway; `folder` None makes fresh ones each time."""

    def __init__(self, serial: str, folder: Path | None, random_bytes: Callable[[int], bytes]) -> None:
        self._serial = serial
        self._folder = folder
        self._random_bytes = random_bytes

    def tls(self, now: datetime) -> ssl.SSLContext:
        """Build the TLS settings, with a new certificate where there is none or it has run out."""
        pem = self._read("pem")
        if pem is None or not is_current(pem, now=now):
            pem = create_certificate(self._serial, now=now)
            self._write("pem", pem)
        try:
            return build_tls(pem)
        except ValueError as error:
            raise ConfigError(f"{self._path('pem')}: {error}", hint=_HINT) from error

    def authority(self) -> TokenAuthority:
        """Build the signer of tokens."""
        kept = self._read("jwk")
        try:
            authority = TokenAuthority(self._serial, random_bytes=self._random_bytes, key_json=kept)
        except ValueError as error:
            raise ConfigError(f"{self._path('jwk')}: {error}", hint=_HINT) from error
        if kept is None:
            self._write("jwk", authority.key_json)
        return authority

    def _path(self, kind: str) -> Path | None:
        return None if self._folder is None else self._folder / f"gateway-{self._serial}.{kind}"

    def _read(self, kind: str) -> str | None:
        path = self._path(kind)
        try:
            return None if path is None else path.read_text()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{path}: cannot be read: {error}", hint=_HINT) from error

    def _write(self, kind: str, text: str) -> None:
        """Write so that only the owner can read, and a reader never sees half of it."""
        path = self._path(kind)
        if path is None:
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_name(f"{path.name}.{os.getpid()}")
            fresh.touch(mode=0o600)
            fresh.write_text(text)
            fresh.replace(path)
        except OSError as error:
            raise ConfigError(f"{path}: cannot be written: {error.strerror}", hint=_HINT) from error
