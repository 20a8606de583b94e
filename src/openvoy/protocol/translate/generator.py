"""The generator, from its state, configuration, mode and schedule."""

from __future__ import annotations

from typing import TypedDict

from openvoy.model import Exercise, Generator
from openvoy.protocol.endpoints.generator import (
    GENERATOR,
    GENERATOR_CONFIG,
    GENERATOR_MODE,
    GENERATOR_SCHEDULE,
    GeneratorConfig,
    GeneratorMode,
    GeneratorSchedule,
    GeneratorState,
    SocLimits,
)
from openvoy.protocol.replies import Replies
from openvoy.protocol.translate.controllers import RELAY_WORDS
from openvoy.units import watts_from_kilowatts

_NO_STOP = -1


def build_generator(replies: Replies) -> Generator | None:
    """Build the generator; firmware 7 says `present` without one, so a mode or a configuration must be there too."""
    state, config = replies.value(GENERATOR), replies.value(GENERATOR_CONFIG)
    mode, schedule = replies.value(GENERATOR_MODE), replies.value(GENERATOR_SCHEDULE)
    is_configured = config is not None and config.rated_kw is not None
    if not is_configured and (state is None or not (state.present and state.admin_mode)):
        return None
    state = GeneratorState() if state is None else state
    config = GeneratorConfig() if config is None else config
    mode = GeneratorMode() if mode is None else mode
    schedule = GeneratorSchedule() if schedule is None else schedule
    limits = SocLimits() if schedule.limits is None else schedule.limits
    return Generator(
        state=RELAY_WORDS.get(state.oper_state or "", state.oper_state),
        admin_state=RELAY_WORDS.get(state.admin_state or "", state.admin_state),
        mode=None if mode.command is None else mode.command.lower(),
        commanded_by=mode.last_updated_by,
        start_soc_pct=state.start_pct,
        stop_soc_pct=None if state.stop_pct == _NO_STOP else state.stop_pct,
        exercising=_yes_or_no(state.exercising),
        present=_yes_or_no(state.present),
        scheduled=_yes_or_no(state.schedule),
        mode_code=state.admin_mode,
        category_code=state.kind,
        exercise=_exercise(schedule),
        default_start_soc_pct=limits.start_pct,
        default_stop_soc_pct=limits.stop_pct,
        scheduled_by=schedule.last_updated_by,
        **_ratings(config),
    )


class _Ratings(TypedDict):
    name: str | None
    rated_power_w: float | None
    charges_battery: bool | None
    category: str | None
    manufacturer: str | None
    model: str | None
    identifier: str | None
    start_method: str | None
    max_current_a: float | None
    min_load_pct: float | None
    max_load_pct: float | None
    warm_up_min: float | None
    cool_down_min: float | None
    configured_by: str | None


def _ratings(config: GeneratorConfig) -> _Ratings:
    return _Ratings(
        name=" ".join(word for word in (config.manufacturer, config.model) if word) or None,
        rated_power_w=watts_from_kilowatts(config.rated_kw),
        charges_battery=config.charge_from_generator,
        category=config.kind,
        manufacturer=config.manufacturer,
        model=config.model,
        identifier=config.generator_id,
        start_method=None if config.start_method is None else config.start_method.lower(),
        max_current_a=config.max_a,
        min_load_pct=config.min_load_pct,
        max_load_pct=config.max_load_pct,
        warm_up_min=config.warm_up_min,
        cool_down_min=config.cool_down_min,
        configured_by=config.last_updated_by,
    )


def _exercise(schedule: GeneratorSchedule) -> Exercise | None:
    runs = schedule.exercise
    if runs is None:
        return None
    return Exercise(day=runs.day, start_min=runs.start_min, duration_min=runs.duration_min, weeks=runs.every_weeks)


def _yes_or_no(value: int | None) -> bool | None:
    return None if value is None else bool(value)
