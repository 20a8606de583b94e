"""Meters that are enabled and say nothing, so that a power is not known."""

from __future__ import annotations

from collections.abc import Iterator

from openvoy.client.doctor.check import check
from openvoy.client.doctor.facts import Facts
from openvoy.client.doctor.finding import Finding, Severity
from openvoy.model import Snapshot
from openvoy.protocol.endpoints.meters import METER_READINGS

_POWERS = {
    "production": ("solar", "solar_w"),
    "net-consumption": ("grid", "grid_w"),
    "total-consumption": ("house", "load_w"),
    "storage": ("battery", "battery_w"),
}
"""What each kind measures: its name for people, and in the reading."""


@check("readings")
def find(facts: Facts) -> Iterator[Finding]:
    """Name enabled meters without a reading whose power no other page has; a page that failed is told as missing."""
    snapshot = facts.snapshot
    if snapshot is None or snapshot.has_failed(METER_READINGS.name):
        return
    silent = [kind for kind in _find_silent(snapshot) if getattr(snapshot.power, _POWERS[kind][1]) is None]
    if not silent:
        return
    powers = " and ".join(dict.fromkeys(_POWERS[kind][0] for kind in silent))
    one = len(silent) == 1
    yield Finding(
        check="readings",
        severity=Severity.WARNING,
        what=f"{'A meter is' if one else f'{len(silent)} meters are'} enabled and {'gives' if one else 'give'}"
        f" no readings: the power of {powers} is not known.",
        evidence=f"{', '.join(silent)}: enabled, without a reading",
        advice="Look again in some minutes: after a restart and shortly after 23:00 this passes. If it stays, have the"
        " installer look at the meter, and disable it where it has no transformers.",
        source="Q20, Q23",
    )


def _find_silent(snapshot: Snapshot) -> Iterator[str]:
    for meter in snapshot.meters:
        is_silent = meter.state == "enabled" and meter.active_power_w is None
        if is_silent and meter.kind in _POWERS and not snapshot.has_failed(f"meter {meter.eid}"):
            yield meter.kind
