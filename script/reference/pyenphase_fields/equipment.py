"""Controller, collar, combiner, contacts and generator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reference._comparison import Field, Group, Reason
from reference.pyenphase_fields._common import EQUIPMENT, RADIO, all_of, single
from reference.pyenphase_fields.reasons import MORE, NO_CONTROLLER, NO_GENERATOR


def _controller(snapshot: Any, kind: str) -> Any:
    return next((one for one in snapshot.controllers if one.kind == kind), None)


def _enpower(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    yield from single("controller", data.enpower, _controller(snapshot, "system-controller"))


def _collar(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    yield from single("collar", data.collar, _controller(snapshot, "meter-collar"))


def _combiner(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    yield from single("combiner", data.c6cc, _controller(snapshot, "combiner"))


def _contacts(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    ours = {contact.id: contact for contact in snapshot.contacts}
    yield from all_of(data.dry_contact_status, ours)


def _contact_settings(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    ours = {contact.id: contact for contact in snapshot.contacts}
    yield from all_of(data.dry_contact_settings, ours)


def _generator(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    yield from single("generator", data.generator, snapshot.generator)


def _generator_config(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    yield from single("generator", data.generator_config, snapshot.generator)


def _generator_mode(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    if data.generator_mode is not None:
        yield "generator", data.generator_mode, snapshot.generator


def _generator_schedule(data: Any, snapshot: Any) -> Iterator[tuple[str, Any, Any]]:
    if data.generator_schedule is not None:
        yield "generator", data.generator_schedule, snapshot.generator


def _fahrenheit(value_c: float) -> int:
    return round(value_c * 9 / 5 + 32)


GROUPS = (
    Group(
        title="System controller",
        pairs=_enpower,
        fields=(
            *EQUIPMENT,
            *RADIO,
            Field(theirs="grid_mode", ours="grid_state"),
            Field(theirs="mains_admin_state", ours="relay_admin"),
            Field(theirs="mains_oper_state", ours="relay"),
            Field(theirs="temperature", ours="temperature_c", same=_fahrenheit, note="in °F, whole degrees"),
            Field(theirs="temperature_unit", ours=None, why="°C stands in the name; the gateway says °F here."),
        ),
    ),
    Group(
        title="Meter collar",
        pairs=_collar,
        fields=(
            *EQUIPMENT,
            Field(
                theirs="mid_state",
                ours="relay",
                same=lambda word: {"closed": "close"}.get(word, word),
                note="`closed` is `close` here",
            ),
            Field(theirs="grid_state", ours="grid_state"),
            Field(theirs="temperature", ours="temperature_c"),
            Field(theirs="temperature_unit", ours=None, why="°C stands in the name."),
            Field(theirs="control_error", ours="error_code"),
            Field(theirs="collar_state", ours="mounting"),
        ),
    ),
    Group(
        title="Combiner",
        pairs=_combiner,
        fields=(*EQUIPMENT, Field(theirs="dmir_version", ours="parameters")),
        reasons=(MORE,),
    ),
    Group(
        title="Contacts",
        pairs=_contacts,
        fields=(Field(theirs="id", ours="id"), Field(theirs="status", ours="status")),
        reasons=(NO_CONTROLLER,),
    ),
    Group(
        title="Settings of contacts",
        pairs=_contact_settings,
        fields=(
            Field(theirs="id", ours="id"),
            Field(theirs="load_name", ours="name"),
            Field(theirs="mode", ours="mode"),
            Field(theirs="type", ours="kind", same=str.upper, note="in capitals"),
            Field(theirs="grid_action", ours="on_grid"),
            Field(theirs="micro_grid_action", ours="off_grid"),
            Field(theirs="generator_action", ours="on_generator"),
            Field(theirs="soc_low", ours="soc_low_pct"),
            Field(theirs="soc_high", ours="soc_high_pct"),
            Field(theirs="priority", ours="priority"),
            Field(theirs="black_start", ours="black_start_delay_s"),
            Field(theirs="essential_start_time", ours="window_start_s"),
            Field(theirs="essential_end_time", ours="window_end_s"),
            Field(theirs="override", ours="may_override"),
            Field(theirs="manual_override", ours="overridden"),
            Field(theirs="pv_serial_nb", ours="inverters", same=list),
        ),
        reasons=(NO_CONTROLLER,),
    ),
    Group(
        title="Generator",
        pairs=_generator,
        fields=(
            Field(
                theirs="admin_state",
                ours="admin_state",
                same=lambda word: {"closed": "close"}.get(word, word),
                note="`closed` is `close` here",
            ),
            Field(
                theirs="oper_state",
                ours="state",
                same=lambda word: {"closed": "close"}.get(word, word),
                note="`closed` is `close` here",
            ),
            Field(theirs="admin_mode", ours="mode_code"),
            Field(theirs="schedule", ours="scheduled", same=int, note="1 or 0"),
            Field(theirs="start_soc", ours="start_soc_pct"),
            Field(
                theirs="stop_soc",
                ours="stop_soc_pct",
                reasons=(
                    Reason(
                        id="no-stop",
                        text="-1 is how the gateway says that it never stops by itself; ours is None.",
                        applies=lambda _pair, theirs, ours: theirs == -1 and ours is None,
                    ),
                ),
            ),
            Field(theirs="exc_on", ours="exercising", same=int, note="1 or 0"),
            Field(theirs="present", ours="present"),
            Field(theirs="type", ours="category_code"),
        ),
        reasons=(NO_GENERATOR,),
    ),
    Group(
        title="Configuration of the generator",
        pairs=_generator_config,
        fields=(
            Field(theirs="max_cont_gen_amps", ours="max_current_a"),
            Field(theirs="min_gen_loading_perc", ours="min_load_pct"),
            Field(theirs="max_gen_efficiency_perc", ours="max_load_pct"),
            Field(
                theirs="name_plate_rating_wat",
                ours="rated_power_w",
                same=lambda value_w: value_w / 1000,
                note="in kW, despite its name",
            ),
            Field(
                theirs="start_method",
                ours="start_method",
                read=lambda pair: pair.theirs.start_method.lower(),
                note="theirs in small letters: builds differ",
            ),
            Field(theirs="warm_up_mins", ours="warm_up_min"),
            Field(theirs="cool_down_mins", ours="cool_down_min"),
            Field(theirs="gen_type", ours="category"),
            Field(theirs="model", ours="model"),
            Field(theirs="manufacturer", ours="manufacturer"),
            Field(theirs="last_updated_by", ours="configured_by"),
            Field(theirs="generator_id", ours="identifier"),
            Field(theirs="charge_from_generator", ours="charges_battery"),
        ),
        reasons=(NO_GENERATOR,),
    ),
    Group(
        title="Mode of the generator",
        pairs=_generator_mode,
        fields=(
            Field(theirs="gen_cmd", ours="mode"),
            Field(theirs="last_updated_by", ours="commanded_by"),
        ),
        reasons=(NO_GENERATOR,),
    ),
    Group(
        title="Schedule of the generator",
        pairs=_generator_schedule,
        fields=(
            Field(theirs="exercise_freq_in_weeks", ours="exercise.weeks"),
            Field(theirs="exercise_start", ours="exercise.start_min"),
            Field(theirs="exercise_duration", ours="exercise.duration_min"),
            Field(theirs="exercise_day", ours="exercise.day"),
            Field(theirs="default_start_soc", ours="default_start_soc_pct"),
            Field(theirs="default_stop_soc", ours="default_stop_soc_pct"),
            Field(theirs="last_updated_by", ours="scheduled_by"),
            Field(theirs="schedule", ours=None, why="The raw plan of a writer; `openvoy get /ivp/ss/gen_schedule`."),
        ),
        reasons=(NO_GENERATOR,),
    ),
)
