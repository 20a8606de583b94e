"""Values as the integrated meter prints them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from openvoy.virtual.api.interval import flow_of
from openvoy.virtual.api.metering import branch_of
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.api.versions import TOTAL_IS_DIFFERENCE
from openvoy.virtual.site.branches import Branch
from openvoy.virtual.site.meters import Meter

FREQUENCY_STEPS = 16
"""Frequency comes in sixteenths of a hertz."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a meter measures on a phase, or on all: rounded to three decimals, the power factor too."""

    active_w: float = 0.0
    reactive_var: float = 0.0
    apparent_va: float = 0.0
    delivered_wh: float = 0.0
    received_wh: float = 0.0
    lagging_varh: float = 0.0
    leading_varh: float = 0.0
    apparent_vah: float = 0.0
    voltage_v: float = 0.0
    current_a: float = 0.0
    power_factor: float = 0.0
    frequency_hz: float = 0.0


DARK = Measured()
"""What a meter without transformers says."""


def measure(moment: Moment, branch: Branch, phase: int | None = None) -> Measured:
    """Read a branch now; without phase all of them. Total consumption is worked out where it has no meter."""
    if branch is Branch.TOTAL and all(meter.branch is not branch for meter in moment.meters):
        return _worked_out(moment, phase)
    return _metered(moment, branch, phase)


def _metered(moment: Moment, branch: Branch, phase: int | None) -> Measured:
    """Read a branch; voltages and currents of phases are added up as the gateway does."""
    flow, state = flow_of(moment.state, branch, phase), moment.state
    phases = range(len(state.voltages_v)) if phase is None else (phase,)
    current = sum(amperes(branch_of(state, branch).phases[row].apparent_va, state.voltages_v[row]) for row in phases)
    factor = flow.active_w / flow.apparent_va if flow.apparent_va else 0.0
    return Measured(
        active_w=round(flow.active_w, 3),
        reactive_var=round(flow.reactive_var, 3),
        apparent_va=round(flow.apparent_va, 3),
        delivered_wh=round(flow.delivered_wh, 3),
        received_wh=round(flow.received_wh, 3),
        lagging_varh=round(flow.lagging_varh, 3),
        leading_varh=round(flow.leading_varh, 3),
        apparent_vah=round(flow.apparent_vah, 3),
        voltage_v=round(sum(state.voltages_v[row] for row in phases), 3),
        current_a=round(current, 3),
        power_factor=round(max(-1.0, min(1.0, factor)), 3),
        frequency_hz=frequency(state.frequency_hz),
    )


def _worked_out(moment: Moment, phase: int | None) -> Measured:
    """Total consumption is production and net added up, currents too, whatever flows in them (5.1).

    What is reactive has the signs of the build; the counter of apparent energy is the net meter's.
    """
    made, net = _metered(moment, Branch.SOLAR, phase), _metered(moment, Branch.NET, phase)
    is_difference = moment.firmware >= TOTAL_IS_DIFFERENCE
    counted, flowing = (-1, 1) if is_difference else (1, -1)
    active_w, current_a = made.active_w + net.active_w, made.current_a + net.current_a
    apparent_va = current_a * net.voltage_v
    if phase is None and is_difference:
        apparent_va = sum(_worked_out(moment, row).apparent_va for row in range(moment.site.phase_count))
    return replace(
        net,
        active_w=round(active_w, 3),
        reactive_var=round(net.reactive_var + flowing * made.reactive_var, 3),
        apparent_va=round(apparent_va, 3),
        delivered_wh=round(made.delivered_wh + net.delivered_wh - net.received_wh, 3),
        received_wh=0.0,
        lagging_varh=round(net.lagging_varh + counted * made.lagging_varh, 3),
        leading_varh=round(net.leading_varh + counted * made.leading_varh, 3),
        current_a=round(current_a, 3),
        power_factor=round(max(-1.0, min(1.0, active_w / apparent_va if apparent_va else 0.0)), 3),
    )


def frequency(value_hz: float) -> float:
    """Round a frequency to the steps in which the meter gives it."""
    return math.floor(value_hz * FREQUENCY_STEPS + 0.5) / FREQUENCY_STEPS


def read_meter(moment: Moment, meter: Meter, phase: int | None = None) -> Measured:
    """Read a meter; one without transformers, and a phase that is not wired, are dark.

    One that was switched off still shows what it had counted.
    """
    if phase is not None and phase >= moment.site.phase_count:
        return DARK
    if meter.enabled:
        return measure(moment, meter.branch, phase)
    return still(measure(moment, meter.branch, phase)) if has_counted(moment, meter.eid) else DARK


def has_counted(moment: Moment, eid: int) -> bool:
    """Whether a meter was ever enabled."""
    return any(stretch.setup.enabled for stretch in moment.settings.meters.ledgers[eid].stretches)


def still(measured: Measured) -> Measured:
    """Leave nothing but what was counted."""
    return replace(
        measured,
        active_w=0.0,
        reactive_var=0.0,
        apparent_va=0.0,
        voltage_v=0.0,
        current_a=0.0,
        power_factor=0.0,
        frequency_hz=0.0,
    )


def amperes(apparent_va: float, voltage_v: float) -> float:
    """Work out a current; none flows where there is no voltage."""
    return apparent_va / voltage_v if voltage_v else 0.0
