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

    async def apply(self, name: str, arguments: Settings, *, by: str = "") -> AuditEntry:
        """Check, send once, read back, write down who did it. What the gateway did with it is the entry's outcome.

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

    async def undo(self, entry_id: str, *, by: str = "") -> AuditEntry:
        """Apply what `plan_undo` says, as a change of its own."""
        ...


class Desk(Protocol):
    """Tells the gateways of a service things: what the dashboard and programs of the house use."""

    @property
    def is_enabled(self) -> bool:
        """Whether anything may be changed."""
        ...

    async def offers(self, gateway: str) -> Sequence[Offer]:
        """Ask what the gateway of this name can be told; works while control is off."""
        ...

    async def preview(self, gateway: str, name: str, arguments: Settings) -> Preview:
        """Work out what `apply` would send; works while control is off."""
        ...

    async def apply(self, gateway: str, name: str, arguments: Settings, *, by: str) -> AuditEntry:
        """Change something on behalf of `by`; it is watched from then on, and stands in history."""
        ...

    async def preview_undo(self, gateway: str, entry_id: str) -> Preview:
        """Work out what `undo` would send; works while control is off. Raises ConfigError for what cannot be."""
        ...

    async def undo(self, gateway: str, entry_id: str, *, by: str) -> AuditEntry:
        """Restore what was before, as a change of its own."""
        ...

    async def read_entries(self) -> Sequence[AuditEntry]:
        """Give all that was told to gateways, newest first."""
        ...
