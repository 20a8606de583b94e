"""A copy of the whole history on another disk, brought up to date and checked every night or week."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from openvoy.errors import ConfigError, ExportError
from openvoy.ports import ExporterKind, Household, Page, Progress
from openvoy.ports.files import CopyOutcome
from openvoy.settings import kinds
from openvoy.settings.table import setting

LOOK_EVERY_S = 300.0
PERIODS = {"day": timedelta(days=1), "week": timedelta(days=7)}


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupSettings:
    """`[backup]`: a copy of the whole history, which `openvoy history restore` puts back."""

    folder: Path | None = setting(kinds.path, doc="Where the copy is kept; it has to exist, on another disk if it can.")
    every: str = setting(kinds.OneOf(tuple(PERIODS)), default="day", doc="day or week.")
    hour: int = setting(kinds.whole(0, 23), default=3, doc="Hour of the site's day at which it is made.")


class BackupExporter:
    """Copies when the time has come, at once where a copy is overdue."""

    pages: Sequence[Page] = ()

    def __init__(self, settings: BackupSettings, household: Household) -> None:
        """Raise ConfigError for a place that would not help."""
        if settings.folder is None:
            raise ConfigError("[backup] has no folder.", hint='Write folder = "/media/stick/openvoy".')
        if household.copies is None:
            raise ConfigError("There is no history that could be copied.", hint="Leave [backup] out.")
        history = household.copies.folder.resolve()
        if settings.folder == history or history in settings.folder.parents:
            raise ConfigError(
                f"[backup]: {settings.folder} is inside the history itself.", hint="Name a folder on another disk."
            )
        self._settings, self._household = settings, household
        self._folder, self._copies = settings.folder, household.copies
        self._zone = ZoneInfo(household.place.time_zone)
        self._key = f"backup.{hashlib.sha256(str(settings.folder).encode()).hexdigest()[:16]}"
        self.receiver = str(settings.folder)

    async def run(self, progress: Progress) -> None:
        """Copy for ever; a copy that fails is tried again soon."""
        noted = await self._household.store.read_meta(self._key)
        due = self._household.clock.now()
        if noted is not None:
            last = datetime.fromisoformat(noted)
            progress.note_earlier(last)
            due = self._after(last)
        if due > self._household.clock.now():
            self._tell(await self._copies.read_lacking(self._folder))
            progress.note_delivered(0)
        while True:
            now = self._household.clock.now()
            if due <= now:
                made = await self._copy()
                await self._household.store.write_meta(self._key, now.isoformat())
                due = self._after(now)
                progress.note_delivered(1)
                self._tell(made.lacking)
            await self._household.clock.sleep(LOOK_EVERY_S)

    async def _copy(self) -> CopyOutcome:
        if not self._folder.is_dir():
            raise ExportError(
                f"There is no folder {self._folder} for the backup.", hint="Plug the disk in, or make the folder."
            )
        return await self._copies.copy_to(self._folder)

    def _tell(self, lacking: Sequence[str]) -> None:
        """Raise ExportError for what the copy is without: it stays trouble until a copy is whole."""
        if lacking:
            more = f" and {len(lacking) - 1} more" if len(lacking) > 1 else ""
            raise ExportError(
                f"The backup was made, but {lacking[0]}{more} of the history cannot be read and is not in it.",
                hint="`openvoy history verify` names them. If an earlier backup has them, put them back from there.",
            )

    def _after(self, last: datetime) -> datetime:
        """Give the first moment at the wanted hour that is after so much of a period that none is left out."""
        local = last.astimezone(self._zone)
        day = local.date() + PERIODS[self._settings.every]
        if local.hour < self._settings.hour:
            day -= timedelta(days=1)
        return datetime.combine(day, time(self._settings.hour), self._zone)


KIND = ExporterKind(section="backup", settings=BackupSettings, build=BackupExporter)
