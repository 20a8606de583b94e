"""Whether the gateway is quick enough for the cadence that is wanted."""

from __future__ import annotations

from collections.abc import Iterator

from openvoy.client.doctor.check import check
from openvoy.client.doctor.facts import Facts
from openvoy.client.doctor.finding import Finding, Severity, Sureness
from openvoy.protocol.endpoint import Handler, Poll
from openvoy.protocol.pacing import CADENCE_S, LOAD_BUDGET
from openvoy.protocol.registry import find_endpoint

SLOW_S = 2.0
"""Native handlers take 0.02 to 0.4 s; beyond this the gateway is overloaded or the network is bad."""


@check("load")
def find(facts: Facts) -> Iterator[Finding]:
    """Add up what a round of everything would take at the usual cadences."""
    share = 0.0
    slow: list[str] = []
    for path, seconds in facts.latencies_s.items():
        endpoint = find_endpoint(path)
        if endpoint is None:
            continue
        if endpoint.handler is not Handler.SCRIPTED and seconds > SLOW_S:
            slow.append(f"{path} {seconds:.1f} s")
        if endpoint.poll is not Poll.ON_DEMAND:
            share += seconds / CADENCE_S[endpoint.poll]
    if slow:
        yield Finding(
            check="load",
            severity=Severity.WARNING,
            what="The gateway answers slowly where it usually is quick.",
            evidence=", ".join(slow),
            advice="Look for other programs that ask it, and have them read Openvoy instead; check its network. Around"
            " 23:00 it is slow every night.",
            sureness=Sureness.LIKELY,
        )
    if share > LOAD_BUDGET:
        yield Finding(
            check="load",
            severity=Severity.NOTE,
            what="Reading at the usual cadence would take more of the gateway's time than it is allowed to.",
            evidence=f"{share:.0%} of its time, the budget is {LOAD_BUDGET:.0%}",
            advice="Nothing: the service asks more rarely by itself until it fits.",
        )
