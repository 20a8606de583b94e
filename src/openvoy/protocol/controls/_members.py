"""Controls that set members of one object of the gateway: which argument is which member, both ways."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openvoy.errors import ConfigError
from openvoy.model.control import Argument, Setting, Settings
from openvoy.protocol.control import like

_YES = {"true": True, "false": False}


def _same(value: Any) -> Setting:
    return value if isinstance(value, bool | int | float | str) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One argument and the member of the gateway's object that it sets."""

    argument: Argument
    path: tuple[str, ...]
    read: Callable[[Any], Setting] = _same
    """From the wire."""
    write: Callable[[Setting], Setting] = _same
    """To the wire."""


def flag(name: str, summary: str, *path: str) -> Member:
    """Declare yes or no, whether the gateway writes it in words or not."""
    return Member(
        argument=Argument(name=name, kind="flag", summary=summary),
        path=path,
        read=lambda value: _YES.get(value.lower()) if isinstance(value, str) else _same(value),
    )


def number(
    name: str, summary: str, *path: str, unit: str = "", least: float = 0.0, most: float | None = None
) -> Member:
    """Declare a number; one that the gateway writes as text is one too."""
    return Member(
        argument=Argument(name=name, kind="number", summary=summary, unit=unit, least=least, most=most),
        path=path,
        read=_parse_number,
    )


def words(name: str, summary: str, *path: str, wire: Mapping[str, str]) -> Member:
    """Declare a choice; `wire` gives the gateway's word for each of ours."""
    ours = {theirs.lower(): our for our, theirs in wire.items()}
    return Member(
        argument=Argument(name=name, kind="choice", summary=summary, choices=tuple(wire)),
        path=path,
        read=lambda value: ours.get(value.lower(), value) if isinstance(value, str) else None,
        write=lambda value: wire[str(value)],
    )


def text(name: str, summary: str, *path: str) -> Member:
    """Declare free text."""
    return Member(argument=Argument(name=name, kind="text", summary=summary), path=path)


def time_of_day(name: str, summary: str, *path: str, hertz: float) -> Member:
    """Declare a time that the gateway counts from midnight: `hertz` is 1 for seconds, 1/60 for minutes."""
    minute = round(60 * hertz)

    def read(value: Any) -> Setting:
        if not isinstance(value, int | float) or isinstance(value, bool):
            return None
        minutes = int(value // minute)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"

    def write(value: Setting) -> Setting:
        hours, _, minutes = str(value).partition(":")
        return (int(hours) * 60 + int(minutes)) * minute

    return Member(argument=Argument(name=name, kind="time", summary=summary), path=path, read=read, write=write)


def read_members(document: Any, members: Sequence[Member]) -> Settings:
    """Give the settings that an object holds; None for what it does not say."""
    return {member.argument.name: member.read(_find(document, member.path)) for member in members}


def write_members(document: Any, members: Sequence[Member], wanted: Settings) -> None:
    """Change an object; raise ConfigError for a member that this gateway does not have."""
    for member in members:
        name = member.argument.name
        if name not in wanted:
            continue
        holder = _find(document, member.path[:-1])
        if not isinstance(holder, dict) or member.path[-1] not in holder:
            raise ConfigError(
                f"This gateway does not have {name} here.",
                hint="Leave it out; newer firmware may have it. Nothing was sent.",
            )
        holder[member.path[-1]] = like(holder[member.path[-1]], member.write(wanted[name]))


def arguments_of(members: Sequence[Member]) -> tuple[Argument, ...]:
    """Give the arguments."""
    return tuple(member.argument for member in members)


def _find(document: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        document = document.get(name) if isinstance(document, dict) else None
    return document


def _parse_number(value: Any) -> Setting:
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return None
    return _same(value)
