"""Saves a changed configuration, checked whole as it will be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from openvoy.cli.config.editing import Edit, Rename, apply_edits
from openvoy.cli.config.load import Config, parse_config
from openvoy.client.private_file import write_private
from openvoy.errors import ConfigError

HEAD = "# Written by Openvoy's dashboard; it may be changed by hand too. What is not here has its default.\n\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigText:
    """A configuration as text."""

    file: Path
    text: str


def read_config_text(file: Path) -> ConfigText:
    """Read the file; a missing one is empty. Raises ConfigError."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        text = ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} cannot be read as text.", hint="Let this user read it; it is UTF-8.") from error
    return ConfigText(file=file, text=text)


def plan_change(
    before: ConfigText, edits: Sequence[Edit | Rename], *, environ: Mapping[str, str]
) -> tuple[ConfigText, Config]:
    """Give the changed text and what it means; raise ConfigError for one that is wrong."""
    text = apply_edits(before.text or HEAD, edits)
    config = parse_config(text, file=before.file, environ=environ)
    return ConfigText(file=before.file, text=text), config


def write_config_text(config: ConfigText) -> None:
    """Replace the file at once, readable by its owner alone; a link keeps leading to it."""
    write_private(config.file.resolve(), config.text, purpose="the configuration")
