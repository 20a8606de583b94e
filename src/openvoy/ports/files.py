"""What writes tables of the history to files that other programs read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFile:
    """A part of a table, and the file that it goes to."""

    table: str
    """power, energy, inverters, meters, batteries, counters or events."""
    by: str
    """raw, hour, day, week, month or year."""
    start: datetime
    end: datetime
    time_zone: str
    file: Path
    format_name: str
    """csv, jsonl or parquet."""


class TableFiles(Protocol):
    """Writes files; each is there whole or not at all."""

    def check(self, table: str, by: str) -> None:
        """Raise ConfigError for a table that is not there, or cannot be had that way."""
        ...

    async def find_start(self, time_zone: str) -> datetime:
        """Give the first day of which history has energy; that of this year if it has none. Raises StorageError."""
        ...

    async def write_file(self, wanted: TableFile) -> int:
        """Write a file and give its rows; where there are none, no file is written. Raises StorageError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyOutcome:
    """What has become of a copy."""

    size_bytes: int
    lacking: Sequence[str]
    """Files that are not in it, as they are damaged beyond mending, or gone."""


class Copies(Protocol):
    """Copies the history as it is, while it is written."""

    @property
    def folder(self) -> Path:
        """Where the history is."""
        ...

    async def copy_to(self, target: Path) -> CopyOutcome:
        """Bring a copy up to date and check it. Raises StorageError."""
        ...

    async def read_lacking(self, target: Path) -> Sequence[str]:
        """Give the files that a copy is without since it was made. Raises StorageError."""
        ...
