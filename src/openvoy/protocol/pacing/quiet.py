"""The nightly outage: shortly after 23:00 gateways do not answer for minutes. It is part of the day, not an error."""

from __future__ import annotations

from datetime import datetime, time, tzinfo

QUIET_FROM = time(22, 58)
QUIET_TO = time(23, 25)
"""Reported from 23:00 to 23:02, some minutes long; clocks and housekeeping differ by some more."""


def is_quiet(now: datetime, time_zone: tzinfo) -> bool:
    """Whether silence is expected at this moment."""
    return QUIET_FROM <= now.astimezone(time_zone).time() < QUIET_TO
