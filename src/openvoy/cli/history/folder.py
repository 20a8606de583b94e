"""Which history a command works with, and the time zone of its site."""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

from openvoy.cli.app import option
from openvoy.cli.extras import needing
from openvoy.cli.output import say
from openvoy.errors import ConfigError

if TYPE_CHECKING:
    from openvoy.cli.config import SiteConfig
    from openvoy.store import HistoryStore


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryFolder:
    """Options that every command of history has."""

    config: Annotated[
        Path | None, option("--config", help="Configuration file. [env: OPENVOY_CONFIG, else the platform's place]")
    ] = None
    data: Annotated[Path | None, option("--data", help="Folder of the history. [env: OPENVOY_DATA]")] = None
    time_zone: Annotated[str | None, option("--time-zone", help="Such as Europe/Paris; default: that of the site.")] = (
        None
    )

    def site(self) -> SiteConfig:
        """Give the site of the configuration."""
        with needing("service", "History"):
            from openvoy.cli.config import load_config  # noqa: PLC0415 - `--help` need not load it
        return next(iter(load_config(self.config, os.environ).sites.values()))

    def zone(self) -> ZoneInfo:
        """Give the time zone; raise ConfigError for one that is not known."""
        from openvoy.cli.zone import parse_time_zone  # noqa: PLC0415 - as above

        return ZoneInfo(self.site().time_zone if self.time_zone is None else parse_time_zone(self.time_zone))

    def tell_zone(self) -> None:
        """Say by which time zone days begin, where nobody said one."""
        if self.time_zone is None and self.site().is_zone_assumed:
            say(f"Days are those of {self.zone().key}, the zone of this machine; --time-zone chooses another.")

    def folder(self) -> Path:
        """Give the folder of the history; raise ConfigError where there is none."""
        with needing("service", "History"):
            from openvoy.cli.config import load_config  # noqa: PLC0415 - as above

        given = os.environ.get("OPENVOY_DATA")
        folder = self.data or (Path(given) if given else load_config(self.config, os.environ).store.path)
        if not folder.is_dir():
            raise ConfigError(
                f"There is no folder {folder}.",
                hint="Name that of the history with --data; for a history that is to begin, make an empty one.",
            )
        return folder

    def kept(self) -> Path:
        """Give the folder of a history that is there already; raise ConfigError for one that has none."""
        with needing("service", "History"):
            from openvoy.store.backup import is_history  # noqa: PLC0415 - as above

        folder = self.folder()
        if not is_history(folder):
            inside = folder / "history"
            hint = f"Is it {inside}?" if is_history(inside) else "Name its folder with --data."
            raise ConfigError(f"There is no history in {folder}.", hint=hint)
        return folder

    @contextlib.asynccontextmanager
    async def look(self, *, may_be_new: bool = False) -> AsyncIterator[HistoryStore]:
        """Open the history for reading, or a copy of it; raise ConfigError where one must be and is not."""
        with needing("service", "History"):
            from openvoy.store.looking import looking_at  # noqa: PLC0415 - `--help` need not load it

        async with looking_at(self.folder() if may_be_new else self.kept()) as looked:
            if looked.copied_as is not None:
                say(f"A copy of the history is read, as {looked.copied_as}.")
            yield looked.store

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[HistoryStore]:
        """Open the history that is there; raise ConfigError where there is none."""
        with needing("service", "History"):
            from openvoy.cli.config import load_config  # noqa: PLC0415 - as above
            from openvoy.cli.wiring import open_history  # noqa: PLC0415 - as above

        settings = load_config(self.config, os.environ)
        folder = self.folder()
        async with open_history(folder, settings.store.live_days) as store:
            yield store
