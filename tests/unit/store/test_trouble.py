"""Disks that are full or may not be written: a real limit and a real lack of rights, in a process of their own."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from openvoy.model.records import Batch
from openvoy.store.faults import Fault
from tests.unit.store.records import minute, opened, power
from tests.unit.store.test_sealing import sealed

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits and rights of POSIX")

FULL = """
import asyncio, random, resource, sys
from pathlib import Path
from openvoy.errors import StorageError
from openvoy.model.records import Batch
from openvoy.store import HistoryStore
from tests.unit.store.records import event, minute

NO_LIMIT = resource.getrlimit(resource.RLIMIT_FSIZE)

async def main():
    store = await HistoryStore.open(Path(sys.argv[1]), checkpoint_bytes=int(sys.argv[2]))
    kept, refused = [], []
    for number in range(400):
        if number == 10:
            resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), NO_LIMIT[1]))
        if number == 300:
            resource.setrlimit(resource.RLIMIT_FSIZE, NO_LIMIT)
        try:
            await store.write(Batch(events=(event(minute(number), random.randbytes(1500).hex(), str(number)),)))
            kept.append(number)
        except StorageError as error:
            refused.append(error)
    await store.close()
    print(kept)
    print(refused[0])
    print(max(number for number in range(400) if number not in kept), len(store.set_aside))

asyncio.run(main())
"""

FORBIDDEN = """
import asyncio, os, sys
from pathlib import Path
from openvoy.errors import StorageError
from openvoy.store import HistoryStore

async def main():
    await (await HistoryStore.open(Path(sys.argv[1]))).close()
    if os.geteuid() == 0:
        os.setuid(65534)
    for folder in sys.argv[2:]:
        try:
            await HistoryStore.open(Path(folder))
        except StorageError as error:
            print(error)

asyncio.run(main())
"""


def run(script: str, *arguments: object) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("checkpoint_bytes", "limit_bytes"),
    [(2**30, 400_000), (100_000, 600_000)],
    ids=["the log cannot grow", "the file cannot grow"],
)
@pytest.mark.timeout(60)  # a busy machine takes its time to start a process
async def test_a_full_disk_loses_nothing_and_passes(tmp_path: Path, checkpoint_bytes: int, limit_bytes: int) -> None:
    kept_line, *error, end = run(FULL, tmp_path, checkpoint_bytes, limit_bytes)
    kept = {int(number) for number in kept_line.strip("[]").split(", ")}
    assert set(range(10)) < kept
    assert "File too large" in error[0]
    assert error[1].startswith("Free some space")
    assert end == "299 0", "as soon as there was room, all was written"
    async with opened(tmp_path) as store:
        events = await store.read_events(limit=1000)
    assert {int(event.subject) for event in events} == kept
    assert events[0].at == minute(399)


def test_a_folder_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory() as name:  # another user must be able to come here
        empty, used = Path(name) / "empty", Path(name) / "used"
        empty.mkdir(mode=0o555)
        run(FORBIDDEN, used)
        file = used / "history.duckdb"
        Path(name).chmod(0o755)
        used.chmod(0o555)
        file.chmod(0o444)
        said = run(FORBIDDEN, tmp_path, empty, used, empty / "below")
        assert file.stat().st_size > 0
    assert len(said) == 6
    assert all("ermission denied" in line for line in said[::2])
    assert set(said[1::2]) == {Fault.FORBIDDEN.value}
    assert "the right to write" in Fault.FORBIDDEN.value


async def test_months_that_cannot_be_sealed_are_told_once_and_once_when_they_can(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "sealed").write_text("in the way")

    def told() -> list[str]:
        return [record.message for record in caplog.records if "sealed" in record.message]

    async with opened(tmp_path) as store:
        for number in range(3):
            await store.write(Batch(power=(power(minute(number), 1.0), power(minute(60_000 + number), 1.0))))
            await sealed(store)
            assert [line.partition(": ")[2].startswith("months cannot be sealed") for line in told()] == [True]
        (tmp_path / "sealed").unlink()
        await store.write(Batch(power=(power(minute(60_009), 1.0),)))
        await sealed(store)
    assert told()[1:] == ["History: months are sealed again."], "said by the time that it is closed"
    assert (tmp_path / "sealed").is_dir()
