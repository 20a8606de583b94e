"""Grid profile, phases of the inverters, relaxed parameters, trip points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from openvoy.protocol.endpoints.profiles import MultiModeDocument
from openvoy.virtual.settings.mappings import nothing

SENT_AFTER_S = 300
"""How long a new profile takes to be on all inverters."""
DETECTED_AFTER_S = 240
"""How long the detection of phases takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileSettings:
    """What was chosen."""

    selected: str
    """Name and version."""
    chosen_s: int
    """When it was chosen."""
    auto_selected: bool = True
    multi_mode: Mapping[str, MultiModeDocument]
    """Ride-through curves by on_grid and off_grid."""
    uploaded_s: int | None = None
    """When a package of profiles was last uploaded."""
    manual_phases: Mapping[str, str] = field(default_factory=nothing)
    """Phases that somebody set, by serial number of the inverter."""
    redetermined_s: int | None = None
    """When phases were last asked to be detected again."""
    relaxed: Mapping[str, str] = field(default_factory=nothing)
    """Relaxed parameters, as they were sent."""
    trip_points: str = ""
    """Selected trip points, before 7."""
