"""Processes that write, seal, copy, rebuild and migrate a history, killed at 200 random moments: nothing is lost."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benches import Row

ROOT = Path(__file__).parents[2]
KILLS = 200
SEED = 20_260_101
PLAN = ("load", "sealing", "backup", "rebuild", "migration")
IN_A_FOLDER = 10
"""Then a new history is begun, as reading all of one that grows takes ever longer."""


def run() -> Sequence[Row]:
    """Run the campaign; it ends with AssertionError where a batch that was acknowledged is not there, or not whole."""
    return asyncio.run(_run())


async def _run() -> Sequence[Row]:
    sys.path.insert(0, str(ROOT))
    from tests.e2e.store_kills import Kills  # noqa: PLC0415 - with the project's folder on the path

    killed: Counter[str] = Counter()
    acknowledged = 0
    for number in range(KILLS // IN_A_FOLDER):
        with tempfile.TemporaryDirectory() as folder:
            kills = Kills(Path(folder), SEED + number)
            for turn in range(IN_A_FOLDER):
                await kills.kill(PLAN[turn % len(PLAN)])
            killed += kills.killed
            acknowledged += len(kills.acknowledged)
        sys.stderr.write(f"{killed.total()} killed, {acknowledged} batches acknowledged, none lost\n")
    return [
        *(Row(figure=f"killed: {kind}", value=killed[kind], unit="processes") for kind in PLAN),
        Row(figure="batches acknowledged", value=acknowledged, unit="batches"),
        Row(
            figure="killed, and nothing acknowledged lost",
            value=killed.total(),
            unit="processes",
            bound=f">= {KILLS}",
            ok=killed.total() >= KILLS,
        ),
    ]
