"""Q-relays that part the panels from the grid."""

from __future__ import annotations

from collections.abc import Iterator

from openvoy.client.doctor.check import check
from openvoy.client.doctor.facts import Facts
from openvoy.client.doctor.finding import Finding, Severity


@check("relays")
def find(facts: Facts) -> Iterator[Finding]:
    """Look at each Q-relay; closed is how it should be."""
    relays = () if facts.snapshot is None else facts.snapshot.controllers
    for relay in relays:
        if relay.kind != "q-relay":
            continue
        if relay.relay == "open":
            yield Finding(
                check="relays",
                severity=Severity.ERROR,
                what=f"The Q-relay {relay.serial} is open: the panels behind it cannot feed in.",
                evidence=f"the gateway's reason: {relay.relay_reason or 'none'}",
                advice="It closes by itself some minutes after the grid is good again. If it stays open, have the"
                " voltage and frequency of the grid and the relay's own breaker looked at.",
            )
        elif relay.relay is not None and False in relay.lines_connected:
            lost = [f"L{place}" for place, joined in enumerate(relay.lines_connected, 1) if not joined]
            yield Finding(
                check="relays",
                severity=Severity.WARNING,
                what=f"The Q-relay {relay.serial} does not join {' and '.join(lost)}.",
                evidence=f"of {len(relay.lines_connected)} lines that it has",
                advice="Have its wiring and the breakers of these lines looked at.",
            )
