"""Energies are compared with a house whose counters are known at every moment by a formula of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from openvoy.model.records import Batch, EnergyRecord
from openvoy.model.together import SHARED
from openvoy.store.counting import Boundary, Count, build_growths
from openvoy.store.read_energy import QUANTITIES
from tests.unit.store.records import GATEWAY, SECOND, START, energy, minute, opened

PARIS = ZoneInfo("Europe/Paris")
NEW_YORK = ZoneInfo("America/New_York")


def steady(
    start: datetime, end: datetime, *, every_s: int = 300, w: float = 120.0, offset_s: int = 0
) -> list[EnergyRecord]:
    """A counter that grows by `w` all the time, read every so often."""
    first = start.astimezone(UTC)  # or adding to it would move the clock on the wall
    length_s = int((end - first).total_seconds())
    return [
        energy(first + timedelta(seconds=at_s), 5000.0 + w * at_s / 3600)
        for at_s in range(offset_s, length_s + 1, every_s)
    ]


@pytest.mark.parametrize("offset_s", [0, 57, 299])
@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (PARIS, (2024, 3, 31), 23),
        (PARIS, (2024, 10, 27), 25),
        (NEW_YORK, (2024, 3, 10), 23),
        (NEW_YORK, (2024, 11, 3), 25),
    ],
    ids=["Paris spring", "Paris autumn", "New York spring", "New York autumn"],
)
@pytest.mark.sample(5)
async def test_days_when_clocks_change(
    tmp_path: Path, *, zone: ZoneInfo, day: tuple[int, int, int], hours: int, offset_s: int
) -> None:
    midnight = datetime(*day, tzinfo=zone)
    records = steady(midnight - timedelta(hours=30), midnight + timedelta(hours=60), offset_s=offset_s)
    async with opened(tmp_path) as store:
        await store.write(Batch(energy=tuple(records)))
        days = await store.read_energy(start=midnight, end=midnight + timedelta(hours=30), by="day", time_zone=zone.key)
        by_hour = await store.read_energy(
            start=midnight, end=midnight + timedelta(hours=1), by="hour", time_zone=zone.key
        )
    assert list(days["solar_wh"]) == [pytest.approx(120 * hours, abs=0.02), pytest.approx(120 * 24, abs=0.02)]
    assert days["estimated"] == [0, 0]
    assert days["import_wh"] == [None, None]
    assert list(by_hour["solar_wh"]) == [pytest.approx(120, abs=0.02)]


async def test_months_and_years_meet_at_local_midnight(tmp_path: Path) -> None:
    """New York's months begin at 05:00 UTC in winter."""
    start = datetime(2023, 11, 15, tzinfo=UTC)
    records = steady(start, datetime(2024, 3, 15, tzinfo=UTC), every_s=600, w=60.0)
    async with opened(tmp_path) as store:
        await store.write(Batch(energy=tuple(records)))
        span = {"start": start, "end": datetime(2024, 3, 1, tzinfo=NEW_YORK), "time_zone": "America/New_York"}
        months = await store.read_energy(by="month", **span)  # type: ignore[arg-type]
        years = await store.read_energy(by="year", **span)  # type: ignore[arg-type]
    assert months["solar_wh"][1:] == [60 * 24 * days for days in (31, 31, 29)]
    # November: from the first reading, 15 November 00:00 UTC, to 1 December 05:00 UTC; it did not begin with the month.
    assert months["solar_wh"][0] == 60 * (16 * 24 + 5)
    assert months["estimated"] == [1, 0, 0, 0]
    # 2024 so far: to the last reading, 15 March 00:00 UTC.
    assert years["solar_wh"] == [60 * (47 * 24 + 5), 60 * (74 * 24 - 5)]
    assert years["estimated"] == [1, 0]


async def test_a_day_that_began_without_us_is_told(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        await store.write(Batch(energy=tuple(steady(START, START + timedelta(hours=40)))))
        span = {"start": START - timedelta(days=2), "end": START + timedelta(days=3), "time_zone": "UTC"}
        days = await store.read_energy(by="day", **span)  # type: ignore[arg-type]
    assert days["solar_wh"] == [None, None, 120.0 * 12, 120.0 * 24, 120.0 * 4, None]
    assert days["estimated"] == [0, 0, 1, 0, 0, 0]


async def test_an_outage_keeps_its_total_and_marks_the_days_it_parts(tmp_path: Path) -> None:
    """Two days without readings, from 18:00 to 18:00; the counter went on meanwhile, by 9600 Wh."""
    day = datetime(2024, 5, 1, tzinfo=UTC)
    before = steady(day, day + timedelta(hours=18), w=100.0)
    again = day + timedelta(hours=66)
    after = [
        energy(at.at + timedelta(hours=66), (at.solar_wh or 0.0) + 1800 + 9600)
        for at in steady(day, day + timedelta(hours=30), w=100.0)
    ]
    async with opened(tmp_path) as store:
        await store.write(Batch(energy=(*before, *after)))
        span = {"start": day, "end": day + timedelta(days=4), "time_zone": "UTC"}
        days = await store.read_energy(by="day", **span)  # type: ignore[arg-type]
        hours = await store.read_energy(by="hour", **span)  # type: ignore[arg-type]
    assert again == after[0].at
    # 9600 Wh in 48 h are 200 W: 6 h of them on the first day, 24 h on the second, 18 h on the third.
    assert days["solar_wh"] == [1800 + 1200, 4800, 3600 + 600, 2400]
    assert days["estimated"] == [1, 1, 1, 0]
    assert sum(hours["solar_wh"][:72]) == pytest.approx(1800 + 9600 + 600)  # type: ignore[arg-type]
    assert hours["estimated"][:72] == [0] * 18 + [1] * 48 + [0] * 6


async def test_a_reading_that_is_estimated_marks_its_boundary(tmp_path: Path) -> None:
    day = datetime(2024, 5, 2, tzinfo=UTC)
    records = steady(day - timedelta(hours=3), day + timedelta(hours=30))
    marked = [
        energy(record.at, record.solar_wh, estimated=record.at == day + timedelta(hours=12)) for record in records
    ]
    async with opened(tmp_path) as store:
        await store.write(Batch(energy=tuple(marked)))
        hours = await store.read_energy(start=day, end=day + timedelta(days=1), by="hour", time_zone="UTC")
        days = await store.read_energy(start=day, end=day + timedelta(days=1), by="day", time_zone="UTC")
    assert [index for index, flag in enumerate(hours["estimated"]) if flag] == [11, 12]
    assert days["estimated"] == [0]


async def test_a_quantity_that_comes_later_counts_from_then(tmp_path: Path) -> None:
    """A battery is added on the second day at 10:00; on the third it does not answer for an hour over midnight."""
    day = datetime(2024, 5, 1, tzinfo=UTC)
    records = []
    for record in steady(day, day + timedelta(hours=90)):
        hours = (record.at - day).total_seconds() / 3600
        silent = hours < 34 or 71.5 <= hours <= 72.5
        records.append(replace(record, charge_wh=None if silent else 10 * (hours - 34)))
    async with opened(tmp_path) as store:
        await store.write(Batch(energy=tuple(records)))
        days = await store.read_energy(start=day, end=day + timedelta(days=4), by="day", time_zone="UTC")
    assert days["charge_wh"] == [None, 140.0, 240.0, pytest.approx(180.0)]
    assert days["estimated"] == [0, 1, 1, 1]
    assert days["solar_wh"] == [2880.0, 2880.0, 2880.0, 120.0 * 18]


async def test_gateways_are_added_up_and_a_replaced_one_is_followed(tmp_path: Path) -> None:
    day = datetime(2024, 5, 1, tzinfo=UTC)
    noon = day + timedelta(days=1, hours=12)
    old = steady(day, noon, w=100.0)
    new = [
        energy(record.at, record.solar_wh, gateway=SECOND, import_wh=1.0)
        for record in steady(noon, day + timedelta(days=3), w=50.0)
    ]
    async with opened(tmp_path) as store:
        await store.write(Batch(energy=(*old, *new)))
        span = {"start": day, "end": day + timedelta(days=3), "by": "day", "time_zone": "UTC"}
        both = await store.read_energy(**span)  # type: ignore[arg-type]
        one = await store.read_energy(**span, gateway=GATEWAY)  # type: ignore[arg-type]
    assert both["solar_wh"] == [2400.0, 1200.0 + 600.0, 1200.0]
    assert both["import_wh"] == [None, 0.0, 0.0]
    assert one["solar_wh"] == [2400.0, 1200.0, None]


async def test_a_counter_that_steps_back_gives_no_negative_energy(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        await store.write(Batch(energy=tuple(energy(minute(60 * hour), 100.0 - hour) for hour in range(5))))
        hours = await store.read_energy(start=START, end=minute(240), by="hour", time_zone="UTC")
        nothing = await store.read_energy(start=START, end=START, by="hour", time_zone="UTC")
    assert hours["solar_wh"] == [0.0] * 4
    assert nothing["start"] == []


async def test_an_empty_history_has_periods_without_energy(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        days = await store.read_energy(start=START, end=minute(1), by="day", time_zone="Europe/Paris")
    assert dict(days) == {
        "start": [1714514400],
        **{name: [None] for name in (*QUANTITIES, *SHARED)},
        "estimated": [0],
        "charge_estimated": [0],
    }


@pytest.mark.parametrize(
    ("before", "after", "value", "is_estimated"),
    [
        (Count(0, 10.0), Count(900, 40.0), 20.0, False),
        (Count(0, 10.0), Count(1200, 40.0), 17.5, False),
        (Count(-601, 10.0), Count(600, 40.0), 10.0 + 30.0 * 901 / 1201, True),
        (Count(300, 10.0), Count(300, 10.0), 10.0, False),
        (Count(0, 10.0), Count(600, 40.0, estimated=True), 25.0, True),
        (None, Count(400, 40.0), 40.0, False),
        (None, Count(1201, 40.0), 40.0, True),
        (Count(0, 10.0), None, 10.0, False),
        (None, None, None, False),
    ],
)
def test_what_a_counter_says_at_a_boundary(
    before: Count | None, after: Count | None, value: float | None, *, is_estimated: bool
) -> None:
    boundary = Boundary(300, before, after)
    assert boundary.value_wh == (None if value is None else pytest.approx(value))
    assert boundary.is_estimated is is_estimated


def test_a_period_needs_time_between_two_readings() -> None:
    only = Count(100, 5.0)
    assert build_growths([Boundary(0, None, only), Boundary(200, only, None)])[0][:2] == (None, False)
    assert build_growths([Boundary(0, None, only), Boundary(100, only, only)])[0][:2] == (None, False)
    assert build_growths([Boundary(100, only, only), Boundary(200, only, None)])[0][:2] == (None, False)
    later = Count(150, 6.5)
    assert build_growths([Boundary(0, None, only), Boundary(200, later, None)])[0][:2] == (1.5, False)
