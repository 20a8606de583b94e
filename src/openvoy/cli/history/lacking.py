"""Tells a person what is lost of a history, or of a copy of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from openvoy.cli.output import say
from openvoy.errors import StorageError

if TYPE_CHECKING:
    from openvoy.store.aside import SetAside


def tell_lacking(lacking: Sequence[str], copy: Path) -> int:
    """Name the files that a copy is without, and what can be done; give the exit code of the command."""
    if not lacking:
        return 0
    say(f"{copy} is without {'one file' if len(lacking) == 1 else f'{len(lacking)} files'} of the history:")
    for name in lacking:
        say(f"  {name} is damaged beyond mending, or gone.")
    say("If an earlier backup has it, put it into the same place of the history; all else is there.")
    return StorageError.exit_code


def tell_damaged(set_aside: Sequence[SetAside]) -> int:
    """Say that something was not there to be read, which the log has named; give the exit code of the command."""
    if not any(damaged.is_lost for damaged in set_aside):
        if set_aside:
            say("The history is damaged, and nothing is left out: what cannot be read stands in another place too.")
        return 0
    say("The history is damaged: what cannot be read of it is left out. 'openvoy history verify' lists what is wrong.")
    return StorageError.exit_code
