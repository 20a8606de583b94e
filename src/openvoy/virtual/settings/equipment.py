"""What a site is commissioned with besides panels and batteries, as its gateway stores it."""

from __future__ import annotations

from typing import Literal

from openvoy.codec import changed
from openvoy.protocol.endpoints.contacts import ContactSettings
from openvoy.protocol.endpoints.generator import (
    Exercise,
    GeneratorConfig,
    GeneratorDays,
    GeneratorMode,
    GeneratorPeriod,
    GeneratorPlan,
    GeneratorSchedule,
    GeneratorSeason,
    SocLimits,
)
from openvoy.virtual.settings.generator import GeneratorSettings
from openvoy.virtual.site.definition import SiteDefinition
from openvoy.virtual.site.equipment import Contact, Generator, GeneratorHours
from openvoy.virtual.site.serials import inverter_serials

BoardKind = Literal["system-controller", "meter-collar"]
CONTACTS = ("NC1", "NC2", "NO1", "NO2")
HOUR_MIN = 60
HOUR_S = 3600.0


def board_kind(site: SiteDefinition) -> BoardKind | None:
    """What parts the house from the grid since the commissioning."""
    return None if site.controller is None else site.controller.kind


def build_contact_settings(site: SiteDefinition, name: str) -> ContactSettings:
    """Build the settings of a contact; one without use does nothing."""
    used = next((row for row in site.contact if row.name == name), None)
    settings = ContactSettings(
        id=name,
        kind="NONE",
        on_grid="none",
        off_grid="none",
        on_generator="none",
        in_safe_state="none",
        window_start_s=32400.0,
        window_end_s=57600.0,
        priority=float(CONTACTS.index(name) + 1),
        black_start_s=5.0,
        black_start_retries=3.0,
        action_retries=3.0,
        may_override="false",
        overridden="true",
        name="",
        mode="manual",
        soc_low_pct=30.0,
        soc_high_pct=70.0,
        pv_phases=(),
        pv_serials=(),
    )
    return settings if used is None else _used(site, settings, used)


def _used(site: SiteDefinition, settings: ContactSettings, contact: Contact) -> ContactSettings:
    return changed(
        settings,
        kind="PV" if contact.arrays else "LOAD",
        on_grid=contact.on_grid,
        off_grid=contact.on_island,
        on_generator=contact.on_generator,
        window_start_s=contact.from_h * HOUR_S,
        window_end_s=contact.to_h * HOUR_S,
        priority=float(contact.priority),
        may_override="true",
        overridden="false",
        name=contact.label or ", ".join((*contact.loads, *contact.arrays)),
        mode="soc" if contact.follows_charge else "manual",
        soc_low_pct=contact.soc_low_pct,
        soc_high_pct=contact.soc_high_pct,
        pv_serials=_serials(site, contact.arrays),
    )


def _serials(site: SiteDefinition, arrays: tuple[str, ...]) -> tuple[str, ...]:
    """Serial numbers of the inverters of some arrays."""
    serials, place = inverter_serials(site), 0
    found: list[str] = []
    for row in site.array:
        if row.name in arrays:
            found += serials[place : place + row.panels]
        place += row.panels
    return tuple(found)


def build_generator(site: SiteDefinition) -> GeneratorSettings:
    """Build the documents of the generator; all empty without one."""
    generator = site.generator
    if generator is None:
        return GeneratorSettings()
    return GeneratorSettings(
        config=_config(generator),
        mode=GeneratorMode(command=generator.command, last_updated_by="ITK"),
        schedule=_schedule(generator),
    )


def _config(generator: Generator) -> GeneratorConfig:
    return GeneratorConfig(
        max_a=generator.max_a,
        min_load_pct=generator.min_load_pct,
        max_load_pct=100,
        rated_kw=generator.rated_w / 1000,
        start_method=generator.start_method,
        warm_up_min=generator.warm_up_min,
        cool_down_min=generator.cool_down_min,
        kind="Standby",
        model=generator.model,
        manufacturer=generator.manufacturer,
        last_updated_by="ITK",
        generator_id="",
        charge_from_generator=generator.charges_batteries,
    )


def _schedule(generator: Generator) -> GeneratorSchedule:
    usual = generator.hours[0] if generator.hours else GeneratorHours()
    days = tuple(
        GeneratorDays(id=f"days_{number}", days=",".join(hours.weekdays), periods=(_period(number, hours),))
        for number, hours in enumerate(generator.hours, 1)
    )
    test = generator.exercise
    exercise = (
        None
        if test is None
        else Exercise(
            every_weeks=test.every_weeks,
            start_min=round(test.start_h * HOUR_MIN),
            duration_min=test.minutes,
            day=test.weekday,
        )
    )
    season = GeneratorSeason(id="all_year", start="1/1", end="12/31", days=days)
    return GeneratorSchedule(
        exercise=exercise,
        limits=SocLimits(start_pct=round(usual.start_pct), stop_pct=round(usual.stop_pct)),
        plan=GeneratorPlan(seasons=(season,)),
        last_updated_by="ITK",
    )


def _period(number: int, hours: GeneratorHours) -> GeneratorPeriod:
    return GeneratorPeriod(
        id=f"normal_{number}",
        start_min=hours.from_h * HOUR_MIN,
        duration_min=((hours.to_h - hours.from_h) % 24 or 24) * HOUR_MIN,
        start_pct=hours.start_pct,
        stop_pct=hours.stop_pct,
        setting="AON" if hours.stop_pct < 0 else "SOC",
    )
