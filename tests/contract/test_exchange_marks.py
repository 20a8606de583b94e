"""Our own exports, taken in again, say of every hour and day what they said: marks and the generator included."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from openvoy.model.records import Batch, EnergyRecord
from openvoy.ports import Columns
from openvoy.store import HistoryStore
from openvoy.store.exchange import Reading, plan_import, write_import
from openvoy.store.exchange.exporting import Export, Grain, read_export
from openvoy.store.exchange.writing import writing
from tests.unit.store.exchange.files import PARIS
from tests.unit.store.records import opened

START = datetime(2024, 6, 1, 22, tzinfo=UTC)
"""A midnight in Paris."""
END = START + timedelta(days=3)
QUARTER = timedelta(minutes=15)
GAP = range(4 * 30, 4 * 33)
"""Quarters of an hour that were filled up: three hours of the second morning, in which nothing was exported."""
SAID = ("solar_wh", "import_wh", "export_wh", "load_wh", "generator_wh", "residual_wh")


def lived() -> Batch:
    rows = []
    for number in range(int((END - START) / QUARTER) + 1):
        exported = number if number < GAP.start else max(GAP.start, number - len(GAP))
        rows.append(
            EnergyRecord(
                gateway="122000000001",
                at=START + number * QUARTER,
                estimated=number - 1 in GAP,
                solar_wh=300.0 * number,
                import_wh=50.0 * number,
                export_wh=float(exported),
                load_wh=370.0 * number,
                generator_wh=20.0 * number,
                residual_wh=5.0 * min(number, 200 - number),  # it rises, then falls, to below 0 in the end
            )
        )
    return Batch(energy=tuple(rows))


async def export(store: HistoryStore, file: Path, by: Grain) -> None:
    """Write the energies as `openvoy history export` does."""
    wanted = Export(kind="energy", start=START, end=END + timedelta(seconds=1 if by == "raw" else 0), zone=PARIS, by=by)
    with writing(str(file), file.suffix[1:], wanted.types, PARIS) as out:
        async for rows in read_export(store, wanted):
            out.put(rows)


async def read(store: HistoryStore, by: Grain) -> Columns:
    assert by != "raw"
    return await store.read_energy(start=START, end=END, by=by, time_zone=PARIS.key)


@pytest.mark.parametrize(("by", "suffix"), [("raw", "csv"), ("raw", "parquet"), ("hour", "jsonl"), ("hour", "csv")])
async def test_an_export_taken_in_again_says_the_same(tmp_path: Path, by: Grain, suffix: str) -> None:
    file = tmp_path / f"energy.{suffix}"
    async with opened(tmp_path / "old") as old:
        await old.write(lived())
        await export(old, file, by)
        before = {grain: await read(old, grain) for grain in ("hour", "day")}
    async with opened(tmp_path / "new") as new:
        plan = await plan_import(new, [file], reading=Reading(zone=PARIS, until=END + timedelta(days=1)))
        assert not plan.problems
        await write_import(new, plan, now=END)
        after = {grain: await read(new, grain) for grain in ("hour", "day")}
        await export(new, tmp_path / "again.csv", "hour")
    for grain, columns in before.items():
        for name in ("start", *SAID):
            assert list(after[grain][name]) == list(columns[name]), (grain, name)
    # Three hours were estimated; that after them begins at a counter that was, and so do exports of hours say.
    marked = [30, 31, 32] if by == "raw" else [30, 31, 32, 33]
    assert [place for place, is_estimated in enumerate(after["hour"]["estimated"]) if is_estimated] == marked
    assert after["day"]["estimated"] == before["day"]["estimated"] == [0, 0, 0]
    assert set(after["hour"]["generator_wh"]) == {80.0}
    assert (tmp_path / "again.csv").read_text().count(",True,") == len(marked)


async def test_days_that_were_estimated_stay_so(tmp_path: Path) -> None:
    file = tmp_path / "days.csv"
    async with opened(tmp_path / "old") as old:
        await old.write(lived())
        await export(old, file, "day")
    first, second, *rest = file.read_text().splitlines()[1:]
    assert "False" in second
    head = file.read_text().splitlines()[0]
    file.write_text("\n".join([head, first, second.replace("False", "True"), *rest, ""]))
    async with opened(tmp_path / "new") as new:
        plan = await plan_import(new, [file], reading=Reading(zone=PARIS, until=END + timedelta(days=1)))
        await write_import(new, plan, now=END)
        days = await read(new, "day")
        assert (days["estimated"], days["charge_estimated"]) == ([0, 1, 0], [0, 0, 0])
        assert list(days["generator_wh"]) == [24 * 80.0] * 3


@pytest.mark.parametrize("by", ["month", "year"])
async def test_an_export_of_a_period_that_runs_is_taken_in_until_now(tmp_path: Path, by: Grain) -> None:
    file = tmp_path / "energy.csv"
    async with opened(tmp_path / "old") as old:
        await old.write(lived())
        await export(old, file, by)
    reading = Reading(zone=PARIS, until=END + timedelta(days=1), now=END)
    async with opened(tmp_path / "new") as new:
        plan = await plan_import(new, [file], reading=reading)
        assert not plan.problems
        assert plan.energies_wh == {name.removesuffix("_wh"): getattr(lived().energy[-1], name) for name in SAID}
        assert plan.span is not None
        assert plan.span[1] == END


async def test_what_cannot_be_is_told_once_with_line_and_remedy(tmp_path: Path) -> None:
    file = tmp_path / "energy.csv"
    async with opened(tmp_path / "old") as old:
        await old.write(lived())
        await export(old, file, "day")
    rows = file.read_text(encoding="utf-8").splitlines()
    cells = rows[1].split(",")
    rows[1] = ",".join((cells[1], cells[0], *cells[2:]))
    file.write_text("\n".join([*rows, ""]), encoding="utf-8")
    reading = Reading(zone=PARIS, until=START - timedelta(days=9), now=START - timedelta(days=10))
    async with opened(tmp_path / "new") as new:
        plan = await plan_import(new, [file], reading=reading)
        (problem,) = plan.problems
        assert (problem.line, problem.file) == (2, str(file))
        assert "the day 2024-06-02 cannot be right, nor the time of 2 more: correct it" in problem.text
        plan = await plan_import(new, [file], reading=Reading(zone=PARIS, until=END, now=END))
    (problem,) = plan.problems
    assert str(problem) == f"{file}, line 2: it ends before it begins: correct start or end"
