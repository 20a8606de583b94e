"""Months that are over stand in files of their own; nobody who reads can tell."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from openvoy.model.counters import CounterSource
from openvoy.model.records import Batch, CounterRecord
from openvoy.store import HistoryStore
from openvoy.store.keeping import Keeping
from openvoy.store.migrations import MIGRATIONS
from openvoy.store.opening import FILE_NAME
from openvoy.store.sealing import MANIFESTS
from tests.unit.store.records import (
    GATEWAY,
    SECOND,
    energy,
    event,
    everything,
    inverter,
    made_once,
    make_third,
    opened,
    plain_rows_of,
    power,
)

JANUARY, FEBRUARY, MARCH = (datetime(2024, month, 1, tzinfo=UTC) for month in (1, 2, 3))
LAST = datetime(2024, 3, 2, 12, tzinfo=UTC)
SOURCE = CounterSource(quantity="solar", endpoint="meters", block="all", device="7")
STEP = timedelta(minutes=15)


def times() -> Sequence[datetime]:
    return [JANUARY + number * STEP for number in range(int((LAST - JANUARY) / STEP) + 1)]


def at_s() -> list[float]:
    return [at.timestamp() for at in times()]


def watts() -> list[float]:
    return [float(number % 500) for number in range(len(times()))]


async def fill(folder: Path) -> None:
    """Two months and a bit of everything that accounting and dashboard read, with all of it sealed."""
    await made_once(make, folder)


async def make(folder: Path) -> None:
    async with opened(folder, live_days=1) as store:
        await store.write(everything(JANUARY))
        columns = {"gateway": GATEWAY, "at": at_s()}
        await store.write_columns("energy", {**columns, "solar_wh": [10.0 * number for number in range(len(times()))]})
        await store.write_columns("inverters", {**columns, "serial": "1", "power_w": watts()})
        # Once there are powers of March, January and February are over.
        await store.write_columns("power", {**columns, "interval_s": 900, "solar_w": watts()})
        await sealed(store)


async def sealed(store: HistoryStore) -> None:
    """Wait until nothing is left to be sealed."""
    await store.read_events(limit=1)
    for _ in range(500):
        keeping = store._writer._keeping
        if keeping is None or keeping._is_clean or keeping._is_paused:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never ends")


def files(folder: Path) -> set[str]:
    return {str(file.relative_to(folder / "sealed")) for file in (folder / "sealed").glob("month=*/*.parquet")}


async def seen(store: HistoryStore) -> list[object]:
    """What readers see of the whole time."""
    span: Any = {"start": JANUARY, "end": LAST}
    return [
        dict(await store.read_power(**span, step_s=86_400)),
        dict(await store.read_power(**span, step_s=900)),
        dict(await store.read_power(start=JANUARY + timedelta(minutes=7), end=LAST, step_s=3600)),
        dict(await store.read_energy(**span, by="month", time_zone="Europe/Paris")),
        dict(await store.read_inverters(**span)),
        dict(await store.read_counters(**span)),
        await store.read_energy_rows(start=FEBRUARY, end=FEBRUARY + timedelta(hours=1)),
        await store.read_last_counters(GATEWAY),
        await store.read_corrections(),
        [found for found in await store.read_events(limit=99) if found.kind != "history.damaged"],
        *[dict(await store.read_since(kind, 0, limit=10**6)) for kind in ("power", "inverters", "counters", "gaps")],
    ]


@pytest.fixture
def unsealed(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Nothing is sealed until it is undone."""
    with monkeypatch.context() as patched:
        patched.setattr(Keeping, "tidy", lambda _: False)
        yield patched


async def test_readers_see_the_same_before_and_after(tmp_path: Path, unsealed: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path) as store:
        await store.write(everything(JANUARY))
        columns = {"gateway": GATEWAY, "at": at_s()}
        await store.write_columns("power", {**columns, "interval_s": 900, "solar_w": watts()})
        await store.write_columns("energy", {**columns, "solar_wh": [10.0 * number for number in range(len(times()))]})
        await store.write_columns("inverters", {**columns, "serial": "1", "power_w": watts()})
        before = await seen(store)
    unsealed.undo()
    async with opened(tmp_path) as store:
        await sealed(store)
        assert await seen(store) == before
    names = files(tmp_path)
    assert {"month=2024-01/power-1.parquet", "month=2024-02/power-1.parquet"} <= names
    assert not any("2024-03" in name or "live" in name for name in names)
    async with opened(tmp_path) as store:
        assert await seen(store) == before


async def test_a_history_of_energies_alone_is_sealed_too(tmp_path: Path) -> None:
    """As what was imported is, before a gateway is collected from; what is imported later opens its month again."""
    async with opened(tmp_path, live_days=1) as store:
        columns = {"gateway": GATEWAY, "at": at_s(), "solar_wh": [10.0 * number for number in range(len(times()))]}
        await store.write_columns("energy", columns)
        await sealed(store)
        assert files(tmp_path) == {f"month=2024-0{month}/energy-1.parquet" for month in (1, 2)}
        await store.write(Batch(energy=(energy(JANUARY + timedelta(minutes=7), 1.0, gateway="another"),)))
        await sealed(store)
        assert files(tmp_path) == {"month=2024-01/energy-2.parquet", "month=2024-02/energy-1.parquet"}
        months = await store.read_energy(start=JANUARY, end=LAST, by="month", time_zone="UTC", gateway=GATEWAY)
        assert months["solar_wh"] == [31 * 960.0, 29 * 960.0, 36.0 * 40]


async def test_the_outbox_gives_sealed_rows_in_order_and_in_parts(tmp_path: Path) -> None:
    await fill(tmp_path)
    async with opened(tmp_path) as store:
        found: list[Any] = []
        last = 0
        while (page := await store.read_since("power", last, limit=1000))["seq"]:
            found += page["seq"]
            last = int(str(page["seq"][-1]))
    assert found == sorted(found)
    assert len(set(found)) == len(found) == len(times())


async def test_rows_that_come_late_open_their_month_and_it_is_sealed_anew(tmp_path: Path) -> None:
    await fill(tmp_path)
    late = JANUARY + timedelta(days=3)
    async with opened(tmp_path) as store:
        batch = Batch(
            power=(power(late, 9000.0, interval_s=900), power(late, 1.0, gateway=SECOND, interval_s=900)),
            inverters=(inverter(late, "1", 7.0),),
            energy=(energy(late, 2880.0),),
        )
        await store.write(batch)
        columns = await store.read_power(start=late, end=late + STEP, step_s=900, gateway=GATEWAY)
        assert columns["solar_w"] == [9000.0]
        days = await store.read_power(start=late, end=late + timedelta(days=1), step_s=86_400, gateway=GATEWAY)
        expected = watts()[3 * 96 : 4 * 96]
        expected[0] = 9000.0
        assert list(days["solar_w"]) == [pytest.approx(sum(expected) / 96, abs=0.06)]
        reports = await store.read_inverters(start=late, end=late + STEP)
        assert reports["power_w"] == (7.0,)
        assert len((await store.read_since("inverters", 0, limit=10**6))["seq"]) == len(times()) + 1
        await sealed(store)
        again = await store.read_power(start=late, end=late + timedelta(days=1), step_s=86_400, gateway=GATEWAY)
        assert again == days
    names = files(tmp_path)
    assert "month=2024-01/power-2.parquet" in names
    assert "month=2024-01/power-1.parquet" not in names
    assert "month=2024-02/power-1.parquet" in names


async def test_a_time_accounted_anew_is_sealed_anew(tmp_path: Path) -> None:
    await fill(tmp_path)
    start, end = JANUARY + timedelta(days=20), FEBRUARY + timedelta(days=2)
    async with opened(tmp_path) as store:
        new = Batch(energy=(energy(start, 1.0), energy(FEBRUARY, 2.0)))
        await store.replace_energy(gateway=GATEWAY, start=start, end=end, batch=new)
        assert [record.solar_wh for record in await store.read_energy_rows(start=start, end=end)] == [1.0, 2.0]
        await sealed(store)
        assert [record.solar_wh for record in await store.read_energy_rows(start=start, end=end)] == [1.0, 2.0]
    assert {"month=2024-01/energy-2.parquet", "month=2024-02/energy-2.parquet"} <= files(tmp_path)


async def test_columns_that_come_late_replace_sealed_rows(tmp_path: Path) -> None:
    await fill(tmp_path)
    async with opened(tmp_path) as store:
        columns = {"gateway": GATEWAY, "at": at_s()[:2000], "interval_s": 900, "solar_w": [5.0] * 2000}
        await store.write_columns("power", columns)
        await sealed(store)
        powers = await store.read_power(start=JANUARY, end=LAST, step_s=900)
    assert list(powers["solar_w"]) == [*[5.0] * 2000, *watts()[2000:-1]]


async def test_a_counter_that_fell_silent_long_ago_is_remembered(tmp_path: Path) -> None:
    await fill(tmp_path)
    old = CounterSource(quantity="solar", endpoint="meters", block="L1", device="704643328")
    async with opened(tmp_path) as store:
        new = CounterRecord(gateway=GATEWAY, at=LAST, firmware="8.3", source=SOURCE, value_wh=3.0)
        await store.write(Batch(counters=(new,)))
        found = {counter.source: counter for counter in await store.read_last_counters(GATEWAY)}
    assert found[SOURCE] == new
    assert (found[old].at, found[old].value_wh) == (JANUARY, 8.0)


async def test_without_its_database_history_is_made_anew_from_what_is_sealed_and_the_journal(tmp_path: Path) -> None:
    await fill(tmp_path)
    async with opened(tmp_path) as store:
        for number in range(1, 5):
            await store.write(everything(LAST + number * STEP, number))
        await store.write_meta("noted", "yes")
        before = [
            await store.read_power(start=JANUARY, end=LAST, step_s=900),
            await store.read_since("energy", 0, limit=9),
        ]
        newest = await store.read_power(start=LAST + STEP, end=LAST + 9 * STEP, step_s=900)
        counters = await store.read_last_counters(GATEWAY)
    (tmp_path / FILE_NAME).unlink()
    async with opened(tmp_path) as store:
        assert not store.set_aside
        assert await store.read_meta("noted") == "yes"
        assert [
            await store.read_power(start=JANUARY, end=LAST, step_s=900),
            await store.read_since("energy", 0, limit=9),
        ] == before
        assert await store.read_power(start=LAST + STEP, end=LAST + 9 * STEP, step_s=900) == newest
        assert await store.read_last_counters(GATEWAY) == counters
        await store.write(Batch(power=(power(LAST + 20 * STEP, 1.0),)))


async def test_what_a_reader_was_in_the_way_of_is_done_once_it_is_through(tmp_path: Path) -> None:
    """The log cannot be brought into the file while somebody reads what was since replaced."""
    async with opened(tmp_path) as store:
        await store.write_columns("power", {"gateway": GATEWAY, "at": at_s(), "interval_s": 900, "solar_w": watts()})
        await sealed(store)
        january = {name for name in files(tmp_path) if "2024-01" in name}
        with store._writer.database().reading() as session:
            session.rows("SELECT * FROM meta")
            await store.write(Batch(power=(power(JANUARY, 7.0),)))
            for _ in range(500):
                if store._writer._keeping is not None and store._writer._keeping.is_held_up:
                    break
                await store.read_events(limit=1)
                await asyncio.sleep(0.01)
            assert january < files(tmp_path), "sealed anew, and nothing is removed that the log may still need"
        await sealed(store)
        assert not january & files(tmp_path)


def flip(file: Path, at: int) -> None:
    content = bytearray(file.read_bytes())
    content[at] ^= 0xFF
    file.write_bytes(content)


@pytest.mark.parametrize("place", [0, 1, 2, 3])
@pytest.mark.sample(2)
async def test_one_damaged_byte_of_a_sealed_file_is_mended_and_told(tmp_path: Path, place: int) -> None:
    await fill(tmp_path)
    async with opened(tmp_path) as store:
        before = await seen(store)
    file = tmp_path / "sealed" / "month=2024-01" / "power-1.parquet"
    content = file.read_bytes()
    flip(file, place * (len(content) - 1) // 3)
    async with opened(tmp_path) as store:
        assert await seen(store) == before
        (aside,) = store.set_aside
        await store.write_meta("after", "it was told")
        (told,) = [found for found in await store.read_events(limit=9) if found.kind == "history.damaged"]
    assert file.read_bytes() == content
    assert aside.path.name == "power-1.parquet.damaged"
    assert told.at == max(aside.at, times()[-1]), "it is found now, however old the file is"
    assert told.text == "the sealed file power-1.parquet of month=2024-01 was damaged; it was mended, nothing is lost"


@pytest.mark.parametrize("is_damaged", [False, True])
async def test_an_earlier_version_with_sealed_months_is_brought_up_to_date(tmp_path: Path, *, is_damaged: bool) -> None:
    await fill(tmp_path)
    async with opened(tmp_path) as store:
        before = await seen(store)
    derived = (
        "SELECT count(*), sum(solar_w_sum) FROM power_quarter",
        "SELECT count(*), sum(value_wh) FROM counter_last",
    )
    kept = [plain_rows_of(tmp_path, sql) for sql in derived]
    make_third(tmp_path)
    reports = tmp_path / "sealed" / "month=2024-01" / "inverter_report-1.parquet"
    if is_damaged:
        reports.write_bytes(b"gone")
    async with opened(tmp_path) as store:
        found = await seen(store)
        assert bool(store.set_aside) == is_damaged
    of_inverters = {4, 11}
    for place, (now, then) in enumerate(zip(found, before, strict=True)):
        assert (now == then) == (not is_damaged or place not in of_inverters), place
    assert [plain_rows_of(tmp_path, sql) for sql in derived] == kept
    assert plain_rows_of(tmp_path, "SELECT value FROM meta WHERE key = 'schema_version'") == [(str(len(MIGRATIONS)),)]


async def test_a_sealed_file_beyond_mending_costs_its_month_only(tmp_path: Path) -> None:
    await fill(tmp_path)
    file = tmp_path / "sealed" / "month=2024-01" / "inverter_report-1.parquet"
    file.write_bytes(b"gone")
    (tmp_path / "sealed" / "month=2024-02" / "battery_reading-1.guard").unlink(missing_ok=True)
    async with opened(tmp_path) as store:
        reports = await store.read_inverters(start=JANUARY, end=LAST)
        assert min(map(float, map(str, reports["at"]))) == FEBRUARY.timestamp()
        assert len((await store.read_power(start=JANUARY, end=LAST, step_s=900))["at"]) == len(times()) - 1
        await store.write(Batch(inverters=(inverter(JANUARY, "1", 1.0),)))
        assert len((await store.read_inverters(start=JANUARY, end=FEBRUARY))["at"]) == 1
        await sealed(store)
        assert "month=2024-01/inverter_report-2.parquet" in files(tmp_path)
        assert len((await store.read_inverters(start=JANUARY, end=FEBRUARY))["at"]) == 1
        (aside,) = store.set_aside
    assert "cannot be read" in aside.reason
    assert aside.path.read_bytes() == b"gone"


@pytest.mark.parametrize("left", ["part", "file", "manifest"])
@pytest.mark.sample(1)
async def test_a_seal_that_was_not_finished_is_done_again(
    tmp_path: Path, left: str, unsealed: pytest.MonkeyPatch
) -> None:
    """Everything of a seal but the database's word for it, as after a power cut."""
    async with opened(tmp_path) as store:
        await store.write_columns("power", {"gateway": GATEWAY, "at": at_s(), "interval_s": 900, "solar_w": watts()})
    kept = (tmp_path / FILE_NAME).read_bytes()
    unsealed.undo()
    async with opened(tmp_path) as store:
        await sealed(store)
    (tmp_path / FILE_NAME).write_bytes(kept)
    january = tmp_path / "sealed" / "month=2024-01"
    if left != "manifest":
        for name in MANIFESTS:
            (january / name).unlink()
    if left == "part":
        (january / "power-1.parquet").rename(january / "power-1.part")
        (january / "power-1.guard").unlink()
    async with opened(tmp_path) as store:
        await sealed(store)
        assert list((await store.read_power(start=JANUARY, end=LAST, step_s=900))["solar_w"]) == watts()[:-1]
        assert not store.set_aside
    assert len(list(january.glob("*.parquet"))) == 1
    assert not list(january.glob("*.part"))


async def test_closed_files_of_the_journal_go_once_everything_in_them_is_sealed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openvoy.store.journal.SEGMENT_BYTES", 20_000)
    async with opened(tmp_path) as store:
        for day in range(62):
            at = JANUARY + timedelta(days=day)
            await store.write(Batch(power=(power(at, 1.0),), events=tuple(event(at, str(i)) for i in range(40))))
        await sealed(store)
        names = {file.name for file in (tmp_path / "journal").iterdir()}
    assert 0 < len(names) <= 6
    assert sum(name.endswith(".log") for name in names) == 1
    (tmp_path / FILE_NAME).unlink()
    async with opened(tmp_path) as store:
        assert len(await store.read_events(limit=10_000)) == 62 * 40
        found = await store.read_since("power", 0, limit=99)
    assert len(found["seq"]) == 62


async def test_a_copy_of_sealed_months_and_journal_is_a_history(tmp_path: Path) -> None:
    """Taken while the original is open, and goes on being written."""
    await fill(tmp_path / "a")
    async with opened(tmp_path / "a") as store:
        await sealed(store)  # a file that is packed meanwhile would be gone from under the copy
        await store.write(everything(LAST + STEP))
        shutil.copytree(tmp_path / "a" / "sealed", tmp_path / "b" / "sealed")
        shutil.copytree(tmp_path / "a" / "journal", tmp_path / "b" / "journal")
        before = await store.read_power(start=JANUARY, end=LAST, step_s=900)
    async with opened(tmp_path / "b") as store:
        assert await store.read_power(start=JANUARY, end=LAST, step_s=900) == before
        assert len((await store.read_power(start=LAST + STEP, end=LAST + 2 * STEP, step_s=60))["at"]) == 1


async def test_files_of_a_kind_and_a_time_are_looked_at_although_nobody_reads_their_rows(tmp_path: Path) -> None:
    await fill(tmp_path)
    (tmp_path / "sealed" / "month=2024-01" / "inverter_report-1.parquet").unlink()
    async with opened(tmp_path) as store:
        assert not await store.read_damages("inverters", start=FEBRUARY, end=LAST)
        assert not await store.read_damages("power", start=JANUARY, end=LAST)
        (lost,) = await store.read_damages("inverters", start=JANUARY, end=LAST)
        assert lost.reason == "the sealed file inverter_report-1.parquet of month=2024-01 is missing"
