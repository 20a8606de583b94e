"""What keeps the layout of the panels."""

from __future__ import annotations

from typing import Protocol

from openvoy.model.layout import Layout


class Roof(Protocol):
    """One layout of a service, kept for good."""

    async def read_layout(self) -> Layout:
        """Give the layout, an empty one before anybody laid anything out; raise ConfigError if it cannot be read."""
        ...

    async def write_layout(self, layout: Layout, *, before: Layout | None = None) -> None:
        """Keep a layout durably, at once or not at all; raise ConfigError if it cannot be written.

        `before` is what it was made from: if another one is kept meanwhile, ConfigError is raised and that one stays.
        """
        ...
