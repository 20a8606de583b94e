"""Copies of a running history, for whoever schedules them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from openvoy.ports.files import CopyOutcome
from openvoy.store.backup import back_up_history, read_lacking


class FolderCopies:
    """Implements `ports.files.Copies` for the history of a folder."""

    def __init__(self, folder: Path) -> None:
        """Take the folder of the history."""
        self.folder = folder

    async def copy_to(self, target: Path) -> CopyOutcome:
        """Copy and check beside the event loop; the size is that of the sealed months."""
        copied = await asyncio.to_thread(back_up_history, self.folder, target)
        return CopyOutcome(size_bytes=copied.size_bytes, lacking=copied.lacking)

    async def read_lacking(self, target: Path) -> Sequence[str]:
        """Read what is noted in the copy."""
        return await asyncio.to_thread(read_lacking, target)
