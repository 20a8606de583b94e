"""docs/reference/controls.md: everything that a gateway can be told."""

from __future__ import annotations

from collections.abc import Iterator

from openvoy.model.control import Argument
from openvoy.protocol.control import Control
from openvoy.protocol.control_registry import CONTROLS
from openvoy.protocol.raw_only import RAW_ONLY
from openvoy.protocol.registry import REGISTRY
from reference.markdown import code, table

INTRODUCTION = """# Controls

What a gateway can be told, from the command line, from Python and later from elsewhere. How it is made safe, and how to
switch it on, is in [control.md](../control.md). Which of these a gateway offers depends on its firmware and devices:
`openvoy control list` and `openvoy provision list` ask it.

*Firmware* is the first that is known to have all that is read for it. *Asks* is marked where a control can do harm on a
live site: the command then asks before it sends.

"""


RAW_INTRODUCTION = """
## What no control tells

What a gateway can be told beyond that. `openvoy get PATH -X METHOD -d BODY` sends it as it is, once, without any of the
safety above: nothing is checked, read back, written down or undone.

"""


def render() -> str:
    """Render the page."""
    rows = [
        (
            f"[`{control.name}`](#{_anchor(control)})",
            control.summary,
            _firmware(control),
            control.role.name.lower(),
            "asks" if control.risk else "",
        )
        for control in CONTROLS.values()
    ]
    summary = table(("control", "what it does", "firmware", "login", "asks"), rows)
    sections = "".join("".join(_section(control)) for control in CONTROLS.values())
    return INTRODUCTION + summary + sections + _raw_only()


def _raw_only() -> str:
    endpoints = {endpoint.name: endpoint for endpoint in REGISTRY.values()}
    rows = [
        (
            code(endpoints[name].path),
            ", ".join(sorted({*endpoints[name].methods} - {"GET"})),
            endpoints[name].summary,
            reason,
        )
        for name, reason in RAW_ONLY.items()
    ]
    return RAW_INTRODUCTION + table(("address", "methods", "what it is", "why there is no control"), rows)


def _anchor(control: Control) -> str:
    return control.name.replace(".", "")


def _firmware(control: Control) -> str:
    return f"from {control.first_firmware}"


def _section(control: Control) -> Iterator[str]:
    yield f"\n## {control.name}\n\n{control.summary}\n"
    if control.risk:
        yield f"\n**Mind:** {control.risk}\n"
    yield f"\n```sh\nopenvoy {control.family} {control.name.replace('.', ' ')} {control.example}\n```\n\n"
    yield table(("argument", "meaning", "accepts"), map(_row, control.arguments))
    sources = ", ".join(code(endpoint.path) for endpoint in control.reads)
    watch = f"watched for {control.watch_s:.0f} s" if control.watch_s else "not watched"
    yield f"\nRead back from {sources} for up to {control.settles_s:.0f} s, then {watch} unless told otherwise.\n"


def _row(argument: Argument) -> tuple[str, str, str]:
    kind = "" if argument.is_required else " Optional."
    if argument.is_target:
        kind = " Says which one."
    return code(argument.name), f"{argument.summary}{kind}", argument.accepts
