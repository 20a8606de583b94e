"""A process that is killed, or has no room on its disk, at exactly one step of what it does: nothing is lost.

In the normal run at the steps between which something was lost once, or could be; at every step with `--long`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from openvoy.errors import OpenvoyError, StorageError
from openvoy.store.backup import copy_history, restore_history
from openvoy.store.opening import FILE_NAME
from tests.e2e import store_months
from tests.e2e.store_kills import check_old, write_old
from tests.e2e.store_months import begin, check, check_with_copy, opened, read_all, rows_of
from tests.e2e.store_steps import END, EVERY, Stopped
from tests.support.disks import small_disk
from tests.unit.store.records import make_third

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="disks of Linux, in memory")
__all__ = ["small_disk"]

OLD, NEW = ("january", "february"), ("march",)
FEBRUARY = "/sealed/month=2024-02"
SEALING = (
    f"os.rename {FEBRUARY}/power-1.part",
    f"open {FEBRUARY}/manifest.json.part",
    f"open {FEBRUARY}/manifest.copy.json.part",
    f"open {FEBRUARY}/manifest.json",
    "os.remove /journal/000000000003.log",
)
"""Between files of a month, between its manifests, before and after the database knows of it."""


@pytest.fixture
def beside(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory, where there is one: what a killed process has written is there all the same."""
    memory = Path("/dev/shm")
    if not memory.is_dir():
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as name:
        yield Path(name)


def stopped(how: str, what: str, beside: Path, ats: Sequence[object]) -> list[Stopped]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.e2e.store_steps", how, what, beside, *map(str, ats)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = [Stopped(*json.loads(line)) for line in done.stdout.splitlines()]
    if list(ats) == [EVERY]:
        assert len(found) > 10
    elif how in {"killed", "full"}:
        assert [stop.step for stop in found] == list(ats)
    return found


def at_steps(steps: Sequence[str]) -> pytest.MarkDecorator:
    """At these steps, or at all of them."""
    every = pytest.param([EVERY], id="every step", marks=[pytest.mark.slow, pytest.mark.timeout(600)])
    return pytest.mark.parametrize("steps", [pytest.param(steps, id="some steps"), every])


@at_steps(SEALING)
async def test_killed_while_a_month_is_sealed(beside: Path, steps: Sequence[str]) -> None:
    await begin(beside / "before")
    for stop in stopped("killed", "seal", beside, steps):
        await check_with_copy(beside / stop.folder, [*OLD, *stop.acknowledged])


@at_steps(["open /sealed/month=2024-01/power-2.guard.part", "open /sealed/month=2024-01/manifest.copy.json.part"])
@pytest.mark.slow
async def test_killed_while_a_month_is_sealed_anew(beside: Path, steps: Sequence[str]) -> None:
    await begin(beside / "before")
    for stop in stopped("killed", "seal anew", beside, steps):
        await check_with_copy(beside / stop.folder, [*OLD, *stop.acknowledged])


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("what", ["columns", "pack"])
async def test_killed_while_journal_and_base_are_kept_small(beside: Path, what: str) -> None:
    await begin(beside / "before")
    for stop in stopped("killed", what, beside, [EVERY]):
        await check(beside / stop.folder, [*OLD, *stop.acknowledged])


@at_steps(
    ["open /sealed/month=2024-01/manifest.json", "os.mkdir /journal", "open /journal/000000000003.log"],
)
async def test_killed_while_a_database_is_made_anew(beside: Path, steps: Sequence[str]) -> None:
    await begin(beside / "before")
    (beside / "before" / FILE_NAME).unlink()
    for stop in stopped("killed", "rebuild", beside, steps):
        await check(beside / stop.folder, OLD)


@at_steps(["open /sealed/month=2024-01/energy-1.parquet.part", "os.remove /unfinished"])
@pytest.mark.slow
async def test_killed_while_a_backup_is_made(beside: Path, steps: Sequence[str]) -> None:
    """A backup that is not finished is refused, and finished by the next one."""
    await begin(beside / "source")
    for stop in stopped("killed", "backup", beside, steps):
        folder, restored = beside / stop.folder, beside / "restored"
        if stop.step == END:
            restore_history(folder, restored)
            await check(restored, OLD)
        else:
            with pytest.raises(OpenvoyError):
                restore_history(folder, restored)
            assert not restored.exists()
        copy_history(beside / "source", folder)
        restore_history(folder, restored)
        await check(restored, OLD)


@at_steps(
    [
        "open /restoring/journal",
        "os.rename /journal",
        f"os.rename /{FILE_NAME}",
        "os.rename /restoring/journal",
        "os.rmdir /restoring",
    ]
)
async def test_killed_while_a_history_is_replaced(beside: Path, steps: Sequence[str]) -> None:
    """There is the one before, or the new one, or none: what would be a part of one is refused."""
    await begin(beside / "begun")
    copy_history(beside / "begun", beside / "source")
    async with opened(beside / "before") as store:
        await store.write(store_months.batch_of(*NEW))
    for stop in stopped("killed", "restore", beside, steps):
        folder = beside / stop.folder
        try:
            async with opened(folder) as store:
                assert set(await read_all(store)) in (rows_of(NEW), rows_of(OLD))
        except StorageError as error:
            if "history restore" not in error.hint:
                raise
        restore_history(beside / "source", folder, replace=True)
        await check(folder, OLD)


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.sample(1)
async def test_killed_while_a_migration_writes(beside: Path, version: int) -> None:
    """The engine's own files are cut off in the middle of what it writes."""
    write_old(beside / "before", version)
    killed = stopped("size", "rebuild", beside, [2**18, 2**20, 2**21, 3 * 2**20])
    assert any(stop.step != END for stop in killed)
    for stop in killed:
        await check_old(beside / stop.folder)


async def test_killed_while_a_migration_with_sealed_months_writes(beside: Path) -> None:
    await begin(beside / "before")
    make_third(beside / "before")
    killed = stopped("size", "rebuild", beside, [100, 400, 700, 2**21])
    assert any(stop.step != END for stop in killed)
    for stop in killed:
        await check(beside / stop.folder, OLD)


@at_steps([SEALING[0], SEALING[2]])
async def test_a_full_disk_while_a_month_is_sealed(beside: Path, disk: Path, steps: Sequence[str]) -> None:
    """The process goes on: see `store_steps` for what is true while there is no room, and as soon as there is."""
    await begin(beside / "before")
    (beside / "disk").symlink_to(disk)
    for stop in stopped("full", "seal", beside, steps):
        await check(beside / stop.folder, stop.acknowledged)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("what", ["seal anew", "pack", "columns"])
async def test_a_full_disk_while_a_history_is_kept(beside: Path, disk: Path, what: str) -> None:
    await begin(beside / "before")
    (beside / "disk").symlink_to(disk)
    for stop in stopped("full", what, beside, [EVERY]):
        await check(beside / stop.folder, [*OLD, *stop.acknowledged])


@at_steps(["os.mkdir /sealed", "open /sealed/month=2024-01/manifest.copy.json.part", "os.remove /unfinished"])
@pytest.mark.slow
async def test_a_full_disk_while_a_backup_is_made(beside: Path, disk: Path, steps: Sequence[str]) -> None:
    await begin(beside / "source")
    (beside / "disk").symlink_to(disk)
    for stop in stopped("full", "backup", beside, steps):
        restore_history(beside / stop.folder, beside / "restored")
        await check(beside / "restored", OLD)


@at_steps(["open /restoring/journal", "os.mkdir /replaced-1"])
@pytest.mark.slow
async def test_a_full_disk_while_a_history_is_replaced(beside: Path, disk: Path, steps: Sequence[str]) -> None:
    await begin(beside / "begun")
    copy_history(beside / "begun", beside / "source")
    async with opened(beside / "before") as store:
        await store.write(store_months.batch_of(*NEW))
    (beside / "disk").symlink_to(disk)
    for stop in stopped("full", "restore", beside, steps):
        await check(beside / stop.folder, OLD)


ALL_ROOMS = pytest.param(range(2**13, 2**20, 2**15), id="all rooms", marks=[pytest.mark.slow, pytest.mark.timeout(600)])


@pytest.mark.parametrize("rooms", [pytest.param([2**16, 2**18], id="some rooms"), ALL_ROOMS])
async def test_a_full_disk_while_a_database_is_made_anew(beside: Path, disk: Path, rooms: Sequence[int]) -> None:
    """The engine itself meets the end of the disk, wherever that is."""
    await begin(beside / "before")
    (beside / "before" / FILE_NAME).unlink()
    (beside / "disk").symlink_to(disk)
    for stop in stopped("full but", "rebuild", beside, rooms):
        await check(beside / stop.folder, OLD)


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.sample(1)
async def test_a_full_disk_while_a_history_is_migrated(beside: Path, disk: Path, version: int) -> None:
    write_old(beside / "before", version)
    (beside / "disk").symlink_to(disk)
    for stop in stopped("full but", "rebuild", beside, [2**16, 2**20, 3 * 2**20]):
        await check_old(beside / stop.folder)
