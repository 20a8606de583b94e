"""Where a site is and what it is called."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePlace:
    """The site as people and other programs name and place it."""

    name: str
    time_zone: str
    """IANA name, such as Europe/Paris: days, months and years are those of this zone."""
    latitude: float | None = None
    """Degrees, north is positive."""
    longitude: float | None = None
    """Degrees, east is positive."""
