"""Damaged files are set aside under a name of their own, never overwritten, and told about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """A damaged file was set aside."""

    at: datetime
    """When the file was last written."""
    path: Path
    """Where it is now."""
    reason: str
    is_whole_history: bool
    """False where the history goes on from what else there is of it, and only a part of it may be lost."""
    is_lost: bool = True
    """Whether rows may be gone with it: not where it was mended, or what it said stands elsewhere too."""


def last_written(file: Path) -> datetime:
    """When a file was last written, to the second."""
    return datetime.fromtimestamp(int(file.stat().st_mtime), UTC)


def free_name(wanted: Path) -> Path:
    """A name that nothing has yet, like the wanted one."""
    number, target = 2, wanted
    while target.exists():
        target = wanted.with_name(f"{wanted.name}-{number}")
        number += 1
    return target
