"""The layout of the panels in a file of the data folder."""

from __future__ import annotations

import asyncio
from pathlib import Path

from openvoy import codec
from openvoy.client.private_file import read_private, write_private
from openvoy.codec import DecodeError
from openvoy.errors import ConfigError
from openvoy.model.layout import Layout, check_layout

LAYOUT_FILE = "layout.json"
_PURPOSE = "how the panels lie on the roof"


class RoofFile:
    """Keeps the layout as JSON, mode 0600, replaced at once. Implements ports.Roof."""

    def __init__(self, path: Path) -> None:
        """Take the file, which need not be there yet."""
        self._path = path
        self._writing = asyncio.Lock()

    async def read_layout(self) -> Layout:
        """Read the file; an empty layout where there is none."""
        text = await asyncio.to_thread(read_private, self._path, purpose=_PURPOSE)
        if text is None:
            return Layout()
        try:
            return check_layout(codec.parse(text.encode(), Layout))
        except (DecodeError, ConfigError) as error:
            raise ConfigError(
                f"{self._path} is no layout: {error}", hint="Move it away, then lay the panels out anew."
            ) from error

    async def write_layout(self, layout: Layout, *, before: Layout | None = None) -> None:
        """Replace the file, unless somebody else did since `before` was read."""
        text = codec.encode_json(check_layout(layout), indent=1).decode()
        async with self._writing:
            if before is not None and await self.read_layout() != before:
                raise ConfigError(
                    "Somebody else has laid the panels out meanwhile, so nothing was kept.",
                    hint="Save once more to replace that, or discard yours to see it.",
                )
            await asyncio.to_thread(write_private, self._path, text, purpose=_PURPOSE)
