"""The last minutes of every gateway, as often as it was read: bounded, in memory, for whoever opens a page."""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from openvoy.model import Snapshot
from openvoy.ports import GatewayStatus

KEPT = timedelta(minutes=30)
LEAST_APART_S = 1.0
MOST_POINTS = 1800
"""A reading a second for as long as points are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LivePoint:
    """Powers of one moment; all None: from here on nothing is known."""

    at_s: float
    """Unix seconds."""
    solar_w: float | None = None
    grid_w: float | None = None
    battery_w: float | None = None
    generator_w: float | None = None
    load_w: float | None = None


class LiveWindow:
    """Keeps a point for each reading that is at least a second after the one before, and where values end."""

    def __init__(self) -> None:
        self._points: dict[str, deque[LivePoint]] = {}

    def add(self, status: GatewayStatus, snapshot: Snapshot | None, now: datetime) -> None:
        """Take what the feed tells; values that are not of now end the line at `now`."""
        points = self._points.setdefault(status.name, deque(maxlen=MOST_POINTS))
        if not status.is_fresh:
            if points and _has_values(points[-1]):
                points.append(LivePoint(at_s=now.timestamp()))
        elif snapshot is not None and (not points or snapshot.at.timestamp() - points[-1].at_s >= LEAST_APART_S):
            points.append(_build_point(snapshot))
        while points and points[0].at_s < (now - KEPT).timestamp():
            points.popleft()

    def keep(self, names: Container[str]) -> None:
        """Forget all other gateways."""
        self._points = {name: points for name, points in self._points.items() if name in names}

    def points(self, name: str, since: datetime) -> Sequence[LivePoint]:
        """Give the points of a gateway from `since` on, oldest first."""
        return [point for point in self._points.get(name, ()) if point.at_s >= since.timestamp()]


def _build_point(snapshot: Snapshot) -> LivePoint:
    power = snapshot.power
    return LivePoint(
        at_s=round(snapshot.at.timestamp(), 3),
        solar_w=power.solar_w,
        grid_w=power.grid_w,
        battery_w=power.battery_w,
        generator_w=power.generator_w,
        load_w=power.load_w,
    )


def _has_values(point: LivePoint) -> bool:
    values = (point.solar_w, point.grid_w, point.battery_w, point.generator_w, point.load_w)
    return any(value is not None for value in values)
