"""The kinds of files that can be imported: a new one is a module with `FORMAT` and a line here."""

from __future__ import annotations

from pathlib import Path

from openvoy.errors import ConfigError
from openvoy.store.exchange.formats import enlighten, home_assistant, influx, own
from openvoy.store.exchange.observed import Format

FORMATS: tuple[Format, ...] = (own.FORMAT, enlighten.FORMAT, home_assistant.FORMAT, influx.FORMAT)
HEAD_BYTES = 8192
AUTO = "auto"


def find_format(name: str, file: Path) -> Format:
    """Find a format by its name, or for `auto` by what a file looks like; raise ConfigError."""
    known = ", ".join(one.name for one in FORMATS)
    if name != AUTO:
        found = next((one for one in FORMATS if one.name == name), None)
        if found is None:
            raise ConfigError(f"There is no format '{name}'.", hint=f"Known are: {AUTO}, {known}.")
        return found
    try:
        with file.open("rb") as opened:
            head = opened.read(HEAD_BYTES)
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}.", hint="Correct the name of the file.") from error
    found = next((one for one in FORMATS if one.is_like(file, head)), None)
    if found is None:
        raise ConfigError(
            f"{file} looks like none of the files that can be imported.", hint=f"Say what it is with --format: {known}."
        )
    return found
