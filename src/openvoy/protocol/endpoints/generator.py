"""A standby generator behind the system controller."""

from __future__ import annotations

from typing import Annotated

from openvoy.codec import WireStruct, doc, said
from openvoy.protocol.endpoint import Endpoint, Poll
from openvoy.protocol.firmware import parse_firmware


class GeneratorState(WireStruct):
    """What the generator's relay does."""

    admin_state: Annotated[str | None, doc("", "unknown, open, close")] = None
    oper_state: Annotated[str | None, doc("", "close while it feeds the house")] = None
    admin_mode: Annotated[int | None, doc("", "0 where nothing is configured")] = None
    schedule: Annotated[int | None, doc("", "1 while its schedule rules")] = None
    start_pct: Annotated[float | None, doc("%", "starts below; 100 with stop -1: always")] = said("start_soc")
    stop_pct: Annotated[float | None, doc("%", "stops above")] = said("stop_soc")
    exercising: Annotated[int | None, doc("", "1 while it exercises")] = said("exc_on")
    present: Annotated[int | None, doc("", "configured; 1 on all of 7.x, even without one")] = None
    kind: Annotated[int | None, doc("", "0 or 1, whatever is there")] = said("type")


class GeneratorConfig(WireStruct):
    """The generator; all empty without one."""

    max_a: Annotated[float | None, doc("A", "continuous rating")] = said("max_cont_gen_amps")
    min_load_pct: Annotated[float | None, doc("%", "least load")] = said("min_gen_loading_perc")
    max_load_pct: Annotated[float | None, doc("%", "highest load")] = said("max_gen_efficiency_perc")
    rated_kw: Annotated[float | None, doc("kW", "nameplate, in kW despite the wire name")] = said(
        "name_plate_rating_wat"
    )
    start_method: Annotated[str | None, doc("", "auto or manual, in any case")] = None
    warm_up_min: Annotated[float | None, doc("min", "warm-up")] = said("warm_up_mins")
    cool_down_min: Annotated[float | None, doc("min", "cool-down")] = said("cool_down_mins")
    kind: Annotated[str | None, doc("", "Standby")] = said("gen_type")
    model: Annotated[str | None, doc("", "model")] = None
    manufacturer: Annotated[str | None, doc("", "manufacturer")] = None
    last_updated_by: Annotated[str | None, doc("", "who set it")] = None
    generator_id: Annotated[str | None, doc("", "id")] = None
    charge_from_generator: Annotated[bool | None, doc("", "batteries may charge from it")] = None


class GeneratorMode(WireStruct):
    """What it is told; empty without one."""

    command: Annotated[str | None, doc("", "on, off or auto")] = said("gen_cmd")
    last_updated_by: Annotated[str | None, doc("", "who set it")] = None


class Exercise(WireStruct):
    """Its test runs."""

    every_weeks: Annotated[int | None, doc("", "weeks between")] = said("freq_in_weeks")
    start_min: Annotated[int | None, doc("min", "minutes after midnight")] = said("start")
    duration_min: Annotated[int | None, doc("min", "length")] = said("duration")
    day: Annotated[str | None, doc("", "Mon to Sun")] = None


class SocLimits(WireStruct):
    """When it starts and stops by itself."""

    start_pct: Annotated[float | None, doc("%", "starts below")] = said("start_soc")
    stop_pct: Annotated[float | None, doc("%", "stops above")] = said("stop_soc")


class GeneratorPeriod(WireStruct):
    """A time of the day."""

    id: Annotated[str | None, doc("", "name")] = None
    start_min: Annotated[float | None, doc("min", "minutes after midnight")] = said("start")
    duration_min: Annotated[float | None, doc("min", "length")] = said("duration")
    start_pct: Annotated[float | None, doc("%", "starts below")] = said("start_soc")
    stop_pct: Annotated[float | None, doc("%", "stops above")] = said("stop_soc")
    setting: Annotated[str | None, doc("", "AON is always on")] = None


class GeneratorDays(WireStruct):
    """Days of the week."""

    id: Annotated[str | None, doc("", "name")] = None
    days: Annotated[str | None, doc("", "Mon,Tue …")] = said("week_days")
    periods: Annotated[tuple[GeneratorPeriod, ...] | None, doc("", "times of the day")] = None


class GeneratorSeason(WireStruct):
    """Part of the year."""

    id: Annotated[str | None, doc("", "name")] = None
    start: Annotated[str | None, doc("", "month/day")] = None
    end: Annotated[str | None, doc("", "month/day")] = None
    days: Annotated[tuple[GeneratorDays, ...] | None, doc("", "days")] = None


class GeneratorPlan(WireStruct):
    """When it may run."""

    seasons: Annotated[tuple[GeneratorSeason, ...] | None, doc("", "parts of the year")] = said("default")


class GeneratorSchedule(WireStruct):
    """Exercise, limits and permission; empty without one. A write sends all of it."""

    exercise: Annotated[Exercise | None, doc("", "test runs")] = said("exercise_config")
    limits: Annotated[SocLimits | None, doc("", "limits")] = said("default_soc")
    plan: Annotated[GeneratorPlan | None, doc("", "permission")] = said("schedule")
    last_updated_by: Annotated[str | None, doc("", "who set it")] = None


GENERATOR: Endpoint[GeneratorState] = Endpoint(
    name="generator",
    path="/ivp/ensemble/generator",
    summary="State of the generator's relay.",
    reply=GeneratorState,
    poll=Poll.MINUTE,
    methods=("GET", "POST"),
    since=parse_firmware("6"),
)


GENERATOR_CONFIG: Endpoint[GeneratorConfig] = Endpoint(
    name="generator_config",
    path="/ivp/ss/gen_config",
    summary="Ratings and make of the generator.",
    reply=GeneratorConfig,
    request=GeneratorConfig,
    methods=("GET", "POST"),
    poll=Poll.HOURLY,
    since=parse_firmware("6"),
)


GENERATOR_MODE: Endpoint[GeneratorMode] = Endpoint(
    name="generator_mode",
    path="/ivp/ss/gen_mode",
    summary="On, off or auto.",
    reply=GeneratorMode,
    request=GeneratorMode,
    methods=("GET", "POST"),
    poll=Poll.HOURLY,
    since=parse_firmware("6"),
)


GENERATOR_SCHEDULE: Endpoint[GeneratorSchedule] = Endpoint(
    name="generator_schedule",
    path="/ivp/ss/gen_schedule",
    summary="Exercise, limits and times of permission.",
    reply=GeneratorSchedule,
    request=GeneratorSchedule,
    methods=("GET", "POST"),
    poll=Poll.HOURLY,
    since=parse_firmware("6"),
)
