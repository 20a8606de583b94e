from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from openvoy.virtual.site.calendar import local_date, local_day, midnight

DAYS = [
    ("Europe/Berlin", date(2025, 3, 30), 1380),
    ("Europe/Berlin", date(2025, 10, 26), 1500),
    ("America/Los_Angeles", date(2025, 3, 9), 1380),
    ("America/Los_Angeles", date(2025, 11, 2), 1500),
    ("Australia/Lord_Howe", date(2025, 4, 6), 1470),
    ("Asia/Beirut", date(2025, 3, 30), 1380),  # midnight itself is skipped
    ("Asia/Kolkata", date(2025, 3, 30), 1440),
    ("UTC", date(2024, 2, 29), 1440),
]


@pytest.mark.parametrize(("zone", "day", "minutes"), DAYS)
def test_a_day_has_the_minutes_of_its_zone(zone: str, day: date, minutes: int) -> None:
    laid_out = local_day(day, ZoneInfo(zone))
    assert laid_out.minutes == minutes
    assert len(laid_out.wall_min) == minutes + 1
    assert laid_out.end_s == local_day(day + timedelta(days=1), ZoneInfo(zone)).start_s


def test_the_wall_clock_skips_and_repeats_an_hour() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    spring, autumn = local_day(date(2025, 3, 30), berlin), local_day(date(2025, 10, 26), berlin)
    assert spring.wall_min[119:121].tolist() == [119, 180]
    assert autumn.wall_min[179:181].tolist() == [179, 120]
    assert autumn.wall_min[-2:].tolist() == [1439, 1440]


def test_midnight_and_date_fit_together() -> None:
    zone = ZoneInfo("America/Los_Angeles")
    start = midnight(date(2025, 6, 21), zone)
    assert start == datetime(2025, 6, 21, 7, tzinfo=UTC)
    assert local_date(start, zone) == date(2025, 6, 21)
    assert local_date(start - timedelta(seconds=1), zone) == date(2025, 6, 20)
