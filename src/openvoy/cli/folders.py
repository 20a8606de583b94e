"""Where Openvoy keeps its files. The only file that names platformdirs."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def data_folder(override: Path | None = None) -> Path:
    """The folder of history and pinned certificates: `override`, else OPENVOY_DATA, else the platform's place."""
    if override is not None:
        return override
    named = os.environ.get("OPENVOY_DATA")
    return Path(named) if named else Path(platformdirs.user_data_dir("openvoy", appauthor=False))


def config_folder() -> Path:
    """The platform's place for the configuration."""
    return Path(platformdirs.user_config_dir("openvoy", appauthor=False))
