"""A process that writes history is killed at random moments: what it was told is kept is there, and whole."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from openvoy.store import HistoryStore
from openvoy.store.tables import BY_NAME
from tests.e2e.store_batches import ROWS, STRIDE_MIN

WRITER = """
import asyncio, itertools, sys
from pathlib import Path
from openvoy.store import HistoryStore
from tests.e2e.store_batches import build_batch

async def main(folder, first):
    store = await HistoryStore.open(folder, checkpoint_bytes=200_000, live_days=100_000)
    async def write(number):
        await store.write(build_batch(number))
        print(number, flush=True)
    for number in itertools.count(first, 3):
        await asyncio.gather(*(write(number + further) for further in range(3)))

asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
"""
STARTING_S = 0.6
WRITING_S = 0.4


def acknowledged_before_death(folder: Path, *, first: int, chance: random.Random) -> set[int]:
    """Let a process write and kill it, now and then while it opens; gives the batches that it was told are kept."""
    told = folder / f"told-{first}"
    with (
        told.open("wb") as acknowledgements,
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder), str(first)],
            cwd=Path(__file__).parents[2],
            stdout=acknowledgements,
            stderr=subprocess.PIPE,
            text=True,
        ) as writer,
    ):
        is_starting = chance.random() < 0.2
        while not is_starting and told.stat().st_size == 0 and writer.poll() is None:
            time.sleep(0.005)
        time.sleep(chance.uniform(0, STARTING_S if is_starting else WRITING_S))
        writer.kill()
        _, complained = writer.communicate()
    said = told.read_text()
    assert complained == ""
    assert is_starting or said
    return {int(line) for line in said.splitlines()}


async def kept_batches(folder: Path) -> set[int]:
    """Read the history; gives the numbers of its batches, after checking that each is whole and stands there once."""
    store = await HistoryStore.open(folder, live_days=100_000)
    try:
        assert not store.set_aside
        await store.write_meta("opened", "again")
        await store.read_events(limit=1)
        with store._writer.database().reading() as session:
            counts = {name: dict(session.rows(NUMBERS.format(session.of(BY_NAME[name], *EVER)))) for name in ROWS}
            repeated = [name for name in ROWS if session.rows(REPEATED.format(session.of(BY_NAME[name], *EVER)))]
    finally:
        await store.close()
    numbers = set(counts["power"])
    assert counts == {table: dict.fromkeys(numbers, rows) for table, rows in ROWS.items()}
    assert repeated == []
    return numbers


EVER = (0, 4e9)
NUMBERS = (
    f"SELECT date_diff('minute', TIMESTAMP '2024-01-01', CAST(time AS TIMESTAMP)) // {STRIDE_MIN}, count(*) "
    "FROM {} GROUP BY 1"
)
REPEATED = "SELECT seq FROM {} GROUP BY seq HAVING count(*) > 1 LIMIT 1"


@pytest.mark.parametrize("seed", range(20))
async def test_a_killed_process_loses_nothing_that_it_was_told_is_kept(tmp_path: Path, seed: int) -> None:
    """Twice in a row: the second process goes on in what the first one left."""
    chance = random.Random(seed)
    acknowledged: set[int] = set()
    for first in (0, 5000):
        acknowledged |= acknowledged_before_death(tmp_path, first=first, chance=chance)
        assert acknowledged <= await kept_batches(tmp_path)
