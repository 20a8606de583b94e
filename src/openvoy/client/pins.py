"""Which certificate each gateway showed first. Gateways sign their own, so this is what tells them from an impostor."""

from __future__ import annotations

import json
import os
import re
import secrets
from pathlib import Path
from typing import Protocol

from openvoy.errors import ConfigError


class PinStore(Protocol):
    """Remembers the SHA-256 of a certificate, in hexadecimal, by host:port."""

    def read_pin(self, place: str) -> str | None:
        """Give what was kept for `place`, None at first use."""
        ...

    def write_pin(self, place: str, sha256: str) -> None:
        """Keep what `place` showed, in the place of what was kept before."""
        ...


class MemoryPinStore:
    """Remembers as long as the process lives."""

    def __init__(self) -> None:
        self._pins: dict[str, str] = {}

    def read_pin(self, place: str) -> str | None:
        """Give what was kept for `place`."""
        return self._pins.get(place)

    def write_pin(self, place: str, sha256: str) -> None:
        """Keep what `place` showed."""
        self._pins[place] = sha256


class FilePinStore:
    """Remembers in a JSON file that only its owner can read; raises ConfigError where that cannot be."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read_pin(self, place: str) -> str | None:
        """Give what was kept for `place`."""
        return self._read().get(place)

    def write_pin(self, place: str, sha256: str) -> None:
        """Keep what `place` showed. The file is replaced at once, so a crash leaves the old or the new one."""
        text = json.dumps({**self._read(), place: sha256}, indent=2, sort_keys=True)
        draft = self._path.with_name(f".{self._path.name}.{secrets.token_hex(4)}")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(text)
            draft.replace(self._path)
        except OSError as error:
            raise ConfigError(
                f"{self._path} cannot be written: {error.strerror}.",
                hint="It keeps the certificates of gateways; choose another folder with OPENVOY_DATA.",
            ) from error

    def _read(self) -> dict[str, str]:
        try:
            pins = json.loads(self._path.read_text())
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise ConfigError(
                f"{self._path} cannot be read: {error.strerror}.",
                hint="It keeps the certificates of gateways; choose another folder with OPENVOY_DATA.",
            ) from error
        except ValueError:
            pins = None
        if not isinstance(pins, dict) or not all(map(_is_pin, pins.values())):
            raise ConfigError(
                f"{self._path} is damaged.",
                hint="It keeps the certificates of gateways. Delete it to trust what they show at the next connection.",
            )
        return pins


def _is_pin(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[0-9a-f]{64}", value) is not None
