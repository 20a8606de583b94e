"""Files that are there as a whole or not at all, and what the system's errors mean."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from openvoy.store.faults import Fault, StoreFault

UNFINISHED = "unfinished"
"""A file that stands in a folder while a copy is made in it; without its months a copy would look whole."""

_MEANING = {
    Fault.FULL: {errno.ENOSPC, errno.EDQUOT, errno.EFBIG},
    Fault.FORBIDDEN: {errno.EACCES, errno.EPERM},
    Fault.READ_ONLY: {errno.EROFS},
    Fault.IN_THE_WAY: {errno.ENOTDIR, errno.EISDIR, errno.EEXIST},
}


def fault_of(error: OSError, what: str) -> StoreFault:
    """Say what an error of the system means."""
    fault = next((fault for fault, numbers in _MEANING.items() if error.errno in numbers), Fault.OTHER)
    return StoreFault(fault, f"{what}: {error.strerror or error}.")


def sync_folder(folder: Path) -> None:
    """Make names durable, where the system can: a file whose name is lost is lost."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def sync_file(file: Path) -> None:
    """Make a file's content durable."""
    handle = os.open(file, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def place(made: Path, target: Path) -> None:
    """Give a finished file its name, durably; what had the name before is gone at the same moment."""
    sync_file(made)
    made.replace(target)
    sync_folder(target.parent)


def write_file(target: Path, content: bytes) -> None:
    """Write a file so that it has all of its content or is not there; raise StorageError."""
    made = target.with_name(target.name + ".part")
    try:
        made.write_bytes(content)
        place(made, target)
    except OSError as error:
        raise fault_of(error, f"History: {target} cannot be written") from error
