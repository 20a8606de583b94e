"""Files that only their owner can read, replaced at once: a crash leaves the old or the new content."""

from __future__ import annotations

import logging
import os
import secrets
import stat
from pathlib import Path

from openvoy.errors import ConfigError

_log = logging.getLogger("openvoy.client")

PRIVATE = 0o600
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def write_private(path: Path, text: str, *, purpose: str) -> None:
    """Write `text`, mode 0600, in a folder that is made 0700 if it is missing; `purpose` completes "It keeps …"."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {error.strerror}.", hint=f"It keeps {purpose}; name a place you may write to."
        ) from error


def read_private(path: Path, *, purpose: str) -> str | None:
    """Read what `write_private` wrote, None where there is nothing; take the rights of others away if they have any."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read: {error.strerror}.", hint=f"It keeps {purpose}; let this user read it."
        ) from error
    except UnicodeDecodeError:
        return ""
    if is_open_to_others(path):
        _log.warning("%s could be read by others on this machine; from now on only by its owner.", path)
        _close_to_others(path)
    return text


def is_open_to_others(path: Path) -> bool:
    """Whether group or others have any right; never where the system has no such rights."""
    return os.name == "posix" and bool(path.stat().st_mode & _OTHERS)


def _close_to_others(path: Path) -> None:
    try:
        path.chmod(PRIVATE)
    except OSError as error:
        _log.warning("The rights of %s cannot be changed: %s.", path, error.strerror)
