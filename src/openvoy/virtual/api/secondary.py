"""Secondary control: rules, set points and fast samples, and what the battery schedule does now."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime

from openvoy.protocol.endpoints.secondary import (
    BATTERY_SCHEDULE,
    CONTROL_STATUS,
    SETPOINT_OVERRIDE,
    BatteryFeedback,
    BatterySchedule,
    BatteryStats,
    ControlProfile,
    ControlResponse,
    ControlRule,
    ControlStatus,
    Disconnect,
    FastMeters,
    FastPhase,
    FastSample,
    Nameplate,
    PhaseResponse,
    ScheduleOverride,
    Sequence,
    SetPoint,
    SetPointOverride,
)
from openvoy.virtual.api.call import Call, Outcome, settle
from openvoy.virtual.api.fleet import ac_batteries, ac_charge, batteries, iq_charge, whole_charge
from openvoy.virtual.api.measured import measure
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.settings.plan import CODES, NUMBERED, action_at, build_plan
from openvoy.virtual.settings.storage import SetPoint as ToldSetPoint
from openvoy.virtual.site.branches import Branch
from openvoy.virtual.site.hardware import ACB_RATED_W

PHASES = ("ph-a", "ph-b", "ph-c")
SAMPLES = 12
SAMPLE_MS = 200
SOFT_START_S = 30.0
MODES = (
    "ID - Idle",
    "ZN - Zero Net",
    "CG - Charge From Grid",
    "DG - Discharge to Grid",
    "ND - No Discharge",
    "DL - Discharge to Load",
    "CP - Charge From PV",
    "HEMS Discharge",
    "HEMS Charge",
    "FCR - Charge or discharge",
    "HEMS Charge from Grid",
)
"""Names of the modes, in the order of their numbers."""


def build_status(moment: Moment) -> ControlStatus:
    """Build everything that secondary control knows."""
    charge, units = round(iq_charge(moment).soc_pct), ac_batteries(moment)
    setpoint = _setpoint(moment)
    return ControlStatus(
        aggregate_metering=False,
        storage_meter_used=bool(batteries(moment)),
        nameplate=_nameplate(moment),
        profile=_profile(moment),
        events=tuple(_events(moment)),
        disconnect=_disconnect(moment),
        response=_response(moment, setpoint),
        batteries=BatteryStats(
            acb_soc_pct=(round(units[0].soc_pct) if units else 0, 0, 0, 0),
            sleeping_soc_pct=(charge if moment.settings.storage.asleep else 0, 0, 0, 0),
            feedback=BatteryFeedback(raw_pct=setpoint, mean_pct=setpoint),
        ),
        meter=FastMeters(
            grid=_samples(moment, Branch.NET),
            solar=_samples(moment, Branch.SOLAR),
            battery=_samples(moment, Branch.BATTERY),
        ),
        sequence=_sequence(moment),
    )


def _nameplate(moment: Moment) -> Nameplate:
    """Ratings by phase; units are on the phases in turn, or on all."""
    iq, solar = [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]
    count = moment.site.phase_count
    for unit in batteries(moment):
        phases = range(count) if unit.model.spans_phases else (unit.phase,)
        for phase in phases:
            iq[phase] += unit.model.rated_w / len(phases)
    rated_w = sum(row.inverter_model.rated_w * row.panels for row in moment.site.array)
    for phase in range(count):
        solar[phase] = rated_w / count
    return Nameplate(
        solar=tuple(solar), iq=tuple(iq), acb=(ACB_RATED_W * len(ac_batteries(moment)), 0.0, 0.0), sleeping=(0, 0, 0)
    )


def _profile(moment: Moment) -> ControlProfile:
    chosen_s = moment.settings.profiles.chosen_s
    return ControlProfile(
        time=f"{datetime.fromtimestamp(chosen_s, UTC):%a %b %d %H:%M:%S %Y}\n",
        name=moment.settings.profiles.selected.rpartition(":")[0],
        site_rules=tuple(_rules(moment)),
        phase_rules=(ControlRule(rule="Shutdown Recovery", number=68, threshold=moment.settings.tariff.very_low_pct),),
    )


def _rules(moment: Moment) -> list[ControlRule]:
    limits, rules = moment.settings.limits, []
    if limits.export.enabled:
        rules.append(
            ControlRule(
                rule="PEL VA" if limits.export.in_apparent else "PEL W", number=14, threshold=limits.export.limit
            )
        )
    if limits.dynamic.enabled:
        rules.append(ControlRule(rule="DPEL W", number=15, threshold=limits.dynamic.limit_w))
    if limits.power_control.offering is not None and limits.power_control.offering.main_panel_avoidance:
        rules.append(ControlRule(rule="PCS MPU Avoidance", number=61, threshold=0.0))
    return rules


def _events(moment: Moment) -> list[str]:
    limits, events = moment.settings.limits, []
    if limits.export.enabled:
        events.append("PEL Active")
        if not moment.has_consumption_meter:
            events.append("ECL Prod Limit Needs Meter")
    if limits.dynamic.enabled:
        events.append("DPEL Active")
    return events


def _disconnect(moment: Moment) -> Disconnect:
    is_closed = moment.switchgear.relay == "closed"
    is_asked = moment.settings.controller.grid_relay == "open"
    return Disconnect(
        status="Closed" if is_closed else "Open",
        reason="" if is_closed else "User request" if is_asked else "Grid loss",
        reason_id=0 if is_closed else 1 if is_asked else 2,
        soft_start_remaining_s=SOFT_START_S,
        soft_start_s=SOFT_START_S,
        triggers=(),
        phase_a_triggers=(),
        phase_b_triggers=(),
        phase_c_triggers=(),
    )


def _setpoint(moment: Moment) -> float:
    """What the batteries do, in per cent of what they can: -100 is full charge."""
    told = moment.settings.storage.setpoint
    if told.enabled:
        return told.value_pct
    units = batteries(moment)
    rated_w = sum(unit.model.rated_w for unit in units)
    return round(100 * sum(unit.power_w for unit in units) / rated_w, 1) if rated_w else 0.0


def _ac_setpoint(moment: Moment) -> float:
    """The same of AC Batteries."""
    units = ac_batteries(moment)
    return round(100 * sum(unit.power_w for unit in units) / (ACB_RATED_W * len(units)), 1) if units else 0.0


def _response(moment: Moment, setpoint: float) -> ControlResponse:
    setpoints = {
        "ACB": _ac_setpoint(moment),
        "ENC": setpoint,
        "PV": round(moment.truth.solar_pct, 1),
        "SLP": 0.0,
    }
    groups = tuple(
        SetPoint(
            group=name,
            min_pct=-100 if name in {"ACB", "ENC"} else 0,
            max_pct=100,
            f_width=1.0,
            f_offset=0.0,
            setpoint_pct=value,
        )
        for name, value in setpoints.items()
    )
    phases = tuple(
        PhaseResponse(
            phase=PHASES[phase],
            f_state=0.0,
            v_state=0.0,
            active_f_rule="",
            active_f_rule_ctx="",
            active_v_rule="",
            active_v_rule_ctx="",
            groups=groups,
        )
        for phase in range(moment.site.phase_count)
    )
    return ControlResponse(f_state=0.0, v_state=0.0, groups=groups, phases=phases)


def _samples(moment: Moment, branch: Branch) -> tuple[FastSample, ...]:
    """The last samples; between two seconds nothing changes here."""
    count = moment.site.phase_count
    phases = [_phase(moment, branch, phase) if phase < count else _dark(moment) for phase in range(len(PHASES))]
    newest_ms = (moment.now_s - moment.commissioned_s) * 1000
    return tuple(
        FastSample(timestamp_ms=newest_ms - SAMPLE_MS * age, a=phases[0], b=phases[1], c=phases[2])
        for age in range(SAMPLES - 1, -1, -1)
    )


def _phase(moment: Moment, branch: Branch, phase: int) -> FastPhase:
    measured = measure(moment, branch, phase)
    return FastPhase(
        voltage_v=measured.voltage_v,
        power_w=measured.active_w,
        apparent_va=measured.apparent_va,
        frequency_hz=measured.frequency_hz,
        reactive_var=measured.reactive_var,
    )


def _dark(moment: Moment) -> FastPhase:
    hertz = measure(moment, Branch.GRID).frequency_hz
    return FastPhase(voltage_v=0.0, power_w=0.0, apparent_va=0.0, frequency_hz=hertz, reactive_var=0.0)


def _sequence(moment: Moment) -> Sequence:
    """Symmetrical components of the voltages, one phase as a third of a balanced system."""
    voltages = moment.truth.voltages_v
    count = len(voltages)
    turns = [complex(math.cos(2 * math.pi * row / count), math.sin(2 * math.pi * row / count)) for row in range(count)]
    positive = sum(volt for volt in voltages) / count
    negative = sum(volt * turn * turn for volt, turn in zip(voltages, turns, strict=True)) / count
    zero = sum(volt * turn for volt, turn in zip(voltages, turns, strict=True)) / count
    return Sequence(
        frequency_hz=moment.truth.frequency_hz,
        voltage_v=round(positive, 2),
        vd_negative=round(negative.real, 2),
        vq_negative=round(negative.imag, 2),
        Vd_zero=round(zero.real, 2),
        Vq_zero=round(zero.imag, 2),
    )


def build_schedule(moment: Moment) -> BatterySchedule:
    """Build what the battery schedule does now."""
    tariff, storage = moment.settings.tariff, moment.settings.storage
    iq, ac, whole = iq_charge(moment), ac_charge(moment), whole_charge(moment)
    capacity = round(whole.capacity_wh)
    action = action_at(build_plan(tariff, storage.schedule_number), moment.local)
    number = storage.schedule_number if storage.schedule_number >= 0 else list(CODES.values()).index(action)
    return BatterySchedule(
        mode=number,
        debug_mode=storage.schedule_number,
        iq_stored_wh=round(iq.stored_wh),
        reserve_wh=round(capacity * tariff.reserve_pct / 100),
        very_low_wh=round(capacity * tariff.very_low_pct / 100),
        iq_count=len(batteries(moment)),
        iq_soc_pct=round(iq.soc_pct),
        force_discharge=action == "discharge-to-grid",
        charge_from_grid=tariff.storage.charge_from_grid is True,
        acb_soc_pct=round(ac.soc_pct),
        acb_stored_wh=round(ac.stored_wh),
        acb_count=len(ac_batteries(moment)),
        soc_pct=round(whole.soc_pct),
        capacity_wh=capacity,
        modes=MODES,
    )


def write_schedule(moment: Moment, call: Call) -> Outcome:
    """Override the schedule by the number of a mode; -1 ends that."""
    told = call.read(ScheduleOverride).debug_mode
    if told is None or not -1 <= told < len(NUMBERED):
        raise call.malformed("acb_debug_mode is no mode")
    return settle(moment, storage=replace(moment.settings.storage, schedule_number=told))


def build_override(moment: Moment) -> SetPointOverride:
    """Build the set point that somebody gave."""
    told = moment.settings.storage.setpoint
    return SetPointOverride(enabled=told.enabled, setpoint_pct=told.value_pct)


def write_override(moment: Moment, call: Call) -> Outcome:
    """Give one, in per cent of what batteries can."""
    told, before = call.read(SetPointOverride), moment.settings.storage.setpoint
    value_pct = before.value_pct if told.setpoint_pct is None else told.setpoint_pct
    if told.enabled is None or not -100 <= value_pct <= 100:
        raise call.malformed("enable is missing, or setpoint is no share")
    setpoint = ToldSetPoint(enabled=told.enabled, value_pct=value_pct)
    return settle(moment, storage=replace(moment.settings.storage, setpoint=setpoint))


RENDER = {CONTROL_STATUS: build_status, BATTERY_SCHEDULE: build_schedule, SETPOINT_OVERRIDE: build_override}
WRITE = {(BATTERY_SCHEDULE, "POST"): write_schedule, (SETPOINT_OVERRIDE, "POST"): write_override}
