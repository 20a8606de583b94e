"""Panels that do not report while the others do."""

from __future__ import annotations

from collections.abc import Iterator

from openvoy.client.doctor.check import check
from openvoy.client.doctor.daylight import FRESH, fresh_panels
from openvoy.client.doctor.facts import Facts
from openvoy.client.doctor.finding import Finding, Severity, Sureness
from openvoy.model import Snapshot

NAMED = 12
"""So many serial numbers are named, the rest counted."""


@check("panels")
def find(facts: Facts) -> Iterator[Finding]:
    """Compare each panel with the others; at night none reports and nothing can be said."""
    snapshot = facts.snapshot
    if snapshot is None:
        return
    fresh = {one.serial for one in fresh_panels(snapshot, facts.gateway_now)}
    if 2 * len(fresh) < len(snapshot.inverters) or not fresh:
        return
    yield from _silent(snapshot, fresh)
    yield from _idle(snapshot, fresh)


def _silent(snapshot: Snapshot, fresh: set[str]) -> Iterator[Finding]:
    silent = [one for one in snapshot.inverters if one.serial not in fresh or one.communicating is False]
    if not silent:
        return
    names = ", ".join(one.serial for one in silent[:NAMED])
    more = f" and {len(silent) - NAMED} more" if len(silent) > NAMED else ""
    oldest = min((one.at for one in silent if one.at is not None), default=None)
    yield Finding(
        check="panels",
        severity=Severity.WARNING,
        what=f"{len(silent)} of {len(snapshot.inverters)} panels do not report.",
        evidence=f"{names}{more}; last report {'never' if oldest is None else f'{oldest:%Y-%m-%d %H:%M} UTC'},"
        f" the others within {FRESH.total_seconds() / 60:.0f} min",
        advice="Shade and snow can silence a panel for a while. If it stays: a breaker, a connector or the inverter"
        " itself. A panel that was replaced stays listed until the installer removes it.",
        sureness=Sureness.LIKELY,
        source="Q31, Q33",
    )


def _idle(snapshot: Snapshot, fresh: set[str]) -> Iterator[Finding]:
    idle = [one for one in snapshot.inverters if one.serial in fresh and one.producing is False]
    if idle and 2 * len(idle) < len(fresh):
        yield Finding(
            check="panels",
            severity=Severity.WARNING,
            what=f"{len(idle)} of {len(snapshot.inverters)} panels report and produce nothing, while most others do.",
            evidence=", ".join(one.serial for one in idle[:NAMED]),
            advice="Look for shade first; then for the conditions that `openvoy read` shows for these panels.",
            sureness=Sureness.POSSIBLE,
        )
