"""What a mirror did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(slots=True)
class Load:
    """What readers asked of the mirror, and the mirror of the gateway."""

    replies: int = 0
    stale_replies: int = 0
    upstream_requests: int = 0
    upstream_busy_s: float = 0.0
    upstream_failures: int = 0
    overheard_replies: int = 0

    def report(self) -> Mapping[str, object]:
        """Give it JSON-ready."""
        return {
            "replies": self.replies,
            "stale_replies": self.stale_replies,
            "upstream_requests": self.upstream_requests,
            "upstream_busy_s": round(self.upstream_busy_s, 3),
            "upstream_failures": self.upstream_failures,
            "overheard_replies": self.overheard_replies,
        }
