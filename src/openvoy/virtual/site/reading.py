"""Reading a site's TOML file, and what in it cannot be right together."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

from openvoy.errors import ConfigError
from openvoy.virtual.site.definition import SiteDefinition
from openvoy.virtual.site.hardware import BATTERIES, INVERTERS
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
        hint = f"Give a TOML file, or one of the shipped sites: {', '.join(example_names())}."
        raise ConfigError(f"{name_or_file}: no such site: {error}", hint=hint) from error
    return parse_site(text, file=name_or_file)


def parse_site(text: str, *, file: str) -> SiteDefinition:
    """Parse the text of a site's TOML file; raise ConfigError naming file, key and remedy."""
    place = Place(file)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise place.wrong(f"not TOML: {error}", "Correct the line that is named; strings need quotes.") from error
    site = read_table(SiteDefinition, table, place)
    for where, what, hint in _contradictions(site):
        raise place.child(where).wrong(what, hint)
    return site


def _contradictions(site: SiteDefinition) -> Iterator[tuple[str, str, str]]:
    """Yield key, what is wrong and what helps."""
    yield from _wrong_gateway(site)
    yield from _wrong_arrays(site)
    yield from _wrong_rest(site)


def _wrong_gateway(site: SiteDefinition) -> Iterator[tuple[str, str, str]]:
    if not _is_zone(site.location.time_zone):
        yield "location.time_zone", f"{site.location.time_zone!r} is no time zone", 'Use a name such as "Europe/Paris".'
    serial = site.gateway.serial
    if not (len(serial) == 12 and serial.isascii() and serial.isdigit()):
        yield "gateway.serial", f"{serial!r} is no serial number", 'Give twelve digits, such as "122200000001".'
    has_meter = site.meters.production or site.meters.consumption != "none"
    if site.gateway.model == "standard" and has_meter:
        yield "meters", "a standard gateway has none", 'Remove [meters], or set gateway.model = "metered".'
    if site.meters.consumption != "none" and not site.meters.production:
        hint = 'Set meters.production = true, or meters.consumption = "none".'
        yield "meters.consumption", "needs the production meter", hint


def _wrong_arrays(site: SiteDefinition) -> Iterator[tuple[str, str, str]]:
    if not site.array:
        yield "array", "there is none", "Write at least one [[array]]."
    names = [row.name for row in site.array]
    for number, row in enumerate(site.array, 1):
        key = f"array[{number}]"
        if names.count(row.name) > 1:
            yield f"{key}.name", f"{row.name!r} is used twice", "Give each array a name of its own."
        if row.inverter not in INVERTERS:
            yield f"{key}.inverter", f"{row.inverter!r} is not known", f"Use one of {', '.join(INVERTERS)}."
        places = [panel.number for panel in row.panel]
        for index, place in enumerate(places, 1):
            if place > row.panels:
                yield f"{key}.panel[{index}].number", f"there is no panel {place}", f"Use 1 to {row.panels}."
            if places.count(place) > 1:
                yield f"{key}.panel[{index}].number", f"{place} is described twice", "Join both into one table."


def _wrong_rest(site: SiteDefinition) -> Iterator[tuple[str, str, str]]:
    lines = {"all", "L1", "L2", "L3"} if site.phase_count == 3 else {"all", "L1", "L2"}
    lines = {"all", "L1"} if site.phase_count == 1 else lines
    for number, row in enumerate(site.house.appliance, 1):
        if row.line not in lines:
            hint = f"Use one of {', '.join(sorted(lines))}, or another gateway.phases."
            yield f"house.appliance[{number}].line", f"this site has no {row.line}", hint
        if row.from_h == row.to_h:
            yield f"house.appliance[{number}].to_h", "the same as from_h", "Give it an hour or more to start in."
    if site.battery is not None:
        if site.battery.model not in BATTERIES:
            yield "battery.model", f"{site.battery.model!r} is not known", f"Use one of {', '.join(BATTERIES)}."
        if site.battery.reserve_pct < site.battery.very_low_pct:
            hint = "Set battery.reserve_pct to at least battery.very_low_pct."
            yield "battery.reserve_pct", "below the very low limit", hint
    starts = [row.start_h for row in site.tariff.period]
    if starts != sorted(set(starts)):
        yield "tariff.period", "hours are not in order", "Sort the periods by start_h, each hour once."


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
