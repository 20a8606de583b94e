"""What is asked of a history in the benchmarks of the store, and how long it takes."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benches._answers import Told
from benches._site_year import START_S
from openvoy.store import HistoryStore

DAYS = 365
FIRST_DAY = 155
UNPACKED_S = 3.0
"""What is unpacked for whoever goes on from day to day is the past's work, not the next view's."""
ZONE = "UTC"
START = datetime.fromtimestamp(START_S, UTC)

DayView = Callable[[int], Awaitable[Told]]


def views(store: HistoryStore) -> Mapping[str, DayView]:
    """Give what is asked, by its figure; a year's view is the same for any day."""
    end = START + timedelta(days=DAYS)

    def day(number: int) -> datetime:
        return START + timedelta(days=number)

    return {
        "a day of power by minute": lambda at: store.read_power(start=day(at), end=day(at + 1), step_s=60),
        "a day of all panels": lambda at: store.read_inverters(start=day(at), end=day(at + 1)),
        "a year of power by day": lambda _: store.read_power(start=START, end=end, step_s=86_400),
        "a year of energy by day": lambda _: store.read_energy(start=START, end=end, by="day", time_zone=ZONE),
        "a year of panels by day": lambda _: store.read_device_energy(start=START, end=end, by="day", time_zone=ZONE),
        "today's energy": lambda at: store.read_energy(start=day(at), end=day(at + 1), by="day", time_zone=ZONE),
    }


@contextlib.asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[HistoryStore]:
    """Open a history for a while."""
    store = await HistoryStore.open(folder)
    try:
        yield store
    finally:
        await store.close()


async def ask_ms(ask: DayView, day: int) -> float:
    """How long the view of a day takes."""
    began = time.perf_counter()
    await ask(day)
    return 1000 * (time.perf_counter() - began)
