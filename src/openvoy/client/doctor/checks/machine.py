"""Whether this machine can keep the history."""

from __future__ import annotations

from collections.abc import Iterator

from openvoy.client.doctor.check import check
from openvoy.client.doctor.facts import Facts, MachineFacts
from openvoy.client.doctor.finding import Finding, Severity, Sureness

LITTLE_BYTES = 1_000_000_000
"""Some years of a site, sealed, and room to seal them."""
NOTHING_BYTES = 100_000_000
MOST_NAMED = 5
_CARD = "/dev/mmcblk"


@check("machine")
def find(facts: Facts) -> Iterator[Finding]:
    """Look at room, medium and the folder itself."""
    machine = facts.machine
    if machine is None:
        return
    if machine.problem is not None:
        yield _finding(Severity.ERROR, "The history cannot be kept.", machine.problem.message, machine.problem.hint)
    if machine.set_aside:
        yield _finding(
            Severity.WARNING,
            "A damaged database was set aside; it was made anew from sealed months and journal.",
            ", ".join(machine.set_aside),
            "Where `openvoy history verify` finds nothing wrong, these files can be removed.",
        )
    for damage in machine.damage:
        yield _finding(
            Severity.ERROR,
            "Files of the history are damaged.",
            "; ".join(damage.problems[:MOST_NAMED])
            + (f"; and {len(damage.problems) - MOST_NAMED} more" if len(damage.problems) > MOST_NAMED else ""),
            damage.remedy,
        )
    yield from _room(machine)
    if machine.device is not None and machine.device.startswith(_CARD):
        yield _finding(
            Severity.NOTE,
            "The history is on an SD card or eMMC, which wears out by writing.",
            f"{machine.folder} is on {machine.device}",
            "Move it to a disk or SSD with [store] path, or make backups: `openvoy history backup --help`.",
            Sureness.LIKELY,
        )


def _room(machine: MachineFacts) -> Iterator[Finding]:
    if machine.free_bytes is None or machine.free_bytes >= LITTLE_BYTES:
        return
    is_full = machine.free_bytes < NOTHING_BYTES
    yield _finding(
        Severity.ERROR if is_full else Severity.WARNING,
        "There is no room for history." if is_full else "There is little room for history.",
        f"{machine.free_bytes / 1e6:.0f} MB free where {machine.folder} is",
        "Make room, or move the history with [store] path.",
    )


def _finding(
    severity: Severity, what: str, evidence: str, advice: str, sureness: Sureness = Sureness.CERTAIN
) -> Finding:
    return Finding(check="machine", severity=severity, what=what, evidence=evidence, advice=advice, sureness=sureness)
