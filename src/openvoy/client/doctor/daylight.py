"""What the panels themselves say about now."""

from __future__ import annotations

from datetime import datetime, timedelta

from openvoy.model import Snapshot
from openvoy.model.devices import Inverter

FRESH = timedelta(hours=1, minutes=10)
"""Reports come every 5 to 15 minutes, hourly where the cloud says so (quirk Q34)."""


def fresh_panels(snapshot: Snapshot, now: datetime) -> tuple[Inverter, ...]:
    """Give the inverters whose report is of now; overnight they keep their last power, but not its time."""
    return tuple(one for one in snapshot.inverters if one.at is not None and abs(now - one.at) <= FRESH)


def panels_w(snapshot: Snapshot, now: datetime) -> float | None:
    """Add up what the panels report; None where too few do to tell."""
    fresh = fresh_panels(snapshot, now)
    if not fresh or 2 * len(fresh) < len(snapshot.inverters):
        return None
    return sum(one.power_w for one in fresh if one.power_w is not None)
