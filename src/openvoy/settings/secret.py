from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from openvoy.errors import ConfigError
from openvoy.settings import kinds
from openvoy.settings.table import Place, Table

SUFFIXES = ("_file", "_env")


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """Where a token or password is; itself it is read when it is needed and never kept here."""

    place: Place = field(repr=False, compare=False)
    file: Path | None = None
    env: str | None = None
    """Name of an environment variable."""

    @property
    def origin(self) -> str:
        """Name the file or the variable, for people."""
        return f"variable {self.env}" if self.file is None else f"file {self.file}"

    def read(self, environ: Mapping[str, str]) -> str:
        """Read it; raise ConfigError where there is none."""
        try:
            if self.file is not None:
                return read_secret_file(self.file)
        except ConfigError as error:
            raise self.place.error(error.message, error.hint) from error
        value = environ.get(self.env or "")
        if not value:
            raise self.place.error(
                f"The environment variable {self.env} is not set.", f"Set it to the {_bare(self.place.name)}."
            )
        return value


def secret(table: Table, name: str) -> Secret | None:
    """Read `name_file` or `name_env`."""
    file, env = kinds.path(table, f"{name}_file"), kinds.text(table, f"{name}_env")
    if file is not None and env is not None:
        raise table.place.at(f"{name}_env").error(f"Both {name}_file and {name}_env are given.", "Keep one of them.")
    if file is not None:
        place = table.place.at(f"{name}_file")
        _warn_if_readable(file, place)
        return Secret(place=place, file=file)
    return None if env is None else Secret(place=table.place.at(f"{name}_env"), env=env)


def read_secret_file(file: Path) -> str:
    """Read a secret from the first line of a file that holds nothing else; raise ConfigError where it cannot be."""
    try:
        text = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not a text file"
        raise ConfigError(
            f"{file} cannot be read: {reason}.", hint="Name a file that holds only the secret."
        ) from error
    if not text:
        raise ConfigError(f"{file} is empty.", hint="Put the token or password into it.")
    return text


def _warn_if_readable(file: Path, place: Place) -> None:
    """Warn of a secret that everybody on this machine can read; whether the file exists shows when it is needed."""
    if os.name != "posix" or not file.is_file():
        return
    if file.stat().st_mode & stat.S_IROTH:
        place.warn(f"{file} can be read by everybody on this machine. Run: chmod 600 {file}")


def _bare(name: str) -> str:
    return name.removesuffix("_env").removesuffix("_file")
