"""Current transformers that are turned round or clamped on another phase, told from one reading.

Turned round, a transformer measures the power with the other sign. On another phase it measures against the wrong
voltage: in three phases the power factor becomes cos(phi ± 120°), about -0.5 for panels at full power; in split phase
the sign turns. Panels report averages of 5 to 15 minutes, so that only clear differences count.
"""

from __future__ import annotations

from collections.abc import Iterator

from openvoy.client.doctor.check import check
from openvoy.client.doctor.daylight import panels_w
from openvoy.client.doctor.facts import Facts
from openvoy.client.doctor.finding import Finding, Severity, Sureness
from openvoy.model import Snapshot
from openvoy.model.devices import Meter

STANDBY_W = 40.0
"""Panels at night and transformers without load read a few watts of either sign; large sites up to this."""
CLEAR_W = 300.0
"""Only power well above standby says anything about wiring."""
BAD_FACTOR = 0.6
"""Of one phase of the production at clear power; right wiring gives above 0.9."""
_TURN = "Have an electrician look: turn the transformer round, or clamp it on the conductor of its own phase."


@check("transformers")
def find(facts: Facts) -> Iterator[Finding]:
    """Look at signs, power factors and the gateway's own flags."""
    if facts.snapshot is None:
        return
    for meter in facts.snapshot.meters:
        if meter.state == "enabled":
            yield from _flags(meter)
            if meter.kind == "production":
                yield from _production(meter, facts.snapshot, facts)
    yield from _consumption(facts.snapshot)


def _flags(meter: Meter) -> Iterator[Finding]:
    is_wrong = meter.status not in (None, "normal")
    if is_wrong or meter.flags:
        words = ", ".join(filter(None, (meter.status if is_wrong else None, *meter.flags)))
        yield _finding(
            Severity.WARNING,
            f"The gateway itself complains of the {meter.kind} meter.",
            words,
            Sureness.CERTAIN,
            "not-metering means that no transformer is found; the other words that one is on the wrong conductor or"
            f" turned round. {_TURN}",
            source="Q25",
        )


def _production(meter: Meter, snapshot: Snapshot, facts: Facts) -> Iterator[Finding]:
    power_w = meter.active_power_w
    expected_w = panels_w(snapshot, facts.gateway_now)
    if power_w is not None and power_w < -STANDBY_W:
        is_day = expected_w is not None and expected_w > CLEAR_W
        evidence = f"the meter reads {power_w:.0f} W"
        if is_day:
            evidence += f" while the panels report {expected_w:.0f} W"
        yield _finding(
            Severity.ERROR if is_day else Severity.WARNING,
            "The production transformer is turned round." if is_day else "The production meter reads negative.",
            evidence,
            Sureness.LIKELY if is_day else Sureness.POSSIBLE,
            _TURN if is_day else f"Look again by day. {_TURN}",
        )
        return
    yield from _phases(meter)


def _phases(meter: Meter) -> Iterator[Finding]:
    """Look at each phase of the production: all of them produce alike, unless one is wired wrongly."""
    for channel in meter.channels:
        power_w, apparent_va = channel.active_power_w, channel.apparent_power_va
        if power_w is None or apparent_va is None or apparent_va < CLEAR_W:
            continue
        evidence = f"{channel.phase}: {power_w:.0f} W of {apparent_va:.0f} VA"
        if power_w < -STANDBY_W:
            what = f"The production transformer of phase {channel.phase} is turned round or on another phase."
            yield _finding(Severity.ERROR, what, evidence, Sureness.LIKELY, _TURN)
        elif power_w / apparent_va < BAD_FACTOR and _is_producing(meter):
            what = f"The production transformer of phase {channel.phase} may be on another phase."
            yield _finding(Severity.WARNING, what, evidence, Sureness.POSSIBLE, f"Look again at noon. {_TURN}")


def _is_producing(meter: Meter) -> bool:
    return meter.active_power_w is not None and meter.active_power_w > CLEAR_W


def _consumption(snapshot: Snapshot) -> Iterator[Finding]:
    """A house never uses less than nothing. A transformer that is turned round shows while the grid delivers."""
    load_w, grid_w, solar_w = snapshot.power.load_w, snapshot.power.grid_w, snapshot.power.solar_w
    if load_w is None or load_w >= -STANDBY_W:
        return
    if solar_w is not None and solar_w < -STANDBY_W and load_w - 2 * solar_w >= -STANDBY_W:
        # The production transformer, turned, explains all of it.
        return
    shown = ", ".join(
        f"{name} {value:.0f} W"
        for name, value in (
            ("load", load_w),
            ("solar", solar_w),
            ("grid", grid_w),
            ("battery", snapshot.power.battery_w),
        )
        if value is not None
    )
    is_clear = load_w < -CLEAR_W
    yield _finding(
        Severity.ERROR if is_clear else Severity.WARNING,
        "The house seems to use less than nothing: a consumption transformer is turned round or on another phase.",
        shown,
        Sureness.LIKELY if is_clear else Sureness.POSSIBLE,
        f"Solar that the production meter does not see has the same effect. {_TURN}",
    )


def _finding(
    severity: Severity, what: str, evidence: str, sureness: Sureness, advice: str, *, source: str | None = None
) -> Finding:
    return Finding(
        check="transformers",
        severity=severity,
        what=what,
        evidence=evidence,
        advice=advice,
        sureness=sureness,
        source=source,
    )
