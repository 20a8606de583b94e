from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from openvoy.cli.demo_site import parse_start
from openvoy.errors import ConfigError

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("given", "now", "start"),
    [
        ("daylight", "2026-06-21T10:00Z", "2026-06-21T10:00Z"),
        ("daylight", "2026-06-21T20:00Z", "2026-06-21T11:00Z"),
        ("daylight", "2026-06-21T23:30Z", "2026-06-21T11:00Z"),  # half past one in Paris, the day after
        ("daylight", "2026-12-01T06:00Z", "2026-11-30T12:00Z"),
        ("now", "2026-06-21T23:30Z", "2026-06-21T23:30Z"),
        ("2025-06-21T13:00", "2026-06-21T23:30Z", "2025-06-21T11:00Z"),
        ("2025-06-21T13:00+00:00", "2026-06-21T23:30Z", "2025-06-21T13:00Z"),
    ],
)
def test_when_the_demo_begins(given: str, now: str, start: str) -> None:
    assert parse_start(given, datetime.fromisoformat(now), PARIS) == datetime.fromisoformat(start)


def test_what_is_no_time_is_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_start("noon", datetime(2026, 6, 21, tzinfo=UTC), PARIS)
    assert "2026-06-21T13:00" in (caught.value.hint or "")
