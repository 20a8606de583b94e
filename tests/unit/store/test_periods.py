"""Golden times are those of the tz database's published rules, worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from openvoy.errors import ConfigError
from openvoy.store.periods import Period, build_bounds, parse_zone


def bounds(zone: str, by: Period, start: str, end: str) -> list[str]:
    local = parse_zone(zone)
    first, last = (datetime.fromisoformat(text).replace(tzinfo=local) for text in (start, end))
    found = build_bounds(start=first, end=last, by=by, zone=local)
    return [datetime.fromtimestamp(at_s, UTC).isoformat(timespec="minutes").removesuffix("+00:00") for at_s in found]


@pytest.mark.parametrize(
    ("zone", "day", "first", "last", "hours"),
    [
        ("Europe/Paris", "2024-03-31", "2024-03-30T23:00", "2024-03-31T22:00", 23),
        ("Europe/Paris", "2024-10-27", "2024-10-26T22:00", "2024-10-27T23:00", 25),
        ("America/New_York", "2024-03-10", "2024-03-10T05:00", "2024-03-11T04:00", 23),
        ("America/New_York", "2024-11-03", "2024-11-03T04:00", "2024-11-04T05:00", 25),
        ("Asia/Kolkata", "2024-06-01", "2024-05-31T18:30", "2024-06-01T18:30", 24),
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00", "2018-11-05T02:00", 23),
        ("Australia/Lord_Howe", "2024-04-07", "2024-04-06T13:00", "2024-04-07T13:30", 25),
    ],
)
def test_days_and_their_hours(zone: str, day: str, first: str, last: str, hours: int) -> None:
    assert bounds(zone, "day", f"{day}T12:00", f"{day}T12:01") == [first, last]
    found = bounds(zone, "hour", f"{day}T00:00", f"{day}T23:59")
    assert (found[0], found[-1], len(found) - 1) == (first, last, hours)


def test_hours_are_those_that_touch() -> None:
    assert bounds("Europe/Paris", "hour", "2024-06-01T10:59", "2024-06-01T11:01") == [
        "2024-06-01T08:00",
        "2024-06-01T09:00",
        "2024-06-01T10:00",
    ]
    assert bounds("Europe/Paris", "hour", "2024-06-01T11:00", "2024-06-01T12:00") == [
        "2024-06-01T09:00",
        "2024-06-01T10:00",
    ]


def test_weeks_begin_on_monday_also_across_years_and_changes_of_clocks() -> None:
    assert bounds("Europe/Paris", "week", "2024-12-31T12:00", "2025-01-06T00:01") == [
        "2024-12-29T23:00",
        "2025-01-05T23:00",
        "2025-01-12T23:00",
    ]
    assert bounds("America/New_York", "week", "2024-03-10T12:00", "2024-03-10T13:00") == [
        "2024-03-04T05:00",
        "2024-03-11T04:00",
    ]


def test_months_and_years_begin_at_local_midnight() -> None:
    assert bounds("Europe/Paris", "month", "2024-02-15T00:00", "2024-04-01T00:00") == [
        "2024-01-31T23:00",
        "2024-02-29T23:00",
        "2024-03-31T22:00",
    ]
    assert bounds("America/New_York", "month", "2023-12-31T23:59", "2024-01-01T00:01") == [
        "2023-12-01T05:00",
        "2024-01-01T05:00",
        "2024-02-01T05:00",
    ]
    assert bounds("America/New_York", "year", "2024-07-01T00:00", "2025-01-01T00:00") == [
        "2024-01-01T05:00",
        "2025-01-01T05:00",
    ]


def test_a_year_has_its_days_and_no_time_between_them() -> None:
    zone = parse_zone("Europe/Paris")
    year = (datetime(2024, 1, 1, tzinfo=zone), datetime(2025, 1, 1, tzinfo=zone))
    days = build_bounds(start=year[0], end=year[1], by="day", zone=zone)
    hours = build_bounds(start=year[0], end=year[1], by="hour", zone=zone)
    assert (len(days), len(hours)) == (367, 366 * 24 + 1)
    assert {last - first for first, last in pairwise(hours)} == {3600}
    assert set(days) < set(hours)


def test_no_time_has_no_periods() -> None:
    assert bounds("UTC", "day", "2024-01-01T00:00", "2024-01-01T00:00") == []


@pytest.mark.parametrize("name", ["Europe/Atlantis", "", "../../etc/passwd", "Europe"])
def test_an_unknown_zone_is_named(name: str) -> None:
    with pytest.raises(ConfigError, match="is not known") as told:
        parse_zone(name)
    assert "Europe/Paris" in told.value.hint
