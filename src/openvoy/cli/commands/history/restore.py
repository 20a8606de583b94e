"""`openvoy history restore`."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from openvoy.cli.app import JsonFlag, argument, command, option
from openvoy.cli.extras import needing
from openvoy.cli.history.lacking import tell_lacking
from openvoy.cli.output import amount, print_json, say


@command("history restore", log_level=logging.CRITICAL)  # what is damaged is told at the end
async def restore(
    *,
    copy: Annotated[Path, argument(help="Folder that `history backup` wrote.")],
    target: Annotated[Path, argument(help="Folder for the history.")],
    replace: Annotated[
        bool, option("--replace", help="Set the history that is there aside, in a folder beside the new one.")
    ] = False,
    as_json: JsonFlag = False,
) -> int:
    """Put a backup into a folder and make the history of it; a history that is there is not touched without --replace.

    The exit code is 5 if the backup is without files that could not be read when it was made; all else is restored.

    Examples:
        openvoy history restore /media/stick/openvoy /var/lib/openvoy
    """
    with needing("service", "History"):
        from openvoy.store import HistoryStore  # noqa: PLC0415 - `--help` need not load it
        from openvoy.store.backup import is_backup, is_history, restore_history  # noqa: PLC0415 - as above

    if is_history(copy) and not is_backup(copy):
        say(f"{copy} is a history itself, no backup of one: what a service writes into it meanwhile may be missing.")
    if replace and is_history(target):
        # Fails where a service works with it.
        await (await HistoryStore.open(target)).close()
    copied = await asyncio.to_thread(restore_history, copy, target, replace=replace)
    await (await HistoryStore.open(target)).close()
    if as_json:
        print_json({"folder": str(target), **asdict(copied)})
    else:
        done = "Restored in part" if copied.lacking else "Restored and checked"
        say(f"{done}: {amount(copied.months, 'month')} and {amount(copied.records, 'younger record')}, in {target}.")
    return tell_lacking(copied.lacking, target)
