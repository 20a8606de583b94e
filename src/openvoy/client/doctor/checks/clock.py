"""Whether the clocks of gateway and machine agree: tokens, reports and days depend on both."""

from __future__ import annotations

from collections.abc import Iterator

from openvoy.client.doctor.check import check
from openvoy.client.doctor.facts import Facts
from openvoy.client.doctor.finding import Finding, Severity
from openvoy.protocol.dates import TOLERATED_S
from openvoy.units import render_span

SERIOUS_S = 600.0
"""Reports of panels come every 5 to 15 minutes: beyond this they seem to be of another interval."""


@check("clock")
def find(facts: Facts) -> Iterator[Finding]:
    """Compare the header Date of the last reply with this machine's time."""
    if facts.gateway_at is None or facts.asked_at is None:
        return
    ahead_s = (facts.gateway_at - facts.asked_at).total_seconds()
    if abs(ahead_s) <= TOLERATED_S:
        return
    side = "ahead of" if ahead_s > 0 else "behind"
    yield Finding(
        check="clock",
        severity=Severity.WARNING if abs(ahead_s) <= SERIOUS_S else Severity.ERROR,
        what=f"The gateway's clock is {render_span(abs(ahead_s))} {side} this machine's.",
        evidence=f"it says {facts.gateway_at:%Y-%m-%d %H:%M:%S} UTC, this machine {facts.asked_at:%H:%M:%S} UTC",
        advice="Find out which one is right: `timedatectl` on this machine; the gateway takes its time from the"
        " internet, so let it reach the vendor's servers, and check its time zone in the installer's app.",
    )
