"""What time it is for a gateway when it answers."""

from __future__ import annotations

from datetime import datetime
from email.utils import parsedate_to_datetime

from openvoy.protocol.http import Response

TOLERATED_S = 30.0
"""How far two clocks may be apart: both are set by NTP, and the gateway tells whole seconds."""


def date_of(response: Response) -> datetime | None:
    """Read the header Date, of whole seconds; None where there is none that can be read."""
    try:
        moment = parsedate_to_datetime(response.headers.get("date", ""))
    except (ValueError, TypeError):
        return None
    return moment if moment.tzinfo is not None else None
