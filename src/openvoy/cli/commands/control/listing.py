"""`openvoy control list`."""

from __future__ import annotations

import shutil
import textwrap
from typing import Annotated

from openvoy.cli.app import JsonFlag, argument, command
from openvoy.cli.control import said
from openvoy.cli.output import print_json, print_table, say
from openvoy.cli.target import Target
from openvoy.model.control import Argument, Offer, Setting
from openvoy.protocol.control_registry import find_control

LONGEST = 40
WIDTH = 100
INDENT = 28


@command("control list")
async def list_controls(
    name: Annotated[
        str | None, argument(help="One control, such as battery.mode: what may be given, one by one.")
    ] = None,
    *,
    target: Target,
    as_json: JsonFlag = False,
) -> None:
    """Show what this gateway can be told and how it is set now. Nothing is changed; it works while control is off.

    What it does not offer is listed with the reason.

    For example:

        openvoy control list --host envoy.local --token-file home.jwt

        openvoy control list contact.settings
    """
    await _list("control", name, target, as_json=as_json)


@command("provision list")
async def list_provisions(
    name: Annotated[
        str | None, argument(help="One of them, such as scan.active: what may be given, one by one.")
    ] = None,
    *,
    target: Target,
    as_json: JsonFlag = False,
) -> None:
    """Show what an installer can set on this gateway and how it is set now. Nothing is changed.

    For example:

        openvoy provision list --host envoy.local --token-file installer.jwt

        openvoy provision list inverter.phase
    """
    await _list("provision", name, target, as_json=as_json)


async def _list(family: str, name: str | None, target: Target, *, as_json: bool) -> None:
    chosen = None if name is None else find_control(name).name
    async with target.open() as gateway:
        offers = [
            offer
            for offer in await gateway.control.offers()
            if (chosen is None and offer.family == family) or chosen == offer.name
        ]
    if as_json:
        print_json(offers)
        return
    for offer in offers:
        if not offer.is_offered:
            say(f"not offered: {offer.name}: {offer.reason}")
        elif chosen is None:
            _show_shortly(offer)
        else:
            print_table(offer.summary, ("setting", "now", "accepts", "meaning"), _rows(offer))


def _show_shortly(offer: Offer) -> None:
    """Show the settings on few lines: things that are set alike stand together."""
    width = shutil.get_terminal_size((WIDTH, 1)).columns
    known = {row.name: row for row in offer.arguments}
    alike: dict[str, list[str]] = {}
    for target, now in offer.current.items():
        values = ", ".join(f"{name} {_shown(known[name], value)}" for name, value in now.items() if value is not None)
        alike.setdefault(values, []).append(target)
    head = offer.name
    for values, targets in alike.items():
        text = ": ".join(filter(None, (", ".join(filter(None, targets)), values)))
        for line in textwrap.wrap(text, max(width - INDENT, INDENT), break_on_hyphens=False):
            print(f"{head:<{INDENT}} {line}")
            head = ""


def _rows(offer: Offer) -> list[tuple[str, str, str, str]]:
    settable = [row for row in offer.arguments if not row.is_target]
    return [
        (f"{target} {row.name}".strip(), _shown(row, now.get(row.name)), row.accepts, row.summary)
        for target, now in offer.current.items()
        for row in settable
    ]


def _shown(row: Argument, value: Setting) -> str:
    text = said(value)
    if row.unit and isinstance(value, int | float):
        text = f"{text} {row.unit}"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
