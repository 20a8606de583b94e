"""Tells a person what a copy of the history is without."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from openvoy.cli.output import say
from openvoy.errors import StorageError


def tell_lacking(lacking: Sequence[str], copy: Path) -> int:
    """Name the files that a copy is without, and what can be done; give the exit code of the command."""
    if not lacking:
        return 0
    say(f"{copy} is without {'one file' if len(lacking) == 1 else f'{len(lacking)} files'} of the history:")
    for name in lacking:
        say(f"  {name} is damaged beyond mending, or gone.")
    say("If an earlier backup has it, put it into the same place of the history; all else is there.")
    return StorageError.exit_code
