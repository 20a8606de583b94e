"""Current-transformer meters."""

from __future__ import annotations

from typing import Any

from openvoy.protocol.endpoints.meters import (
    GRID_READING,
    METER_READINGS,
    METER_REPORTS,
    METERS,
    PV_READING,
    ChannelReading,
    MeterInfo,
    MeterReading,
    MeterReport,
    PhaseReading,
    QuickReading,
    ReportValues,
)
from openvoy.virtual.api.measured import DARK, Measured, has_counted, measure, read_meter
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.api.versions import EIGHT_THREE
from openvoy.virtual.site.branches import Branch
from openvoy.virtual.site.meters import CHANNELS, Meter

NEGATIVE_W = -5.0
"""Less than this for each inverter is no standby power."""
LINES = ("L1", "L2", "L3")


def build_meters(moment: Moment) -> tuple[MeterInfo, ...]:
    """Build the list of meters; a standard gateway has none."""
    return tuple(
        MeterInfo(
            eid=meter.eid,
            state="enabled" if meter.enabled else "disabled",
            measurement=meter.kind,
            phase_mode="split" if moment.site.gateway.phases == "split" else "three",
            phase_count=moment.site.phase_count,
            metering_status="check-wiring" if _flags(moment, meter) else "normal",
            flags=_flags(moment, meter),
        )
        for meter in moment.meters
    )


def _flags(moment: Moment, meter: Meter) -> tuple[str, ...]:
    """What the gateway thinks is wrong with a meter: production that is clearly negative."""
    if meter.kind != "production" or not meter.enabled:
        return ()
    is_negative = measure(moment, meter.branch).active_w < NEGATIVE_W * len(moment.serials)
    return ("negative-production",) if is_negative else ()


def build_readings(moment: Moment) -> tuple[MeterReading, ...]:
    """Build what every meter reads, with all its channels."""
    return tuple(_reading(moment, meter) for meter in moment.meters)


def build_reports(moment: Moment) -> tuple[MeterReport, ...]:
    """Build production, net and total consumption as computed by the gateway."""
    if not moment.meters:
        return ()
    return tuple(
        MeterReport(
            created_s=moment.now_s,
            report_type=kind,
            cumulative=_report(moment, branch, None),
            lines=tuple(_report(moment, branch, phase) for phase in range(moment.site.phase_count)),
        )
        for kind, branch in (
            ("production", Branch.SOLAR),
            ("net-consumption", Branch.NET),
            ("total-consumption", Branch.TOTAL),
        )
    )


def build_grid_reading(moment: Moment) -> tuple[QuickReading, ...]:
    """Build the quick reading of the grid side."""
    return (_quick(moment, Branch.NET, is_reactive=True),) if moment.meters else ()


def build_pv_reading(moment: Moment) -> tuple[QuickReading, ...]:
    """Build the quick reading of the array."""
    return (_quick(moment, Branch.SOLAR, is_reactive=False),) if moment.meters else ()


def _reading(moment: Moment, meter: Meter) -> MeterReading:
    """Build what a meter reads; one that was never enabled has no time, and on 8.3 no frequency either."""
    is_known = meter.enabled or has_counted(moment, meter.eid) or moment.firmware < EIGHT_THREE
    hertz = measure(moment, Branch.NET).frequency_hz if is_known else 0.0
    timestamp_s = moment.now_s if is_known else 0
    channels = tuple(
        ChannelReading(
            eid=meter.channel_eid(channel),
            timestamp_s=timestamp_s,
            **_values(read_meter(moment, meter, channel), hertz),
        )
        for channel in range(CHANNELS)
    )
    values = _values(read_meter(moment, meter), hertz)
    return MeterReading(eid=meter.eid, timestamp_s=timestamp_s, **values, channels=channels)


def _values(measured: Measured, frequency_hz: float) -> dict[str, Any]:
    """Name the values of a meter or channel; frequency is known on every channel."""
    return {
        "delivered_wh": measured.delivered_wh,
        "received_wh": measured.received_wh,
        "apparent_vah": measured.apparent_vah,
        "lag_varh": measured.lagging_varh,
        "lead_varh": measured.leading_varh,
        "demand_w": measured.active_w,
        "active_w": measured.active_w,
        "apparent_va": measured.apparent_va,
        "reactive_var": measured.reactive_var,
        "power_factor": measured.power_factor,
        "voltage_v": measured.voltage_v,
        "current_a": measured.current_a,
        "frequency_hz": measured.frequency_hz or frequency_hz,
    }


def _report(moment: Moment, branch: Branch, phase: int | None) -> ReportValues:
    """Build a block; consumption counts what was delivered less what was received, and says 0 for the latter."""
    known = moment.has_production_meter if branch is Branch.SOLAR else moment.has_consumption_meter
    measured = measure(moment, branch, phase) if known else DARK
    net_wh = round(measured.delivered_wh - measured.received_wh, 3)
    is_production = branch is Branch.SOLAR
    return ReportValues(
        current_w=measured.active_w,
        active_w=measured.active_w,
        apparent_va=measured.apparent_va,
        reactive_var=measured.reactive_var,
        delivered_wh=measured.delivered_wh if is_production else net_wh,
        received_wh=measured.received_wh if is_production else 0.0,
        lag_varh=measured.lagging_varh,
        lead_varh=measured.leading_varh,
        apparent_vah=measured.apparent_vah,
        voltage_v=measured.voltage_v,
        current_a=measured.current_a,
        power_factor=round(measured.power_factor, 2),
        frequency_hz=measured.frequency_hz,
    )


def _quick(moment: Moment, branch: Branch, *, is_reactive: bool) -> QuickReading:
    meter = next(meter for meter in moment.meters if (meter.branch is Branch.SOLAR) == (branch is Branch.SOLAR))
    rows = []
    for channel, phase in enumerate(LINES):
        is_known = meter.enabled and channel < moment.site.phase_count
        measured = measure(moment, branch, channel) if is_known else DARK
        rows.append(
            PhaseReading(
                phase=phase,
                active_w=measured.active_w,
                reactive_var=measured.reactive_var if is_reactive else None,
                voltage_v=measured.voltage_v,
                current_a=measured.current_a,
                frequency_hz=measure(moment, Branch.NET).frequency_hz,
            )
        )
    return QuickReading(channels=tuple(rows))


RENDER = {
    METERS: build_meters,
    METER_READINGS: build_readings,
    METER_REPORTS: build_reports,
    GRID_READING: build_grid_reading,
    PV_READING: build_pv_reading,
}
