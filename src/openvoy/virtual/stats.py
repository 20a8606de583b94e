"""What clients cost a virtual gateway: requests, busy seconds and bytes by endpoint."""

from __future__ import annotations

from dataclasses import dataclass

MAX_ENDPOINTS = 1000
"""Paths beyond these are counted together: clients invent paths without end."""

_OTHER = "other"


@dataclass(slots=True)
class EndpointStats:
    """Sums over the requests of one endpoint."""

    requests: int = 0
    busy_s: float = 0.0
    """Real seconds of handling, without waiting for another reply to be made."""
    sent_bytes: int = 0
    """Of bodies."""


class Stats:
    """Counts what is served."""

    def __init__(self) -> None:
        self._endpoints: dict[str, EndpointStats] = {}

    def add(self, path: str, *, busy_s: float, sent_bytes: int) -> None:
        """Count one reply; the query is part of the endpoint's name."""
        if path not in self._endpoints and len(self._endpoints) >= MAX_ENDPOINTS:
            path = _OTHER
        endpoint = self._endpoints.setdefault(path, EndpointStats())
        endpoint.requests += 1
        endpoint.busy_s += busy_s
        endpoint.sent_bytes += sent_bytes

    def report(self) -> dict[str, object]:
        """Give totals and endpoints, JSON-ready."""
        rows = self._endpoints.values()
        return {
            "requests": sum(row.requests for row in rows),
            "busy_s": sum(row.busy_s for row in rows),
            "sent_bytes": sum(row.sent_bytes for row in rows),
            "endpoints": dict(sorted(self._endpoints.items())),
        }
