"""Whether the gateway's Wi-Fi is good enough."""

from __future__ import annotations

from collections.abc import Iterator

from openvoy.client.doctor.check import check
from openvoy.client.doctor.facts import Facts
from openvoy.client.doctor.finding import Finding, Severity

WEAK_BARS = 2
"""Of 5; with fewer requests begin to time out."""


@check("wifi")
def find(facts: Facts) -> Iterator[Finding]:
    """Look at the bars of the joined network."""
    wireless = facts.wireless
    if wireless is None or wireless.current is None or wireless.current.bars is None:
        return
    if not wireless.configured or wireless.up is False or wireless.current.bars > WEAK_BARS:
        return
    yield Finding(
        check="wifi",
        severity=Severity.WARNING,
        what="The gateway's Wi-Fi is weak.",
        evidence=f"{wireless.current.bars} of 5 bars, channel {wireless.current.channel or 'not said'}",
        advice="Use its cable, or move the access point nearer. If it is connected by cable too, this does no harm.",
    )
