"""Microinverters: last reports, and the devices with all their values."""

from __future__ import annotations

from itertools import islice

from openvoy.protocol.endpoints.inverters import (
    DEVICE_DATA,
    INVERTERS,
    DeviceChannel,
    DeviceData,
    DeviceEnergy,
    DevicePower,
    InverterReport,
    LastReading,
    LifetimeReading,
)
from openvoy.virtual.api.fleet import AcUnit, ac_batteries
from openvoy.virtual.api.interval import (
    JOULES_PER_WH,
    NOTHING,
    Totals,
    flow_of,
    meter_totals,
    panel_totals,
    whole_watts,
)
from openvoy.virtual.api.measured import amperes, frequency
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.api.panels import Inverter, inverters
from openvoy.virtual.api.q_relays import detail, q_relays, report
from openvoy.virtual.api.versions import FOURTH_CHANNEL
from openvoy.virtual.site.branches import Branch
from openvoy.virtual.site.hardware import ACB_RATED_W
from openvoy.virtual.site.meters import CHANNELS, Meter
from openvoy.virtual.site.state import PanelState, ReportState

INVERTER_TYPE = 1
AC_BATTERY_TYPE = 11
DEVICE_LIMIT = 50
SIGNAL = 110
IMPULSE = 70
ACB_EMPTY_V, ACB_FULL_V = 22.0, 28.4
"""Of an AC Battery's cells in series, eight of lithium iron phosphate."""


def build_inverters(moment: Moment) -> tuple[InverterReport, ...]:
    """Build the last reports, what is no inverter after the inverters; the last one of a day stays all night."""
    reports = [_report(moment, row.panel) for row in inverters(moment)]
    reports += [
        InverterReport(
            serial=unit.serial,
            last_report_s=moment.snapshot_s,
            device_type=AC_BATTERY_TYPE,
            last_report_w=round(unit.power_w),
            max_report_w=round(ACB_RATED_W),
        )
        for unit in ac_batteries(moment)
    ]
    return (*reports, *(report(moment, relay) for relay in q_relays(moment)))


def _report(moment: Moment, panel: PanelState) -> InverterReport:
    return InverterReport(
        serial=panel.serial,
        last_report_s=0 if panel.report is None else panel.report.at_s,
        device_type=INVERTER_TYPE,
        last_report_w=0 if panel.report is None else whole_watts(panel.report, moment),
        max_report_w=round(panel.most_w),
    )


def build_device_data(moment: Moment) -> dict[str, DeviceData | int]:
    """Build the devices up to the limit, and how many there are in all."""
    devices = {str(row.eid): _inverter(moment, row) for row in inverters(moment, with_removed=True)}
    devices |= {str(unit.eid): _ac_battery(moment, unit) for unit in ac_batteries(moment)}
    devices |= {str(relay.eid): detail(moment, relay) for relay in q_relays(moment)}
    devices |= {str(meter.eid): _meter(moment, meter) for meter in moment.meters}
    shown: dict[str, DeviceData | int] = dict(islice(devices.items(), DEVICE_LIMIT))
    return shown | {"deviceCount": len(devices), "deviceDataLimit": DEVICE_LIMIT}


def _inverter(moment: Moment, inverter: Inverter) -> DeviceData:
    """Build one inverter; a removed one is no longer active and says nothing (quirk 31)."""
    report = None if inverter.is_removed else inverter.panel.report
    totals = NOTHING if inverter.is_new or inverter.is_removed else panel_totals(moment, inverter.place)
    eid, most_w = inverter.channel_eid, inverter.panel.most_w
    channel = DeviceChannel(
        eid=eid,
        created_s=0 if report is None else report.at_s,
        energy=_energy(totals),
        power=DevicePower(now_w=totals.now_w, used_w=0, max_w=round(most_w)),
        last=LastReading() if report is None else _last(moment, eid, report),
        lifetime=LifetimeReading() if report is None else _lifetime(moment, report),
    )
    is_there = not inverter.is_removed
    serial = inverter.panel.serial
    return DeviceData(kind="pcu", serial=serial, active=is_there, gone=not is_there, channels=(channel,))


def _ac_battery(moment: Moment, unit: AcUnit) -> DeviceData:
    """Build one AC Battery; all of them share the work evenly."""
    count, is_used = len(moment.truth.ac_batteries), unit.power_w < 0
    totals, flow = meter_totals(moment, Branch.ACB), flow_of(moment.snapshot, Branch.ACB)
    power = DevicePower(
        now_w=0 if is_used else round(unit.power_w),
        used_w=-round(unit.power_w) if is_used else 0,
        max_w=round(ACB_RATED_W),
    )
    energy = DeviceEnergy(
        today_wh=totals.today_wh // count,
        yesterday_wh=totals.yesterday_wh // count,
        week_wh=totals.seven_days_wh // count,
    )
    lifetime = LifetimeReading(
        created_s=moment.commissioned_s,
        duration_s=moment.now_s - moment.commissioned_s,
        produced_j=int(flow.delivered_wh * JOULES_PER_WH / count),
        used_j=int(flow.received_wh * JOULES_PER_WH / count),
    )
    channel = DeviceChannel(
        eid=unit.channel_eid,
        created_s=moment.snapshot_s,
        energy=energy,
        power=power,
        last=_ac_battery_last(moment, unit),
        lifetime=lifetime,
    )
    return DeviceData(kind="acb", serial=unit.serial, active=True, gone=False, channels=(channel,))


def _ac_battery_last(moment: Moment, unit: AcUnit) -> LastReading:
    energy_j = round(abs(unit.power_w) * moment.interval_s)
    is_used, volts = unit.power_w < 0, moment.truth.voltages_v[0]
    pack_v = ACB_EMPTY_V + (ACB_FULL_V - ACB_EMPTY_V) * unit.soc_pct / 100
    return LastReading(
        eid=unit.channel_eid,
        interval_type=0,
        end_s=moment.snapshot_s,
        duration_s=moment.interval_s,
        flags=0,
        flags_hex=f"0x{0:016x}",
        produced_j=0 if is_used else energy_j,
        used_j=energy_j if is_used else 0,
        ac_mv=round(volts * 1000),
        ac_mhz=round(moment.truth.frequency_hz * 1000),
        ac_ma=round(amperes(abs(unit.power_w), volts) * 1000),
        dc_mv=round(pack_v * 1000),
        dc_ma=round(abs(unit.power_w) / pack_v * 1000),
        temperature_c=round(unit.temperature_c) + 2,
        conversion_error_s=0,
        conversion_error_cycles=0,
        leading_var=0,
        lagging_var=12,
        rssi=SIGNAL,
        issi=IMPULSE,
        soc_pct=round(unit.soc_pct),
        health_pct=100,
        min_cell_c=round(unit.temperature_c),
        max_cell_c=round(unit.temperature_c) + 1,
        pack_mv=round(pack_v * 1000),
        vendor_data="00" * 16,
    )


def _energy(totals: Totals) -> DeviceEnergy:
    return DeviceEnergy(today_wh=totals.today_wh, yesterday_wh=totals.yesterday_wh, week_wh=totals.seven_days_wh)


def _last(moment: Moment, eid: int, report: ReportState) -> LastReading:
    return LastReading(
        eid=eid,
        interval_type=0,
        end_s=report.at_s,
        duration_s=moment.interval_s,
        flags=0,
        flags_hex=f"0x{0:016x}",
        produced_j=round(report.energy_j),
        ac_mv=round(report.ac_voltage_v * 1000),
        ac_mhz=round(report.frequency_hz * 1000),
        dc_mv=round(report.dc_voltage_v * 1000),
        dc_ma=round(report.dc_current_a * 1000),
        temperature_c=round(report.temperature_c),
        conversion_error_s=0,
        conversion_error_cycles=0,
        used_j=0,
        leading_var=0,
        lagging_var=12,
        ac_ma=round(report.ac_current_a * 1000),
        l1_mv=0,
        l2_mv=0,
        l3_mv=0,
        rssi=SIGNAL,
        issi=IMPULSE,
    )


def _lifetime(moment: Moment, report: ReportState) -> LifetimeReading:
    """Lifetime of one inverter, in joules that do not wrap."""
    return LifetimeReading(
        created_s=moment.commissioned_s,
        duration_s=report.at_s - moment.commissioned_s,
        produced_j=int(report.lifetime_j),
    )


def _meter(moment: Moment, meter: Meter) -> DeviceData:
    count = CHANNELS + 1 if moment.firmware >= FOURTH_CHANNEL else CHANNELS
    return DeviceData(
        kind="eim",
        serial=f"{moment.identity.serial}EIM{meter.index + 1}",
        active=True,
        gone=True,
        channels=tuple(_meter_channel(moment, meter, channel) for channel in range(count)),
    )


def _meter_channel(moment: Moment, meter: Meter, channel: int) -> DeviceChannel:
    eid = meter.channel_eid(channel)
    if not meter.enabled or channel >= moment.site.phase_count:
        empty = DevicePower(now_w=0, used_w=0, max_w=0)
        return DeviceChannel(
            eid=eid, created_s=0, energy=_energy(NOTHING), power=empty, last=LastReading(), lifetime=LifetimeReading()
        )
    totals = meter_totals(moment, meter.branch, channel)
    flow = flow_of(moment.snapshot, meter.branch, channel)
    counted = LifetimeReading(
        created_s=moment.commissioned_s,
        duration_s=moment.snapshot_s - moment.commissioned_s,
        meter_delivered_wh=int(flow.delivered_wh),
        meter_lead_varh=int(flow.leading_varh),
        meter_lag_varh=int(flow.lagging_varh),
        meter_vah=int(flow.apparent_vah),
    )
    return DeviceChannel(
        eid=eid,
        created_s=moment.snapshot_s,
        energy=_energy(totals),
        power=DevicePower(now_w=totals.now_w % 2**32, used_w=0, max_w=round(flow.most_w)),
        last=_meter_last(moment, meter, channel, now_w=totals.now_w),
        lifetime=counted,
    )


def _meter_last(moment: Moment, meter: Meter, channel: int, *, now_w: int) -> LastReading:
    flow = flow_of(moment.snapshot, meter.branch, channel)
    voltage = moment.snapshot.voltages_v[channel]
    return LastReading(
        eid=meter.channel_eid(channel),
        interval_type=0,
        end_s=moment.snapshot_s,
        duration_s=moment.interval_s,
        meter_w=now_w,
        meter_delivered_wh=int(flow.delivered_wh),
        meter_lead_varh=int(flow.leading_varh),
        meter_lag_varh=int(flow.lagging_varh),
        meter_vah=int(flow.apparent_vah),
        meter_mv=round(voltage * 1000),
        meter_ma=round(amperes(flow.apparent_va, voltage) * 1000),
        meter_mhz=round(frequency(moment.snapshot.frequency_hz) * 1000),
        meter_positive_wh=int(flow.delivered_wh),
        meter_negative_wh=int(flow.received_wh),
    )


RENDER = {INVERTERS: build_inverters, DEVICE_DATA: build_device_data}
