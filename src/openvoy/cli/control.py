"""What the commands of `openvoy control` share: whether control is on, what is shown and asked, and the watch."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from openvoy.cli.app import confirm, option
from openvoy.cli.folders import data_folder
from openvoy.cli.output import print_json, say
from openvoy.errors import ConfigError, EndpointRefused
from openvoy.model.control import AuditEntry, Outcome, Preview, Setting, Settings
from openvoy.protocol.control_registry import find_control

if TYPE_CHECKING:
    from openvoy.client.control import ControlSettings, FileAudit
    from openvoy.client.gateway import Gateway

AUDIT_FILE = "audit.jsonl"
VARIABLE = "OPENVOY_CONTROL"
BY = "command line"
"""Who told a gateway something, in the audit log."""
_YES = {"on": True, "true": True, "yes": True, "1": True, "off": False, "false": False, "no": False, "0": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """How a change is made."""

    dry_run: Annotated[bool, option("--dry-run", help="Show the exact request and send nothing; works while off.")] = (
        False
    )
    yes: Annotated[bool, option("--yes", help="Do not ask, for scripts.")] = False
    watch: Annotated[
        float | None,
        option(
            "--watch",
            help="Seconds to watch whether the cloud takes it back. Default: 150 where that happens; 0 is none.",
        ),
    ] = None
    as_json: Annotated[bool, option("--json", help="Print one JSON document on stdout, everything else on stderr.")] = (
        False
    )


def is_control_on(environ: Mapping[str, str]) -> bool:
    """Whether control is on: by OPENVOY_CONTROL, else by the configuration. Raises ConfigError for what is neither."""
    from openvoy.cli.config import load_config  # noqa: PLC0415 - `--help` need not load it

    said = environ.get(VARIABLE, "").strip().lower()
    if not said:
        return load_config(None, environ).control.enabled
    if said not in _YES:
        raise ConfigError(f"{VARIABLE} is {said!r}.", hint="Set it to on or off.")
    return _YES[said]


def open_audit() -> FileAudit:
    """Open the log of everything that was told to gateways from this machine's command line."""
    from openvoy.client.control import FileAudit  # noqa: PLC0415 - `--help` need not load the network

    return FileAudit(data_folder() / AUDIT_FILE)


def build_settings(*, enabled: bool) -> ControlSettings:
    """Give a client leave to change things, or not, with the log of this machine."""
    from openvoy.client.control import ControlSettings  # noqa: PLC0415 - `--help` need not load the network

    return ControlSettings(enabled=enabled, audit=open_audit())


def open_settings(sending: Sending) -> ControlSettings:
    """Read whether control is on, where that matters; raise ConfigError before a gateway is asked anything."""
    if sending.watch is not None and not sending.watch >= 0:
        raise ConfigError("--watch is less than nothing.", hint="Give seconds, or 0 for no watch.")
    if sending.dry_run:
        return build_settings(enabled=False)
    if not is_control_on(os.environ):
        raise ConfigError(
            "Control is off, so nothing was sent.",
            hint=f"Set {VARIABLE}=on, or enabled = true below [control] in openvoy.toml. --dry-run works without.",
        )
    return build_settings(enabled=True)


async def carry_out(gateway: Gateway, name: str, given: Settings, sending: Sending, *, undoes: str = "") -> int:
    """Show, ask where it is risky, apply, tell and watch; give the exit code."""
    preview = await gateway.control.preview(name, given)
    if sending.dry_run:
        show_preview(preview, sending)
        return 0
    for line in describe(preview):
        say(line)
    if preview.obstacle:
        raise EndpointRefused(preview.obstacle, hint="Give an installer's token. Nothing was sent.")
    if preview.requests and preview.risk and not sending.yes and not confirm("Go on?"):
        raise ConfigError("Not confirmed; nothing was sent.", hint="Answer y, or give --yes in a script.")
    if preview.requests:
        say(f"It is sent once, then read back for up to {find_control(name).settles_s:.0f} s.")
    told = gateway.control
    entry = await (told.undo(undoes, by=BY) if undoes else told.apply(name, given, by=BY))
    say(tell(entry))
    entry = await _watched(gateway, entry, sending)
    if sending.as_json:
        print_json(entry)
    return 0 if entry.outcome.is_good else 1


async def _watched(gateway: Gateway, entry: AuditEntry, sending: Sending) -> AuditEntry:
    seconds = find_control(entry.control).watch_s if sending.watch is None else sending.watch
    if entry.outcome not in {Outcome.TOOK_EFFECT, Outcome.PENDING} or not seconds:
        return entry
    say(
        f"Watching for {seconds:.0f} s whether the vendor's cloud or somebody else takes it back."
        " Ctrl-C ends the watch, not the change."
    )
    try:
        watched = await gateway.control.watch(entry, seconds=seconds)
    except asyncio.CancelledError:
        say("The watch is over; the change stays.")
        return entry
    say(tell(watched) if watched != entry else "It is still so.")
    return watched


def show_preview(preview: Preview, sending: Sending) -> None:
    """Show what would be sent."""
    if sending.as_json:
        print_json(preview)
        return
    for line in describe(preview):
        say(line)
    for request in preview.requests:
        head = [f"{request.method} {request.path}", *(f"{name}: {value}" for name, value in request.headers.items())]
        print("\n".join((*head, "", request.body)))
    say("Nothing was sent." if preview.requests else "Nothing would be sent.")


def describe(preview: Preview) -> list[str]:
    """Say in words what would change and what to know before."""
    if not preview.requests:
        return [f"{_subject(preview.control, preview.target)} is as wanted already; nothing to send."]
    lines = [
        f"{_subject(preview.control, preview.target)}: {change.name}: {said(change.before)} -> {said(change.after)}"
        for change in preview.changes
    ]
    risk = [f"Mind: {preview.risk}"] if preview.risk else []
    return [*lines, *preview.notes, *risk, *filter(None, [preview.obstacle])]


def tell(entry: AuditEntry) -> str:
    """Say what came of a change."""
    subject = _subject(entry.control, entry.target)
    if entry.outcome is Outcome.UNCHANGED:
        return f"{subject}: nothing was sent."
    can_undo = entry.outcome.is_good and not find_control(entry.control).is_action
    undo = f" Undo it with: openvoy control undo {entry.id}" if can_undo else f" Entry {entry.id}."
    return " ".join(filter(None, (f"{subject}: {entry.outcome.value}.", entry.detail))) + undo


def said(value: Setting) -> str:
    """Write a setting for people."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if value is None:
        return "not said"
    return f"{value:.10g}" if isinstance(value, int | float) else value or "empty"


def _subject(control: str, target: str) -> str:
    return f"{control} {target}" if target else control
