"""A history opened to be looked at: as it is, or, while another process writes it, a copy that lasts as long."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from openvoy.store.backup import copy_history
from openvoy.store.faults import Fault, StoreFault
from openvoy.store.history import HistoryStore
from openvoy.store.passing import passing_folder

FOREVER_DAYS = 100_000
"""Nothing expires while one is looking."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was opened."""

    store: HistoryStore
    is_copy: bool


@contextlib.asynccontextmanager
async def looking_at(folder: Path) -> AsyncIterator[Looked]:
    """Open a history, or a copy of one that is in use; raise StorageError."""
    with tempfile.TemporaryDirectory(prefix="openvoy-", dir=passing_folder()) as name:
        try:
            store, is_copy = await HistoryStore.open(folder, live_days=FOREVER_DAYS), False
        except StoreFault as fault:
            if fault.fault is not Fault.LOCKED:
                raise
            copy_history(folder, Path(name))
            store, is_copy = await HistoryStore.open(Path(name), live_days=FOREVER_DAYS), True
        try:
            yield Looked(store, is_copy)
        finally:
            await store.close()
