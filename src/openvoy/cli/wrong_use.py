"""What helps whoever wrote a command that is none: the command that was probably meant. Pure."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

MOST_NAMES = 3
"""Commands that are offered for a word."""
LEAST_LETTERS = 4
"""Shorter words are in the help of too many commands."""
_SECRETS = {"--token", "--password"}
_FILES = {".csv", ".har", ".json", ".jsonl", ".jwt", ".parquet", ".toml"}
_EXTRA = re.compile(r"unexpected extra argument.*? \((.*)\)", re.DOTALL)
_NO_COMMAND = re.compile(r"No such command '(.+)'\.$")
_NO_OPTION = re.compile(r"No such option: (--?[\w-]+)")
_DATE = re.compile(r"\d{4}-\d\d(-\d\d)?(T[\d:]*)?")
_HOST = re.compile(r"(https?://.+|localhost|[\w-]+(\.[\w-]+)+)(:\d+)?/?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A command, or a group of them."""

    words: tuple[str, ...]
    """Its name, without that of the program."""
    options: Mapping[str, bool]
    """Whether a value comes after an option, by its name."""
    text: str
    """Its help."""
    also: tuple[str, ...] = ()
    """What people may call it who do not know its name."""


def find_remedy(message: str, arguments: Sequence[str], known: Sequence[Known]) -> str | None:
    """Say what helps against the message that a command line was refused with; None where nobody can tell."""
    if (extra := _EXTRA.search(message)) is not None:
        return _of_extra(extra[1], arguments, find_command(arguments, known))
    if (name := _NO_COMMAND.search(message)) is not None:
        return _of_name(name[1], arguments, known)
    if (option := _NO_OPTION.search(message)) is not None:
        return _of_place(option[1], arguments, known)
    return None


def find_command(arguments: Sequence[str], known: Sequence[Known]) -> Known | None:
    """Find the command that a command line begins with, or the innermost group."""
    words = tuple(one for one in arguments if not one.startswith("-"))
    fitting = [one for one in known if one.words == words[: len(one.words)]]
    return max(fitting, key=lambda one: len(one.words), default=None)


def _of_extra(text: str, arguments: Sequence[str], command: Known | None) -> str | None:
    """Name the option that an argument lacks, or put what belongs together in quotes."""
    count = next((count for count in range(1, len(arguments)) if " ".join(arguments[-count:]) == text), 0)
    words = [text] if text in arguments else text.split(" ")
    first = next((place for place, one in enumerate(arguments) if one == words[0]), None)
    if command is None or first is None:
        return None
    option = _option_for(words[0], command)
    if option is not None:
        return _meant([*arguments[:first], option, *arguments[first:]])
    before = arguments[first - 1]
    if count and first > len(command.words) and not before.startswith("-"):
        return _meant([*arguments[: first - 1], f"{before} {text}"])
    return None


def _option_for(word: str, command: Known) -> str | None:
    """Find the option of a command that a word looks like the value of."""
    suffix = PurePath(word).suffix
    is_host = suffix not in _FILES and _HOST.fullmatch(word) is not None
    wishes = [
        *(("--config",) if suffix == ".toml" else ()),
        *(("--host",) if is_host else ()),
        *(("--start",) if _DATE.fullmatch(word) else ()),
        *(("--out",) if suffix in _FILES else ()),
        *(("--data", "--config") if "/" in word or "\\" in word else ()),
    ]
    return next((option for option in wishes if option in command.options), None)


def _of_name(name: str, arguments: Sequence[str], known: Sequence[Known]) -> str | None:
    """Offer the commands of other groups with this name, those called so by others, or those about it."""
    found = [one for one in known if one.words[-1] == name or name in one.also]
    if not found and len(name) >= LEAST_LETTERS:
        found = [one for one in known if re.search(rf"\b{re.escape(name)}\b", one.text.partition("\n")[0])]
    inside = tuple(arguments[: arguments.index(name)]) if name in arguments else ()
    found.sort(key=lambda one: one.words[: len(inside)] != inside)
    names = [f"'openvoy {' '.join(one.words)}'" for one in found[:MOST_NAMES]]
    return f"Did you mean {' or '.join(names)}?" if names else None


def _of_place(option: str, arguments: Sequence[str], known: Sequence[Known]) -> str | None:
    """Move an option that stands before its command behind it."""
    place = next((place for place, one in enumerate(arguments) if one.partition("=")[0] == option), len(arguments))
    for count in (1, 2):
        rest, moved = [*arguments[:place], *arguments[place + count :]], arguments[place : place + count]
        command = find_command(rest, known)
        if not moved or command is None or option not in command.options or place >= len(command.words):
            continue
        if command.options[option] == (count == 2 or "=" in moved[0]):
            return f"Options come after the command. {_meant([*rest, *moved])}"
    return None


def _meant(arguments: Sequence[str]) -> str:
    shown, before = ["openvoy"], ""
    for one in arguments:
        name, equals, _ = one.partition("=")
        if before in _SECRETS:
            shown.append("…")
        else:
            shown.append(f"{name}=…" if name in _SECRETS and equals else shlex.quote(one))
        before = one
    return f"Did you mean: {' '.join(shown)}"
