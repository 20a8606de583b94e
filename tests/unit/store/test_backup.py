"""Copies of a history, taken while it is written, and what is found out about damaged ones."""

from __future__ import annotations

import lzma
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from openvoy.errors import ConfigError, StorageError
from openvoy.model.records import Batch
from openvoy.store import HistoryStore
from openvoy.store.backup import back_up_history, check_copy, copy_history, restore_history
from openvoy.store.journal import PACKED
from openvoy.store.looking import looking_at
from openvoy.store.opening import FILE_NAME
from openvoy.store.verifying import Finding, verify_files
from tests.unit.store.records import everything, opened, power
from tests.unit.store.test_sealing import JANUARY, LAST, STEP, fill, flip, sealed, seen


def problems(findings: Sequence[Finding]) -> list[str]:
    return [problem for finding in findings for problem in finding.problems]


def without_sequence(columns: Any) -> set[tuple[object, ...]]:
    """Rows that a new database was told by the journal have new numbers."""
    return set(zip(*(values for name, values in columns.items() if name != "seq"), strict=True))


async def test_a_backup_of_a_history_in_use_has_all_that_was_acknowledged(tmp_path: Path) -> None:
    await fill(tmp_path / "a")
    async with opened(tmp_path / "a", live_days=1) as store:
        for number in range(3):
            await store.write(everything(LAST + number * STEP + STEP, number))
            copy_history(tmp_path / "a", tmp_path / "b")
        before = await seen(store)
        await store.write(Batch(power=(power(JANUARY + STEP, 4000.0),)))
        await sealed(store)
        after = await seen(store)
        copied = copy_history(tmp_path / "a", tmp_path / "c")
    assert copied.months == 2
    assert not (tmp_path / "b" / FILE_NAME).exists()
    for name, expected in (("b", before), ("c", after)):
        restore_history(tmp_path / name, tmp_path / f"{name}-restored")
        async with opened(tmp_path / f"{name}-restored") as store:
            found = await seen(store)
            assert found[:10] == expected[:10]
            for rows, wanted in zip(found[10:], expected[10:], strict=True):
                assert without_sequence(rows) == without_sequence(wanted)


async def test_a_later_backup_replaces_what_was_sealed_anew(tmp_path: Path) -> None:
    await fill(tmp_path / "a")
    copy_history(tmp_path / "a", tmp_path / "b")
    async with opened(tmp_path / "a") as store:
        await store.write(Batch(power=(power(JANUARY + STEP, 4000.0),)))
        await sealed(store)
        copy_history(tmp_path / "a", tmp_path / "b")
    names = {file.name for file in (tmp_path / "b" / "sealed" / "month=2024-01").iterdir()}
    assert {"power-2.parquet", "power-2.guard"} <= names
    assert "power-1.parquet" not in names


@pytest.mark.parametrize("gone", ["manifest.json", "manifest.copy.json"])
async def test_a_history_whose_sealer_was_killed_between_two_manifests_is_copied(tmp_path: Path, gone: str) -> None:
    await fill(tmp_path / "a")
    async with opened(tmp_path / "a") as store:
        before = await seen(store)
    copy_history(tmp_path / "a", tmp_path / "b")
    (tmp_path / "a" / "sealed" / "month=2024-01" / gone).unlink()
    for name in ("b", "c"):
        copy_history(tmp_path / "a", tmp_path / name)
        restore_history(tmp_path / name, tmp_path / f"{name}-restored")
        async with opened(tmp_path / f"{name}-restored") as store:
            assert (await seen(store))[:10] == before[:10]


async def test_a_history_is_not_overwritten_unless_told_and_then_kept(tmp_path: Path) -> None:
    await fill(tmp_path / "a")
    copy_history(tmp_path / "a", tmp_path / "b")
    with pytest.raises(ConfigError, match="already"):
        restore_history(tmp_path / "b", tmp_path / "a")
    restore_history(tmp_path / "b", tmp_path / "a", replace=True)
    assert (tmp_path / "a" / "replaced-1" / FILE_NAME).exists()
    with pytest.raises(ConfigError, match="no backup"):
        restore_history(tmp_path / "nothing", tmp_path / "c")
    with pytest.raises(ConfigError, match="can be copied"):
        copy_history(tmp_path / "nothing", tmp_path / "c")


async def test_a_history_is_not_copied_into_itself(tmp_path: Path) -> None:
    """What it writes meanwhile would be lost: its journal would be another file than the one that is written."""
    (tmp_path / "link").symlink_to(tmp_path / "a")
    async with opened(tmp_path / "a") as store:
        await store.write(Batch(power=(power(JANUARY, 1.0),)))
        for target in ("a", "link", "a/../a", "a/journal", "link/sealed", "a/sealed/month=2024-01"):
            with pytest.raises(ConfigError, match="is the history itself"):
                copy_history(tmp_path / "a", tmp_path / target)
            with pytest.raises(ConfigError, match="is the history itself"):
                copy_history(tmp_path / "link", tmp_path / target)
        await store.write(Batch(power=(power(JANUARY + STEP, 2.0),)))
        copy_history(tmp_path / "a", tmp_path / "a" / "copy")
    async with opened(tmp_path / "a" / "copy") as store:
        assert len((await store.read_rows("power", start=JANUARY, end=LAST))["at"]) == 2


async def test_a_backup_takes_no_other_histories_place(tmp_path: Path) -> None:
    """Not that of one that is kept there; a backup may be looked at where it is, and goes on being one."""
    for name, watts in (("a", 1.0), ("b", 2.0)):
        async with opened(tmp_path / name) as store:
            await store.write(Batch(power=(power(JANUARY, watts),)))
    with pytest.raises(ConfigError, match="history of its own"):
        back_up_history(tmp_path / "a", tmp_path / "b")
    back_up_history(tmp_path / "a", tmp_path / "c")
    for name, watts in (("b", 2.0), ("c", 1.0)):
        async with opened(tmp_path / name) as store:
            assert list((await store.read_rows("power", start=JANUARY, end=LAST))["solar_w"]) == [watts]
    back_up_history(tmp_path / "a", tmp_path / "c")
    restore_history(tmp_path / "c", tmp_path / "d")
    async with opened(tmp_path / "d") as store:
        await store.write(Batch(power=(power(JANUARY + STEP, 2.0),)))
    with pytest.raises(ConfigError, match="history of its own"):
        back_up_history(tmp_path / "a", tmp_path / "d")


async def test_a_damaged_backup_is_mended_and_what_cannot_be_is_all_that_is_lacking(tmp_path: Path) -> None:
    await fill(tmp_path / "a")
    async with opened(tmp_path / "a") as store:
        before = await seen(store)
    copy_history(tmp_path / "a", tmp_path / "b")
    february = tmp_path / "b" / "sealed" / "month=2024-02"
    flip(february / "power-1.parquet", 99)
    with pytest.raises(StorageError, match=r"power-1\.parquet is damaged"):
        check_copy(tmp_path / "b")
    assert not restore_history(tmp_path / "b", tmp_path / "c").lacking
    async with opened(tmp_path / "c") as store:
        assert (await seen(store))[:10] == before[:10]
    (february / "power-1.parquet").write_bytes(b"gone")
    assert restore_history(tmp_path / "b", tmp_path / "d").lacking == ["sealed/month=2024-02/power-1.parquet"]
    async with opened(tmp_path / "d") as store:
        assert (await seen(store))[3:10] == before[3:10], "but power"


async def test_a_packed_file_of_the_journal_that_is_damaged_keeps_nobody_from_a_backup(tmp_path: Path) -> None:
    await fill(tmp_path / "a")
    segment = next((tmp_path / "a" / "journal").glob("*.log"))
    packed = segment.with_name(segment.name.partition(".")[0] + PACKED)
    packed.write_bytes(lzma.compress(segment.read_bytes())[:-40])
    segment.unlink()
    for target in ("b", "c"):
        copied = back_up_history(tmp_path / "a", tmp_path / target)
        assert copied.lacking == [f"journal/{packed.name}"]
    assert restore_history(tmp_path / "b", tmp_path / "d").lacking == copied.lacking
    async with opened(tmp_path / "d") as store:
        assert len((await store.read_rows("power", start=JANUARY, end=LAST))["solar_w"]) > 0
        assert "journal is damaged" in store.set_aside[0].reason


async def test_what_is_damaged_replaces_nothing_in_a_backup_and_is_mended_where_that_can_be_done(
    tmp_path: Path,
) -> None:
    await fill(tmp_path / "a")
    async with opened(tmp_path / "a") as store:
        await store.write(everything(LAST))
        before = await seen(store)
    copy_history(tmp_path / "a", tmp_path / "earlier")
    january = tmp_path / "a" / "sealed" / "month=2024-01"
    flip(january / "power-1.parquet", 50)
    flip(january / "manifest.json", 50)
    flip(next((tmp_path / "a" / "journal").glob("*.log")), 50)
    (january / "inverter_report-1.parquet").write_bytes(b"gone")
    assert not copy_history(tmp_path / "a", tmp_path / "earlier").lacking
    copied = copy_history(tmp_path / "a", tmp_path / "new")
    assert copied.lacking == ["sealed/month=2024-01/inverter_report-1.parquet"]
    assert copied.files == check_copy(tmp_path / "earlier").files - 1
    async with opened(tmp_path / "new-restored") as store:
        await store.write(everything(JANUARY))
    for name, lost in (("earlier", 0), ("new", 1)):
        assert len(problems(verify_files(tmp_path / name))) == lost
        restored = restore_history(tmp_path / name, tmp_path / f"{name}-restored", replace=lost > 0)
        assert len(restored.lacking) == lost
    async with opened(tmp_path / "earlier-restored") as store:
        assert (await seen(store))[:10] == before[:10]
        assert not store.set_aside
    async with opened(tmp_path / "new-restored") as store:
        found = await seen(store)
        assert [*found[:4], *found[5:10]] == [*before[:4], *before[5:10]], "but reports of inverters"
        assert [aside.reason for aside in store.set_aside] == [
            "the sealed file inverter_report-1.parquet of month=2024-01 is missing"
        ]


async def test_what_is_wrong_with_files_is_named(tmp_path: Path) -> None:
    await fill(tmp_path)
    async with opened(tmp_path) as store:
        await store.write(everything(LAST))
    assert problems(verify_files(tmp_path)) == []
    january = tmp_path / "sealed" / "month=2024-01"
    flip(january / "power-1.parquet", 50)
    flip(january / "energy-1.guard", 50)
    (january / "inverter_report-1.parquet").unlink()
    for journal in (tmp_path / "journal").glob("*.log"):
        flip(journal, 30)
    found = "\n".join(problems(verify_files(tmp_path)))
    for said in ("power-1.parquet is damaged", "energy-1.guard is damaged", "inverter_report-1.parquet is missing"):
        assert said in found
    assert "journal" in found


async def test_a_person_asks_over_all_rows_and_changes_nothing(tmp_path: Path) -> None:
    await fill(tmp_path)
    async with opened(tmp_path) as store:
        names, rows = await store.ask("SELECT gateway, min(time)::VARCHAR AS first, count(*) FROM power GROUP BY 1")
        assert (names, rows) == (["gateway", "first", "count_star()"], [("122000000001", "2024-01-01 00:00:00", 5905)])
        assert (await store.ask("SELECT kind, serial FROM device_energy"))[1] == [("battery", "b")]
        for wrong in ("DELETE FROM power", "SELECT 1; DROP TABLE power", "COMMIT", "SELECT unheard", "nonsense", ""):
            with pytest.raises(StorageError) as told:
                await store.ask(wrong)
            assert "SELECT" in told.value.hint
        assert (await store.ask("SELECT count(*) FROM power"))[1] == [(5905,)]


HOLDER = """
import asyncio, sys
from pathlib import Path
from openvoy.store import HistoryStore

async def main():
    store = await HistoryStore.open(Path(sys.argv[1]))
    print("open", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    await store.close()

asyncio.run(main())
"""


@pytest.mark.timeout(60)  # a busy machine takes its time to start a process
async def test_a_history_that_another_process_writes_is_looked_at_as_a_copy(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        await store.write(everything(JANUARY))
    with subprocess.Popen(  # noqa: ASYNC220 - it has to stay beside the test
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        async with looking_at(tmp_path) as looked:
            assert looked.copied_as == "the service is running"
            assert len((await looked.store.ask("SELECT * FROM power"))[1]) == 1
        holder.communicate("\n")
    async with looking_at(tmp_path) as looked:
        assert looked.copied_as is None
        assert isinstance(looked.store, HistoryStore)
