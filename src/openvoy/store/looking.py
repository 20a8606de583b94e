"""A history opened to be looked at: as it is, or a copy that lasts as long, where it is in use or cannot be written."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from openvoy.store.aside import SetAside, last_written
from openvoy.store.backup import BACKUP, copy_history, is_history, read_missing
from openvoy.store.faults import Fault, StoreFault
from openvoy.store.history import HistoryStore
from openvoy.store.passing import passing_folder

FOREVER_DAYS = 100_000
"""Nothing expires while one is looking."""

_COPIED_AS = {
    Fault.LOCKED: "the service is running",
    Fault.READ_ONLY: "its disk is read-only",
    Fault.FORBIDDEN: "nothing may be written in its folder",
    Fault.FULL: "its disk is full",
}
"""To be opened a database has to be written."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was opened."""

    store: HistoryStore
    copied_as: str | None
    """Why it is a copy; None: it is the history itself."""


@contextlib.asynccontextmanager
async def looking_at(folder: Path) -> AsyncIterator[Looked]:
    """Open a history, or a copy of one that is in use or a backup; raise StorageError.

    A folder that has none is left as it is: what is opened is empty, and as passing as a copy.
    """
    with tempfile.TemporaryDirectory(prefix="openvoy-", dir=passing_folder()) as name:
        looked = await _open_in_place(folder if is_history(folder) else Path(name))
        if isinstance(looked, str):
            copy_history(folder, Path(name))
            looked = Looked(await HistoryStore.open(Path(name), live_days=FOREVER_DAYS), looked)
            looked.store.note_damages(
                SetAside(
                    at=last_written(folder), path=folder / month, reason=f"{month} is gone", is_whole_history=False
                )
                for month in read_missing(folder)
            )
        try:
            yield looked
        finally:
            await looked.store.close()


async def _open_in_place(folder: Path) -> Looked | str:
    """Open a history itself, or say why that cannot be; raise StorageError."""
    if (folder / BACKUP).exists():
        return "a backup stays as it is"
    try:
        return Looked(await HistoryStore.open(folder, live_days=FOREVER_DAYS), None)
    except StoreFault as fault:
        if fault.fault not in _COPIED_AS:
            raise
        return _COPIED_AS[fault.fault]
