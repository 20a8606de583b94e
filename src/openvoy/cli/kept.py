"""What was built for a configuration, and is built anew only where that has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar, cast

from openvoy.errors import ConfigError
from openvoy.settings.secret import Secret

T = TypeVar("T")


class Kept:
    """Gives what was built for an equal key the last time; what nobody asks for between two `begin` is forgotten."""

    def __init__(self) -> None:
        self._before: list[tuple[Any, Any]] = []
        self._now: list[tuple[Any, Any]] = []

    def begin(self) -> None:
        """Begin another round."""
        self._before, self._now = self._now, []

    def build(self, key: object, make: Callable[[], T]) -> T:
        """Give what this key had in the round before; of equal ones each to one of those that ask."""
        place = next((number for number, (known, _) in enumerate(self._before) if known == key), None)
        value = make() if place is None else cast("T", self._before.pop(place)[1])
        self._now.append((key, value))
        return value


def read_marks(settings: object, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Tell by a hash what each secret is that settings name: its file stays the same when it is replaced."""
    return tuple(_mark(secret, environ) for secret in _secrets_in(settings))


def _secrets_in(value: object) -> Iterator[Secret]:
    if isinstance(value, Secret):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _secrets_in(one)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _secrets_in(getattr(value, field.name))


def _mark(secret: Secret, environ: Mapping[str, str]) -> str:
    try:
        return hashlib.sha256(secret.read(environ).encode()).hexdigest()
    except ConfigError:
        return ""
