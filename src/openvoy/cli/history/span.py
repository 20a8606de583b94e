"""Moments as a person gives them to commands of history."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from openvoy.cli.app import option
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
