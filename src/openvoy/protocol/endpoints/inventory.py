"""Devices, network and communication as the local pages show them."""

from __future__ import annotations

from typing import Annotated

from openvoy.codec import WireStruct, doc, said
from openvoy.protocol.endpoint import Endpoint, Handler, Poll
from openvoy.protocol.firmware import parse_firmware


class DeviceControl(WireStruct):
    """Pending control."""

    gfi_clear_pending: Annotated[bool | None, doc("", "a ground fault is to be cleared")] = said("gficlearset")


class InventoryDevice(WireStruct):
    """One device."""

    part_number: Annotated[str | None, doc("", "part number")] = said("part_num")
    installed_s: Annotated[str | None, doc("s", "Unix time as text")] = said("installed")
    serial: Annotated[str | None, doc("", "serial number")] = said("serial_num")
    status: Annotated[tuple[str, ...] | None, doc("", "envoy.global.ok or condition keys")] = said("device_status")
    last_report_s: Annotated[str | None, doc("s", "Unix time as text")] = said("last_rpt_date")
    admin_state: Annotated[int | None, doc("", "0 decommissioned, 1 discovered, 2 verified, 3 deleted")] = None
    device_type: Annotated[int | None, doc("", "1 inverter, 11 AC Battery, 12 Q-relay, 19 controller board")] = said(
        "dev_type"
    )
    created_s: Annotated[str | None, doc("s", "Unix time as text")] = said("created_date")
    image_loaded_s: Annotated[str | None, doc("s", "Unix time as text")] = said("img_load_date")
    firmware: Annotated[str | None, doc("", "part number and version")] = said("img_pnum_running")
    parameter_table: Annotated[str | None, doc("", "part number of the parameter table")] = said("ptpn")
    channel_eid: Annotated[int | None, doc("", "channel record number")] = said("chaneid")
    control: Annotated[tuple[DeviceControl, ...] | None, doc("", "pending control")] = said("device_control")
    producing: Annotated[bool | None, doc("", "false at night, and that is normal")] = None
    communicating: Annotated[bool | None, doc("", "false at night, and that is normal")] = None
    provisioned: Annotated[bool | None, doc("", "belongs to the site")] = None
    operating: Annotated[bool | None, doc("", "operates")] = None
    phase: Annotated[str | None, doc("", "ph-a, ph-b, ph-c, from 8")] = None
    sleep_enabled: Annotated[bool | None, doc("", "AC Battery: asleep")] = None
    soc_pct: Annotated[float | None, doc("%", "AC Battery: state of charge")] = said("percentFull")
    max_cell_c: Annotated[float | None, doc("°C", "AC Battery: warmest cell")] = said("maxCellTemp")
    sleep_min_pct: Annotated[float | None, doc("%", "AC Battery: sleeps from")] = said("sleep_min_soc")
    sleep_max_pct: Annotated[float | None, doc("%", "AC Battery: sleeps to")] = said("sleep_max_soc")
    charge_status: Annotated[str | None, doc("", "AC Battery: idle, charging, discharging, full")] = None
    relay: Annotated[str | None, doc("", "Q-relay: open or closed")] = None
    reason_code: Annotated[int | None, doc("", "Q-relay: -1 is healthy")] = None
    reason: Annotated[str | None, doc("", "Q-relay: ok or why it opened")] = None
    line_count: Annotated[int | None, doc("", "Q-relay: phases")] = said("line-count")
    line1_connected: Annotated[bool | None, doc("", "Q-relay: phase 1")] = said("line1-connected")
    line2_connected: Annotated[bool | None, doc("", "Q-relay: phase 2")] = said("line2-connected")
    line3_connected: Annotated[bool | None, doc("", "Q-relay: phase 3")] = said("line3-connected")


class InventoryGroup(WireStruct):
    """Devices of one kind."""

    kind: Annotated[str | None, doc("", "PCU, ACB, NSRB, ESUB")] = said("type")
    devices: Annotated[tuple[InventoryDevice, ...] | None, doc("", "devices")] = None


class RawInventory(WireStruct):
    """Low-level twin; every value is text."""

    count: Annotated[int | None, doc("", "rows")] = said("numrows")
    rows: Annotated[
        tuple[dict[str, str], ...] | None,
        doc("", "ce channel, dtype device type, s serial, pn part, as state, ld last report …"),
    ] = None


class NetworkInterface(WireStruct):
    """One network interface."""

    kind: Annotated[str | None, doc("", "ethernet, wifi, cellular")] = said("type")
    interface: Annotated[str | None, doc("", "eth0, wlan0, ppp0")] = None
    mac: Annotated[str | None, doc("", "hardware address")] = None
    dhcp: Annotated[bool | None, doc("", "address by DHCP")] = None
    ip: Annotated[str | None, doc("", "address, null without one")] = None
    signal: Annotated[int | None, doc("", "bars")] = said("signal_strength")
    signal_max: Annotated[int | None, doc("", "5 Wi-Fi, 1 Ethernet, 31 cellular")] = said("signal_strength_max")
    carrier: Annotated[bool | None, doc("", "link is up")] = None
    network: Annotated[bool | None, doc("", "cellular: registered")] = None
    supported: Annotated[bool | None, doc("", "Wi-Fi")] = None
    present: Annotated[bool | None, doc("", "Wi-Fi")] = None
    configured: Annotated[bool | None, doc("", "Wi-Fi")] = None
    status: Annotated[str | None, doc("", "Wi-Fi: connected, connecting …")] = None


class Network(WireStruct):
    """How the gateway is connected."""

    internet: Annotated[bool | None, doc("", "internet is reachable")] = said("web_comm")
    ever_reported: Annotated[bool | None, doc("", "ever reached the cloud")] = said("ever_reported_to_enlighten")
    last_report_s: Annotated[float | None, doc("s", "Unix time of the last report to the cloud")] = said(
        "last_enlighten_report_time"
    )
    primary: Annotated[str | None, doc("", "eth0, wlan0, ppp0")] = said("primary_interface")
    interfaces: Annotated[tuple[NetworkInterface, ...] | None, doc("", "interfaces")] = None


class CommLevel(WireStruct):
    """Power-line communication with one kind of devices."""

    count: Annotated[int | None, doc("", "devices")] = said("num")
    level: Annotated[int | None, doc("", "0 to 5 bars")] = None
    level_2_4_ghz: Annotated[int | None, doc("", "batteries, 2.4 GHz")] = said("level_24g")
    level_sub_ghz: Annotated[int | None, doc("", "batteries, sub-GHz")] = said("level_subg")


class Comm(WireStruct):
    """Communication with the devices."""

    count: Annotated[int | None, doc("", "all devices")] = said("num")
    level: Annotated[int | None, doc("", "0 to 5 bars")] = None
    inverters: Annotated[CommLevel | None, doc("", "inverters")] = said("pcu")
    acb: Annotated[CommLevel | None, doc("", "AC Batteries")] = None
    nsrb: Annotated[CommLevel | None, doc("", "Q-relays")] = None
    esub: Annotated[CommLevel | None, doc("", "controller boards")] = None
    batteries: Annotated[tuple[CommLevel, ...] | None, doc("", "IQ Batteries")] = said("encharge")


class Alert(WireStruct):
    """A condition."""

    key: Annotated[str | None, doc("", "condition")] = said("msg_key")


class Wireless(WireStruct):
    """A radio."""

    signal: Annotated[int | None, doc("", "bars")] = said("signal_strength")
    signal_max: Annotated[int | None, doc("", "most bars")] = said("signal_strength_max")
    kind: Annotated[str | None, doc("", "zigbee, subghz, BLE")] = said("type")
    connected: Annotated[bool | None, doc("", "connected")] = None


class ControllerSummary(WireStruct):
    """The system controller, up to 7.6."""

    connected: Annotated[bool | None, doc("", "it talks")] = None
    grid_status: Annotated[str | None, doc("", "closed …")] = None


class HomePage(WireStruct):
    """The home page as JSON."""

    built_s: Annotated[float | None, doc("s", "Unix time")] = said("software_build_epoch")
    commissioning_only: Annotated[bool | None, doc("", "up to 7.6")] = said("is_nonvoy")
    database_size: Annotated[str | int | None, doc("", "bytes or text, up to 7.6")] = said("db_size")
    database_full: Annotated[str | None, doc("", "percent as padded text, up to 7.6")] = said("db_percent_full")
    time_zone: Annotated[str | None, doc("", "IANA name")] = said("timezone")
    date: Annotated[str | None, doc("", "MM/DD/YYYY, local")] = said("current_date")
    time: Annotated[str | None, doc("", "HH:MM, local")] = said("current_time")
    network: Annotated[Network | None, doc("", "network")] = None
    tariff_kind: Annotated[str | None, doc("", "none, single_rate, time_of_use, tiered")] = said("tariff")
    tariff_set: Annotated[bool | None, doc("", "4.5")] = None
    comm: Annotated[Comm | None, doc("", "communication")] = None
    alerts: Annotated[tuple[Alert, ...] | None, doc("", "up to 7.6")] = None
    update_status: Annotated[str | None, doc("", "up to 7.6")] = None
    wireless: Annotated[tuple[Wireless, ...] | None, doc("", "radios")] = said("wireless_connection")
    controller: Annotated[ControllerSummary | None, doc("", "up to 7.6")] = said("enpower")


HOME: Endpoint[HomePage] = Endpoint(
    name="home",
    path="/home",
    summary="Time zone, network and communication; the slowest page.",
    reply=HomePage,
    poll=Poll.ON_DEMAND,
    handler=Handler.SCRIPTED,
    since=parse_firmware("4"),
)


INVENTORY: Endpoint[tuple[InventoryGroup, ...]] = Endpoint(
    name="inventory",
    path="/inventory.json?deleted=1",
    summary="All devices with status and firmware, deleted ones too.",
    reply=tuple[InventoryGroup, ...],
    poll=Poll.HOURLY,
    handler=Handler.SCRIPTED,
    since=parse_firmware("4"),
)


INVENTORY_PAGE: Endpoint[tuple[InventoryGroup, ...]] = Endpoint(
    name="inventory_page",
    path="/inventory",
    summary="The same without deleted devices; HTML or JSON by Accept.",
    reply=tuple[InventoryGroup, ...],
    poll=Poll.ON_DEMAND,
    handler=Handler.SCRIPTED,
    since=parse_firmware("4"),
)


INVENTORY_RAW: Endpoint[RawInventory] = Endpoint(
    name="inventory_raw",
    path="/inv",
    summary="Low-level twin of the inventory.",
    reply=RawInventory,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("7"),
)

INVENTORY_PRESENT: Endpoint[tuple[InventoryGroup, ...]] = Endpoint(
    name="inventory_present",
    path="/inventory.json",
    summary="The same without deleted devices.",
    reply=tuple[InventoryGroup, ...],
    poll=Poll.ON_DEMAND,
    handler=Handler.SCRIPTED,
    since=parse_firmware("4"),
)
