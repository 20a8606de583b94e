"""A standby generator: its command, its make, its schedule. Each object is written whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from openvoy.errors import ConfigError
from openvoy.model.control import Argument, Settings, render_json
from openvoy.protocol.control import ONLY, Control, Plan, State, Values, build_request
from openvoy.protocol.controls._members import (
    Member,
    arguments_of,
    flag,
    number,
    read_members,
    text,
    time_of_day,
    words,
    write_members,
)
from openvoy.protocol.controls.grid import why_no_controller
from openvoy.protocol.endpoint import Endpoint
from openvoy.protocol.endpoints.ensemble import ENSEMBLE_INVENTORY
from openvoy.protocol.endpoints.generator import GENERATOR_CONFIG, GENERATOR_MODE, GENERATOR_SCHEDULE

PER_MINUTE = 1 / 60
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
RUNS = "The generator may start, within minutes: nobody may work on it, and its exhaust must go outdoors."


def _absent(endpoint: Endpoint[Any]) -> Callable[[State], str]:
    def absent(state: State) -> str:
        document = state.document(endpoint)
        is_empty = isinstance(document, dict) and not document
        return why_no_controller(state) or ("The site has no generator." if is_empty else "")

    return absent


def _mode(state: State) -> Values:
    reply = state.value(GENERATOR_MODE)
    command = None if reply is None or reply.command is None else reply.command.lower()
    return {ONLY: {"mode": command}}


GENERATOR_COMMAND = Control(
    name="generator.mode",
    summary="Start the generator, stop it, or let its schedule decide.",
    risk=RUNS,
    example="auto",
    arguments=(
        Argument(
            name="mode",
            kind="choice",
            summary="auto follows the schedule and the charge of the batteries.",
            choices=("on", "off", "auto"),
            is_required=True,
        ),
    ),
    reads=(GENERATOR_MODE,),
    needs=(ENSEMBLE_INVENTORY,),
    absent=_absent(GENERATOR_MODE),
    current=_mode,
    plan=lambda _state, wanted: Plan(
        requests=(build_request(GENERATOR_MODE, "POST", {"gen_cmd": wanted["mode"]}),),
        notes=("Warming up and cooling down take minutes; until then it runs on or stands still.",),
    ),
)

CONFIG = (
    number("rated", "Nameplate.", "name_plate_rating_wat", unit="kW", most=1000.0),
    number("max-current", "Continuous rating.", "max_cont_gen_amps", unit="A", most=10_000.0),
    number("min-load", "Least load.", "min_gen_loading_perc", unit="%", most=100.0),
    number("max-load", "Highest load.", "max_gen_efficiency_perc", unit="%", most=100.0),
    words("start-method", "Who starts it.", "start_method", wire={"auto": "auto", "manual": "manual"}),
    number("warm-up", "Time before it feeds.", "warm_up_mins", unit="min", most=1440.0),
    number("cool-down", "Time that it runs on.", "cool_down_mins", unit="min", most=1440.0),
    flag("charge-batteries", "The batteries may charge from it.", "charge_from_generator"),
    text("manufacturer", "Who made it.", "manufacturer"),
    text("model", "Its model.", "model"),
)


def _members(endpoint: Endpoint[Any], members: tuple[Member, ...]) -> Callable[[State], Values]:
    return lambda state: {ONLY: read_members(state.document(endpoint), members)}


def _plan_config(state: State, wanted: Settings) -> Plan:
    document = state.document(GENERATOR_CONFIG)
    write_members(document, CONFIG, wanted)
    settings = read_members(document, CONFIG)
    _check_order(settings, "min-load", "max-load")
    return Plan(requests=(build_request(GENERATOR_CONFIG, "POST", document),))


def _check_order(settings: Settings, low: str, high: str) -> None:
    least, most = settings[low], settings[high]
    if isinstance(least, int | float) and isinstance(most, int | float) and least >= most:
        raise ConfigError(
            f"{low} {least:g} is not below {high} {most:g}.", hint="Give both so that it is. Nothing was sent."
        )


GENERATOR_MAKE = Control(
    name="generator.config",
    summary="What the generator can, and whether batteries charge from it.",
    risk="Ratings that are too high overload the generator.",
    example="--warm-up 2 --charge-batteries off",
    arguments=arguments_of(CONFIG),
    reads=(GENERATOR_CONFIG,),
    needs=(ENSEMBLE_INVENTORY,),
    absent=_absent(GENERATOR_CONFIG),
    current=_members(GENERATOR_CONFIG, CONFIG),
    plan=_plan_config,
    reason=lambda _state, _wanted: "Without batteries the gateway keeps charge-batteries on.",
)

SCHEDULE = (
    number(
        "start-charge",
        "Charge of the batteries below which it starts.",
        "default_soc",
        "start_soc",
        unit="%",
        most=100.0,
    ),
    number(
        "stop-charge",
        "Charge above which it stops; -1 never.",
        "default_soc",
        "stop_soc",
        unit="%",
        least=-1.0,
        most=100.0,
    ),
    words("exercise-day", "Day of its test run.", "exercise_config", "day", wire={day: day for day in WEEKDAYS}),
    time_of_day("exercise-start", "Start of its test run.", "exercise_config", "start", hertz=PER_MINUTE),
    number("exercise-duration", "Length of its test run.", "exercise_config", "duration", unit="min", most=1440.0),
    number("exercise-every", "Weeks between test runs.", "exercise_config", "freq_in_weeks", most=52.0),
    Member(
        argument=Argument(
            name="hours",
            kind="json",
            summary="When it may run: the member schedule of the gateway's own document, whole.",
        ),
        path=("schedule",),
        read=lambda value: None if value is None else render_json(value),
    ),
)
_PLAIN, _HOURS = SCHEDULE[:-1], SCHEDULE[-1]


def _plan_schedule(state: State, wanted: Settings) -> Plan:
    document = state.document(GENERATOR_SCHEDULE)
    write_members(document, _PLAIN, wanted)
    if "hours" in wanted:
        hours = json.loads(str(wanted["hours"]))
        if not isinstance(hours, dict) or not isinstance(hours.get("default"), list):
            raise ConfigError(
                "hours is not what the gateway calls schedule.",
                hint="It is an object with the list default: see `openvoy get /ivp/ss/gen_schedule`. Nothing was sent.",
            )
        document["schedule"] = hours
    settings = read_members(document, _PLAIN)
    if settings["stop-charge"] != -1:
        _check_order(settings, "start-charge", "stop-charge")
    return Plan(requests=(build_request(GENERATOR_SCHEDULE, "POST", document),))


GENERATOR_PLAN = Control(
    name="generator.schedule",
    summary="When the generator may run, at which charge, and when it exercises.",
    risk=RUNS,
    example="--start-charge 20 --stop-charge 80 --exercise-day Mon",
    arguments=arguments_of(SCHEDULE),
    reads=(GENERATOR_SCHEDULE,),
    needs=(ENSEMBLE_INVENTORY,),
    absent=_absent(GENERATOR_SCHEDULE),
    current=_members(GENERATOR_SCHEDULE, SCHEDULE),
    plan=_plan_schedule,
)
