"""The bridge to the inverters: scan, reports, production switch."""

from __future__ import annotations

from typing import Annotated

from openvoy.codec import WireStruct, doc, said
from openvoy.protocol.endpoint import Endpoint, Poll, Role
from openvoy.protocol.firmware import parse_firmware


class ScanCount(WireStruct):
    """Devices of one kind in a scan."""

    expected: Annotated[int | None, doc("", "known")] = None
    discovered: Annotated[int | None, doc("", "found")] = None
    this_scan: Annotated[int | None, doc("", "found in this scan")] = said("this-scan")
    per_minute: Annotated[int | None, doc("", "rate")] = said("per-min")
    per_poll: Annotated[int | None, doc("", "rate")] = said("per-poll")


class Scan(WireStruct):
    """State of the scan for new devices."""

    active: Annotated[bool | None, doc("", "runs")] = None
    suspended: Annotated[bool | None, doc("", "suspended")] = said("is-suspended")
    controlled: Annotated[bool | None, doc("", "started by a person")] = None
    done: Annotated[bool | None, doc("", "done")] = said("scan-is-done")
    exclusive: Annotated[bool | None, doc("", "nothing else runs")] = said("in-exclusive-mode")
    duration_min: Annotated[float | None, doc("min", "length")] = said("duration-in-minutes")
    remaining_min: Annotated[float | None, doc("min", "left")] = said("remaining-minutes")
    exclusive_min: Annotated[float | None, doc("min", "length of the exclusive part")] = said("exclusive-minutes")
    exclusive_remaining_min: Annotated[float | None, doc("min", "left of it")] = said("rem-minutes-exclusive")
    inhibited: Annotated[bool | None, doc("", "inhibited")] = said("inhibit-device-scan")
    requested_modulus: Annotated[int | None, doc("", "opportunity modulus")] = said("rqst-opportunity-modulus")
    current_modulus: Annotated[int | None, doc("", "opportunity modulus")] = said("curr-opportunity-modulus")
    to_discover: Annotated[int | None, doc("", "devices")] = said("devices-to-be-discovered")
    total_discovered: Annotated[int | None, doc("", "devices")] = said("tot-devices-discovered")
    current_discovered: Annotated[int | None, doc("", "devices")] = said("curr-devices-discovered")
    mean_per_minute: Annotated[int | None, doc("", "devices a minute")] = said(
        "avg-rate-of-new-devices-discovered-per-min"
    )
    mean_per_poll: Annotated[int | None, doc("", "devices a poll")] = said("avg-num-of-new-devices-discovered-per-poll")
    inverters: Annotated[ScanCount | None, doc("", "inverters")] = said("pcu")
    acb: Annotated[ScanCount | None, doc("", "AC Batteries")] = None
    nsrb: Annotated[ScanCount | None, doc("", "Q-relays")] = None
    esub: Annotated[ScanCount | None, doc("", "controller boards")] = None
    pld: Annotated[ScanCount | None, doc("", "other devices")] = None
    next_cycle_min: Annotated[float | None, doc("min", "until the next poll")] = said("mins-until-next-cycle")
    cross_domain_disabled: Annotated[bool | None, doc("", "disabled")] = said("xdom-disabled-scan")
    polling_period_s: Annotated[float | None, doc("s", "900")] = said("polling-period-secs")
    polling_off: Annotated[bool | None, doc("", "polling is off")] = said("polling-is-off")
    forget_all: Annotated[bool | None, doc("", "forgets all devices first")] = said("forget-all-scan")


class ScanReply(WireStruct):
    """The scan for new devices."""

    scan: Annotated[Scan | None, doc("", "state")] = said("newDeviceScan")


class ReportSettings(WireStruct):
    """How often reports go to the cloud."""

    bandwidth: Annotated[str | None, doc("", "high: every 5 minutes; low: 15-minute data four times a day")] = None
    diagnosis_min: Annotated[float | None, doc("min", "high for a while")] = said("diag_duration_mins")
    diagnosis_remaining_s: Annotated[float | None, doc("s", "left of it")] = said("diag_remaining_secs")


class ReportSettingsReply(WireStruct):
    """How often reports go to the cloud."""

    settings: Annotated[ReportSettings | None, doc("", "settings")] = said("reportsettings")


class ReportTemperature(WireStruct):
    """Temperature of the gateway."""

    temperature_c: Annotated[float | None, doc("°C", "temperature")] = said("temperature")


class ReportFrequency(WireStruct):
    """Frequency as the bridge sees it."""

    frequency_hz: Annotated[float | None, doc("Hz", "frequency")] = said("frequency")


class DeviceCounts(WireStruct):
    """Devices of one kind."""

    expected: Annotated[int | None, doc("", "known")] = None
    discovered: Annotated[int | None, doc("", "found")] = None
    controllers: Annotated[int | None, doc("", "controllers")] = said("ctrlsTotal")
    controllers_gone: Annotated[int | None, doc("", "controllers that are silent")] = said("ctrlsGone")
    controllers_communicating: Annotated[int | None, doc("", "controllers that talk")] = said("ctrlsCommunicating")
    channels: Annotated[int | None, doc("", "channels")] = said("chansTotal")
    channels_recent: Annotated[int | None, doc("", "channels with recent reports")] = said("chansRecent")
    channels_producing: Annotated[int | None, doc("", "channels that produce")] = said("chansProducing")


class DeviceTable(WireStruct):
    """A table by columns."""

    columns: Annotated[tuple[str, ...] | None, doc("", "names of the columns")] = said("fields")
    rows: Annotated[tuple[list[str | float | bool], ...] | None, doc("", "rows")] = said("values")


class DeviceStatusReply(WireStruct):
    """Devices and their last values."""

    counters: Annotated[dict[str, DeviceCounts] | None, doc("", "counts by kind")] = None
    inverters: Annotated[DeviceTable | None, doc("", "inverters")] = said("pcu")
    acb: Annotated[DeviceTable | None, doc("", "AC Batteries")] = None
    nsrb: Annotated[DeviceTable | None, doc("", "Q-relays")] = None
    pld: Annotated[DeviceTable | None, doc("", "other devices")] = None
    esub: Annotated[DeviceTable | None, doc("", "controller boards")] = None


class ProductionSwitch(WireStruct):
    """Whether production is forced off."""

    forced_off: Annotated[bool | None, doc("", "everything")] = said("powerForcedOff")
    pv_forced_off: Annotated[bool | None, doc("", "array, 8.3.5528")] = said("pvPowerForcedOff")
    battery_forced_off: Annotated[bool | None, doc("", "batteries, 8.3.5528")] = said("enchargePowerForcedOff")
    error: Annotated[str | None, doc("", "for a wrong record number")] = None


class ProductionSwitchRequest(WireStruct):
    """Forces production off (1) or allows it (0)."""

    length: Annotated[int | None, doc("", "1")] = None
    values: Annotated[tuple[int, ...] | None, doc("", "1 or 0")] = said("arr")


NEW_SCAN: Endpoint[ScanReply] = Endpoint(
    name="new_scan",
    path="/ivp/peb/newscan",
    summary="Scan for new devices; PUT starts it, DELETE stops it.",
    reply=ScanReply,
    request=ScanReply,
    methods=("GET", "PUT", "DELETE"),
    role=Role.PROVISIONING,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("4"),
    digest_free=False,
)


REPORT_SETTINGS: Endpoint[ReportSettingsReply] = Endpoint(
    name="report_settings",
    path="/ivp/peb/reportsettings",
    summary="How often reports go to the cloud.",
    reply=ReportSettingsReply,
    request=ReportSettingsReply,
    methods=("GET", "PUT"),
    role=Role.SUPPORT,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("4"),
    digest_free=False,
)


REPORT_TEMPERATURE: Endpoint[ReportTemperature] = Endpoint(
    name="report_temperature",
    path="/ivp/peb/rpttemp",
    summary="Temperature of the gateway.",
    reply=ReportTemperature,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("6"),
)


REPORT_FREQUENCY: Endpoint[ReportFrequency] = Endpoint(
    name="report_frequency",
    path="/ivp/peb/rptfreq",
    summary="Frequency as the bridge sees it.",
    reply=ReportFrequency,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("6"),
)


DEVICE_STATUS: Endpoint[DeviceStatusReply] = Endpoint(
    name="device_status",
    path="/ivp/peb/devstatus",
    summary="Devices and their last values, as tables.",
    reply=DeviceStatusReply,
    role=Role.INSTALLER,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("7"),
)


PRODUCTION_SWITCH: Endpoint[ProductionSwitch] = Endpoint(
    name="production_switch",
    path="/ivp/mod/{eid}/mode/power",
    summary="Whether production is forced off; PUT forces it off or allows it.",
    reply=ProductionSwitch,
    request=ProductionSwitchRequest,
    methods=("GET", "PUT"),
    role=Role.INSTALLER,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("4"),
    digest_free=False,
)
