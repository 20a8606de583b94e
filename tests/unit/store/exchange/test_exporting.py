"""Tables as they are exported."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from openvoy.model.records import Batch
from openvoy.ports import Columns
from openvoy.store.exchange.exporting import Export, read_export
from tests.unit.store.records import GATEWAY, energy, opened, power

LORD_HOWE = ZoneInfo("Australia/Lord_Howe")


@pytest.mark.parametrize(("day", "hours"), [(date(2025, 4, 6), 25), (date(2025, 10, 5), 24)])
async def test_hours_of_means_are_those_of_energies_where_clocks_change_by_half_an_hour(
    tmp_path: Path, day: date, hours: int
) -> None:
    start, end = (datetime.combine(day + timedelta(days=number), time(), LORD_HOWE) for number in range(2))
    quarters = int((end.timestamp() - start.timestamp()) // 900)
    times = [datetime.fromtimestamp(start.timestamp() + 900 * number, LORD_HOWE) for number in range(quarters + 1)]
    async with opened(tmp_path) as store:
        await store.write(
            Batch(
                power=tuple(power(at, 1000.0, interval_s=900) for at in times[:-1]),
                energy=tuple(energy(at, 250.0 * number) for number, at in enumerate(times)),
            )
        )

        async def spans(kind: str) -> Sequence[tuple[Any, Any]]:
            wanted = Export(kind=kind, start=start, end=end, zone=LORD_HOWE, by="hour")
            return [row[:2] async for rows in read_export(store, wanted) for row in rows]

        of_means, of_energies = await spans("power"), await spans("energy")
    assert of_means == of_energies
    assert len(of_means) == hours
    assert all(before[1] == after[0] for before, after in pairwise(of_means))
    assert (of_means[0][0], of_means[-1][1]) == (start, end)


async def test_years_without_a_row_are_not_asked_for_day_by_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands before, between and behind them is given whole, from the first minute of its day on."""
    spring, autumn = datetime(2019, 3, 1, tzinfo=LORD_HOWE), datetime(2024, 10, 6, tzinfo=LORD_HOWE)
    times = [day + timedelta(hours=hour) for day in (spring, autumn) for hour in (0, 1, 23, 25)]
    async with opened(tmp_path) as store:
        others = [datetime(2021, 1, 1, tzinfo=UTC) + timedelta(days=number) for number in range(400)]
        await store.write(Batch(power=tuple(power(at, 1000.0, interval_s=900) for at in times)))
        await store.write(Batch(power=tuple(power(at, 1.0, gateway="122200000099") for at in others)))
        asked: list[datetime] = []
        read = store.read_rows

        async def read_rows(kind: str, *, start: datetime, end: datetime, gateway: str | None) -> Columns:
            asked.append(start)
            return await read(kind, start=start, end=end, gateway=gateway)

        monkeypatch.setattr(store, "read_rows", read_rows)
        wanted = Export(
            kind="power",
            start=datetime(2018, 1, 1, tzinfo=LORD_HOWE),
            end=datetime(2026, 1, 1, tzinfo=LORD_HOWE),
            zone=LORD_HOWE,
            gateway=GATEWAY,
        )
        shares: list[float] = []
        found = [row[0] async for rows in read_export(store, wanted, shares.append) for row in rows]
    assert found == [at.astimezone(UTC) for at in times]
    assert len(asked) < 8
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
