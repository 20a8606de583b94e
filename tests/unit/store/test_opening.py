from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from openvoy.errors import StorageError
from openvoy.model.records import Batch
from openvoy.store import HistoryStore, Limits, opening
from openvoy.store.database import Engine
from openvoy.store.faults import Fault, StoreFault
from openvoy.store.migrations import MIGRATIONS, migrate, read_schema_version
from openvoy.store.opening import FILE_NAME, NEW, open_history
from openvoy.store.tables import OUTBOX
from tests.unit.store.records import START, energy, event, everything, minute, opened, plain_rows_of, power, rows_of

WRITTEN_AT = datetime(2024, 5, 1, 12, 3, 4, tzinfo=UTC)
MARK = "a text that is found in the log"
DAMAGED = "history-damaged-20240501T120304Z.duckdb"


async def fill(folder: Path, *, checkpoint: bool = True) -> None:
    """Write some history; without checkpoint, leave a part of it in the log as a killed process does."""
    async with opened(folder) as store:
        await store.write(everything(START))
    if not checkpoint:
        async with opened(folder) as store:
            for number in range(20):
                marked = Batch(power=(power(minute(number + 1), float(number)),), events=(event(minute(number), MARK),))
                await store.write(marked)
            await store.read_events(limit=1)  # what was acknowledged is in the log from here on
            for name in (FILE_NAME, f"{FILE_NAME}.wal"):
                shutil.copy(folder / name, folder / f"{name}.kept")
        for name in (FILE_NAME, f"{FILE_NAME}.wal"):
            (folder / f"{name}.kept").rename(folder / name)
    os.utime(folder / FILE_NAME, (WRITTEN_AT.timestamp(),) * 2)


def names_in(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


async def test_the_folder_is_made_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    async with opened(folder) as store:
        assert not store.set_aside
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert names_in(folder) == {FILE_NAME, "journal"}
    assert stat.S_IMODE((folder / "journal").stat().st_mode) == 0o700


def cut(file: Path) -> None:
    os.truncate(file, 10_000)


def empty(file: Path) -> None:
    os.truncate(file, 0)


def scribble(file: Path) -> None:
    file.write_bytes(b"SQLite format 3\0" + bytes(range(256)) * 100)


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[4100] ^= 0xFF
    content[8200] ^= 0xFF
    file.write_bytes(content)


@pytest.mark.parametrize("damage", [cut, empty, scribble, flip])
@pytest.mark.sample(2)
async def test_a_damaged_file_is_set_aside_and_made_anew(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    await fill(tmp_path)
    damage(tmp_path / FILE_NAME)
    os.utime(tmp_path / FILE_NAME, (WRITTEN_AT.timestamp(),) * 2)
    content = (tmp_path / FILE_NAME).read_bytes()
    async with opened(tmp_path) as store:
        (aside,) = store.set_aside
        await store.write_meta("after", "it was told")
        told, kept = await store.read_events(limit=9)
        assert (told.kind, told.subject, kept) == ("history.damaged", DAMAGED, event(START))
        assert (await store.read_power(start=START, end=minute(1), step_s=60))["solar_w"] == [101.0]
    assert (aside.path, aside.at, aside.is_whole_history) == (tmp_path / DAMAGED, WRITTEN_AT, True)
    assert aside.reason.startswith(("it is not a history file", "opening "))
    assert not aside.reason.endswith(".")
    assert (tmp_path / DAMAGED).read_bytes() == content


async def test_damage_that_a_reader_meets_is_mended_before_it_is_answered(tmp_path: Path) -> None:
    await fill(tmp_path)
    async with opened(tmp_path) as store:
        await asyncio.wrap_future(store._writer.mend(StoreFault(Fault.CORRUPT, "a block is damaged")))
        assert (await store.read_power(start=START, end=minute(1), step_s=60))["solar_w"] == [101.0]
        (aside,) = store.set_aside
        await store.write_meta("after", "it was told")
        told, kept = await store.read_events(limit=9)
    assert (told.kind, told.text, kept) == ("history.damaged", "a block is damaged", event(START))
    assert aside.path.exists()


async def test_what_was_set_aside_before_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / DAMAGED).write_bytes(b"before")
    await fill(tmp_path)
    scribble(tmp_path / FILE_NAME)
    os.utime(tmp_path / FILE_NAME, (WRITTEN_AT.timestamp(),) * 2)
    async with opened(tmp_path) as store:
        (aside,) = store.set_aside
    assert aside.path.name == DAMAGED.replace("Z.", "Z-2.")
    assert (tmp_path / DAMAGED).read_bytes() == b"before"


async def test_a_damaged_log_of_the_database_costs_nothing(tmp_path: Path) -> None:
    await fill(tmp_path, checkpoint=False)
    log = tmp_path / f"{FILE_NAME}.wal"
    content = bytearray(log.read_bytes())
    content[content.index(MARK.encode())] ^= 0xFF
    log.write_bytes(content)
    os.utime(log, (WRITTEN_AT.timestamp(),) * 2)
    async with opened(tmp_path) as store:
        (aside,) = store.set_aside
        columns = await store.read_power(start=START, end=minute(60), step_s=60)
    assert (aside.path.name, aside.is_whole_history) == (f"{DAMAGED}.wal", False)
    assert aside.path.read_bytes() == content
    assert columns["solar_w"] == [101.0, *map(float, range(20))]


async def test_a_log_of_the_database_that_was_cut_costs_nothing(tmp_path: Path) -> None:
    await fill(tmp_path, checkpoint=False)
    log = tmp_path / f"{FILE_NAME}.wal"
    os.truncate(log, log.stat().st_size - 3)
    async with opened(tmp_path) as store:
        columns = await store.read_power(start=minute(1), end=minute(60), step_s=60)
        assert not store.set_aside
    assert columns["solar_w"] == [float(number) for number in range(20)]


@pytest.mark.parametrize("is_whole", [False, True])
@pytest.mark.parametrize("process", [4711, os.getpid()], ids=["another", "one of the same number"])
async def test_who_was_killed_while_it_made_a_database_leaves_no_damage(
    tmp_path: Path, process: int, *, is_whole: bool
) -> None:
    """In a container every process has the same number."""
    await fill(tmp_path, checkpoint=False)
    (tmp_path / FILE_NAME).unlink()
    left = tmp_path / f"{FILE_NAME}.{process}{NEW}"
    if is_whole:
        open_history(tmp_path / "beside", Limits())[0].close()
        shutil.move(tmp_path / "beside" / FILE_NAME, left)
        (tmp_path / "beside").rmdir()
    else:
        left.write_text("half a database")
    async with opened(tmp_path) as store:
        assert not store.set_aside
        assert (await store.read_power(start=START, end=minute(1), step_s=60))["solar_w"] == [101.0]
    assert names_in(tmp_path) == {FILE_NAME, "journal"}


@pytest.mark.parametrize("has_links", [True, False])
def test_of_two_that_begin_the_first_ones_database_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, has_links: bool
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    if not has_links:
        monkeypatch.setattr(os, "link", refused)
    first, _ = open_history(tmp_path, Limits())
    first.writer.run("INSERT INTO meta VALUES ('mine', 'yes')")
    if has_links:
        with contextlib.closing(Engine(tmp_path / FILE_NAME, Limits())) as engine:
            opening._begin(tmp_path / FILE_NAME, engine, MIGRATIONS)
    assert first.writer.rows("SELECT value FROM meta WHERE key = 'mine'") == [("yes",)]
    first.close()
    again, aside = open_history(tmp_path, Limits())
    assert not aside
    assert again.writer.rows("SELECT value FROM meta WHERE key = 'mine'") == [("yes",)]
    again.close()


async def test_one_process_at_a_time(tmp_path: Path) -> None:
    script = """
import asyncio, sys
from pathlib import Path
from openvoy.errors import StorageError
from openvoy.store import HistoryStore
try:
    asyncio.run(HistoryStore.open(Path(sys.argv[1])))
except StorageError as error:
    print(error.exit_code, error)
"""
    async with opened(tmp_path):
        ended = await asyncio.to_thread(
            subprocess.run, [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=False
        )
        with pytest.raises(StorageError, match="open elsewhere"):
            await HistoryStore.open(tmp_path)
    assert ended.stdout.startswith("5 History: opening")
    assert "Stop it, or choose another folder" in ended.stdout
    assert ended.stderr == ""
    async with opened(tmp_path) as store:
        assert not store.set_aside


async def test_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(StorageError, match="file") as told:
            await HistoryStore.open(folder)
        assert "Move away" in told.value.hint
    (tmp_path / FILE_NAME).mkdir()
    with pytest.raises(StorageError, match="Is a directory"):
        await HistoryStore.open(tmp_path)


async def test_the_schema_is_what_the_code_takes_it_for(tmp_path: Path) -> None:
    await fill(tmp_path)
    for table in OUTBOX:
        found = rows_of(tmp_path, f"SELECT name, type FROM pragma_table_info('{table.name}')")
        assert [name for name, _ in found] == list(table.columns)
        types = dict(found)
        assert {measure.name: types[measure.name] for measure in table.measures} == {
            measure.name: measure.type for measure in table.measures
        }
    assert rows_of(tmp_path, "SELECT value FROM meta WHERE key = 'schema_version'") == [(str(len(MIGRATIONS)),)]


LATER = (
    *MIGRATIONS,
    ("ALTER TABLE power ADD COLUMN note VARCHAR", "UPDATE power SET note = 'migrated'"),
    ("CREATE TABLE further (id INTEGER)",),
)
KNOWN = len(MIGRATIONS)


async def test_a_history_is_migrated_step_by_step(tmp_path: Path) -> None:
    await fill(tmp_path)
    database, aside = open_history(tmp_path, Limits(), LATER)
    try:
        assert read_schema_version(database.writer) == KNOWN + 2
        assert database.writer.rows("SELECT note FROM power") == [("migrated",)]
        assert database.writer.rows("SELECT count(*) FROM further") == [(0,)]
        migrate(database.writer, LATER)
        assert not aside
    finally:
        database.close()


OF_VERSION: dict[int, tuple[str, ...]] = {
    1: (
        "INSERT INTO gateway VALUES (1, '122000000001')",
        "INSERT INTO energy VALUES (1, 1, '2024-05-01 12:00:00', false, 1000.5, 5, NULL, 7, 8, 9)",
        "INSERT INTO energy VALUES (2, 1, '2024-05-01 12:05:00', true, 1001.25, 5, NULL, 7, 8, 9)",
        "INSERT INTO power VALUES (1, 1, '2024-05-01 12:00:00', 60, 1.5, 2, 3, 4, 5, 6)",
        "INSERT INTO event VALUES (9, 1, '2024-05-01 12:00:00', 'test', 's', 'something happened', '{}')",
    ),
}
_OF_SECOND = (
    OF_VERSION[1][0],
    *(
        row.replace("false, ", "false, false, 1, ")
        .replace("true, ", "true, false, 1, ")
        .replace("9)", "9, NULL, NULL)")
        for row in OF_VERSION[1][1:3]
    ),
    *OF_VERSION[1][3:],
)
OF_VERSION |= dict.fromkeys(range(2, len(MIGRATIONS) + 1), _OF_SECOND)
"""Rows as each released version wrote them."""


@pytest.mark.parametrize("version", OF_VERSION)
@pytest.mark.sample(3)
async def test_what_a_released_version_wrote_is_there_after_an_update(tmp_path: Path, version: int) -> None:
    database, _ = open_history(tmp_path, Limits(), MIGRATIONS[:version])
    for statement in OF_VERSION[version]:
        database.writer.run(statement)
    database.close()
    async with opened(tmp_path) as store:
        first, second = await store.read_energy_rows(start=START, end=minute(6))
        assert first == energy(START, 1000.5, import_wh=5.0, charge_wh=7.0, discharge_wh=8.0, load_wh=9.0)
        assert (second.solar_wh, second.estimated, second.charge_estimated) == (1001.25, True, False)
        assert (await store.read_power(start=START, end=minute(1), step_s=60))["soc_pct"] == [6.0]
        assert await store.read_events(limit=9) == [event(START)]
        await store.write(everything(minute(10)))
        assert (await store.read_since("energy", 1, limit=9))["seq"] == (2, 3)
        assert (await store.read_since("events", 0, limit=9))["seq"] == (9, 10)


async def test_a_step_that_fails_leaves_the_version_before_it(tmp_path: Path) -> None:
    await fill(tmp_path)
    broken = (
        *MIGRATIONS,
        ("ALTER TABLE power ADD COLUMN note VARCHAR",),
        ("CREATE TABLE a (i INTEGER)", "SELECT nothing"),
    )
    with pytest.raises(StorageError, match="nothing"):
        open_history(tmp_path, Limits(), broken)
    assert plain_rows_of(tmp_path, "SELECT value FROM meta WHERE key = 'schema_version'") == [(str(KNOWN + 1),)]
    assert plain_rows_of(tmp_path, "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'a'") == [(0,)]


async def test_a_newer_history_is_left_alone(tmp_path: Path) -> None:
    await fill(tmp_path)
    database, _ = open_history(tmp_path, Limits(), LATER)
    database.close()
    before = (tmp_path / FILE_NAME).read_bytes()
    with pytest.raises(StorageError, match=f"version {KNOWN + 2}; this Openvoy knows {KNOWN}") as told:
        await HistoryStore.open(tmp_path)
    assert "Update Openvoy" in told.value.hint
    assert (tmp_path / FILE_NAME).read_bytes() == before
