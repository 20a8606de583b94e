"""Processes that work with a history and are killed at random moments; what must be there afterwards, and whole."""

from __future__ import annotations

import contextlib
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from openvoy.errors import ConfigError
from openvoy.store import HistoryStore, Limits
from openvoy.store.backup import copy_history, restore_history
from openvoy.store.migrations import MIGRATIONS
from openvoy.store.opening import FILE_NAME, open_history
from openvoy.store.tables import BY_NAME
from tests.e2e.store_batches import GATEWAY, ROWS, STRIDE_MIN

WRITER = """
import asyncio, itertools, sys
from pathlib import Path
from openvoy.store import HistoryStore, Limits
from tests.e2e.store_batches import build_batch

async def main(folder, first):
    print("begun", flush=True)
    store = await HistoryStore.open(folder, checkpoint_bytes=200_000, live_days=100_000)
    async def write(number):
        await store.write(build_batch(number))
        print(number, flush=True)
    for number in itertools.count(first, 3):
        await asyncio.gather(*(write(number + further) for further in range(3)))

asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
"""
COPIER = """
import sys
from pathlib import Path
from openvoy.store.backup import copy_history

print("begun", flush=True)
while True:
    copy_history(Path(sys.argv[1]), Path(sys.argv[2]))
    print("done", flush=True)
"""
KINDS = ("load", "sealing", "backup", "rebuild", "migration")
AT_MOST_S = {"load": 0.4, "sealing": 0.03, "backup": 0.3, "rebuild": 0.3, "migration": 0.25}
"""How long after it began a process lives at most."""
WAIT_S = 30.0
STEP = 2000
"""Between the first numbers of two writers of a folder; more than one writes in its life."""
OLD_ROWS = 50_000
ROOT = Path(__file__).parents[2]


class Kills:
    """A folder that processes are killed in, again and again."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder / "history"
        self.folder.mkdir()
        self._beside = folder
        self._chance = random.Random(seed)
        self.acknowledged: set[int] = set()
        self._copied: set[int] = set()
        self.killed: Counter[str] = Counter()

    async def kill(self, kind: str) -> None:
        """Kill a process while it does this; fails where anything that was acknowledged is not there."""
        if kind == "migration":
            await self._migration()
        elif kind == "backup":
            await self._backup()
        else:
            if kind == "rebuild":
                for file in self.folder.glob(f"{FILE_NAME}*"):
                    file.unlink()
            with self._writing():
                self._wait(kind)
        self.killed[kind] += 1
        is_anew = self.killed["rebuild"] > 0
        assert self.acknowledged <= await kept_batches(self.folder, is_anew=is_anew)

    def _wait(self, kind: str) -> None:
        """Wait for what is to be interrupted, then for some time."""
        if kind == "load":
            self._until(lambda: "\n" in self._told().partition("\n")[2])
        elif kind == "sealing":
            before = self._months()
            self._until(lambda: self._months() != before)
        self._live_on(kind)

    def _live_on(self, kind: str) -> None:
        time.sleep(self._chance.uniform(0, AT_MOST_S[kind]))

    def _months(self) -> set[str]:
        return {file.name for file in self.folder.glob("sealed/month=*/*")}

    def _told(self) -> str:
        return (self._beside / "told").read_text()

    def _until(self, is_so: Callable[[], object]) -> None:
        end = time.monotonic() + WAIT_S
        while not is_so() and time.monotonic() < end:
            time.sleep(0.002)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        first = STEP * sum(self.killed.values())
        with killed(WRITER, self.folder, first, told=self._beside / "told"):
            self._until(self._told)
            yield
        self.acknowledged |= numbers_of(self._told())

    async def _backup(self) -> None:
        """Kill who copies while another writes; a copy that is not finished is refused, and finished by the next."""
        target, told = self._beside / "copy", self._beside / "copied"
        before = set(self.acknowledged)
        with self._writing():
            self._until(lambda: "\n" in self._told().partition("\n")[2])
            with killed(COPIER, self.folder, target, told=told):
                self._until(lambda: told.read_text() != "")
                self._live_on("backup")
        number = sum(self.killed.values())
        if "done" not in told.read_text():
            before = self._copied  # it may not have begun to change the copy that is there
        with contextlib.suppress(ConfigError):
            restore_history(target, self._beside / f"restored-{number}")
            assert before <= await kept_batches(self._beside / f"restored-{number}", is_anew=True)
        self._copied = set(self.acknowledged)
        copy_history(self.folder, target)
        restore_history(target, self._beside / f"restored-later-{number}")
        assert self._copied <= await kept_batches(self._beside / f"restored-later-{number}", is_anew=True)

    async def _migration(self) -> None:
        """Kill who opens what an earlier version wrote; of each version in turn."""
        version = 1 + self.killed["migration"] % (len(MIGRATIONS) - 1)
        old = self._beside / f"old-{self.killed['migration']}"
        write_old(old, version)
        with killed(WRITER, old, 0, told=self._beside / "old-told"):
            self._until(lambda: (self._beside / "old-told").read_text() != "")
            self._live_on("migration")
        await check_old(old)


def numbers_of(told: str) -> set[int]:
    """Read what a killed writer said; its last line counts once it is finished, any other that is no number fails."""
    finished, _, _ = told.rpartition("\n")
    _, *lines = finished.split("\n")
    assert all(map(str.isdecimal, lines)), f"a writer said something else than numbers: {lines}"
    return set(map(int, lines))


async def check_old(folder: Path) -> None:
    """What an earlier version wrote is there."""
    store = await HistoryStore.open(folder)
    try:
        assert not store.set_aside
        await store.write_meta("opened", "again")
        with store._writer.database().reading() as session:
            source = session.of(BY_NAME["energy"], *EVER)
            found = session.rows(f"SELECT count(*), sum(solar_wh) FROM {source} WHERE solar_wh >= 1000000")
    finally:
        await store.close()
    assert found == [(OLD_ROWS, sum(range(1_000_000, 1_000_000 + OLD_ROWS)))]


def write_old(folder: Path, version: int) -> None:
    """Make a history as an earlier version of the schema had it."""
    database, _ = open_history(folder, Limits(), MIGRATIONS[:version])
    later = ("false, 1, ", ", NULL, NULL") if version > 1 else ("", "")
    database.writer.run(f"INSERT INTO gateway VALUES (1, '{GATEWAY}')")
    database.writer.run(
        "INSERT INTO energy SELECT i + 1, 1, TIMESTAMP '2019-01-01' + i * INTERVAL 1 MINUTE, false, "
        f"{later[0]}1000000 + i, 5, NULL, 7, 8, 9{later[1]} FROM range({OLD_ROWS}) AS r(i)"
    )
    database.close()


@contextlib.contextmanager
def killed(script: str, *arguments: object, told: Path) -> Iterator[None]:
    """Have a process run beside what is done, and kill it."""
    with (
        told.open("wb") as said,
        subprocess.Popen(
            [sys.executable, "-c", script, *map(str, arguments)],
            cwd=ROOT,
            stdout=said,
            stderr=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        try:
            yield
        finally:
            process.kill()
            _, complained = process.communicate()
    assert complained == "", complained


EVER = (0, 4e9)
NUMBERS = (
    f"SELECT date_diff('minute', TIMESTAMP '2024-01-01', CAST(time AS TIMESTAMP)) // {STRIDE_MIN}, count(*) "
    "FROM {} GROUP BY 1"
)
REPEATED = "SELECT seq FROM {} GROUP BY seq HAVING count(*) > 1 LIMIT 1"


async def kept_batches(folder: Path, *, is_anew: bool = False) -> set[int]:
    """Read the history; gives the numbers of its batches, after checking that each is whole and stands there once.

    One that was made anew from months and journal has lost seconds that were over; minutes say the same.
    """
    tables = {name: rows for name, rows in ROWS.items() if not (is_anew and name == "live")}
    store = await HistoryStore.open(folder, live_days=100_000)
    try:
        assert not store.set_aside
        await store.write_meta("opened", "again")
        await store.read_events(limit=1)
        with store._writer.database().reading() as session:
            counts = {name: dict(session.rows(NUMBERS.format(session.of(BY_NAME[name], *EVER)))) for name in tables}
            repeated = [name for name in tables if session.rows(REPEATED.format(session.of(BY_NAME[name], *EVER)))]
    finally:
        await store.close()
    numbers = set(counts["power"])
    assert counts == {table: dict.fromkeys(numbers, rows) for table, rows in tables.items()}
    assert repeated == []
    return numbers
