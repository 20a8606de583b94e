"""The kinds of settings: each takes what TOML gave and returns a checked value, or says how to write it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from openvoy.errors import ConfigError
from openvoy.settings.listen import is_loopback
from openvoy.settings.table import Kind, Place, Table

T = TypeVar("T")

_TOML_NAMES = {
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a decimal number",
    list: "a list",
    dict: "a table",
}


def text(table: Table, name: str) -> str | None:
    """Text that is not empty."""
    value = table.values.get(name)
    if value is None:
        return None
    place = table.place.at(name)
    if not isinstance(value, str):
        raise wrong(place, value, f'{name} = "…"')
    if not value.strip():
        raise place.error(f"{name} is empty.", f"Give it a value, or remove the line: {name} has a default.")
    return value.strip()


def texts(table: Table, name: str) -> tuple[str, ...] | None:
    """A list of texts."""
    value = table.values.get(name)
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
        raise wrong(table.place.at(name), value, f'{name} = ["…", "…"]')
    return tuple(one.strip() for one in value)


def flag(table: Table, name: str) -> bool | None:
    """True or false."""
    value = table.values.get(name)
    if value is None or isinstance(value, bool):
        return value
    raise wrong(table.place.at(name), value, f"{name} = true or {name} = false")


def number(least: float, most: float) -> Kind[float]:
    """A number between two bounds, both allowed."""

    def read(table: Table, name: str) -> float | None:
        value = table.values.get(name)
        if value is None:
            return None
        place = table.place.at(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise wrong(place, value, f"{name} = {least:g}")
        if not (math.isfinite(value) and least <= value <= most):
            raise place.error(
                f"{name} is {value:g}, which is out of bounds.", f"Give a number from {least:g} to {most:g}."
            )
        return float(value)

    return read


def whole(least: int, most: int) -> Kind[int]:
    """A whole number between two bounds, both allowed."""

    def read(table: Table, name: str) -> int | None:
        value = table.values.get(name)
        if value is None:
            return None
        place = table.place.at(name)
        if isinstance(value, bool) or not isinstance(value, int):
            raise wrong(place, value, f"{name} = {least}")
        if not least <= value <= most:
            raise place.error(
                f"{name} is {value}, which is out of bounds.", f"Give a whole number from {least} to {most}."
            )
        return value

    return read


def path(table: Table, name: str) -> Path | None:
    """A file or folder, relative to the configuration file."""
    value = text(table, name)
    return None if value is None else table.place.path(value)


def parsed(parse: Callable[[str], T]) -> Kind[T]:
    """Text that `parse` understands; its ConfigError gets file and line."""

    def read(table: Table, name: str) -> T | None:
        value = text(table, name)
        if value is None:
            return None
        try:
            return parse(value)
        except ConfigError as error:
            raise table.place.at(name).error(error.message, error.hint) from error

    return read


@dataclass(frozen=True, slots=True)
class OneOf:
    """A kind of text that is one of some words, which forms offer."""

    words: tuple[str, ...]

    def __call__(self, table: Table, name: str) -> str | None:
        """Read the setting of a name."""
        value = text(table, name)
        if value is not None and value not in self.words:
            raise table.place.at(name).error(f"{name} cannot be '{value}'.", f"Write one of {', '.join(self.words)}.")
        return value


def parse_service_url(value: str) -> str:
    """Parse the URL of a service that is given passwords: https, or http on this machine; without / at its end."""
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in {"https", "http"} or parts.query or parts.fragment or parts.username:
        raise ConfigError(
            f"'{value}' is not the URL of a service.", hint="Write it as https://host or https://host/path."
        )
    if parts.scheme == "http" and not is_loopback(host):
        raise ConfigError(f"'{value}' would carry passwords readable over the network.", hint="Write https://.")
    return value.rstrip("/")


def wrong(place: Place, value: object, example: str) -> ConfigError:
    """Build the error for a value of another type."""
    given = _TOML_NAMES.get(type(value), "a date or time")
    return place.error(f"{place.name} cannot be {given}.", f"Write {example}.")
