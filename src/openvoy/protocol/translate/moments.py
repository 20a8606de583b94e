"""Times on the wire."""

from __future__ import annotations

from datetime import UTC, datetime


def moment(unix_s: float | str | None) -> datetime | None:
    """Convert Unix seconds; 0 is how a gateway says "never"."""
    try:
        seconds = 0.0 if unix_s is None else float(unix_s)
        return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
    except (ValueError, OverflowError, OSError):
        return None
