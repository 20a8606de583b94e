"""`openvoy history backup`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from openvoy.cli.app import JsonFlag, argument, command
from openvoy.cli.extras import needing
from openvoy.cli.history.folder import HistoryFolder
from openvoy.cli.history.lacking import tell_lacking
from openvoy.cli.output import amount, print_json, say


@command("history backup")
def backup(
    *,
    target: Annotated[Path, argument(help="Folder for the copy; one that has an earlier copy is brought up to date.")],
    folder: HistoryFolder,
    as_json: JsonFlag = False,
) -> int:
    """Copy the history, also while the service runs, and check the copy by its checksums.

    Months that were sealed never change again: a later backup into the same folder copies only what is new. The exit
    code is 5 if the history has files that cannot be read any more; the copy has all others, and names those.

    Examples:
        openvoy history backup /media/stick/openvoy

        openvoy history backup --data /var/lib/openvoy backup
    """
    with needing("service", "History"):
        from openvoy.store.backup import back_up_history  # noqa: PLC0415 - `--help` need not load it

    if not target.exists():
        say(f"{target} is new: is the disk there that it should be on?")
    source = folder.folder()
    copied = back_up_history(source, target)
    if as_json:
        print_json({"folder": str(target), **asdict(copied)})
    else:
        done = "Backed up in part" if copied.lacking else "Backed up and checked"
        say(
            f"{done}: {amount(copied.months, 'month')} in {amount(copied.files, 'file')}, "
            f"{copied.size_bytes / 1e6:.1f} MB, and {amount(copied.records, 'younger record')}."
        )
        if source.stat().st_dev == target.stat().st_dev:
            say(f"{target} is on the disk of the history: if that disk fails, both are gone.")
    return tell_lacking(copied.lacking, target)
