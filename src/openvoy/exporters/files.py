"""Files of the history on a schedule, for spreadsheets, notebooks and backups: CSV, JSON lines or Parquet."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from openvoy.errors import ConfigError
from openvoy.ports import ExporterKind, Household, Page, Progress
from openvoy.ports.files import TableFile, TableFiles
from openvoy.settings import kinds
from openvoy.settings.table import setting

LOOK_EVERY_S = 300.0
SETTLED_AFTER = timedelta(minutes=75)
"""Panels report hourly at the slowest: then a day has all its rows."""

FORMATS = ("csv", "jsonl", "parquet")
GRAINS = {
    "day": ("raw", "hour", "day"),
    "month": ("raw", "hour", "day", "month"),
    "year": ("raw", "hour", "day", "month", "year"),
}
"""Rows that a file is not the end of."""
LABELS = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesSettings:
    """`[[files]]`: files of the history, one for each day, month or year that is over."""

    folder: Path | None = setting(kinds.path, doc="Where they are written; it has to exist.")
    table: str = setting(
        kinds.text, default="energy", doc="power, energy, inverters, meters, batteries, counters or events."
    )
    by: str = setting(
        kinds.text, default="raw", doc="raw, hour or day; energy also month and year; counters and events raw."
    )
    every: str = setting(kinds.OneOf(tuple(LABELS)), default="day", doc="day, month or year: what a file holds.")
    format: str = setting(kinds.OneOf(FORMATS), default="csv", doc="csv, jsonl or parquet.")
    history: bool = setting(kinds.flag, default=True, doc="Write what history has from before, too.")


class FilesExporter:
    """Writes a file when its time is over, and all that were missed; notes in history say how far it is."""

    pages: Sequence[Page] = ()

    def __init__(self, settings: FilesSettings, household: Household) -> None:
        """Raise ConfigError for what cannot be written."""
        if settings.folder is None:
            raise ConfigError("[[files]] has no folder.", hint='Write folder = "exports".')
        if household.files is None:
            raise ConfigError("There is no history that files could be made of.", hint="Leave [[files]] out.")
        household.files.check(settings.table, settings.by)
        if settings.by not in GRAINS[settings.every]:
            raise ConfigError(
                f"A file for every {settings.every} cannot have rows by {settings.by}.",
                hint=f"Write by = one of {', '.join(GRAINS[settings.every])}.",
            )
        self._settings, self._household = settings, household
        self._folder, self._files = settings.folder, household.files
        self._zone = ZoneInfo(household.place.time_zone)
        self.receiver = str(settings.folder)
        identity = "\n".join((str(settings.folder), settings.table, settings.by, settings.every, settings.format))
        self._key = f"files.{hashlib.sha256(identity.encode()).hexdigest()[:16]}"

    async def run(self, progress: Progress) -> None:
        """Write for ever."""
        next_ = known = await self._read_next(self._files)
        while True:
            next_ = await self._catch_up(next_, progress)
            progress.note_delivered(0)
            if next_ != known:
                await self._household.store.write_meta(self._key, next_.isoformat())
                known = next_
            await self._household.clock.sleep(LOOK_EVERY_S)

    async def _catch_up(self, next_: date, progress: Progress) -> date:
        """Write all files whose time is over; give the first day of the next."""
        while (end := self._end_of(next_)) + SETTLED_AFTER <= self._household.clock.now():
            written = await self._write(next_, end)
            next_ = end.astimezone(self._zone).date()
            if written:
                await self._household.store.write_meta(self._key, next_.isoformat())
                progress.note_delivered(written)
        return next_

    async def _read_next(self, files: TableFiles) -> date:
        """Find the first day of the first file that is missing."""
        kept = await self._household.store.read_meta(self._key)
        if kept is not None:
            return date.fromisoformat(kept)
        now = self._household.clock.now()
        first = await files.find_start(self._zone.key) if self._settings.history else now
        day = first.astimezone(self._zone).date()
        return {"day": day, "month": day.replace(day=1), "year": day.replace(month=1, day=1)}[self._settings.every]

    def _end_of(self, start: date) -> datetime:
        match self._settings.every:
            case "day":
                following = start + timedelta(days=1)
            case "month":
                following = date(start.year + start.month // 12, start.month % 12 + 1, 1)
            case _:
                following = date(start.year + 1, 1, 1)
        return datetime.combine(following, time.min, self._zone)

    async def _write(self, start: date, end: datetime) -> int:
        """Write one file; 1, or 0 where history has nothing to put into it."""
        one = self._settings
        name = f"{one.table}-{one.by}-{start.strftime(LABELS[one.every])}.{one.format}"
        wanted = TableFile(
            table=one.table,
            by=one.by,
            start=datetime.combine(start, time.min, self._zone),
            end=end,
            time_zone=self._zone.key,
            file=self._folder / name,
            format_name=one.format,
        )
        return int(await self._files.write_file(wanted) > 0)


KIND = ExporterKind(section="files", settings=FilesSettings, build=FilesExporter, is_list=True)
