"""Microinverters: their reports and their details."""

from __future__ import annotations

from typing import Annotated

from openvoy.codec import WireStruct, doc, said
from openvoy.protocol.endpoint import Endpoint, Handler, Poll
from openvoy.protocol.firmware import parse_firmware


class InverterReport(WireStruct):
    """Last report of one device; Q-relays and AC Batteries stand here as well."""

    serial: Annotated[str | None, doc("", "serial number")] = said("serialNumber")
    last_report_s: Annotated[float | None, doc("s", "Unix time of the end of the last report; 0 is never")] = said(
        "lastReportDate"
    )
    device_type: Annotated[int | None, doc("", "1 microinverter, 11 AC Battery, 12 Q-relay; absent up to 4.2")] = said(
        "devType"
    )
    last_report_w: Annotated[float | None, doc("W", "mean power of the last report interval; stays overnight")] = said(
        "lastReportWatts"
    )
    max_report_w: Annotated[float | None, doc("W", "highest ever")] = said("maxReportWatts")


class DeviceEnergy(WireStruct):
    """Energy by the gateway's own calendar."""

    today_wh: Annotated[float | None, doc("Wh", "since its midnight")] = said("today")
    yesterday_wh: Annotated[float | None, doc("Wh", "the day before")] = said("yesterday")
    week_wh: Annotated[float | None, doc("Wh", "this week")] = said("week")


class DevicePower(WireStruct):
    """Power of the last interval."""

    now_w: Annotated[float | None, doc("W", "mean power; negative values appear as 2^32 minus their size")] = said(
        "now"
    )
    used_w: Annotated[float | None, doc("W", "power taken, AC Batteries")] = said("nowUsed")
    max_w: Annotated[float | None, doc("W", "highest ever")] = said("max")


class LastReading(WireStruct):
    """Last report of one channel; which members it has depends on the device."""

    eid: Annotated[int | None, doc("", "channel record number")] = None
    interval_type: Annotated[int | None, doc("", "0")] = None
    end_s: Annotated[float | None, doc("s", "Unix time of the end of the interval")] = said("endDate")
    duration_s: Annotated[float | None, doc("s", "length of the interval")] = said("duration")
    flags: Annotated[int | None, doc("", "conditions as a bit mask; bit 21 is low DC power")] = None
    flags_hex: Annotated[str | None, doc("", "the same in hex")] = None
    produced_j: Annotated[float | None, doc("J", "energy of the interval")] = said("joulesProduced")
    used_j: Annotated[float | None, doc("J", "energy taken in the interval")] = said("joulesUsed")
    ac_mv: Annotated[float | None, doc("mV", "AC voltage")] = said("acVoltageINmV")
    ac_mhz: Annotated[float | None, doc("mHz", "AC frequency")] = said("acFrequencyINmHz")
    dc_mv: Annotated[float | None, doc("mV", "DC voltage of the panel")] = said("dcVoltageINmV")
    dc_ma: Annotated[float | None, doc("mA", "DC current of the panel")] = said("dcCurrentINmA")
    temperature_c: Annotated[float | None, doc("°C", "temperature of the inverter")] = said("channelTemp")
    conversion_error_s: Annotated[float | None, doc("s", "time with power conversion errors")] = said("pwrConvErrSecs")
    conversion_error_cycles: Annotated[int | None, doc("", "most error cycles in a row")] = said("pwrConvMaxErrCycles")
    leading_var: Annotated[float | None, doc("var", "leading reactive power")] = said("leadingVArs")
    lagging_var: Annotated[float | None, doc("var", "lagging reactive power")] = said("laggingVArs")
    ac_ma: Annotated[float | None, doc("mA", "AC current")] = said("acCurrentInmA")
    l1_mv: Annotated[float | None, doc("mV", "phase 1 to neutral, three-phase inverters")] = said("l1NAcVoltageInmV")
    l2_mv: Annotated[float | None, doc("mV", "phase 2 to neutral")] = said("l2NAcVoltageInmV")
    l3_mv: Annotated[float | None, doc("mV", "phase 3 to neutral")] = said("l3NAcVoltageInmV")
    rssi: Annotated[int | None, doc("", "received signal strength, in the power-line modem's scale")] = None
    issi: Annotated[int | None, doc("", "impulse signal strength, in the same scale")] = None
    soc_pct: Annotated[float | None, doc("%", "AC Battery: state of charge")] = said("SOC")
    health_pct: Annotated[float | None, doc("%", "AC Battery: state of health")] = said("SOH")
    min_cell_c: Annotated[float | None, doc("°C", "AC Battery: coldest cell")] = said("minCellTemp")
    max_cell_c: Annotated[float | None, doc("°C", "AC Battery: warmest cell")] = said("maxCellTemp")
    pack_mv: Annotated[float | None, doc("mV", "AC Battery: pack voltage")] = said("totVoltage")
    vendor_data: Annotated[str | None, doc("", "AC Battery: raw bytes in hex")] = None
    meter_w: Annotated[float | None, doc("W", "meter: mean power")] = said("curr_w")
    meter_delivered_wh: Annotated[float | None, doc("Wh", "meter: lifetime energy")] = said("wh_dlvd_cum")
    meter_lead_varh: Annotated[float | None, doc("varh", "meter: lifetime leading reactive energy")] = said(
        "varh_lead_cum"
    )
    meter_lag_varh: Annotated[float | None, doc("varh", "meter: lifetime lagging reactive energy")] = said(
        "varh_lag_cum"
    )
    meter_vah: Annotated[float | None, doc("VAh", "meter: lifetime apparent energy")] = said("vah_cum")
    meter_mv: Annotated[float | None, doc("mV", "meter: voltage")] = said("rms_mvolt")
    meter_ma: Annotated[float | None, doc("mA", "meter: current")] = said("rms_mamp")
    meter_mhz: Annotated[float | None, doc("mHz", "meter: frequency")] = said("freq_mhz")
    meter_positive_wh: Annotated[float | None, doc("Wh", "meter: lifetime energy in positive direction")] = said(
        "wh_pos"
    )
    meter_negative_wh: Annotated[float | None, doc("Wh", "meter: lifetime energy in negative direction")] = said(
        "wh_neg"
    )
    relay_temperature_c: Annotated[float | None, doc("°C", "Q-relay: temperature")] = said("temperature")
    relay_offset_ma: Annotated[float | None, doc("mA", "Q-relay: current offset")] = said("acCurrOffset")
    relay_l1_mv: Annotated[float | None, doc("mV", "Q-relay: phase 1 to neutral")] = said("VrmsL1N")
    relay_l2_mv: Annotated[float | None, doc("mV", "Q-relay: phase 2 to neutral")] = said("VrmsL2N")
    relay_l3_mv: Annotated[float | None, doc("mV", "Q-relay: phase 3 to neutral")] = said("VrmsL3N")
    relay_mhz: Annotated[float | None, doc("mHz", "Q-relay: frequency")] = said("freqInmHz")
    relay_changes: Annotated[int | None, doc("", "Q-relay: times it switched")] = said("stateChngCnt")
    relay_l12_mv: Annotated[float | None, doc("mV", "Q-relay: phase 1 to phase 2")] = said("vrmsB1L12_or_L12")
    relay_l23_mv: Annotated[float | None, doc("mV", "Q-relay: phase 2 to phase 3")] = said("vrmsB2L12_or_L23")
    relay_l31_mv: Annotated[float | None, doc("mV", "Q-relay: phase 3 to phase 1")] = said("vrmsL31")


class LifetimeReading(WireStruct):
    """Lifetime counters of one channel; these do not wrap."""

    created_s: Annotated[float | None, doc("s", "Unix time of the last update")] = said("createdTime")
    duration_s: Annotated[float | None, doc("s", "time counted")] = said("duration")
    produced_j: Annotated[float | None, doc("J", "lifetime energy")] = said("joulesProduced")
    used_j: Annotated[float | None, doc("J", "lifetime energy taken, AC Batteries")] = said("joulesUsed")
    meter_delivered_wh: Annotated[float | None, doc("Wh", "meter: energy")] = said("wh_dlvd_cum")
    meter_lead_varh: Annotated[float | None, doc("varh", "meter: leading reactive energy")] = said("varh_lead_cum")
    meter_lag_varh: Annotated[float | None, doc("varh", "meter: lagging reactive energy")] = said("varh_lag_cum")
    meter_vah: Annotated[float | None, doc("VAh", "meter: apparent energy")] = said("vah_cum")


class DeviceChannel(WireStruct):
    """One channel of a device; an inverter has one, a meter three or four."""

    eid: Annotated[int | None, doc("", "channel record number")] = said("chanEid")
    created_s: Annotated[float | None, doc("s", "Unix time of the last report; 0 is never")] = said("created")
    energy: Annotated[DeviceEnergy | None, doc("", "by the gateway's calendar")] = said("wattHours")
    power: Annotated[DevicePower | None, doc("", "power")] = said("watts")
    last: Annotated[LastReading | None, doc("", "last report; empty for a device that never reported or is gone")] = (
        said("lastReading")
    )
    lifetime: Annotated[LifetimeReading | None, doc("", "lifetime counters; empty likewise")] = None


class DeviceData(WireStruct):
    """One device."""

    kind: Annotated[str | None, doc("", "pcu (inverter), eim (meter), acb (AC Battery), nsrb (Q-relay)")] = said(
        "devName"
    )
    serial: Annotated[str | None, doc("", "serial number")] = said("sn")
    active: Annotated[bool | None, doc("", "in service; false for a replaced inverter")] = None
    gone: Annotated[
        bool | None, doc("", "not communicating; always true for meters and unreliable from 8.3.5289 on")
    ] = said("modGone")
    channels: Annotated[tuple[DeviceChannel, ...] | None, doc("", "its channels")] = None


INVERTERS: Endpoint[tuple[InverterReport, ...]] = Endpoint(
    name="inverters",
    path="/api/v1/production/inverters",
    summary="Last report of every inverter, with power and highest power.",
    reply=tuple[InverterReport, ...],
    poll=Poll.FIVE_MINUTES,
    handler=Handler.EMUWEB,
    digest_free=False,
)


DEVICE_DATA: Endpoint[dict[str, DeviceData | int]] = Endpoint(
    name="device_data",
    path="/ivp/pdm/device_data",
    summary="Details and lifetime counters of up to 50 devices, with deviceCount and deviceDataLimit among them.",
    reply=dict[str, DeviceData | int],
    poll=Poll.FIVE_MINUTES,
    since=parse_firmware("8.2.4"),
)
