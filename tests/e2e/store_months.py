"""A small history of named batches, each in a month of its own, and what has to be true of it whatever happened."""

from __future__ import annotations

import asyncio
import contextlib
import random
import shutil
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from openvoy.model.records import Batch, EnergyRecord, EventRecord, PowerRecord
from openvoy.ports import Columns
from openvoy.store import HistoryStore
from openvoy.store.backup import copy_history
from openvoy.store.verifying import verify_files

GATEWAY = "122000000001"
BEGINS = {
    "january": datetime(2024, 1, 1, tzinfo=UTC),
    "february": datetime(2024, 2, 1, tzinfo=UTC),
    "march": datetime(2024, 3, 1, tzinfo=UTC),
    "late": datetime(2024, 1, 20, 0, 7, tzinfo=UTC),
    **{f"large {number}": datetime(2024, 3, 4, number, tzinfo=UTC) for number in range(10)},
    "last": datetime(2024, 3, 20, tzinfo=UTC),
}
"""When the rows of each batch begin: three days, so that those of the next month end the one before."""
LARGE = tuple(name for name in BEGINS if name.startswith("large"))
SPAN: Any = {"start": BEGINS["january"], "end": datetime(2025, 1, 1, tzinfo=UTC)}
Row = tuple[str, float, object]


def batch_of(name: str) -> Batch:
    """Build a batch; those that are called large fill a file of the journal after some."""
    begin, is_large = BEGINS[name], name in LARGE
    times = [begin + timedelta(hours=6 * number) for number in range(1 if is_large else 12)]
    text = random.Random(name).randbytes(2**16).hex() if is_large else name
    return Batch(
        power=tuple(PowerRecord(gateway=GATEWAY, at=at, interval_s=60, solar_w=float(at.day)) for at in times),
        energy=tuple(EnergyRecord(gateway=GATEWAY, at=at, solar_wh=at.timestamp() // 1000) for at in times),
        events=(EventRecord(gateway=GATEWAY, at=begin, kind="test", subject=name, text=text),),
    )


def rows_of(names: Iterable[str]) -> set[Row]:
    """The rows of batches."""
    return {
        row
        for name in names
        for batch in [batch_of(name)]
        for row in (
            *(("power", row.at.timestamp(), row.solar_w) for row in batch.power),
            *(("energy", row.at.timestamp(), row.solar_wh) for row in batch.energy),
            *(("event", row.at.timestamp(), f"{row.subject}: {row.text}") for row in batch.events),
        )
    }


async def read_all(store: HistoryStore) -> list[Row]:
    """Read the rows that are kept."""
    events = await store.read_events(limit=1000, kind="test")
    return [
        *_told(await store.read_rows("power", **SPAN), "power", "solar_w"),
        *_told(await store.read_rows("energy", **SPAN), "energy", "solar_wh"),
        *(("event", event.at.timestamp(), f"{event.subject}: {event.text}") for event in events),
    ]


def _told(columns: Columns, kind: str, name: str) -> list[Row]:
    return [(kind, float(str(at)), value) for at, value in zip(columns["at"], columns[name], strict=True)]


@contextlib.asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[HistoryStore]:
    store = await HistoryStore.open(folder)
    try:
        yield store
    finally:
        await store.close()


async def settled(store: HistoryStore) -> bool:
    """Wait until nothing is left to do, or nothing can be done; says which."""
    await store.read_events(limit=1)
    for _ in range(2000):
        keeping = store._writer._keeping
        if keeping is None or keeping._is_paused:
            return False
        if keeping._is_clean:
            return True
        await asyncio.sleep(0.005)
    raise AssertionError("it never ends")


async def begin(folder: Path) -> None:
    """Make a history: January is sealed and no longer in the journal, February is there only."""
    async with opened(folder) as store:
        await store.write_meta("noted", "yes")
        await store.write(batch_of("january"))
    async with opened(folder) as store:
        await store.write(batch_of("february"))
        assert await settled(store)
    assert _names(folder / "sealed") == ["month=2024-01"]
    assert _names(folder / "journal") == ["000000000003.log"]


def _names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


async def check_with_copy(folder: Path, acknowledged: Iterable[str]) -> None:
    """As `check`, also of a copy that is made of what was left."""
    copy = folder.with_name(f"{folder.name}-copy")
    copy_history(folder, copy)
    await check(copy, acknowledged)
    await check(folder, acknowledged)


async def check(folder: Path, acknowledged: Iterable[str]) -> None:
    """What was acknowledged is there, once, and whole: as it was left, and after all that is left to do is done."""
    async with opened(folder) as store:
        assert not store.set_aside
        found = await read_all(store)
        assert len(found) == len(set(found))
        assert rows_of(acknowledged) <= set(found) <= rows_of(BEGINS)
        assert await store.read_meta("noted") == "yes"
        assert await settled(store)
        assert set(await read_all(store)) == set(found)
        findings = [*await store.verify(), *verify_files(folder)]
    assert [problem for finding in findings for problem in finding.problems] == []
    _remove(folder)


def _remove(folder: Path) -> None:
    assert not list(folder.glob("sealed/month=*/*.part"))
    shutil.rmtree(folder)
