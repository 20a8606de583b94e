"""Writes files of the history on behalf of those who may not know it. Implements ports.TableFiles."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from openvoy.ports import Clock
from openvoy.ports.files import TableFile
from openvoy.store.exchange.exporting import Export, find_start, parse_grain, read_export
from openvoy.store.exchange.writing import RowWriter, writing
from openvoy.store.history import HistoryStore


class StoreFiles:
    """Reads bit by bit; writing happens beside the event loop."""

    def __init__(self, store: HistoryStore, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def check(self, table: str, by: str) -> None:
        """Raise ConfigError for what cannot be had."""
        first = datetime(2000, 1, 1, tzinfo=UTC)
        Export(kind=table, start=first, end=first.replace(year=2001), zone=ZoneInfo("UTC"), by=parse_grain(by))

    async def find_start(self, time_zone: str) -> datetime:
        """Give the first day of which history has energy; the first of this year if it has none."""
        zone = ZoneInfo(time_zone)
        year = await find_start(self._store, zone, self._clock.now())
        end = min(self._clock.now(), year.replace(year=year.year + 1))
        days = await self._store.read_energy(start=year, end=end, by="day", time_zone=time_zone)
        names = [name for name in days if name.endswith("_wh")]
        for index, at in enumerate(days["start"]):
            if at is not None and any(days[name][index] is not None for name in names):
                return datetime.fromtimestamp(float(at), zone)
        return year

    async def write_file(self, wanted: TableFile) -> int:
        """Write a file and give its rows."""
        zone = ZoneInfo(wanted.time_zone)
        export = Export(
            kind=wanted.table, start=wanted.start, end=wanted.end, zone=zone, by=parse_grain(wanted.by)
        )  # fmt: skip
        writer: RowWriter | None = None
        count = 0
        with ExitStack() as stack:
            async for rows in read_export(self._store, export):
                if rows and writer is None:
                    opened = writing(str(wanted.file), wanted.format_name, export.types, zone)
                    writer = await asyncio.to_thread(stack.enter_context, opened)
                if rows and writer is not None:
                    await asyncio.to_thread(writer.put, rows)
                    count += len(rows)
            await asyncio.to_thread(stack.pop_all().close)
        return count
