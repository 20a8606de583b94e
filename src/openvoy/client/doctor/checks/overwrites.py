"""Whether somebody else, mostly the vendor's cloud, sets the batteries too."""

from __future__ import annotations

from collections.abc import Iterator

from openvoy.client.doctor.check import check
from openvoy.client.doctor.facts import Facts
from openvoy.client.doctor.finding import Finding, Severity

_ADVICE = "Switch the schedule off in the vendor's app, or leave the control of the battery to it: both at once fight."


@check("overwrites")
def find(facts: Facts) -> Iterator[Finding]:
    """Look at who schedules the batteries, and at changes that were taken back."""
    storage = None if facts.snapshot is None else facts.snapshot.storage
    if storage is not None and storage.cloud_scheduled:
        yield Finding(
            check="overwrites",
            severity=Severity.NOTE,
            what="The vendor's cloud plans the battery; changes of its mode from here have no effect.",
            evidence="storage settings: the schedule is optimised by the cloud",
            advice=_ADVICE,
            source="Q80",
        )
    if facts.overwrites:
        last = facts.overwrites[-1]
        yield Finding(
            check="overwrites",
            severity=Severity.WARNING,
            what="Changes that were made from here were taken back by somebody else.",
            evidence=f"{len(facts.overwrites)} in the audit log, the last at {last.at:%Y-%m-%d %H:%M} UTC: {last.what}",
            advice=_ADVICE,
            source="Q80",
        )
