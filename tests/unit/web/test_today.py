from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from openvoy.model.together import share_pct
from openvoy.web.api.today import build_local_day


@pytest.mark.parametrize(
    ("now", "zone", "start", "hours"),
    [
        ("2025-06-21T22:30+00:00", "Europe/Paris", "2025-06-21T22:00+00:00", 24),
        ("2025-06-21T21:59+00:00", "Europe/Paris", "2025-06-20T22:00+00:00", 24),
        ("2025-03-30T12:00+00:00", "Europe/Paris", "2025-03-29T23:00+00:00", 23),
        ("2025-10-26T12:00+00:00", "Europe/Paris", "2025-10-25T22:00+00:00", 25),
        ("2025-06-21T12:00+00:00", "Pacific/Auckland", "2025-06-21T12:00+00:00", 24),
        # Where the clock is put forward at midnight, the day begins at one o'clock.
        ("2025-09-07T12:00+00:00", "America/Santiago", "2025-09-07T04:00+00:00", 23),
    ],
)
def test_the_day_is_the_local_one(now: str, zone: str, start: str, hours: int) -> None:
    first, last = build_local_day(datetime.fromisoformat(now), ZoneInfo(zone))
    assert first.astimezone(UTC) == datetime.fromisoformat(start)
    assert (last.astimezone(UTC) - first.astimezone(UTC)).total_seconds() == hours * 3600


@pytest.mark.parametrize(
    ("total_wh", "exchanged_wh", "expected_pct"),
    [
        (10_000, 2_500, 75.0),
        (10_000, 0, 100.0),
        (10_000, 10_000, 0.0),
        (10_000, 12_000, 0.0),
        (0, 0, None),
        (-5, 0, None),
        (None, 100, None),
        (10_000, None, None),
    ],
)
def test_own_share(total_wh: float | None, exchanged_wh: float | None, expected_pct: float | None) -> None:
    assert share_pct(total_wh, exchanged_wh) == expected_pct
