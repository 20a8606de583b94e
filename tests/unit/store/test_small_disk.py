"""A disk of its own that gets full or read-only, while a history is written, sealed, copied and migrated."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

from openvoy.errors import StorageError
from openvoy.model.counters import CounterSource
from openvoy.model.records import Batch, PowerRecord, StepRecord
from openvoy.store import HistoryStore, Limits
from openvoy.store.backup import copy_history, restore_history
from openvoy.store.looking import looking_at
from openvoy.store.migrations import MIGRATIONS
from openvoy.store.opening import open_history
from tests.support.disks import MIB, fill_up, mount, small_disk
from tests.unit.store.records import GATEWAY, START, energy, event, minute, opened, power
from tests.unit.store.test_sealing import sealed

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="disks of Linux, in memory")
__all__ = ["small_disk"]


async def test_a_read_only_disk_is_named_when_a_history_is_opened(disk: Path) -> None:
    folder = disk / "history"
    async with opened(folder) as store:
        await store.write(Batch(events=(event(START),)))
    assert mount("-o", "remount,ro", str(disk))
    for _ in range(2):
        with pytest.raises(StorageError, match="Read-only file system") as told:
            async with opened(folder):
                pass
        assert "mounted for writing" in told.value.hint
        assert told.value.message.endswith(".")
    assert mount("-o", "remount,rw", str(disk))
    async with opened(folder) as store:
        assert not store.set_aside
        assert await store.read_events(limit=9) == [event(START)]


@pytest.mark.parametrize("is_full", [False, True])
async def test_a_history_is_looked_at_where_nothing_can_be_written(
    tmp_path: Path, disk: Path, *, is_full: bool
) -> None:
    """Such as a backup on a stick: to be opened a database has to be written, so a copy is."""
    async with opened(tmp_path / "history") as store:
        await store.write(Batch(events=(event(START),)))
    copy_history(tmp_path / "history", disk / "copy")
    if is_full:
        fill_up(disk, leave_bytes=4096)
    else:
        assert mount("-o", "remount,ro", str(disk))
    async with looking_at(disk / "copy") as looked:
        assert looked.copied_as == ("its disk is full" if is_full else "its disk is read-only")
        assert await looked.store.read_events(limit=9) == [event(START)]
        assert not [one for one in await looked.store.verify() if one.problems]


async def took(store: HistoryStore, number: int) -> bool:
    """Write a large batch, two months on: what came before is to be sealed."""
    text = random.Random(number).randbytes(2**17).hex()
    try:
        await store.write(
            Batch(energy=(energy(minute(80_000 + number), number),), events=(event(START, text, str(number)),))
        )
    except StorageError as error:
        return "Free some space" not in error.hint
    return True


async def test_a_full_disk_while_months_are_sealed(disk: Path) -> None:
    """What was acknowledged before stays readable; months are sealed once there is room."""
    folder = disk / "history"
    async with opened(folder) as store:
        for number in range(50):
            await store.write(Batch(energy=(energy(minute(number), number),)))
        filler = fill_up(disk, leave_bytes=19 * MIB)
        kept = [number for number in range(100, 180) if await took(store, number)]
        assert 0 < len(kept) < 80
        filler.unlink()
        await store.write(Batch(energy=(energy(minute(80_200), 200),)))
        rows = await store.read_energy_rows(start=START, end=minute(90_000))
        assert [row.solar_wh for row in rows] == [*range(50), *kept, 200]
        assert not store.set_aside
    async with opened(folder) as store:
        assert await store.read_energy_rows(start=START, end=minute(90_000)) == rows


async def test_parts_that_fill_a_disk_give_their_room_back(disk: Path) -> None:
    """At once where they are given up, at the next start where their process died."""
    folder, journal = disk / "history", disk / "history" / "journal"
    async with opened(folder) as store:
        await store.write(Batch(energy=(energy(START, 1.0),)))
        filler = fill_up(disk, leave_bytes=19 * MIB)
        used = size_of(journal)
        for is_dropped in (True, False):
            with pytest.raises(StorageError, match="No space left"):
                await put_down_parts(store)
            assert size_of(journal) - used > 2 * MIB
            if is_dropped:
                await store.drop_parts()
                await sealed(store)
                assert size_of(journal) - used < MIB // 10
    async with opened(folder) as store:
        await sealed(store)
        assert size_of(journal) - used < MIB // 10
        await store.write(Batch(energy=(energy(minute(5), 2.0),)))
        filler.unlink()
        rows = await store.read_energy_rows(start=START, end=minute(99))
    assert [row.solar_wh for row in rows] == [1.0, 2.0]


async def put_down_parts(store: HistoryStore) -> None:
    for number in range(100):
        await store.write_part(a_part(number), gateway=GATEWAY, number=number)


def a_part(number: int) -> Batch:
    source = CounterSource(
        quantity="solar", endpoint="meters", block="all", device=random.Random(number).randbytes(2**17).hex()
    )
    return Batch(steps=(StepRecord(gateway=GATEWAY, at=START, source=source, step="wrap", added_wh=1.0),))


def size_of(journal: Path) -> int:
    return sum(file.stat().st_size for file in journal.iterdir() if file.is_file())


async def test_what_was_acknowledged_before_a_disk_got_full_is_read_from_the_journal(disk: Path) -> None:
    """Late minutes of a month that is sealed are among it, and those of a gateway that is new; exporters wait."""
    folder = disk / "history"
    async with opened(folder) as store:
        await store.write(Batch(power=(power(START, 0.0), power(minute(60_000), 1.0))))
        await sealed(store)
        last = await store.read_last_sequence("power")
        new = PowerRecord(gateway="122000000002", at=minute(60_001), interval_s=60, solar_w=7.0)
        await store.write(Batch(power=(power(minute(1), 2.0), power(minute(60_001), 3.0), new)))
        await store.write_meta("noted", "yes")
        filler = fill_up(disk, leave_bytes=0)
        for _ in range(2):
            found = await store.read_rows("power", start=START, end=minute(90_000), gateway=GATEWAY)
            assert found["solar_w"] == (0.0, 2.0, 1.0, 3.0)
            found = await store.read_rows("power", start=START, end=minute(90_000), gateway=new.gateway)
            assert found["solar_w"] == (7.0,)
            assert await store.read_meta("noted") == "yes"
            assert await store.read_last_sequence("power") == last
            with pytest.raises(StorageError, match="No space left"):
                await store.write(Batch(power=(power(minute(60_002), 4.0),)))
    async with opened(folder) as store:
        found = await store.read_rows("power", start=START, end=minute(90_000), gateway=GATEWAY)
        assert found["solar_w"] == (0.0, 2.0, 1.0, 3.0), "also by who is begun on a full disk"
        filler.unlink()
        await store.write(Batch(power=(power(minute(60_003), 5.0),)))
        found = await store.read_rows("power", start=START, end=minute(90_000), gateway=GATEWAY)
        assert found["solar_w"] == (0.0, 2.0, 1.0, 3.0, 5.0)
        assert await store.read_last_sequence("power") > last


async def test_a_copy_that_finds_no_room_is_not_taken_for_one(disk: Path, tmp_path: Path) -> None:
    async with opened(tmp_path / "history") as store:
        for number in range(5):
            await store.write(Batch(events=(event(minute(number), random.Random(number).randbytes(2**17).hex()),)))
        filler = fill_up(disk, leave_bytes=2**17)
        with pytest.raises(StorageError, match="No space left") as told:
            copy_history(tmp_path / "history", disk / "copy")
        assert "Free some space" in told.value.hint
        with pytest.raises(Exception, match="not finished") as refused:
            restore_history(disk / "copy", tmp_path / "restored")
        assert "again" in str(refused.value)
        filler.unlink()
        copy_history(tmp_path / "history", disk / "copy")
    restore_history(disk / "copy", tmp_path / "restored")
    async with opened(tmp_path / "restored") as store:
        assert len(await store.read_events(limit=9)) == 5


async def test_a_migration_that_finds_no_room_is_done_once_there_is(disk: Path) -> None:
    folder = disk / "history"
    database, _ = open_history(folder, Limits(), MIGRATIONS[:1])
    database.writer.run("INSERT INTO gateway VALUES (1, '122000000001')")
    database.writer.run(
        "INSERT INTO energy SELECT i + 1, 1, TIMESTAMP '2024-05-01' + i * INTERVAL 1 MINUTE, false, "
        "i, 5, NULL, 7, 8, 9 FROM range(50000) AS r(i)"
    )
    database.close()
    filler = fill_up(disk, leave_bytes=2**14)
    with pytest.raises(StorageError) as told:
        async with opened(folder):
            pass
    assert "Free some space" in told.value.hint
    filler.unlink()
    async with opened(folder) as store:
        assert not store.set_aside
        last = await store.read_last_energy("122000000001")
    assert last is not None
    assert last.solar_wh == 49999
