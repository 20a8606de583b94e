"""Keys that gateways of this process share: an RSA key is some 30 ms of work."""

from __future__ import annotations

import atexit
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory


@cache
def keys_folder() -> Path:
    """Give the folder in which gateways that nobody tells apart by their keys find and leave them."""
    folder = TemporaryDirectory(prefix="openvoy-keys-")
    atexit.register(folder.cleanup)
    return Path(folder.name)
