"""Tables of a TOML file into frozen dataclasses: nothing unknown, nothing of the wrong type, nothing out of bounds."""

from __future__ import annotations

import dataclasses
import difflib
import math
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

from openvoy.errors import ConfigError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Between:
    """Bounds of a number, both allowed."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file a value stands, for messages."""

    file: str
    key: str = ""

    def child(self, name: str) -> Place:
        """Name a member of the table at this place."""
        return Place(self.file, f"{self.key}.{name}" if self.key else name)

    def item(self, number: int) -> Place:
        """Name a row of the list at this place, counted from 1 as people do."""
        return Place(self.file, f"{self.key}[{number}]")

    def wrong(self, what: str, hint: str) -> ConfigError:
        """Build the error that names file, key and remedy."""
        return ConfigError(f"{self.file}: {self.key}: {what}" if self.key else f"{self.file}: {what}", hint=hint)


def read_table(shape: type[T], table: Mapping[str, object], place: Place) -> T:
    """Read a table as `shape`; raise ConfigError for what does not belong, does not fit or is missing."""
    hints = typing.get_type_hints(shape, include_extras=True)
    for key in table:
        if key not in hints:
            near = difflib.get_close_matches(key, hints, 1)
            known = f"Did you mean {near[0]!r}?" if near else f"Known here: {', '.join(sorted(hints))}."
            raise place.child(key).wrong("unknown key", known)
    values: dict[str, Any] = {}
    for member in dataclasses.fields(shape):  # type: ignore[arg-type]
        here = place.child(member.name)
        if member.name in table:
            values[member.name] = _read(hints[member.name], table[member.name], here)
        elif member.default is dataclasses.MISSING and member.default_factory is dataclasses.MISSING:
            raise here.wrong("missing", f"Add {member.name} = {_kind(hints[member.name])}.")
    return shape(**values)


def _read(shape: Any, value: object, place: Place) -> Any:
    origin, args = get_origin(shape), get_args(shape)
    if origin is Annotated:
        return _bounded(_read(args[0], value, place), args[1], place)
    if origin in (types.UnionType, typing.Union):
        return _read(next(arg for arg in args if arg is not type(None)), value, place)
    if origin is Literal:
        if value not in args:
            raise place.wrong(f"{value!r} is not a choice", f"Use {_kind(shape)}.")
        return value
    if origin is tuple:
        return _read_list(args[0], value, place)
    if dataclasses.is_dataclass(shape):
        if not isinstance(value, Mapping):
            raise place.wrong("must be a table", f"Write [{place.key}] and its keys below it.")
        return read_table(typing.cast("type[Any]", shape), value, place)
    return _read_plain(shape, value, place)


def _read_list(shape: Any, value: object, place: Place) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise place.wrong("must be a list", f"Write [[{place.key}]] once for each, or [ …, … ].")
    return tuple(_read(shape, row, place.item(number)) for number, row in enumerate(value, 1))


def _read_plain(shape: Any, value: object, place: Place) -> Any:
    if shape is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not shape or (isinstance(value, float) and not math.isfinite(value)):
        raise place.wrong(f"{value!r} is not {_kind(shape)}", f"Give {_kind(shape)}.")
    return value


def _bounded(value: Any, bounds: Between, place: Place) -> Any:
    if not bounds.low <= value <= bounds.high:
        raise place.wrong(f"{value:g} is out of bounds", f"Give a value from {bounds.low:g} to {bounds.high:g}.")
    return value


_KINDS: Mapping[Any, str] = {
    int: "a whole number",
    float: "a number",
    str: '"text"',
    bool: "true or false",
    date: "a date such as 2025-01-31",
    datetime: "a local time such as 2025-01-31T18:30:00",
}


def _kind(shape: Any) -> str:
    origin, args = get_origin(shape), get_args(shape)
    if origin is Literal:
        return " or ".join(f'"{choice}"' for choice in args)
    if origin is Annotated or origin in (types.UnionType, typing.Union):
        return _kind(args[0])
    return "a list" if origin is tuple else _KINDS.get(shape, "a table")
