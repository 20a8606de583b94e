"""Dry contacts of the system controller."""

from __future__ import annotations

from dataclasses import dataclass

from openvoy.protocol.endpoints.contacts import ContactSettings
from openvoy.virtual.site.orders import Position

RESTARTS_AFTER_S = 20
"""How long the settings module is gone after a body that it does not survive."""
RESETTLES_AFTER_S = 10
"""How long a normally closed contact stays open after its settings were written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One contact."""

    settings: ContactSettings
    by_hand: Position | None = None
    """What somebody switched it to."""
    written_s: int | None = None
    """When its settings were last written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactBoard:
    """All contacts, in the order of the list."""

    contacts: tuple[Contact, ...]
    crashed_s: int | None = None
    """When the settings module last met a body that it does not survive."""

    def is_gone(self, now_s: int) -> bool:
        """Whether the settings module starts anew."""
        return self.crashed_s is not None and now_s < self.crashed_s + RESTARTS_AFTER_S
