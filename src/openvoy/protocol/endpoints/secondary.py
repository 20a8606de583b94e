"""Secondary control: how set points are found."""

from __future__ import annotations

from typing import Annotated

from openvoy.codec import WireStruct, doc, said
from openvoy.protocol.endpoint import Endpoint, Poll, Role
from openvoy.protocol.endpoints.site_settings import ForeignPv, ForeignPvList
from openvoy.protocol.firmware import parse_firmware


class Nameplate(WireStruct):
    """Ratings by phase."""

    solar: Annotated[tuple[float, ...] | None, doc("W", "array, three phases")] = said("PV")
    iq: Annotated[tuple[float, ...] | None, doc("W", "IQ Batteries")] = said("ENC")
    acb: Annotated[tuple[float, ...] | None, doc("W", "AC Batteries")] = said("ACB")
    sleeping: Annotated[tuple[float, ...] | None, doc("W", "sleeping batteries")] = said("SLP")


class ControlRule(WireStruct):
    """A rule in force."""

    rule: Annotated[str | None, doc("", "such as PEL W")] = said("RuleId")
    number: Annotated[int | None, doc("", "number")] = said("RuleNum")
    threshold: Annotated[float | None, doc("", "W or %, by rule")] = said("Threshold")


class ControlProfile(WireStruct):
    """Profile and rules."""

    time: Annotated[str | None, doc("", "text date with newline")] = said("ts")
    name: Annotated[str | None, doc("", "grid profile")] = said("profile_name")
    site_rules: Annotated[tuple[ControlRule, ...] | None, doc("", "for the site")] = said("agg_rules")
    phase_rules: Annotated[tuple[ControlRule, ...] | None, doc("", "by phase")] = None


class Disconnect(WireStruct):
    """Grid disconnect."""

    status: Annotated[str | None, doc("", "Closed …")] = None
    reason: Annotated[str | None, doc("", "why it opened")] = None
    reason_id: Annotated[int | None, doc("", "the same as number")] = None
    soft_start_remaining_s: Annotated[float | None, doc("s", "left of the soft start")] = said("soft_start_remain")
    soft_start_s: Annotated[float | None, doc("s", "length of the soft start")] = said("soft_start_max")
    triggers: Annotated[tuple[str, ...] | None, doc("", "triggers")] = said("aggregate_triggers")
    phase_a_triggers: Annotated[tuple[str, ...] | None, doc("", "triggers")] = None
    phase_b_triggers: Annotated[tuple[str, ...] | None, doc("", "triggers")] = None
    phase_c_triggers: Annotated[tuple[str, ...] | None, doc("", "triggers")] = None


class SetPoint(WireStruct):
    """Set point of a group."""

    group: Annotated[str | None, doc("", "ACB, ENC, PV, SLP")] = said("id")
    min_pct: Annotated[float | None, doc("%", "lower limit")] = said("min")
    max_pct: Annotated[float | None, doc("%", "upper limit")] = said("max")
    f_width: Annotated[float | None, doc("", "frequency band")] = None
    f_offset: Annotated[float | None, doc("", "frequency offset")] = None
    setpoint_pct: Annotated[float | None, doc("%", "-100 is full charge, 0 idle")] = said("setpoint_val")


class PhaseResponse(WireStruct):
    """Set points of a phase."""

    phase: Annotated[str | None, doc("", "ph-a …")] = None
    f_state: Annotated[float | None, doc("", "frequency state")] = None
    v_state: Annotated[float | None, doc("", "voltage state")] = None
    active_f_rule: Annotated[str | None, doc("", "rule in force")] = None
    active_f_rule_ctx: Annotated[str | None, doc("", "its context")] = None
    active_v_rule: Annotated[str | None, doc("", "rule in force")] = None
    active_v_rule_ctx: Annotated[str | None, doc("", "its context")] = None
    groups: Annotated[tuple[SetPoint, ...] | None, doc("", "set points")] = None


class ControlResponse(WireStruct):
    """Set points."""

    f_state: Annotated[float | None, doc("", "frequency state")] = None
    v_state: Annotated[float | None, doc("", "voltage state")] = None
    groups: Annotated[tuple[SetPoint, ...] | None, doc("", "for the site")] = None
    phases: Annotated[tuple[PhaseResponse, ...] | None, doc("", "by phase")] = None


class BatteryFeedback(WireStruct):
    """Set points as the batteries report them."""

    raw_pct: Annotated[float | None, doc("%", "set point")] = said("raw_setpt")
    mean_pct: Annotated[float | None, doc("%", "mean")] = said("avg_setpt")


class BatteryStats(WireStruct):
    """Batteries as secondary control sees them."""

    acb_soc_pct: Annotated[tuple[float, ...] | None, doc("%", "AC Batteries")] = said("acb_soc")
    sleeping_soc_pct: Annotated[tuple[float, ...] | None, doc("%", "sleeping batteries")] = said("slp_soc")
    feedback: Annotated[BatteryFeedback | None, doc("", "IQ Batteries")] = said("encharge_feedback")


class FastPhase(WireStruct):
    """One phase of a fast sample."""

    voltage_v: Annotated[float | None, doc("V", "voltage")] = said("vrms")
    power_w: Annotated[float | None, doc("W", "active power")] = said("P")
    apparent_va: Annotated[float | None, doc("VA", "apparent power")] = said("S")
    frequency_hz: Annotated[float | None, doc("Hz", "frequency")] = said("F")
    reactive_var: Annotated[float | None, doc("var", "reactive power")] = said("Q")


class FastSample(WireStruct):
    """A sample, about every 200 ms."""

    timestamp_ms: Annotated[float | None, doc("ms", "stopwatch")] = said("ts")
    a: Annotated[FastPhase | None, doc("", "phase A")] = said("ph-a")
    b: Annotated[FastPhase | None, doc("", "phase B")] = said("ph-b")
    c: Annotated[FastPhase | None, doc("", "phase C")] = said("ph-c")


class FastMeters(WireStruct):
    """Ring buffers of about twelve samples."""

    grid: Annotated[tuple[FastSample, ...] | None, doc("", "grid")] = said("ECP")
    solar: Annotated[tuple[FastSample, ...] | None, doc("", "array")] = said("PV")
    battery: Annotated[tuple[FastSample, ...] | None, doc("", "batteries")] = said("ENC")


class Sequence(WireStruct):
    """Sequence components."""

    frequency_hz: Annotated[float | None, doc("Hz", "frequency")] = said("F")
    voltage_v: Annotated[float | None, doc("V", "positive sequence")] = said("V")
    vd_negative: Annotated[float | None, doc("", "negative sequence, direct")] = said("Vd_neg")
    vq_negative: Annotated[float | None, doc("", "negative sequence, quadrature")] = said("Vq_neg")
    Vd_zero: Annotated[float | None, doc("", "zero sequence, direct")] = None
    Vq_zero: Annotated[float | None, doc("", "zero sequence, quadrature")] = None


class ControlStatus(WireStruct):
    """Everything that secondary control knows."""

    aggregate_metering: Annotated[bool | None, doc("", "meters count as one")] = said("AggregateMeteringMode")
    storage_meter_used: Annotated[bool | None, doc("", "storage transformer is used")] = said(
        "EnchargeCtSupportEnabled"
    )
    nameplate: Annotated[Nameplate | None, doc("", "ratings")] = None
    profile: Annotated[ControlProfile | None, doc("", "rules")] = None
    events: Annotated[tuple[str, ...] | None, doc("", "PEL Active …")] = None
    disconnect: Annotated[Disconnect | None, doc("", "grid disconnect")] = said("disco")
    response: Annotated[ControlResponse | None, doc("", "set points")] = None
    batteries: Annotated[BatteryStats | None, doc("", "batteries")] = said("acbstats")
    meter: Annotated[FastMeters | None, doc("", "fast samples")] = None
    sequence: Annotated[Sequence | None, doc("", "sequence components")] = said("Sequence")


class BatterySchedule(WireStruct):
    """What the battery schedule does now."""

    mode: Annotated[int | None, doc("", "index into sched_mode_key")] = said("acb_current_mode")
    debug_mode: Annotated[int | None, doc("", "-1 is none")] = said("acb_debug_mode")
    iq_stored_wh: Annotated[float | None, doc("Wh", "IQ Batteries: energy stored")] = said("ENC_agg_energy")
    reserve_wh: Annotated[float | None, doc("Wh", "energy held in reserve")] = said("Agg Backup Energy")
    very_low_wh: Annotated[float | None, doc("Wh", "energy below the safety limit")] = said("Agg VLS Energy")
    iq_count: Annotated[int | None, doc("", "IQ Batteries")] = said("Num_of_enc")
    iq_soc_pct: Annotated[float | None, doc("%", "IQ Batteries: state of charge")] = said("ENC_agg_soc")
    force_discharge: Annotated[bool | None, doc("", "discharge is forced")] = said("Force Discharge")
    charge_from_grid: Annotated[bool | None, doc("", "may charge from the grid")] = said("Charge From Grid Allowed")
    acb_soc_pct: Annotated[float | None, doc("%", "AC Batteries: state of charge")] = said("ACB_agg_soc")
    acb_stored_wh: Annotated[float | None, doc("Wh", "AC Batteries: energy stored")] = said("ACB_agg_energy")
    acb_count: Annotated[int | None, doc("", "AC Batteries")] = said("Num_of_acb")
    soc_pct: Annotated[float | None, doc("%", "state of charge of everything")] = said("agg_soc")
    capacity_wh: Annotated[float | None, doc("Wh", "capacity of everything")] = said("max_energy")
    modes: Annotated[tuple[str, ...] | None, doc("", "ID - Idle, ZN - Zero Net …")] = said("sched_mode_key")


class ScheduleOverride(WireStruct):
    """Overrides the battery schedule."""

    debug_mode: Annotated[int | None, doc("", "index into sched_mode_key, -1 is none")] = said("acb_debug_mode")


class SetPointOverride(WireStruct):
    """Overrides the set point, for debugging."""

    enabled: Annotated[bool | None, doc("", "in force")] = said("enable")
    setpoint_pct: Annotated[float | None, doc("%", "set point")] = said("setpoint")


CONTROL_STATUS: Endpoint[ControlStatus] = Endpoint(
    name="control_status",
    path="/ivp/sc/status",
    summary="Rules, events, set points and fast samples of secondary control.",
    reply=ControlStatus,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("6"),
)


BATTERY_SCHEDULE: Endpoint[BatterySchedule] = Endpoint(
    name="battery_schedule",
    path="/ivp/sc/sched",
    summary="What the battery schedule does now; POST overrides it.",
    reply=BatterySchedule,
    request=ScheduleOverride,
    methods=("GET", "POST"),
    poll=Poll.ON_DEMAND,
    since=parse_firmware("7"),
)


SETPOINT_OVERRIDE: Endpoint[SetPointOverride] = Endpoint(
    name="setpoint_override",
    path="/ivp/sc/setp_override",
    summary="Overrides the set point, for debugging.",
    reply=SetPointOverride,
    request=SetPointOverride,
    methods=("GET", "POST"),
    role=Role.PROVISIONING,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("6"),
)


FOREIGN_PV: Endpoint[ForeignPvList] = Endpoint(
    name="foreign_pv",
    path="/ivp/sc/third_party_pv",
    summary="Foreign inverters, as secondary control knows them.",
    reply=ForeignPvList,
    request=ForeignPv,
    methods=("GET", "POST"),
    role=Role.PROVISIONING,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("6"),
)
