"""Parts that could not be read although the gateway has them."""

from __future__ import annotations

from collections.abc import Iterator

from openvoy.client.doctor.check import check
from openvoy.client.doctor.facts import Facts
from openvoy.client.doctor.finding import Finding, Severity


@check("missing")
def find(facts: Facts) -> Iterator[Finding]:
    """Name what is missing in the reading, and why."""
    if facts.snapshot is None or not facts.snapshot.missing:
        return
    parts = facts.snapshot.missing
    reasons = dict.fromkeys(part.reason for part in parts)
    yield Finding(
        check="missing",
        severity=Severity.NOTE,
        what=f"{len(parts)} parts could not be read: {', '.join(part.part for part in parts)}.",
        evidence="; ".join(reasons),
        advice="A page that came broken or late is often right at the next look: run this again. One that is refused"
        " needs another token, see `openvoy token show`.",
    )
