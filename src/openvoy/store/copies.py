"""Copies of a running history, for whoever schedules them."""

from __future__ import annotations

import asyncio
from pathlib import Path

from openvoy.store.backup import copy_history


class FolderCopies:
    """Implements `ports.files.Copies` for the history of a folder."""

    def __init__(self, folder: Path) -> None:
        """Take the folder of the history."""
        self.folder = folder

    async def copy_to(self, target: Path) -> int:
        """Copy and check beside the event loop; give the bytes of the sealed months."""
        return (await asyncio.to_thread(copy_history, self.folder, target)).size_bytes
