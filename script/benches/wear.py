"""What a day of a site writes to the disk: an SD card has to last.

Two hours of a simulated house with 24 panels, around noon, are read at the cadences of the service; what comes of them
is written again and again as the hours of some days, on a store that keeps live values for a day, so that it removes
them as it does after a week. The bytes are those that the system counts for this process; the file system adds what it
writes about files.

The bound is what lets a small, cheap card last ten years. One of 16 GB whose cells take 300 cycles can have 4.8 TB
written into its cells, 1.3 GB a day. Small writes that are flushed each minute cost a card many times their bytes, as
it writes whole pages of 16 kB and moves what stands beside them in a block: 25 times is taken here, which is much. So
50 MB a day may reach the card. Of each byte of this process ext4 makes about three: it writes its journal and its
tables at every flush.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from benches import Row, UnmeasurableError
from benches.pipeline import SITES, START, House, Script
from openvoy.collector.books import Books
from openvoy.errors import EndpointMissing
from openvoy.model.records import Batch, GapRecord
from openvoy.protocol.replies import Replies
from openvoy.protocol.translate import build_snapshot
from openvoy.store import HistoryStore

COUNTED = Path("/proc/self/io")
HOURS = 2
DAYS_BEFORE = 1
DAYS = 2
LIVE_DAYS = 1
MOST_ON_CARD_MB = 50
BY_FILE_SYSTEM = 3
"""So many bytes reach a disk with ext4 for one of the process; told by the counts of a disk that had nothing else."""
MOST_MB = MOST_ON_CARD_MB / BY_FILE_SYSTEM
READS_MINUTES = 10
"""Somebody looks at the day so often, or a dashboard does by itself."""


def run() -> Sequence[Row]:
    """Measure."""
    if not COUNTED.exists():
        raise UnmeasurableError("this system does not count what a process writes")
    return asyncio.run(_run())


async def _run() -> Sequence[Row]:
    batches = _batches_of(await (await House.build(SITES[0], START)).write_script())
    rows = []
    for is_looked_at in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            written = await _live(Path(folder), batches, is_looked_at=is_looked_at)
            kept = _size_of(Path(folder))
        if not written:
            raise UnmeasurableError("the folder for temporary files is not on a disk")
        looked = f", looked at every {READS_MINUTES} minutes" if is_looked_at else ""
        rows.append(
            Row(
                figure=f"written in a day{looked}",
                value=written / 1e6,
                unit="MB",
                bound=f"<= {MOST_MB:.1f}",
                ok=written / 1e6 <= MOST_MB,
            )
        )
        rows.append(Row(figure=f"on the disk after {DAYS_BEFORE + DAYS} days{looked}", value=kept / 1e6, unit="MB"))
    return rows


def _batches_of(script: Script) -> list[Batch]:
    """What two hours become: a batch a minute."""
    replies, batches = Replies(), []
    books = Books(script.capabilities.serial, str(script.capabilities.firmware))
    for at, answers in script.moments:
        for endpoint, body in answers:
            replies.note(endpoint, EndpointMissing("404") if body is None else endpoint.decode(body))
        _, batch = books.take(build_snapshot(script.capabilities, replies, at), is_new=True)
        if batch is not None:
            batches.append(batch)
    return batches


async def _live(folder: Path, batches: Sequence[Batch], *, is_looked_at: bool) -> float:
    """Give the bytes written in a day."""
    store = await HistoryStore.open(folder, live_days=LIVE_DAYS)
    begun = 0
    for turn in range(24 // HOURS * (DAYS_BEFORE + DAYS)):
        if turn == 24 // HOURS * DAYS_BEFORE:
            begun = _written()
        for number, batch in enumerate(batches):
            await store.write(_shifted(batch, timedelta(hours=HOURS * turn)))
            if is_looked_at and number % READS_MINUTES == 0:
                await store.read_events(limit=1)
    written = (_written() - begun) / DAYS
    await store.close()
    return written


def _size_of(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _shifted(batch: Batch, later: timedelta) -> Batch:
    """The same, later."""
    shifted: dict[str, Any] = {
        one.name: tuple(_later(record, later) for record in getattr(batch, one.name)) for one in fields(batch)
    }
    return Batch(**shifted)


def _later(record: Any, later: timedelta) -> object:
    if isinstance(record, GapRecord):
        return replace(record, start=record.start + later, end=record.end + later)
    return replace(record, at=record.at + later)


def _written() -> int:
    counts = dict(line.split(": ") for line in COUNTED.read_text().splitlines())
    return int(counts["write_bytes"])
