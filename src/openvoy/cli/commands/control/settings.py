"""`openvoy control SUBJECT SETTING`: a command for every control, built from its declaration."""

from __future__ import annotations

import base64
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from openvoy.cli.app import argument, command, group, option
from openvoy.cli.control import Sending, carry_out, open_settings
from openvoy.cli.target import Target
from openvoy.errors import ConfigError
from openvoy.model.control import Argument
from openvoy.protocol.control import Control
from openvoy.protocol.control_registry import CONTROLS

_GROUPS = {
    "acb": "AC Batteries.",
    "battery": "Batteries.",
    "commissioning": "Sealing of the storage system.",
    "contact": "Dry contacts of the system controller.",
    "der": "Sources at the system controller.",
    "device": "Batteries and system controllers.",
    "export": "What may go into the grid.",
    "generator": "The standby generator.",
    "grid": "The relay between house and grid.",
    "inverter": "Inverters.",
    "livedata": "Live values.",
    "meters": "Which meters count.",
    "parameters": "Parameters of the inverters.",
    "pcs": "Ratings of the main panel.",
    "production": "What the array may produce.",
    "profile": "The grid profile.",
    "reports": "Reports to the vendor's cloud.",
    "scan": "Search for inverters.",
}


def offer(control: Control) -> None:
    """Offer the command of a control."""
    subject, _, setting = control.name.partition(".")
    group(f"{control.family} {subject}", _GROUPS.get(subject, f"Settings of {subject}."))
    command(f"{control.family} {subject} {setting}")(build_command(control))


def build_command(control: Control) -> Any:
    """Build the function that typer calls for a control: what it needs by position, the rest as options."""

    async def change(*, target: Target, sending: Sending, **values: str | None) -> int:
        given = {row.name: _read(row, values[_parameter(row)]) for row in control.arguments}
        settings = open_settings(sending)
        async with target.open(control=settings) as gateway:
            return await carry_out(gateway, control.name, given, sending)

    parameters = list(_parameters(control))
    change.__doc__ = render_help(control)
    change.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    change.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return change


def _read(row: Argument, value: str | None) -> str | None:
    """Take a file's content for its name; raise ConfigError."""
    if row.kind != "file" or value is None:
        return value
    try:
        return base64.b64encode(Path(value).read_bytes()).decode()
    except OSError as error:
        raise ConfigError(
            f"{value} cannot be read: {error.strerror}.", hint="Name a file that is there. Nothing was sent."
        ) from error


def render_help(control: Control) -> str:
    """Render the help of a control's command."""
    subject, _, setting = control.name.partition(".")
    line = f"openvoy {control.family} {subject} {setting}"
    paragraphs = [
        control.summary,
        f"Mind: {control.risk} The command asks before it sends, unless --yes is given." if control.risk else "",
        "It needs the login of an installer." if control.role > control.role.OWNER else "",
        "For example:",
        f"\b\n    {line} {control.example} --dry-run",
        f"\b\n    {line} {control.example}",
    ]
    return "\n\n".join(filter(None, paragraphs))


def _parameters(control: Control) -> Iterator[inspect.Parameter]:
    for row in control.arguments:
        if row.is_required:
            kind: Any = Annotated[str, argument(help=_meaning(row), metavar=row.name.upper())]
            yield _keyword(_parameter(row), kind, inspect.Parameter.empty)
    yield _keyword("target", Target, inspect.Parameter.empty)
    for row in control.arguments:
        if not row.is_required:
            kind = Annotated[str | None, option(f"--{row.name}", help=_meaning(row))]
            yield _keyword(_parameter(row), kind, None)
    yield _keyword("sending", Sending, inspect.Parameter.empty)


def _meaning(row: Argument) -> str:
    accepts = "" if row.kind == "text" else f" ({row.accepts})"
    return f"{row.summary}{accepts}"


def _parameter(row: Argument) -> str:
    return f"set_{row.name.replace('-', '_')}"


def _keyword(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


for _control in CONTROLS.values():
    offer(_control)
