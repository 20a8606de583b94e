"""`openvoy control audit`."""

from __future__ import annotations

from typing import Annotated

from openvoy.cli.app import JsonFlag, command, option
from openvoy.cli.control import open_audit, said
from openvoy.cli.output import print_json, print_table, say
from openvoy.model.control import AuditEntry


@command("control audit")
async def audit(
    *,
    last: Annotated[int, option("--last", help="How many of the newest entries.", min=1)] = 50,
    as_json: JsonFlag = False,
) -> None:
    """List what gateways were told from this machine: when, what was before and after, and what came of it.

    For example:

        openvoy control audit --last 10
    """
    log = open_audit()
    entries = (await log.read_entries())[-last:]
    if as_json:
        print_json(entries)
        return
    rows = [
        (row.id, row.gateway, f"{row.control} {row.target}".strip(), _changes(row), _outcome(row), row.by)
        for row in entries
    ]
    print_table("What gateways were told", ("entry", "gateway", "control", "change", "outcome", "by"), rows)
    say(f"kept in {log.path}")


def _changes(row: AuditEntry) -> str:
    return ", ".join(f"{change.name} {said(change.before)} -> {said(change.after)}" for change in row.changes)


def _outcome(row: AuditEntry) -> str:
    return row.outcome.value if row.undoes is None else f"{row.outcome.value}, undoes {row.undoes}"
