"""What in a site's definition cannot be right together."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from openvoy.virtual.site.definition import SiteDefinition
from openvoy.virtual.site.hardware import BATTERIES, INVERTERS
from openvoy.virtual.site.house import load_names

Contradiction = tuple[str, str, str]
"""Key, what is wrong and what helps."""


def contradictions(site: SiteDefinition) -> Iterator[Contradiction]:
    """Yield everything that cannot be."""
    yield from _wrong_gateway(site)
    yield from _wrong_arrays(site)
    yield from _wrong_house(site)
    yield from _wrong_battery(site)
    yield from _wrong_controller(site)
    yield from _wrong_contacts(site)
    yield from _wrong_times(site)


def _wrong_gateway(site: SiteDefinition) -> Iterator[Contradiction]:
    if not _is_zone(site.location.time_zone):
        yield "location.time_zone", f"{site.location.time_zone!r} is no time zone", 'Use a name such as "Europe/Paris".'
    serial = site.gateway.serial
    if not (len(serial) == 12 and serial.isascii() and serial.isdigit()):
        yield "gateway.serial", f"{serial!r} is no serial number", 'Give twelve digits, such as "122200000001".'
    meters = site.meters
    has_other = meters.consumption != "none" or meters.storage or meters.backfeed or meters.load or meters.evse
    if site.gateway.model == "standard" and (meters.production or has_other):
        yield "meters", "a standard gateway has none", 'Remove [meters], or set gateway.model = "metered".'
    if meters.consumption != "none" and not meters.production:
        hint = 'Set meters.production = true, or meters.consumption = "none".'
        yield "meters.consumption", "needs the production meter", hint
    if meters.evse and site.charger is None:
        yield "meters.evse", "there is no charger", "Add [charger], or remove meters.evse."
    if meters.storage and site.battery is None and site.acb is None:
        yield "meters.storage", "there is no battery", "Add [battery], or remove meters.storage."


def _wrong_arrays(site: SiteDefinition) -> Iterator[Contradiction]:
    if not site.array:
        yield "array", "there is none", "Write at least one [[array]]."
    names = [row.name for row in site.array]
    for number, row in enumerate(site.array, 1):
        key = f"array[{number}]"
        if names.count(row.name) > 1:
            yield f"{key}.name", f"{row.name!r} is used twice", "Give each array a name of its own."
        if row.inverter not in INVERTERS:
            yield f"{key}.inverter", f"{row.inverter!r} is not known", f"Use one of {', '.join(INVERTERS)}."
        if row.retired and row.installed and row.retired <= row.installed:
            yield f"{key}.retired", "not after its installation", "Give a later date."
        places = [panel.number for panel in row.panel]
        for index, place in enumerate(places, 1):
            if place > row.panels:
                yield f"{key}.panel[{index}].number", f"there is no panel {place}", f"Use 1 to {row.panels}."
            if places.count(place) > 1:
                yield f"{key}.panel[{index}].number", f"{place} is described twice", "Join both into one table."


def _wrong_house(site: SiteDefinition) -> Iterator[Contradiction]:
    lines = {1: {"all", "L1"}, 2: {"all", "L1", "L2"}, 3: {"all", "L1", "L2", "L3"}}[site.phase_count]
    hint = f"Use one of {', '.join(sorted(lines))}, or another gateway.phases."
    for number, row in enumerate(site.house.appliance, 1):
        if row.line not in lines:
            yield f"house.appliance[{number}].line", f"this site has no {row.line}", hint
        if row.from_h == row.to_h:
            yield f"house.appliance[{number}].to_h", "the same as from_h", "Give it an hour or more to start in."
    if site.charger is not None and site.charger.line not in lines:
        yield "charger.line", f"this site has no {site.charger.line}", hint
    starts = [row.start_h for row in site.tariff.period]
    if starts != sorted(set(starts)):
        yield "tariff.period", "hours are not in order", "Sort the periods by start_h, each hour once."


def _wrong_battery(site: SiteDefinition) -> Iterator[Contradiction]:
    if site.battery is None:
        return
    if site.battery.model not in BATTERIES:
        yield "battery.model", f"{site.battery.model!r} is not known", f"Use one of {', '.join(BATTERIES)}."
    elif site.battery.battery_model.spans_phases and site.phase_count != 3:
        yield "battery.model", f"{site.battery.model} is for three phases", 'Use another, or gateway.phases = "three".'
    elif site.controller is not None and site.phase_count == 3 and not site.battery.battery_model.spans_phases:
        hint = 'Set battery.model = "IQ 5P FlexPhase", or remove [controller].'
        yield "battery.model", f"{site.battery.model} cannot hold an island of three phases", hint
    if site.battery.reserve_pct < site.battery.very_low_pct:
        hint = "Set battery.reserve_pct to at least battery.very_low_pct."
        yield "battery.reserve_pct", "below the very low limit", hint


def _wrong_controller(site: SiteDefinition) -> Iterator[Contradiction]:
    has_contacts = site.controller is not None and site.controller.kind == "system-controller"
    hint = 'Add [controller] with kind = "system-controller".'
    if site.contact and not has_contacts:
        yield "contact", "needs a system controller", hint
    if site.generator is not None:
        if not has_contacts:
            yield "generator", "needs a system controller", hint
        for number, hours in enumerate(site.generator.hours, 1):
            if 0 <= hours.stop_pct <= hours.start_pct:
                yield f"generator.hours[{number}].stop_pct", "not above start_pct", "Give a higher one, or -1."


def _wrong_contacts(site: SiteDefinition) -> Iterator[Contradiction]:
    names = [row.name for row in site.contact]
    taken = [name for row in site.contact for name in row.loads]
    known, arrays = load_names(site), [row.name for row in site.array]
    for number, row in enumerate(site.contact, 1):
        key = f"contact[{number}]"
        if names.count(row.name) > 1:
            yield f"{key}.name", f"{row.name} is described twice", "Describe each contact once."
        if row.loads and row.arrays:
            yield f"{key}.arrays", "the contact has loads already", "Give it loads or arrays."
        if row.soc_high_pct <= row.soc_low_pct:
            yield f"{key}.soc_high_pct", "not above soc_low_pct", "Give a higher one."
        for name in row.loads:
            if name not in known:
                yield f"{key}.loads", f"{name!r} is not in this house", f"Use {', '.join(sorted(known))}."
            elif taken.count(name) > 1:
                yield f"{key}.loads", f"{name!r} hangs on two contacts", "Name each load once."
        for name in row.arrays:
            if name not in arrays:
                yield f"{key}.arrays", f"there is no array {name!r}", f"Use {', '.join(arrays)}."


def _wrong_times(site: SiteDefinition) -> Iterator[Contradiction]:
    for number, outage in enumerate(site.grid.outage, 1):
        if outage.start.tzinfo is not None:
            hint = "Leave the offset out: the wall clock of the site counts."
            yield f"grid.outage[{number}].start", "has a time zone", hint


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
