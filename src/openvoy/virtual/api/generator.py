"""The generator; the site has none, and each generation says so in its way."""

from __future__ import annotations

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
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.api.versions import EIGHT


def build_state(moment: Moment) -> GeneratorState:
    """Build the state of its relay."""
    is_eight = moment.firmware >= EIGHT
    return GeneratorState(
        admin_state="unknown",
        oper_state="open",
        admin_mode=0,
        schedule=0,
        start_pct=100,
        stop_pct=-1,
        exercising=0,
        present=0 if is_eight else 1,
        kind=1 if is_eight else 0,
    )


RENDER = {
    GENERATOR: build_state,
    GENERATOR_CONFIG: lambda _moment: GeneratorConfig(),
    GENERATOR_MODE: lambda _moment: GeneratorMode(),
    GENERATOR_SCHEDULE: lambda _moment: GeneratorSchedule(),
}
