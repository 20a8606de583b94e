"""The gateway's own log, in its words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One event that the gateway noted."""

    id: str
    """The gateway's number of it; it stays the same."""
    text: str
    serial: str | None = None
    """Of the device it is about."""
    device: str | None = None
    """What kind of device that is."""
    local_time: str | None = None
    """Date and time as the gateway writes them, by the clock of its site and without zone."""
