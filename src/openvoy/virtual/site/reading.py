"""Reading a site's TOML file."""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path

from openvoy.errors import ConfigError
from openvoy.virtual.site.contradictions import contradictions
from openvoy.virtual.site.definition import SiteDefinition
from openvoy.virtual.site.strict import Place, read_table

EXAMPLES = resources.files("openvoy.virtual.site") / "examples"


def example_names() -> tuple[str, ...]:
    """List the sites that ship with Openvoy."""
    return tuple(sorted(row.name.removesuffix(".toml") for row in EXAMPLES.iterdir() if row.name.endswith(".toml")))


def read_site(name_or_file: str) -> SiteDefinition:
    """Read a shipped example by name, or a file; raise ConfigError with what to do."""
    if name_or_file in example_names():
        text = (EXAMPLES / f"{name_or_file}.toml").read_text("utf-8")
        return parse_site(text, file=f"{name_or_file}.toml")
    try:
        text = Path(name_or_file).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not a text file"
        hint = f"Give a TOML file, or one of the shipped sites: {', '.join(example_names())}."
        raise ConfigError(f"{name_or_file}: no such site: {reason}.", hint=hint) from error
    return parse_site(text, file=name_or_file)


def parse_site(text: str, *, file: str) -> SiteDefinition:
    """Parse the text of a site's TOML file; raise ConfigError naming file, key and remedy."""
    place = Place(file)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise place.wrong(f"not TOML: {error}", "Correct the line that is named; strings need quotes.") from error
    site = read_table(SiteDefinition, table, place)
    for where, what, hint in contradictions(site):
        raise place.child(where).wrong(what, hint)
    return site
