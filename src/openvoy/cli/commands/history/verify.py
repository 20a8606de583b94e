"""`openvoy history verify`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from openvoy.cli.app import JsonFlag, command
from openvoy.cli.extras import needing
from openvoy.cli.history.folder import HistoryFolder
from openvoy.cli.output import print_json, print_table, say

if TYPE_CHECKING:
    from openvoy.store.verifying import Finding

DAMAGED = 5
"""The exit code of a StorageError."""


@command("history verify")
async def verify(*, folder: HistoryFolder, as_json: JsonFlag = False) -> int:
    """Check the history: checksums, every row once, counters that only grow, no time counted twice.

    While the service runs, or where the disk cannot be written, a copy is checked. The exit code is 5 if something is
    not as it should be.

    Examples:
        openvoy history verify

        openvoy history verify --data /media/stick/openvoy --json
    """
    with needing("service", "History"):
        from openvoy.store.looking import looking_at  # noqa: PLC0415 - `--help` need not load it
        from openvoy.store.verifying import build_opening, verify_files  # noqa: PLC0415 - as above

    where = folder.kept()
    findings = await asyncio.to_thread(verify_files, where)
    async with looking_at(where) as looked:
        if looked.copied_as is not None:
            say(f"Its files were checked, and the rows of a copy of them, as {looked.copied_as}.")
        rows = await looked.store.verify()
        findings += [build_opening(looked.store.set_aside), *rows]
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        _show(findings)
    return DAMAGED if any(finding.problems for finding in findings) else 0


def _show(findings: Sequence[Finding]) -> None:
    rows = [(finding.what, f"{finding.checked:,}", _result(len(finding.problems))) for finding in findings]
    print_table("History", ("checked", "number", "result"), rows)
    for finding in findings:
        for problem in finding.problems:
            say(problem)
        if finding.problems and finding.remedy:
            say(f"  {finding.remedy}")


def _result(count: int) -> str:
    if count == 0:
        return "good"
    return "1 problem" if count == 1 else f"{count} problems"
