"""A process is killed at random moments of its work: what it was told is kept is there, and whole.

`script/bench kills` does the same 200 times.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.store_kills import Kills


@pytest.mark.parametrize(
    ("seed", "kinds"),
    [
        (1, ("load", "load")),
        (2, ("load", "sealing")),
        (3, ("sealing", "sealing")),
        (4, ("load", "rebuild")),
        (5, ("sealing", "rebuild")),
        (6, ("backup",)),
        (7, ("migration", "migration")),
    ],
)
async def test_a_killed_process_loses_nothing_that_it_was_told_is_kept(
    tmp_path: Path, seed: int, kinds: tuple[str, ...]
) -> None:
    """Several times in a row: each process goes on in what the one before it left."""
    kills = Kills(tmp_path, seed)
    for kind in kinds:
        await kills.kill(kind)
