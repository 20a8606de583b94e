"""What tells a gateway something, and where it is written down: for command line, dashboard and exporters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from openvoy.model.control import AuditEntry, Offer, Preview, Settings


class Audit(Protocol):
    """Keeps what was told to gateways, for good."""

    async def write_entry(self, entry: AuditEntry) -> None:
        """Keep an entry durably; one with a known id is its newer version. Raises StorageError."""
        ...

    async def read_entries(self) -> Sequence[AuditEntry]:
        """Give all entries in their newest version, oldest first."""
        ...


class Controller(Protocol):
    """Tells one gateway things, safely. Every method raises an OpenvoyError whose `remedy` says what helps."""

    async def offers(self) -> Sequence[Offer]:
        """Ask what can be told, with current values and bounds; works while control is off."""
        ...

    async def preview(self, name: str, arguments: Settings) -> Preview:
        """Work out what `apply` would send; works while control is off. Raises ConfigError for what cannot be."""
        ...

    async def apply(self, name: str, arguments: Settings) -> AuditEntry:
        """Check, send once, read back, write down. What the gateway did with it is the entry's outcome.

        Raises ConfigError before anything is sent: control is off, the gateway does not have it, a value out of
        bounds. Raises EndpointRefused, likewise before, where the login is known not to be allowed.
        """
        ...

    async def watch(self, entry: AuditEntry, *, seconds: float) -> AuditEntry:
        """Watch a change that took effect, and tell if somebody else sets it otherwise; writes that down too."""
        ...

    async def plan_undo(self, entry_id: str) -> tuple[str, Settings]:
        """Say which control with which arguments restores what was before; ConfigError where that is not known."""
        ...

    async def undo(self, entry_id: str) -> AuditEntry:
        """Apply what `plan_undo` says, as a change of its own."""
        ...
