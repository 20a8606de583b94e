"""Changes the text of a configuration, all else in it stays as it stands. The only file that names tomlkit."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import tomlkit
from tomlkit import TOMLDocument
from tomlkit.exceptions import TOMLKitError

from openvoy.errors import ConfigError

GROUP = "site"
"""Its tables have names: [site.home]."""
Key = tuple[str | int, ...]
"""Names, and the position in a list of tables; one behind the last appends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One value to be set; None takes it out."""

    key: Key
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Rename:
    """A table that gets another name and keeps its contents."""

    key: Key
    name: str


def apply_edits(text: str, edits: Sequence[Edit | Rename]) -> str:
    """Give the changed text; raise ConfigError where it is no TOML or cannot be changed without harm."""
    try:
        document = tomlkit.parse(text)
        wanted = tomllib.loads(text)
        for edit in edits:
            _apply(wanted, edit, is_plain=True)
            _apply(document, edit, is_plain=False)
        changed = tomlkit.dumps(document)
        if tomllib.loads(changed) == wanted:
            return changed
    except (TOMLKitError, tomllib.TOMLDecodeError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise _unchangeable() from error
    raise _unchangeable()


def _unchangeable() -> ConfigError:
    return ConfigError(
        "The configuration is written in a way that is not changed here, lest something in it be lost.",
        hint="Change it with an editor; `openvoy run` says what is wrong with it, if anything is.",
    )


def _apply(document: Any, edit: Edit | Rename, *, is_plain: bool) -> None:
    holder, last = document, edit.key[-1]
    for part, following in pairwise(edit.key):
        if isinstance(part, str) and part not in holder:
            _add(holder, part, {} if isinstance(following, str) else [], is_plain=is_plain)
        holder = holder[part]
    if isinstance(edit, Rename):
        holder[edit.name] = holder.pop(last)
    elif edit.value is None:
        del holder[last]
    elif isinstance(last, int) and last == len(holder):
        holder.append(deepcopy(edit.value) if is_plain else _table(edit.value))
    elif isinstance(edit.value, Mapping):
        _add(holder, str(last), edit.value, is_plain=is_plain)
    else:
        holder[last] = edit.value


def _add(holder: Any, name: str, value: Any, *, is_plain: bool) -> None:
    if is_plain:
        holder[name] = deepcopy(value)
        return
    if isinstance(holder, TOMLDocument) and holder:
        holder.add(tomlkit.nl())
    if isinstance(value, list):
        holder[name] = tomlkit.aot()
    elif value:
        holder[name] = _inline(value)
    else:
        holder[name] = tomlkit.table(is_super_table=name == GROUP)


def _table(values: Mapping[str, Any]) -> Any:
    table = tomlkit.table()
    for name, value in values.items():
        table[name] = _inline(value) if isinstance(value, Mapping) else value
    return table


def _inline(values: Mapping[str, Any]) -> Any:
    table = tomlkit.inline_table()
    table.update(values)
    return table
