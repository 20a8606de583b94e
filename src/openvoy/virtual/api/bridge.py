"""The bridge to the inverters: scan, reports, production switch."""

from __future__ import annotations

from dataclasses import replace

from openvoy.protocol.endpoints.bridge import (
    DEVICE_STATUS,
    NEW_SCAN,
    PRODUCTION_SWITCH,
    REPORT_FREQUENCY,
    REPORT_SETTINGS,
    REPORT_TEMPERATURE,
    DeviceCounts,
    DeviceStatusReply,
    DeviceTable,
    ProductionSwitch,
    ProductionSwitchRequest,
    ReportFrequency,
    ReportSettings,
    ReportSettingsReply,
    ReportTemperature,
    Scan,
    ScanCount,
    ScanReply,
)
from openvoy.virtual.api.call import Call, Outcome, settle
from openvoy.virtual.api.eids import GATEWAY_EID
from openvoy.virtual.api.fleet import ac_batteries, controllers
from openvoy.virtual.api.interval import whole_watts
from openvoy.virtual.api.measured import frequency
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.api.panels import Inverter, inverters
from openvoy.virtual.api.q_relays import q_relays
from openvoy.virtual.api.versions import SPLIT_PRODUCTION_SWITCH
from openvoy.virtual.settings.bridge import SCAN_MIN, ReportState, ScanSettings
from openvoy.virtual.settings.events import News

POLL_S = 900
GATEWAY_WARMTH_C = 14.0
"""How much warmer the gateway is inside than the room."""
BANDWIDTHS = {"high", "low"}
COLUMNS = (
    "serialNumber",
    "devType",
    "communicating",
    "recent",
    "producing",
    "reportDate",
    "temperature",
    "dcVoltageINmV",
    "dcCurrentINmA",
    "acVoltageINmV",
    "acPowerINmW",
)
NO_TABLE = DeviceTable(columns=(), rows=())


def build_scan(moment: Moment) -> ScanReply:
    """Build the state of the scan, with what a poll finds by itself."""
    scan = moment.settings.bridge.scan
    left_min = scan.remaining_s(moment.now_s) / 60
    known, new = _known(moment), len(moment.settings.fleet.added_inverters)
    is_active = left_min > 0
    exclusive_min = max(0.0, scan.exclusive_min - (scan.duration_min - left_min)) if is_active else 0.0
    none = ScanCount(expected=0, discovered=0, this_scan=0, per_minute=0, per_poll=0)
    return ScanReply(
        scan=Scan(
            active=is_active,
            suspended=False,
            controlled=is_active,
            done=scan.started_s is not None and not is_active,
            exclusive=exclusive_min > 0,
            duration_min=_whole(scan.duration_min) if is_active else 0,
            remaining_min=_whole(left_min),
            exclusive_min=_whole(scan.exclusive_min) if is_active else 0,
            exclusive_remaining_min=_whole(exclusive_min),
            inhibited=False,
            requested_modulus=0,
            current_modulus=0,
            to_discover=known + new,
            total_discovered=known,
            current_discovered=known,
            mean_per_minute=known,
            mean_per_poll=known,
            inverters=_count(known + new, known),
            acb=_count(len(ac_batteries(moment)), len(ac_batteries(moment))),
            nsrb=_count(len(q_relays(moment)), len(q_relays(moment))),
            esub=_count(len(controllers(moment)), len(controllers(moment))),
            pld=none,
            next_cycle_min=_whole((POLL_S - moment.now_s % POLL_S) / 60),
            cross_domain_disabled=False,
            polling_period_s=POLL_S,
            polling_off=False,
            forget_all=scan.forgets_all and is_active,
        )
    )


def _known(moment: Moment) -> int:
    return sum(not row.is_new for row in inverters(moment))


def _count(expected: int, found: int) -> ScanCount:
    return ScanCount(expected=expected, discovered=found, this_scan=found, per_minute=found, per_poll=found)


def _whole(minutes: float) -> int:
    """Minutes, begun ones as whole."""
    return -int(-minutes // 1)


def start_scan(moment: Moment, call: Call) -> Outcome:
    """Start a scan; without a body for as long as usual."""
    told = (call.read(ScanReply).scan if call.body.strip() else None) or Scan()
    duration_min = SCAN_MIN if told.duration_min is None else told.duration_min
    if not 0 < duration_min <= 1440:
        raise call.malformed("duration-in-minutes")
    scan = ScanSettings(
        started_s=moment.now_s,
        duration_min=duration_min,
        exclusive_min=0.0 if told.exclusive_min is None else told.exclusive_min,
        forgets_all=told.forget_all is True,
    )
    news = News(text="Device scan: Set", serial=moment.identity.serial)
    done = News(text="Device scan: Clear", serial=moment.identity.serial, after_s=round(duration_min * 60))
    return settle(moment, news=(news, done), bridge=replace(moment.settings.bridge, scan=scan))


def stop_scan(moment: Moment, _call: Call) -> Outcome:
    """Stop the scan."""
    bridge = moment.settings.bridge
    is_active = bridge.scan.remaining_s(moment.now_s) > 0
    stopped = replace(bridge.scan, stopped_s=moment.now_s) if is_active else bridge.scan
    return settle(moment, bridge=replace(bridge, scan=stopped))


def build_report_settings(moment: Moment) -> ReportSettingsReply:
    """Build how often reports go to the cloud; a diagnosis needs the high bandwidth."""
    reports = moment.settings.bridge.reports
    remaining_s = reports.diagnosis_remaining_s(moment.now_s)
    return ReportSettingsReply(
        settings=ReportSettings(
            bandwidth="high" if remaining_s else reports.bandwidth,
            diagnosis_min=reports.diagnosis_min if remaining_s else 0,
            diagnosis_remaining_s=remaining_s,
        )
    )


def write_report_settings(moment: Moment, call: Call) -> Outcome:
    """Set it; sent as a form by its label and as JSON in truth."""
    told = call.read(ReportSettingsReply).settings
    if told is None or told.bandwidth not in {*BANDWIDTHS, None}:
        raise call.malformed("bandwidth is high or low")
    before = moment.settings.bridge.reports
    reports = ReportState(
        bandwidth=told.bandwidth or before.bandwidth,
        diagnosis_min=0.0 if told.diagnosis_min is None else max(told.diagnosis_min, 0.0),
        diagnosed_s=moment.now_s,
    )
    return settle(moment, bridge=replace(moment.settings.bridge, reports=reports))


def build_temperature(moment: Moment) -> ReportTemperature:
    """Build the temperature of the gateway, indoors."""
    return ReportTemperature(temperature_c=round(18.0 + 0.35 * (moment.truth.air_c - 18.0) + GATEWAY_WARMTH_C))


def build_frequency(moment: Moment) -> ReportFrequency:
    """Build the frequency as the bridge sees it."""
    return ReportFrequency(frequency_hz=frequency(moment.truth.frequency_hz))


def build_status(moment: Moment) -> DeviceStatusReply:
    """Build the devices with their last values."""
    rows = inverters(moment)
    heard = [row for row in rows if moment.is_heard(row.panel, moment.now_s)]
    counts = DeviceCounts(
        expected=len(rows),
        discovered=sum(not row.is_new for row in rows),
        controllers=len(rows),
        controllers_gone=len(rows) - len(heard),
        controllers_communicating=len(heard),
        channels=len(rows),
        channels_recent=len(heard),
        channels_producing=0 if moment.settings.bridge.production_off else len(heard),
    )
    none = DeviceCounts(**dict.fromkeys(DeviceCounts.__struct_fields__, 0))
    return DeviceStatusReply(
        counters={"pcu": counts, "acb": none, "nsrb": _relay_counts(moment), "pld": none, "esub": none},
        inverters=DeviceTable(columns=COLUMNS, rows=tuple(_row(moment, row) for row in rows)),
        acb=NO_TABLE,
        nsrb=NO_TABLE,
        pld=NO_TABLE,
        esub=NO_TABLE,
    )


def _relay_counts(moment: Moment) -> DeviceCounts:
    """All are heard; none produces."""
    count = len(q_relays(moment))
    return DeviceCounts(
        expected=count,
        discovered=count,
        controllers=count,
        controllers_gone=0,
        controllers_communicating=count,
        channels=count,
        channels_recent=count,
        channels_producing=0,
    )


def _row(moment: Moment, inverter: Inverter) -> list[str | float | bool]:
    report = inverter.panel.report
    is_heard = moment.is_heard(inverter.panel, moment.now_s)
    is_producing = is_heard and not moment.settings.bridge.production_off
    start: list[str | float | bool] = [inverter.panel.serial, 1, is_heard, is_heard, is_producing]
    if report is None:
        return [*start, 0, 0, 0, 0, 0, 0]
    return [
        *start,
        report.at_s,
        round(report.temperature_c),
        round(report.dc_voltage_v * 1000),
        round(report.dc_current_a * 1000),
        round(report.ac_voltage_v * 1000),
        whole_watts(report, moment) * 1000,
    ]


def build_switch(moment: Moment, call: Call) -> ProductionSwitch:
    """Build whether production is forced off; only the gateway's own record number is good."""
    eid = call.parts["eid"]
    if eid != str(GATEWAY_EID):
        return ProductionSwitch(error=f"power mode get: not valid for {_described(eid)}")
    is_off = moment.settings.bridge.production_off
    is_split = moment.firmware >= SPLIT_PRODUCTION_SWITCH
    return ProductionSwitch(
        forced_off=is_off,
        pv_forced_off=is_off if is_split else None,
        battery_forced_off=False if is_split else None,
    )


def _described(eid: str) -> str:
    """Name a record by its layout: class in the highest three bits, type in the next five."""
    number = int(eid) if eid.isdecimal() else 0
    return f"(eid=0x{number:08x}) level={number >> 29} devtype={(number >> 24) & 0x1F}"


def write_switch(moment: Moment, call: Call) -> Outcome:
    """Force production off (1) or allow it (0)."""
    if call.parts["eid"] != str(GATEWAY_EID):
        return Outcome(value=ProductionSwitch(error=f"power mode set: not valid for {_described(call.parts['eid'])}"))
    told = call.read(ProductionSwitchRequest)
    if told.values not in {(0,), (1,)} or told.length not in {1, None}:
        raise call.malformed("arr is [0] or [1]")
    is_off = told.values == (1,)
    news = News(text=f"Power generation off by command: {'Set' if is_off else 'Clear'}", serial=moment.identity.serial)
    bridge = moment.settings.bridge
    is_new = is_off != bridge.production_off
    return settle(moment, news=(news,) if is_new else (), bridge=replace(bridge, production_off=is_off))


RENDER = {
    NEW_SCAN: build_scan,
    REPORT_SETTINGS: build_report_settings,
    REPORT_TEMPERATURE: build_temperature,
    REPORT_FREQUENCY: build_frequency,
    DEVICE_STATUS: build_status,
}
ANSWER = {PRODUCTION_SWITCH: build_switch}
WRITE = {
    (NEW_SCAN, "PUT"): start_scan,
    (NEW_SCAN, "DELETE"): stop_scan,
    (REPORT_SETTINGS, "PUT"): write_report_settings,
    (PRODUCTION_SWITCH, "PUT"): write_switch,
}
