"""Where large files are that pass: on a disk. `/tmp` is memory on many systems, such as Debian 13 on a Raspberry Pi."""

from __future__ import annotations

import os
from pathlib import Path

_ON_DISK = Path("/var/tmp")  # noqa: S108 - what is made there has a name that nobody guesses, or none


def passing_folder() -> str | None:
    """Give the folder for them: what TMPDIR names (None), or else the one that the system keeps on a disk."""
    if "TMPDIR" in os.environ or not os.access(_ON_DISK, os.W_OK | os.X_OK):
        return None
    return str(_ON_DISK)
