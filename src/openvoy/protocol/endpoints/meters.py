"""Current-transformer meters: what they are, what they read."""

from __future__ import annotations

from typing import Annotated

from openvoy.codec import WireStruct, doc, said
from openvoy.protocol.endpoint import Endpoint, Poll
from openvoy.protocol.firmware import parse_firmware


class MeterInfo(WireStruct):
    """One meter's configuration."""

    eid: Annotated[int, doc("", "record number; readings are matched by it alone")]
    state: Annotated[str | None, doc("", "enabled or disabled")] = None
    measurement: Annotated[
        str | None, doc("", "production, net-consumption, total-consumption, storage, backfeed, load, evse, pv3p")
    ] = said("measurementType")
    phase_mode: Annotated[str | None, doc("", "single, split or three: how the board is wired")] = said("phaseMode")
    phase_count: Annotated[int | None, doc("", "phases in use")] = said("phaseCount")
    metering_status: Annotated[str | None, doc("", "normal, not-metering, check-wiring")] = said("meteringStatus")
    flags: Annotated[
        tuple[str, ...] | None, doc("", "production-imbalance, negative-production, power-on-unused-phase …")
    ] = said("statusFlags")


class ChannelReading(WireStruct):
    """What one phase measures; unused phases carry induced noise."""

    eid: Annotated[int | None, doc("", "channel record number")] = None
    timestamp_s: Annotated[float | None, doc("s", "Unix time of the sample; 0 is never")] = said("timestamp")
    delivered_wh: Annotated[float | None, doc("Wh", "lifetime energy in the meter's positive direction")] = said(
        "actEnergyDlvd"
    )
    received_wh: Annotated[float | None, doc("Wh", "lifetime energy in the other direction")] = said("actEnergyRcvd")
    apparent_vah: Annotated[float | None, doc("VAh", "lifetime apparent energy; garbage on some 8.3 builds")] = said(
        "apparentEnergy"
    )
    lag_varh: Annotated[float | None, doc("varh", "lifetime lagging reactive energy")] = said("reactEnergyLagg")
    lead_varh: Annotated[float | None, doc("varh", "lifetime leading reactive energy")] = said("reactEnergyLead")
    demand_w: Annotated[float | None, doc("W", "equals activePower")] = said("instantaneousDemand")
    active_w: Annotated[float | None, doc("W", "active power, signed")] = said("activePower")
    apparent_va: Annotated[float | None, doc("VA", "apparent power")] = said("apparentPower")
    reactive_var: Annotated[float | None, doc("var", "reactive power, positive is lagging")] = said("reactivePower")
    power_factor: Annotated[
        float | None, doc("", "power factor; for a meter the sum of its phases' on some 8.3 builds")
    ] = said("pwrFactor")
    voltage_v: Annotated[float | None, doc("V", "voltage; for a meter the sum over the phases in use")] = said(
        "voltage"
    )
    current_a: Annotated[float | None, doc("A", "current; for a meter the sum over the phases in use")] = said(
        "current"
    )
    frequency_hz: Annotated[float | None, doc("Hz", "frequency, in steps of 1/16 Hz; 0 for a disabled meter")] = said(
        "freq"
    )


class MeterReading(WireStruct):
    """What one meter measures, total and by phase."""

    eid: Annotated[int, doc("", "record number")]
    timestamp_s: Annotated[float | None, doc("s", "Unix time of the sample; 0 is never")] = said("timestamp")
    delivered_wh: Annotated[float | None, doc("Wh", "lifetime energy in the meter's positive direction")] = said(
        "actEnergyDlvd"
    )
    received_wh: Annotated[float | None, doc("Wh", "lifetime energy in the other direction")] = said("actEnergyRcvd")
    apparent_vah: Annotated[float | None, doc("VAh", "lifetime apparent energy; garbage on some 8.3 builds")] = said(
        "apparentEnergy"
    )
    lag_varh: Annotated[float | None, doc("varh", "lifetime lagging reactive energy")] = said("reactEnergyLagg")
    lead_varh: Annotated[float | None, doc("varh", "lifetime leading reactive energy")] = said("reactEnergyLead")
    demand_w: Annotated[float | None, doc("W", "equals activePower")] = said("instantaneousDemand")
    active_w: Annotated[float | None, doc("W", "active power, signed")] = said("activePower")
    apparent_va: Annotated[float | None, doc("VA", "apparent power")] = said("apparentPower")
    reactive_var: Annotated[float | None, doc("var", "reactive power, positive is lagging")] = said("reactivePower")
    power_factor: Annotated[float | None, doc("", "power factor; the sum of the phases' on some 8.3 builds")] = said(
        "pwrFactor"
    )
    voltage_v: Annotated[float | None, doc("V", "sum over the phases in use")] = said("voltage")
    current_a: Annotated[float | None, doc("A", "sum over the phases in use")] = said("current")
    frequency_hz: Annotated[float | None, doc("Hz", "frequency, in steps of 1/16 Hz; 0 for a disabled meter")] = said(
        "freq"
    )
    channels: Annotated[
        tuple[ChannelReading, ...] | None, doc("", "always three, four on some 8.3 builds, whatever is in use")
    ] = None


class ReportValues(WireStruct):
    """One block of a meter report."""

    current_w: Annotated[float | None, doc("W", "active power")] = said("currW")
    active_w: Annotated[float | None, doc("W", "the same")] = said("actPower")
    apparent_va: Annotated[float | None, doc("VA", "apparent power")] = said("apprntPwr")
    reactive_var: Annotated[float | None, doc("var", "reactive power")] = said("reactPwr")
    delivered_wh: Annotated[float | None, doc("Wh", "production: generated; net: import less export; total: used")] = (
        said("whDlvdCum")
    )
    received_wh: Annotated[float | None, doc("Wh", "production: taken at night; else 0")] = said("whRcvdCum")
    lag_varh: Annotated[float | None, doc("varh", "lifetime lagging reactive energy")] = said("varhLagCum")
    lead_varh: Annotated[float | None, doc("varh", "lifetime leading reactive energy")] = said("varhLeadCum")
    apparent_vah: Annotated[float | None, doc("VAh", "lifetime apparent energy")] = said("vahCum")
    voltage_v: Annotated[float | None, doc("V", "voltage")] = said("rmsVoltage")
    current_a: Annotated[float | None, doc("A", "current")] = said("rmsCurrent")
    power_factor: Annotated[float | None, doc("", "power factor")] = said("pwrFactor")
    frequency_hz: Annotated[float | None, doc("Hz", "frequency")] = said("freqHz")


class MeterReport(WireStruct):
    """Production, net or total consumption as the gateway computes it."""

    created_s: Annotated[float | None, doc("s", "Unix time")] = said("createdAt")
    report_type: Annotated[str | None, doc("", "production, net-consumption or total-consumption")] = said("reportType")
    cumulative: Annotated[ReportValues | None, doc("", "all phases")] = None
    lines: Annotated[tuple[ReportValues, ...] | None, doc("", "enabled phases")] = None


class PhaseReading(WireStruct):
    """One phase of the quick reading."""

    phase: Annotated[str | None, doc("", "L1, L2 or L3")] = None
    active_w: Annotated[float | None, doc("W", "active power; grid: positive is import")] = said("activePower")
    reactive_var: Annotated[float | None, doc("var", "reactive power, grid only")] = said("reactivePower")
    voltage_v: Annotated[float | None, doc("V", "voltage")] = said("voltage")
    current_a: Annotated[float | None, doc("A", "current")] = said("current")
    frequency_hz: Annotated[float | None, doc("Hz", "frequency")] = said("freq")


class QuickReading(WireStruct):
    """Quick reading of one side."""

    channels: Annotated[tuple[PhaseReading, ...] | None, doc("", "phases")] = None


METERS: Endpoint[tuple[MeterInfo, ...]] = Endpoint(
    name="meters",
    path="/ivp/meters",
    summary="Which meters there are, what they measure and whether they are enabled.",
    reply=tuple[MeterInfo, ...],
    poll=Poll.HOURLY,
    since=parse_firmware("4"),
    digest_free=False,
)


METER_READINGS: Endpoint[tuple[MeterReading, ...]] = Endpoint(
    name="meter_readings",
    path="/ivp/meters/readings",
    summary="What every meter reads now, total and by phase, with lifetime energies.",
    reply=tuple[MeterReading, ...],
    poll=Poll.LIVE,
    since=parse_firmware("4"),
    digest_free=False,
)


METER_REPORTS: Endpoint[tuple[MeterReport, ...]] = Endpoint(
    name="meter_reports",
    path="/ivp/meters/reports",
    summary="Production, net and total consumption as the gateway computes them.",
    reply=tuple[MeterReport, ...],
    poll=Poll.ON_DEMAND,
    since=parse_firmware("7"),
)


GRID_READING: Endpoint[tuple[QuickReading, ...]] = Endpoint(
    name="grid_reading",
    path="/ivp/meters/gridReading",
    summary="Import and export by phase, quickly.",
    reply=tuple[QuickReading, ...],
    poll=Poll.ON_DEMAND,
    since=parse_firmware("8.3"),
)


PV_READING: Endpoint[tuple[QuickReading, ...]] = Endpoint(
    name="pv_reading",
    path="/ivp/meters/pvReading",
    summary="Production by phase, quickly.",
    reply=tuple[QuickReading, ...],
    poll=Poll.ON_DEMAND,
    since=parse_firmware("8.3"),
)
