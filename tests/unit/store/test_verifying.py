"""What rows say is looked at a portion at a time: nothing is missed between two of them, and memory is not filled."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from openvoy.model.records import Batch
from openvoy.store import verifying
from openvoy.store.database import Database
from openvoy.store.limits import Limits
from openvoy.store.opening import FILE_NAME
from tests.unit.store.records import GATEWAY, energy, opened, power
from tests.unit.store.test_backup import problems
from tests.unit.store.test_sealing import JANUARY, STEP

SECOND = "122300000002"


async def test_a_long_history_needs_little_memory(tmp_path: Path) -> None:
    at_s = int(JANUARY.timestamp())
    count = 400_000
    async with opened(tmp_path) as store:
        times = range(at_s, at_s + 5 * count, 5)
        await store.write_columns("power", {"gateway": GATEWAY, "at": times, "interval_s": 5, "solar_w": 1})
    database = Database(tmp_path / FILE_NAME, Limits(memory_bytes=9 * 2**20))
    try:
        findings = verifying.verify_rows(database.writer)
    finally:
        database.close()
    assert problems(findings) == []
    assert [one.checked for one in findings if one.what.startswith("power: ")] == [count, count]


@pytest.mark.parametrize("portion", [1, verifying.PORTION])
async def test_what_is_wrong_with_rows_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, portion: int) -> None:
    """Within a portion, and from one to the next with nothing in between."""
    monkeypatch.setattr(verifying, "PORTION", portion)
    later, day = JANUARY + timedelta(days=9), timedelta(days=1)
    rows = [energy(JANUARY, 10.0), energy(JANUARY + STEP, 9.0), energy(later, 20.0), energy(later + day, 19.0)]
    rows += [energy(at, float(number), gateway=SECOND) for number, at in enumerate((JANUARY, later, later + day))]
    powers = [power(JANUARY, 1.0, interval_s=3600), power(JANUARY + STEP, 1.0)]
    powers += [power(later, 1.0, interval_s=90_000), power(later + day, 1.0)]
    async with opened(tmp_path) as store:
        await store.write(Batch(energy=tuple(rows), power=tuple(powers)))
        found = problems(await store.verify())
    assert found == [
        "solar_wh falls 2 times, first at 2024-01-01 00:15:00 UTC",
        "2 rows begin before the last has ended, first at 2024-01-01 00:15:00 UTC",
    ]
    database = Database(tmp_path / FILE_NAME, Limits())
    database.writer.run("INSERT INTO energy SELECT * FROM energy WHERE solar_wh = 10")
    database.writer.run(
        "INSERT INTO energy SELECT * REPLACE (time + INTERVAL 1 DAY AS time) FROM energy WHERE solar_wh = 9"
    )
    found = problems(verifying.verify_rows(database.writer))
    database.close()
    assert found[:2] == ["1 rows have the key of another", "2 rows have the sequence of another"]


async def test_a_database_that_had_to_be_made_anew_is_a_finding(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        await store.write(Batch(power=(power(JANUARY, 1.0),)))
        assert verifying.build_opening(store.set_aside).problems == []
    (tmp_path / FILE_NAME).write_bytes(b"no database")
    async with opened(tmp_path) as store:
        found = verifying.build_opening(store.set_aside)
        assert len((await store.read_rows("power", start=JANUARY, end=JANUARY + STEP))["at"]) == 1
    assert "history-damaged-" in found.problems[0]
    assert "made anew" in found.remedy
