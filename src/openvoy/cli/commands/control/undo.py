"""`openvoy control undo`."""

from __future__ import annotations

from typing import Annotated

from openvoy.cli.app import argument, command
from openvoy.cli.control import Sending, carry_out, open_audit, open_settings
from openvoy.cli.target import Target
from openvoy.errors import ConfigError
from openvoy.protocol.control_registry import find_control


@command("control undo")
async def undo(
    entry: Annotated[str | None, argument(help="Entry of `openvoy control audit`; default: the newest.")] = None,
    *,
    target: Target,
    sending: Sending,
) -> int:
    """Restore what was set before a change, as a change of its own: checked, asked, sent once, read back, watched.

    For example:

        openvoy control undo 20260121-174502 --dry-run

        openvoy control undo
    """
    settings = open_settings(sending)
    async with target.open(control=settings) as gateway:
        capabilities = await gateway.connect()
        wanted = entry or await _newest(capabilities.serial)
        name, arguments = await gateway.control.plan_undo(wanted)
        return await carry_out(gateway, name, arguments, sending, undoes=wanted)


async def _newest(serial: str) -> str:
    """Find the newest change of this gateway that is neither an undo nor undone."""
    entries = [row for row in await open_audit().read_entries() if row.gateway == serial and row.outcome.is_good]
    rows = [row for row in entries if not find_control(row.control).is_action]
    undone = {row.undoes for row in rows}
    found = next((row.id for row in reversed(rows) if row.undoes is None and row.id not in undone), None)
    if found is None:
        raise ConfigError(
            f"Nothing was changed on gateway {serial} that could be undone.", hint="`openvoy control audit` lists all."
        )
    return found
