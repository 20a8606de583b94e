"""A process is killed at random moments of its work: what it was told is kept is there, and whole.

`script/bench kills` does the same 200 times.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.store_kills import Kills, numbers_of


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
@pytest.mark.sample(2)
async def test_a_killed_process_loses_nothing_that_it_was_told_is_kept(
    tmp_path: Path, seed: int, kinds: tuple[str, ...]
) -> None:
    """Several times in a row: each process goes on in what the one before it left."""
    kills = Kills(tmp_path, seed)
    for kind in kinds:
        await kills.kill(kind)


def test_what_a_killed_writer_said_counts_as_far_as_it_was_finished() -> None:
    assert numbers_of("") == numbers_of("beg") == numbers_of("begun\n") == numbers_of("begun\n1") == set()
    assert numbers_of("begun\n12\n13\n1") == {12, 13}
    for said in ("begun\n12\n\n13\n", "begun\n12\n\r 50% \n"):
        with pytest.raises(AssertionError, match="something else than numbers"):
            numbers_of(said)
