"""When the grid fails: as written down, and as often as the seed says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from openvoy.virtual.site import SiteDefinition
from openvoy.virtual.site.calendar import local_day
from openvoy.virtual.site.equipment import GridSupply, Outage
from openvoy.virtual.site.supply import Outages, outages_around
from tests.unit.virtual.site.houses import plain

START = date(2025, 1, 1)


def around(site: SiteDefinition, seed: int, number: int) -> Outages:
    return outages_around(site, seed, local_day(START + timedelta(days=number), site.zone))


def with_rate(per_year: float, minutes: float) -> SiteDefinition:
    return replace(plain("demo"), grid=GridSupply(outages_per_year=per_year, outage_minutes=minutes))


def test_they_come_as_often_and_last_as_long_as_is_said() -> None:
    site = with_rate(90, 45)
    starts: dict[float, float] = {}
    for seed in range(6):
        for number in range(365):
            starts |= {start + seed * 1e10: end - start for start, end in around(site, seed, number).spans}
    assert len(starts) == pytest.approx(6 * 90, rel=0.15)
    assert np.mean(list(starts.values())) / 60 == pytest.approx(45, rel=0.15)
    hours = np.array([start % 86400 // 3600 for start in starts])
    assert len(set(hours.tolist())) == 24


def test_every_day_tells_the_same_of_one() -> None:
    site = with_rate(400, 600)
    for number in range(40):
        today, tomorrow = (set(around(site, 3, number + shift).spans) for shift in (0, 1))
        day = local_day(START + timedelta(days=number), site.zone)
        over = {span for span in today if span[1] > day.end_s and span[0] < day.end_s}
        assert all(any(start <= span[0] and end >= span[1] for start, end in tomorrow) for span in over)


def test_without_a_rate_the_grid_never_fails() -> None:
    assert around(plain("demo"), 1, 50).spans == ()


def test_those_that_are_written_down_are_by_the_wall_clock_and_merge() -> None:
    rows = (
        Outage(start=datetime.fromisoformat("2025-01-03T10:00:00"), minutes=60),
        Outage(start=datetime.fromisoformat("2025-01-03T10:30:00"), minutes=90),
        Outage(start=datetime.fromisoformat("2025-01-03T15:00:00"), minutes=10),
    )
    site = replace(plain("demo"), grid=GridSupply(outage=rows))
    ten = datetime(2025, 1, 3, 10, tzinfo=site.zone).timestamp()
    outages = around(site, 1, 2)
    assert outages.spans == ((ten, ten + 7200), (ten + 18000, ten + 18600))
    assert [outages.is_on(ten + after) for after in (-0.1, 0, 7199, 7200)] == [True, False, False, True]
    assert outages.back_since_s(ten + 7300) == ten + 7200
    assert outages.back_since_s(ten) is None
    assert around(site, 1, 9).is_on(ten + 6 * 86400)


def test_a_long_one_holds_day_after_day() -> None:
    row = Outage(start=datetime.fromisoformat("2025-01-03T10:00:00"), minutes=3 * 1440)
    site = replace(plain("demo"), grid=GridSupply(outage=(row,)))
    start = datetime(2025, 1, 3, 10, tzinfo=site.zone).timestamp()
    for number in range(2, 6):
        assert around(site, 1, number).spans == ((start, start + 3 * 86400),)
