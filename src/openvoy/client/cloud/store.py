"""Where tokens from the cloud are kept: a file each, or memory; the system's keyring is in `keyring_store`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Protocol

from openvoy.client.private_file import read_private, write_private
from openvoy.errors import ConfigError

_PURPOSE = "the token of a gateway"
_SERIAL = re.compile(r"[A-Za-z0-9-]{1,32}")


class TokenStore(Protocol):
    """Keeps one token by the gateway's serial number; raises ConfigError where it cannot."""

    def read_token(self, serial: str) -> str | None:
        """Give the token, None where there is none."""
        ...

    def write_token(self, serial: str, token: str) -> None:
        """Keep a token in the place of the one before."""
        ...


class MemoryTokenStore:
    """Keeps tokens as long as the process lives."""

    def __init__(self) -> None:
        self._tokens: dict[str, str] = {}

    def read_token(self, serial: str) -> str | None:
        """Give the token."""
        return self._tokens.get(serial)

    def write_token(self, serial: str, token: str) -> None:
        """Keep a token."""
        self._tokens[serial] = token


class FileTokenStore:
    """Keeps each token in `SERIAL.jwt` of a folder, mode 0600; a file that others can read is closed to them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read_token(self, serial: str) -> str | None:
        """Give the token."""
        text = read_private(self.path_of(serial), purpose=_PURPOSE)
        return None if text is None else text.strip() or None

    def write_token(self, serial: str, token: str) -> None:
        """Keep a token."""
        write_private(self.path_of(serial), f"{token}\n", purpose=_PURPOSE)

    def path_of(self, serial: str) -> Path:
        """Where the token of a gateway is kept; a serial number that cannot be a file name is no serial number."""
        if not _SERIAL.fullmatch(serial):
            raise ConfigError(f"{serial[:40]!r} is no serial number.", hint="It has 12 digits, on the gateway's label.")
        return self._folder / f"{serial}.jwt"
