"""The kinds of files that can be imported: a new one is a module with `FORMAT` and a line here."""

from __future__ import annotations

from pathlib import Path

from openvoy.errors import ConfigError
from openvoy.store.exchange.formats import enlighten, home_assistant, influx, own
from openvoy.store.exchange.formats.tables import read_head
from openvoy.store.exchange.observed import Format

FORMATS: tuple[Format, ...] = (own.FORMAT, enlighten.FORMAT, home_assistant.FORMAT, influx.FORMAT)
HEAD_BYTES = 8192
AUTO = "auto"
_ZIP = b"PK\x03\x04"
_PAGES = (b"<!doctype html", b"<html")


def find_format(name: str, file: Path) -> Format:
    """Find a format by its name, or for `auto` by what a file looks like; raise ConfigError."""
    known = ", ".join(one.name for one in FORMATS)
    if name != AUTO:
        found = next((one for one in FORMATS if one.name == name), None)
        if found is None:
            raise ConfigError(f"There is no format '{name}'.", hint=f"Known are: {AUTO}, {known}.")
        return found
    head = read_head(file, HEAD_BYTES)
    if not head.strip():
        raise ConfigError(f"{file} is empty.", hint="Export or copy it anew.")
    if head.lstrip()[:14].lower().startswith(_PAGES):
        raise ConfigError(f"{file} is a web page, perhaps that of a login.", hint="Log in there, and download it anew.")
    if head.startswith(_ZIP):
        raise ConfigError(
            f"{file} is an archive or a spreadsheet.", hint="Unpack it, or save it as CSV; gzip is read as it is."
        )
    found = next((one for one in FORMATS if one.is_like(file, head)), None)
    if found is None:
        raise ConfigError(
            f"{file} looks like none of the files that can be imported.", hint=f"Say what it is with --format: {known}."
        )
    return found
