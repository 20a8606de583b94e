"""What the engine may take of the machine, as its settings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

AUTOMATIC_CHECKPOINT = "256MB"
"""Never reached: the writer checkpoints by itself, between commits rather than inside of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the engine may take of the machine."""

    memory_bytes: int = 48 * 2**20
    """For data and queries; the library itself takes 50 MB more, and the service is to stay below 150 MB."""
    threads: int = 1
    """One is enough for years of minutes, and leaves a small computer its other cores."""
    spill_bytes: int = 512 * 2**20
    """On the disk, for a query that does not fit into memory."""


def build_config(path: Path, limits: Limits) -> dict[str, str | bool | int | float | list[str]]:
    """Build the engine's settings for a database file."""
    return {
        "memory_limit": f"{limits.memory_bytes}B",
        "threads": limits.threads,
        "async_threads": 1,
        "temp_directory": str(path.with_name(path.name + ".tmp")),
        "max_temp_directory_size": f"{limits.spill_bytes}B",
        "checkpoint_threshold": AUTOMATIC_CHECKPOINT,
        "checkpoint_on_detach": "DISABLED",
        # A file that looks like another database's must not make it load code from the network.
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        "python_enable_replacements": False,
    }
