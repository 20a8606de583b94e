"""Sections of exporters as a form shows and changes them: fields from their declarations, values from the file."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields
from itertools import count
from pathlib import Path
from typing import Any

from openvoy.cli.config.editing import Edit
from openvoy.cli.config.exporters import exporter_kinds
from openvoy.cli.setup.edits import SECRETS, Secrets
from openvoy.errors import ConfigError
from openvoy.ports.exporter import AnyExporterKind
from openvoy.ports.setup import FormField, FormValue, InputName, Integration, IntegrationKind, Integrations
from openvoy.settings.kinds import OneOf
from openvoy.settings.table import settings_of

_INPUTS: Mapping[str, InputName] = {"bool": "flag", "int": "whole", "float": "number", "Secret": "secret"}
"""By the type of a setting; a tuple is a list of texts, anything else a text."""


def list_integrations(values: Mapping[str, Any]) -> Integrations:
    """Give what can be connected, and what is, from the values of a configuration."""
    kinds = exporter_kinds().values()
    return Integrations(
        kinds=tuple(_build_kind(kind) for kind in kinds),
        entries=tuple(entry for kind in kinds for entry in _list_entries(kind, values)),
    )


def build_integration_edits(
    written: Mapping[str, Any], section: str, place: int | None, given: Mapping[str, FormValue], *, folder: Path
) -> tuple[Sequence[Edit], Secrets]:
    """Set what is given, take out what is None; secrets go into files of their own. Raises ConfigError."""
    kind = _find_kind(section)
    index = _find_index(kind, written, place)
    present = _written_at(kind, written, index)
    values, secrets = _split(kind, given, present, folder=folder)
    unset = {name for name, value in values.items() if value is None} | {f"{name}_env" for name in given}
    gone = [name for name in present if name in unset]
    wanted = {name: value for name, value in values.items() if value is not None}
    base: tuple[str | int, ...] = (section,) if index is None else (section, index)
    if index is not None and index == len(written.get(section, ())):
        return [Edit(key=base, value=wanted)], secrets
    edits = [Edit(key=(*base, name), value=None) for name in gone]
    edits += [Edit(key=(*base, name), value=value) for name, value in wanted.items()]
    if not edits and section not in written:
        edits = [Edit(key=(section,), value={})]
    return edits, secrets


def build_integration_removal(written: Mapping[str, Any], section: str, place: int | None) -> Sequence[Edit]:
    """Take a section out; the list goes with its last one. Raises ConfigError where it is not there."""
    kind = _find_kind(section)
    there = written.get(section)
    if there is None or (kind.is_list and place not in range(len(there))):
        raise _nothing_there(section)
    is_whole = not kind.is_list or len(there) == 1
    return [Edit(key=(section,) if is_whole or place is None else (section, place), value=None)]


def _build_kind(kind: AnyExporterKind) -> IntegrationKind:
    return IntegrationKind(
        section=kind.section,
        text=inspect.cleandoc(kind.settings.__doc__ or "").partition("\n\n")[0],
        is_list=kind.is_list,
        by_default=kind.by_default,
        fields=tuple(_build_field(kind, one) for one in fields(kind.settings) if "setting" in one.metadata),
    )


def _build_field(kind: AnyExporterKind, one: Field[Any]) -> FormField:
    setting = settings_of(kind.settings)[one.name]
    choices = setting.kind.words if isinstance(setting.kind, OneOf) else ()
    return FormField(name=one.name, input=_input_of(one), text=setting.doc, default=_default_of(one), choices=choices)


def _input_of(one: Field[Any]) -> InputName:
    word = str(one.type).partition(" |")[0]
    return "texts" if word.startswith("tuple[") else _INPUTS.get(word, "text")


def _default_of(one: Field[Any]) -> FormValue:
    default = one.default_factory() if one.default_factory is not MISSING else one.default
    if isinstance(default, tuple):
        return [str(word) for word in default]
    return default if default is None or isinstance(default, bool | int | float) else str(default)


def _list_entries(kind: AnyExporterKind, values: Mapping[str, Any]) -> Sequence[Integration]:
    there = values.get(kind.section)
    if there is None:
        return ()
    tables = there if kind.is_list else [there]
    return tuple(
        Integration(
            section=kind.section,
            place=number if kind.is_list else None,
            values={name: value for name, value in table.items() if name in settings_of(kind.settings)},
            kept=tuple(_secrets_in(kind, table)),
        )
        for number, table in enumerate(tables)
    )


def _secrets_in(kind: AnyExporterKind, table: Mapping[str, Any]) -> Sequence[str]:
    return [
        name
        for name, setting in settings_of(kind.settings).items()
        if setting.suffixes != ("",) and any(name + suffix in table for suffix in setting.suffixes)
    ]


def _find_kind(section: str) -> AnyExporterKind:
    kinds = exporter_kinds()
    if section not in kinds:
        raise ConfigError(f"Nothing is called {section[:40]!r}.", hint=f"There are: {', '.join(kinds)}.")
    return kinds[section]


def _find_index(kind: AnyExporterKind, written: Mapping[str, Any], place: int | None) -> int | None:
    """Say which of a list is meant, one behind its last for a new one; None where there is one at most."""
    if not kind.is_list:
        return None
    length = len(written.get(kind.section, ()))
    if place is not None and place not in range(length):
        raise _nothing_there(kind.section)
    return length if place is None else place


def _written_at(kind: AnyExporterKind, written: Mapping[str, Any], index: int | None) -> Mapping[str, Any]:
    there = written.get(kind.section, [] if kind.is_list else {})
    if index is None:
        return dict(there)
    return dict(there[index]) if index < len(there) else {}


def _split(
    kind: AnyExporterKind, given: Mapping[str, FormValue], present: Mapping[str, Any], *, folder: Path
) -> tuple[dict[str, FormValue], Secrets]:
    """Tell what stands in the configuration from what stands in files beside it."""
    settings = settings_of(kind.settings)
    values: dict[str, FormValue] = {}
    contents: dict[str, str] = {}
    for name, value in given.items():
        if name not in settings or settings[name].suffixes == ("",):
            values[name] = value
        elif isinstance(value, str) and value:
            file = _name_secret(kind, name, present, folder / SECRETS)
            contents[file] = value
            values[f"{name}_file"] = f"{SECRETS}/{file}"
        else:
            values[f"{name}_file"] = None
    return values, Secrets(folder=folder / SECRETS, settings={}, contents=contents)


def _name_secret(kind: AnyExporterKind, name: str, present: Mapping[str, Any], folder: Path) -> str:
    """Give the file that the setting names, if it is one of ours, else a new one."""
    before = Path(str(present.get(f"{name}_file", "")))
    if before.parent == Path(SECRETS) and before.name.startswith(kind.section):
        return before.name
    names = (f"{kind.section}-{number}.{name}" for number in count(1))
    return next(one for one in names if not (folder / one).exists())


def _nothing_there(section: str) -> ConfigError:
    return ConfigError(f"There is no such {section} in the configuration.", hint="Look at the settings again.")
