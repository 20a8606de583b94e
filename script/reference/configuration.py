"""docs/reference/configuration.md: every section and setting of openvoy.toml."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any, get_type_hints

from openvoy.cli.config import sections
from openvoy.cli.config.exporters import exporter_kinds
from openvoy.settings.table import Setting, settings_of
from reference.endpoints import type_name
from reference.markdown import code, first_paragraph, table

INTRODUCTION = """# Configuration

`openvoy.toml`, given by `--config` or `OPENVOY_CONFIG`, else in the platform's folder for settings. Everything has a
default; without a file all defaults hold. Paths are relative to the file. An unknown setting, a wrong type or a
contradiction is an error that names the line and says what to write.

A secret never stands in the file itself: a setting `token` is written as `token_file`, the name of a file that holds
it, or as `token_env`, the name of an environment variable.
"""
TYPES = {
    "str": "text",
    "bool": "true or false",
    "int": "whole number",
    "float": "number",
    "Path": "path",
    "Target": "address",
    "Quiet": "text",
    "Listen": "host:port",
    "Secret": "text",
    "tuple[str, …]": "list of texts",
    "CloudLogin": "table",
}


def render() -> str:
    """Render the page."""
    return INTRODUCTION + "".join(_section(section) for section in declared())


def declared() -> Iterator[type]:
    """Give the sections in the order of their declaration, then those of exporters."""
    for value in vars(sections).values():
        if isinstance(value, type) and value.__module__ == sections.__name__ and is_dataclass(value):
            yield value
    for kind in exporter_kinds().values():
        yield kind.settings


def _section(section: type) -> str:
    title, _, meaning = first_paragraph(section.__doc__).partition(": ")
    hints, settings = get_type_hints(section), settings_of(section)
    rows = [
        (
            " or ".join(code(name) for name in setting_names(field.name, settings[field.name])),
            _type(hints[field.name]),
            _default(field),
            settings[field.name].doc,
        )
        for field in fields(section)
        if field.name in settings
    ]
    about = f"\n## {title}\n\n{meaning[:1].upper()}{meaning[1:]}\n\n"
    return about + table(("setting", "type", "default", "meaning"), rows)


def _type(hint: Any) -> str:
    name = type_name(hint)
    return "list of texts" if name.startswith("tuple[Literal[") else TYPES[name]


def setting_names(name: str, setting: Setting) -> list[str]:
    """Give the names under which a setting stands in the file."""
    return [name + suffix for suffix in setting.suffixes]


def _default(field: Field[Any]) -> str:
    if field.default is MISSING or field.default in {None, "", ()}:
        return ""
    if isinstance(field.default, tuple):
        return code(json.dumps(field.default))
    return code(str(field.default).lower() if isinstance(field.default, bool) else field.default)
