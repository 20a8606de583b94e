"""What is known of this firmware."""

from __future__ import annotations

from collections.abc import Iterator

from openvoy.client.doctor.check import check
from openvoy.client.doctor.facts import Facts
from openvoy.client.doctor.finding import Finding
from openvoy.client.doctor.firmware_issues import ISSUES
from openvoy.protocol.endpoints.meters import METERS


@check("firmware")
def find(facts: Facts) -> Iterator[Finding]:
    """Look the firmware up in the table of known issues."""
    capabilities = facts.capabilities
    if capabilities is None:
        return
    numbers = capabilities.firmware.numbers
    for issue in ISSUES:
        is_this = issue.since <= numbers and (issue.until is None or numbers < issue.until)
        if is_this and issue.metered in (None, capabilities.metered) and _has(facts, issue.needs):
            yield Finding(
                check="firmware",
                severity=issue.severity,
                what=issue.what,
                evidence=f"firmware {capabilities.firmware}",
                advice=issue.advice,
                source=issue.source,
            )


def _has(facts: Facts, needs: str) -> bool:
    """Whether the reading shows what an issue depends on; what could not be read shows nothing."""
    if not needs:
        return True
    if facts.snapshot is None:
        return False
    if needs == "batteries":
        return facts.snapshot.storage is not None
    if facts.snapshot.has_failed(METERS.name):
        return False
    return not any(meter.state == "enabled" for meter in facts.snapshot.meters)
