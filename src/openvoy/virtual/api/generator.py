"""The generator; without one each generation says so in its way."""

from __future__ import annotations

from dataclasses import replace

from openvoy.protocol.endpoints.generator import (
    GENERATOR,
    GENERATOR_CONFIG,
    GENERATOR_MODE,
    GENERATOR_SCHEDULE,
    GeneratorConfig,
    GeneratorMode,
    GeneratorSchedule,
    GeneratorState,
)
from openvoy.protocol.endpoints.site_settings import (
    GENERATOR_DELETE,
    GENERATOR_METER,
    GENERATOR_PROFILE,
    Enable,
    GeneratorProfile,
)
from openvoy.virtual.api.call import Call, Outcome, Refused, merged, settle
from openvoy.virtual.api.fleet import batteries, controller_of
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.api.versions import GENERATOR_PRESENT, GENERATOR_TYPE
from openvoy.virtual.settings.events import News
from openvoy.virtual.settings.generator import GeneratorSettings

COMMANDS = {"on", "off", "auto"}
INSTALLER_TOOL = "ITK"
"""What the gateway notes as the author of a change: the installer's toolkit."""
NO_LIMITS = (100, -1)
"""Starts at any charge and stops at none."""
RELAY_COMMANDS = {"close": "on", "on": "on", "open": "off", "off": "off", "auto": "auto"}
CONFIG = GeneratorConfig(
    max_a=0.0,
    min_load_pct=0,
    max_load_pct=100,
    rated_kw=0.0,
    start_method="auto",
    warm_up_min=0,
    cool_down_min=0,
    kind="Standby",
    model="",
    manufacturer="",
    last_updated_by=INSTALLER_TOOL,
    generator_id="",
    charge_from_generator=True,
)
"""What a configuration leaves unsaid."""


def build_state(moment: Moment) -> GeneratorState:
    """Build the state of its relay."""
    settings = moment.settings.generator
    is_there, position = settings.is_there, moment.switchgear.generator
    is_feeding = position is not None and position.feeding
    start_pct, stop_pct = _limits(settings)
    return GeneratorState(
        admin_state="unknown" if not is_there else "close" if is_feeding else "open",
        oper_state="close" if is_feeding else "open",
        admin_mode=2 if is_there else 0,
        schedule=int(is_there),
        start_pct=start_pct,
        stop_pct=stop_pct,
        exercising=int(position is not None and position.exercising),
        present=int(is_there or moment.firmware < GENERATOR_PRESENT),
        kind=int(moment.firmware >= GENERATOR_TYPE),
    )


def _limits(settings: GeneratorSettings) -> tuple[float, float]:
    """The limits that are in force: those of the schedule, none while it is simply on."""
    limits = settings.schedule.limits
    if limits is None or settings.mode.command == "on" or limits.start_pct is None or limits.stop_pct is None:
        return NO_LIMITS
    return limits.start_pct, limits.stop_pct


def write_state(moment: Moment, call: Call) -> Outcome:
    """Switch it by its relay; 404 without one."""
    told = call.read(GeneratorState)
    command = RELAY_COMMANDS.get((told.admin_state or "").lower())
    if command is None:
        raise call.malformed("admin_state is open, close or auto")
    return _commanded(moment, command, reads_back=True)


def build_config(moment: Moment) -> GeneratorConfig:
    """Build the configuration, empty without one."""
    return moment.settings.generator.config


def write_config(moment: Moment, call: Call) -> Outcome:
    """Store the whole configuration, wrapped or not; numbers in words are numbers. Without controller 404."""
    told = call.unwrapped("generator_settings").read(GeneratorConfig)
    controller_of(moment)
    if told == GeneratorConfig():
        raise call.malformed("an empty configuration")
    settings = moment.settings.generator
    stored = merged(settings.config if settings.is_there else CONFIG, told)
    if not batteries(moment):
        stored = merged(stored, GeneratorConfig(charge_from_generator=True))
    mode = settings.mode if settings.is_there else GeneratorMode(command="off", last_updated_by=INSTALLER_TOOL)
    return settle(moment, generator=replace(settings, config=stored, mode=mode))


def build_mode(moment: Moment) -> GeneratorMode:
    """Build the command, empty without one."""
    return moment.settings.generator.mode


def write_mode(moment: Moment, call: Call) -> Outcome:
    """Command it: on, off or auto, in lower case; 404 without one."""
    told = call.read(GeneratorMode)
    if told.command not in COMMANDS:
        raise call.malformed("gen_cmd is on, off or auto")
    return _commanded(moment, told.command)


def _commanded(moment: Moment, command: str, *, reads_back: bool = False) -> Outcome:
    settings = moment.settings.generator
    if not settings.is_there:
        raise Refused(404)
    mode = GeneratorMode(command=command, last_updated_by=INSTALLER_TOOL)
    news = News(text=f"Generator mode: {command}", serial=controller_of(moment).serial, device="enpower")
    value = None if reads_back else mode
    return settle(moment, value=value, news=(news,), generator=replace(settings, mode=mode))


def build_schedule(moment: Moment) -> GeneratorSchedule:
    """Build the schedule, empty without one."""
    return moment.settings.generator.schedule


def write_schedule(moment: Moment, call: Call) -> Outcome:
    """Store the whole schedule; a part of it is refused. 404 without a generator."""
    told, settings = call.read(GeneratorSchedule), moment.settings.generator
    if not settings.is_there:
        raise Refused(404)
    if told.limits is None or told.plan is None:
        raise call.malformed("the schedule is written as a whole")
    if told.last_updated_by is None:
        told = merged(told, GeneratorSchedule(last_updated_by=INSTALLER_TOOL))
    return settle(moment, generator=replace(settings, schedule=told))


def build_profile(moment: Moment) -> GeneratorProfile:
    """Build the grid profile while it feeds."""
    return GeneratorProfile(profile=moment.settings.generator.profile or "{}")


def write_profile(moment: Moment, call: Call) -> Outcome:
    """Store it."""
    told = call.read(GeneratorProfile)
    if told.profile is None:
        raise call.malformed("generator_profile is missing")
    return settle(moment, generator=replace(moment.settings.generator, profile=told.profile))


def delete(moment: Moment, _call: Call) -> Outcome:
    """Remove the generator; 404 where there is none."""
    if not moment.settings.generator.is_there:
        raise Refused(404)
    return settle(moment, value={}, generator=GeneratorSettings())


def write_meter(moment: Moment, call: Call) -> Outcome:
    """Switch its meter; 404 without a generator."""
    told = call.read(Enable)
    if told.enabled is None:
        raise call.malformed("enable is missing")
    settings = moment.settings.generator
    if not settings.is_there:
        raise Refused(404)
    return settle(moment, value={}, generator=replace(settings, has_meter=told.enabled))


RENDER = {
    GENERATOR: build_state,
    GENERATOR_CONFIG: build_config,
    GENERATOR_MODE: build_mode,
    GENERATOR_SCHEDULE: build_schedule,
    GENERATOR_PROFILE: build_profile,
}
WRITE = {
    (GENERATOR, "POST"): write_state,
    (GENERATOR_CONFIG, "POST"): write_config,
    (GENERATOR_MODE, "POST"): write_mode,
    (GENERATOR_SCHEDULE, "POST"): write_schedule,
    (GENERATOR_PROFILE, "POST"): write_profile,
    (GENERATOR_DELETE, "POST"): delete,
    (GENERATOR_METER, "POST"): write_meter,
}
