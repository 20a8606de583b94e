"""Reading of one table of the configuration into a frozen dataclass whose fields are declared by `setting`."""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from openvoy.errors import ConfigError
from openvoy.settings.lines import Key, line_of

T = TypeVar("T")


class SettingError(ConfigError):
    """A setting of a file cannot be right; `line` is where it stands, None for the file as a whole."""

    def __init__(self, message: str, *, hint: str, line: int | None) -> None:
        """Say what is wrong, how it is right, and where."""
        super().__init__(message, hint=hint)
        self.line = line


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The file that is read."""

    file: Path
    lines: Mapping[Key, int]
    warnings: list[str]
    mistakes: list[ConfigError] | None = None
    """Where they are collected, to be told together; None: the first one is raised."""

    @contextlib.contextmanager
    def noting(self) -> Iterator[None]:
        """Go on behind a mistake where mistakes are collected; else raise it."""
        try:
            yield
        except ConfigError as error:
            if self.mistakes is None:
                raise
            self.mistakes.append(error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A setting or table in the file: what errors point at."""

    source: Source
    key: Key

    @property
    def name(self) -> str:
        """The setting as it is written."""
        return str(self.key[-1])

    @property
    def table(self) -> str:
        """The table as it is written, for people."""
        names = ".".join(str(part) for part in self.key if isinstance(part, str))
        return f"[[{names}]]" if isinstance(self.key[-1], int) else f"[{names}]"

    def at(self, *parts: str | int) -> Place:
        """Something inside this table."""
        return Place(source=self.source, key=(*self.key, *parts))

    def path(self, text: str) -> Path:
        """Resolve a path relative to the file."""
        return (self.source.file.parent / Path(text).expanduser()).resolve()

    def error(self, message: str, hint: str) -> ConfigError:
        """Build an error that names file and line."""
        line = line_of(self.source.lines, self.key)
        return SettingError(f"{self._where()}: {message}", hint=hint, line=line)

    def warn(self, message: str) -> None:
        """Remember something that a person should know."""
        self.source.warnings.append(f"{self._where()}: {message}")

    def _where(self) -> str:
        line = line_of(self.source.lines, self.key)
        return str(self.source.file) if line is None else f"{self.source.file}, line {line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The values of one table as TOML gives them."""

    place: Place
    values: Mapping[str, Any]


Kind = Callable[[Table, str], T | None]
"""Reads the setting of a name from a table; None where it does not stand there; raises ConfigError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How a field of a section is read; the reference of settings is made of these."""

    kind: Kind[Any]
    doc: str
    suffixes: tuple[str, ...] = ("",)
    """A secret `token` is written as `token_file` or `token_env`."""


def setting(kind: Kind[T], *, doc: str, suffixes: tuple[str, ...] = ("",), default: Any = MISSING) -> Any:
    """Declare a field of a section; without default, `None`."""
    metadata = {"setting": Setting(kind=kind, doc=doc, suffixes=suffixes)}
    if callable(default):
        return field(default_factory=default, metadata=metadata)
    return field(default=None if default is MISSING else default, metadata=metadata)


def read_section(shape: type[T], table: Table, **given: object) -> T:
    """Read all settings of a section; refuse what it does not have.

    Where mistakes are collected, what is wrong is left at its default.
    """
    settings = settings_of(shape)
    known = [name + suffix for name, one in settings.items() for suffix in one.suffixes]
    _refuse_unknown(table, known, secrets={name for name, one in settings.items() if one.suffixes != ("",)})
    found: dict[str, Any] = {}
    for name, one in settings.items():
        with table.place.source.noting():
            found[name] = one.kind(table, name)
    return shape(**given, **{name: value for name, value in found.items() if value is not None})


def settings_of(shape: Any) -> dict[str, Setting]:
    """The settings of a section by name, in their order."""
    return {one.name: one.metadata["setting"] for one in fields(shape) if "setting" in one.metadata}


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Name the nearest known word, else all of them."""
    words = sorted(set(known))
    near = difflib.get_close_matches(name, words, n=1)
    return f"Did you mean {near[0]}?" if near else f"Known are: {', '.join(words) or 'none'}."


def _refuse_unknown(table: Table, known: Iterable[str], *, secrets: set[str]) -> None:
    for name in table.values:
        if name not in known:
            with table.place.source.noting():
                raise _unknown(table.place, name, known, is_secret=name in secrets)


def _unknown(table: Place, name: str, known: Iterable[str], *, is_secret: bool) -> ConfigError:
    if is_secret:
        return table.at(name).error(
            f"{name} does not stand in the configuration itself, as others may read it.",
            f"Put it into a file of its own and write {name}_file, or into the environment and write {name}_env.",
        )
    return table.at(name).error(f"{table.table} has no setting '{name}'.", did_you_mean(name, known))
