"""Remembers attempts to obtain tokens beside the tokens, so that restarts do not hammer the cloud."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from openvoy import codec
from openvoy.client.private_file import read_private, write_private
from openvoy.codec import DecodeError
from openvoy.protocol.cloud import Attempt

_PURPOSE = "the times of attempts to obtain tokens"


class Attempts(Protocol):
    """Keeps the last attempt by the gateway's serial number."""

    def read_attempt(self, serial: str) -> Attempt | None:
        """Give the last one, None where there was none."""
        ...

    def write_attempt(self, serial: str, attempt: Attempt) -> None:
        """Keep it in the place of the one before."""
        ...


class MemoryAttempts:
    """Remembers as long as the process lives."""

    def __init__(self) -> None:
        self._attempts: dict[str, Attempt] = {}

    def read_attempt(self, serial: str) -> Attempt | None:
        """Give the last one."""
        return self._attempts.get(serial)

    def write_attempt(self, serial: str, attempt: Attempt) -> None:
        """Keep it."""
        self._attempts[serial] = attempt


class FileAttempts:
    """Remembers in `SERIAL.attempt.json` of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read_attempt(self, serial: str) -> Attempt | None:
        """Give the last one; a damaged file counts as none."""
        text = read_private(self._path_of(serial), purpose=_PURPOSE)
        if text is None:
            return None
        try:
            attempt: Attempt = codec.decoder(Attempt)(text.encode())[0]
        except DecodeError:
            return None
        # A time without zone is nobody's writing but a hand's.
        has_zones = attempt.at.tzinfo is not None and attempt.retry_at.tzinfo is not None
        return attempt if has_zones else None

    def write_attempt(self, serial: str, attempt: Attempt) -> None:
        """Keep it."""
        write_private(self._path_of(serial), codec.encode_json(attempt, indent=2).decode(), purpose=_PURPOSE)

    def _path_of(self, serial: str) -> Path:
        return self._folder / f"{serial}.attempt.json"
