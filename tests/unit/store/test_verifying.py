"""What rows say is looked at a portion at a time: nothing is missed between two of them, and memory is not filled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from openvoy.model.records import Batch, DeviceEnergyRecord
from openvoy.store import verifying
from openvoy.store.database import Session, open_database
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
    database = open_database(tmp_path / FILE_NAME, Limits(memory_bytes=9 * 2**20))
    try:
        findings = verifying.verify_rows(database.writer)
    finally:
        database.close()
    assert problems(findings) == []
    assert [one.checked for one in findings if one.what.startswith("power: ")] == [count, count]


async def test_seven_counters_are_compared_in_one_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each quantity is told by itself, where others are not known; no portion is asked for twice, in little memory."""
    at_s, count = int(JANUARY.timestamp()), 200_000
    names = ("solar", "import", "export", "charge", "discharge", "load", "generator")
    rising = np.arange(count) / 4
    columns = {f"{name}_wh": rising.copy() for name in names}
    columns["import_wh"][150_000] = 7.0
    columns["export_wh"][:150_000:2] = np.nan
    columns["export_wh"][140_001] = 8.0
    async with opened(tmp_path) as store:
        times = range(at_s, at_s + 300 * count, 300)
        await store.write_columns("energy", {"gateway": GATEWAY, "at": times, **columns})
    asked: list[str] = []
    rows = Session.rows

    def noting(session: Session, sql: str, *more: Any) -> Any:
        asked.append(sql)
        return rows(session, sql, *more)

    monkeypatch.setattr(Session, "rows", noting)
    database = open_database(tmp_path / FILE_NAME, Limits(memory_bytes=20 * 2**20))
    try:
        found = problems(verifying.verify_rows(database.writer))
    finally:
        database.close()
    fallen = {"import_wh": 150_000, "export_wh": 140_001}
    moments = {name: datetime.fromtimestamp(at_s + 300 * row, UTC) for name, row in fallen.items()}
    assert found == [
        f"{name} falls once, first at {at:%Y-%m-%d %H:%M:%S} UTC: gateway {GATEWAY}" for name, at in moments.items()
    ]
    compared = [sql for sql in asked if "lag(" in sql and " energy" in sql]
    assert len(compared) == len(set(compared)) == count // verifying.PORTION


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
        f"solar_wh falls 2 times, first at 2024-01-01 00:15:00 UTC: gateway {GATEWAY}",
        f"2 rows begin before the last has ended, first at 2024-01-01 00:15:00 UTC: gateway {GATEWAY}",
    ]
    database = open_database(tmp_path / FILE_NAME, Limits())
    database.writer.run("INSERT INTO energy SELECT * FROM energy WHERE solar_wh = 10")
    database.writer.run(
        "INSERT INTO energy SELECT * REPLACE (time + INTERVAL 1 DAY AS time) FROM energy WHERE solar_wh = 9"
    )
    found = problems(verifying.verify_rows(database.writer))
    database.close()
    assert found[:2] == ["1 rows have the key of another", "2 rows have the sequence of another"]


@pytest.mark.parametrize("portion", [1, verifying.PORTION])
async def test_whose_counter_falls_is_told_and_rounding_is_no_fall(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, portion: int
) -> None:
    """A hundredth of a watt-hour is the last digit that is kept; two of them are a fall."""
    monkeypatch.setattr(verifying, "PORTION", portion)
    times = [JANUARY + timedelta(days=number) for number in range(3)]
    panels = {"482200000001": (10.0, 9.99, 9.99), "482200000002": (10.0, 9.98, 10.0)}
    rows = [
        DeviceEnergyRecord(gateway=GATEWAY, at=at, kind="inverter", serial=serial, energy_wh=energy_wh)
        for serial, energies_wh in panels.items()
        for at, energy_wh in zip(times, energies_wh, strict=True)
    ]
    async with opened(tmp_path) as store:
        await store.write(Batch(device_energy=tuple(rows)))
        found = problems(await store.verify())
    whose = f"gateway {GATEWAY}, serial 482200000002, kind inverter"
    assert found == [f"energy_wh falls once, first at 2024-01-02 00:00:00 UTC: {whose}"]


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
