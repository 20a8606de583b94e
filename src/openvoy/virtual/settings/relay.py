"""The system controller: its grid relay, its source relays, its errors and wiring tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from openvoy.protocol.endpoints.site_settings import SourceKinds
from openvoy.virtual.settings.mappings import nothing
from openvoy.virtual.site.orders import Position


@dataclass(frozen=True, slots=True, kw_only=True)
class ControllerSettings:
    """What the system controller was told."""

    grid_relay: Position = "closed"
    sources: SourceKinds = field(
        default_factory=lambda: SourceKinds(der1="DER_TYPE_ENCHARGE", der2="DER_TYPE_NONE", der3="DER_TYPE_NONE")
    )
    """What the source relays feed."""
    source_states: Mapping[str, int] = field(default_factory=nothing)
    """Source relays that somebody switched, by name: 1 closed, 0 open."""
    error_flags: int = 0
    battery_wiring_tested_s: int | None = None
    generator_wiring_tested_s: int | None = None
    profile_sent_s: int | None = None
    """When the grid profile was sent to the storage devices again."""
