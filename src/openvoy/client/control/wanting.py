"""What is wanted of a control: its arguments checked, and what they would lead to."""

from __future__ import annotations

from collections.abc import Sequence

from openvoy.errors import ConfigError
from openvoy.model.control import Argument, Change, PlannedRequest, Preview, Setting, Settings, describe_file
from openvoy.protocol.control import MULTIPART, Control, Plan
from openvoy.protocol.http import Request
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


def show_wanted(control: Control, wanted: Settings) -> Settings:
    """Give what is wanted as it is shown and written down: of a file not what is in it."""
    files = {argument.name for argument in control.arguments if argument.kind == "file"}
    return {name: describe_file(str(value)) if name in files else value for name, value in wanted.items()}


def _show_body(request: Request) -> str:
    """Show a body; secrets are masked, and an upload is described."""
    if request.headers.get("Content-Type", "").startswith(MULTIPART):
        return f"(a form with one file, {len(request.body)} bytes in all)"
    return redact(request.body.decode())


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
                body=_show_body(request),
            )
            for request in plan.requests
        ),
        risk=control.risk,
        notes=plan.notes,
    )
