"""Moments as a person gives them to commands of history."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from openvoy.cli.app import option
from openvoy.cli.output import say
from openvoy.errors import ConfigError

Start = Annotated[str | None, option("--start", help="First moment, such as 2025-01-01; default: all there is.")]
End = Annotated[str | None, option("--end", help="Moment after the last one; default: now.")]


def parse_moment(text: str, name: str, zone: ZoneInfo) -> datetime:
    """Parse ISO 8601 or Unix seconds; a time without offset is one of the zone. Raises ConfigError."""
    try:
        if re.fullmatch(r"\d{9,11}", text):
            return datetime.fromtimestamp(int(text), UTC)
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise ConfigError(
            f"{name}: '{text}' is not a time.", hint="Give a day such as 2025-06-21, or 2025-06-21T12:00:00+02:00."
        ) from error


def check_span(start: datetime, end: datetime, now: datetime) -> None:
    """Refuse a time that does not begin before it ends, or has not begun; raise ConfigError."""
    if start >= now:
        raise ConfigError("The start is not in the past.", hint="Correct --start.")
    if start >= end:
        raise ConfigError("The start is not before the end.", hint="Correct --start or --end.")


def tell_whole(by: str, bounds_s: Sequence[int], zone: ZoneInfo, *, start: str | None, end: str | None) -> None:
    """Say where periods, which are counted whole, begin or end otherwise than a person said (Unix seconds)."""
    if not bounds_s:
        return
    first, last = (datetime.fromtimestamp(at_s, zone) for at_s in (bounds_s[0], bounds_s[-1]))
    begins = start is None or parse_moment(start, "--start", zone) <= first
    ends = end is None or parse_moment(end, "--end", zone) >= last
    if not (begins and ends):
        say(f"Each {by} is counted whole: from {first:%Y-%m-%d %H:%M} until {last:%Y-%m-%d %H:%M}.")
