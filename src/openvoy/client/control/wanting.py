"""What is wanted of a control: its arguments checked, and what they would lead to."""

from __future__ import annotations

from collections.abc import Sequence

from openvoy.errors import ConfigError
from openvoy.model.control import Argument, Change, PlannedRequest, Preview, Setting, Settings
from openvoy.protocol.control import Control, Plan
from openvoy.protocol.redaction import redact


def check_known(control: Control, arguments: Sequence[Argument], given: Settings) -> None:
    """Raise ConfigError for an argument that is none, is missing or cannot be right on any gateway."""
    known = {argument.name: argument for argument in arguments}
    for name in given:
        if name not in known:
            raise ConfigError(
                f"{control.name} has no argument {name}.", hint=f"It has {', '.join(known)}. Nothing was sent."
            )
    for argument in arguments:
        if argument.is_required and given.get(argument.name) is None:
            raise ConfigError(
                f"{control.name} needs {argument.name}.", hint=f"Give {argument.accepts}. Nothing was sent."
            )
    wanted = parse_wanted(control, arguments, given)
    if not control.is_action and not control.wishes(wanted):
        names = ", ".join(argument.name for argument in arguments if not argument.is_target)
        raise ConfigError(
            f"{control.name} was not told what to set.", hint=f"Give at least one of {names}. Nothing was sent."
        )


def parse_wanted(_control: Control, arguments: Sequence[Argument], given: Settings) -> Settings:
    """Parse what was given; arguments that are None were not given."""
    said: dict[str, Setting] = {name: value for name, value in given.items() if value is not None}
    return {argument.name: argument.parse(said[argument.name]) for argument in arguments if argument.name in said}


def build_preview(control: Control, wanted: Settings, changes: tuple[Change, ...], plan: Plan) -> Preview:
    """Show what would be sent; secrets are masked."""
    return Preview(
        control=control.name,
        target=control.target(wanted),
        changes=changes,
        requests=tuple(
            PlannedRequest(
                method=request.method,
                path=redact(request.path),
                headers={name: value for name, value in request.headers.items() if name == "Content-Type"},
                body=redact(request.body.decode()),
            )
            for request in plan.requests
        ),
        risk=control.risk,
        notes=plan.notes,
    )
