"""Which months a time lies in."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openvoy.store.catalog import MOST_MONTHS, month_of, months_between
from tests.unit.store.records import opened
from tests.unit.store.test_sealing import FEBRUARY, files, fill


def at(text: str) -> datetime:
    """As tables have moments."""
    return datetime.fromisoformat(text)


MOMENTS = st.datetimes(min_value=at("1999-12-31"), max_value=at("2000-03-02"))


@given(start=MOMENTS, end=MOMENTS)
def test_each_month_is_named_once_in_its_order(start: datetime, end: datetime) -> None:
    touched = [start + timedelta(days=number) for number in range((end - start).days + 1)]
    if start < end:
        touched.append(end - timedelta(microseconds=1))
    assert months_between(start, end) == sorted({month_of(moment) for moment in touched if moment < end})


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        (at("2026-05-31T22:00"), at("2026-06-01T22:00"), ["2026-05", "2026-06"]),
        (at("2026-05-31T23:59:59"), at("2026-06-01T00:00:01"), ["2026-05", "2026-06"]),
        (at("2026-05-31T22:00"), at("2026-06-01"), ["2026-05"]),
        (at("2026-06-01"), at("2026-06-01"), []),
    ],
)
def test_a_day_that_begins_in_one_month_and_ends_in_the_next(start: datetime, end: datetime, months: list[str]) -> None:
    assert months_between(start, end) == months


def test_too_many_are_not_named() -> None:
    start = at("1970-01-01")
    assert months_between(start, start + timedelta(days=32 * MOST_MONTHS)) is None


@pytest.mark.parametrize("offset_h", [-14, -1, 0, 1, 12])
async def test_the_first_day_of_a_month_is_whole_in_every_time_zone(tmp_path: Path, offset_h: int) -> None:
    """Months end in UTC, days do not."""
    start = FEBRUARY - timedelta(hours=offset_h)
    span: Any = {"start": start, "end": start + timedelta(days=1)}
    await fill(tmp_path)
    async with opened(tmp_path) as store:
        assert "month=2024-02/power-1.parquet" in files(tmp_path)
        found = [
            (await store.read_power(**span, step_s=900))["at"],
            (await store.read_inverters(**span))["at"],
            [row.at for row in await store.read_energy_rows(**span)],
        ]
    assert [len(times) for times in found] == [96, 96, 96]
