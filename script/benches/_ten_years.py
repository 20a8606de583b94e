"""What a day's view takes out of ten years, beside one out of one year."""

from __future__ import annotations

import asyncio
import contextlib
import statistics
from collections.abc import AsyncIterator
from pathlib import Path

from benches._site_year import Columns
from benches._store_views import DAYS, FIRST_DAY, UNPACKED_S, DayView, ask_ms, opened, views

YEARS = 10
PAIRS = 20
"""Days of one month, which is unpacked."""
SETTLED_S = 3.0


async def measure(power: Columns, folder: Path) -> float:
    """How much longer a day takes out of ten years than out of one: the median of pairs, one right after the other."""
    folders = {years: folder / f"years-{years}" for years in (1, YEARS)}
    for years, place in folders.items():
        await _write_years(years, power, place)
    # Opened anew, as by a service that starts: who writes ten years at once leaves memory in pieces, which is slower.
    async with _day_view(folders[1]) as one, _day_view(folders[YEARS]) as ten:
        for ask in (one, ten):
            await ask(FIRST_DAY - 1)
        await asyncio.sleep(UNPACKED_S)
        ratios = []
        for day in range(FIRST_DAY, FIRST_DAY + PAIRS, 2):
            # Whoever comes second finds the processor's caches as the first has left them.
            ratios.append(1 / await _ratio(one, ten, day))
            ratios.append(await _ratio(ten, one, day + 1))
    return statistics.median(ratios)


async def _ratio(ask: DayView, peer: DayView, day: int) -> float:
    return await ask_ms(ask, day) / await ask_ms(peer, day)


async def _write_years(years: int, power: Columns, folder: Path) -> None:
    """Keep so many years, until all their months are sealed."""
    async with opened(folder) as store:
        for number in reversed(range(years)):
            await store.write_columns("power", {**power, "at": power["at"] - 86_400 * DAYS * number})
        sealed = folder / "sealed"
        while len(list(sealed.glob("month=*/manifest.json"))) < 12 * years - 1:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.1)
        # The last months' files are still being checked and packed: work of the past, not of the view.
        await asyncio.sleep(SETTLED_S)


@contextlib.asynccontextmanager
async def _day_view(folder: Path) -> AsyncIterator[DayView]:
    async with opened(folder) as store:
        yield views(store)["a day of power by minute"]
