"""Names of time zones, and the one of this machine."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from openvoy.errors import ConfigError
from openvoy.settings.table import did_you_mean

_SYSTEM = Path("/etc")


def parse_time_zone(name: str) -> str:
    """Check the name of a time zone; raise ConfigError."""
    if is_time_zone(name):
        return name
    near = did_you_mean(name, _names()) if "/" in name or len(name) > 4 else ""
    hint = near if near.startswith("Did") else "Write it as Continent/City, such as Europe/Paris."
    raise ConfigError(f"There is no time zone '{name}'.", hint=hint)


def is_time_zone(name: str) -> bool:
    """Whether this machine's or Python's own tables know the zone."""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def find_time_zone(environ: Mapping[str, str], system: Path = _SYSTEM) -> str | None:
    """Find the zone of this machine: TZ, else /etc/timezone, else where /etc/localtime leads; None if nothing says."""
    for name in (environ.get("TZ", "").removeprefix(":"), _read(system / "timezone"), _linked(system / "localtime")):
        if name and is_time_zone(name):
            return name
    return None


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _linked(link: Path) -> str:
    try:
        return str(link.readlink()).partition("zoneinfo/")[2]
    except OSError:
        return ""


@cache
def _names() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())
