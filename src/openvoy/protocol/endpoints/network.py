"""Network of the gateway itself."""

from __future__ import annotations

from typing import Annotated

from openvoy.codec import WireStruct, doc, said
from openvoy.protocol.endpoint import Endpoint, Handler, Poll
from openvoy.protocol.firmware import parse_firmware


class NetworkSettings(WireStruct):
    """Wired network, and answers to checks."""

    ip: Annotated[str | None, doc("", "address")] = None
    netmask: Annotated[str | None, doc("", "mask")] = None
    gateway: Annotated[str | None, doc("", "router")] = None
    primary_dns: Annotated[str | None, doc("", "name server")] = None
    secondary_dns: Annotated[str | None, doc("", "name server")] = None
    dhcp: Annotated[bool | None, doc("", "by DHCP")] = None
    interface: Annotated[str | None, doc("", "eth0 …")] = None
    pingip: Annotated[str | None, doc("", "ping: address")] = None
    results: Annotated[tuple[str, ...] | None, doc("", "ping: lines")] = None
    primary_interface: Annotated[str | None, doc("", "check: default route")] = None
    connectivity_enlighten: Annotated[str | None, doc("", "check: pass or fail")] = None
    connectivity_enphase: Annotated[str | None, doc("", "check: pass or fail")] = None
    gateway_ping: Annotated[str | None, doc("", "check: time or fail")] = None
    primary_dns_ping: Annotated[str | None, doc("", "check: time or fail")] = None
    error: Annotated[str | None, doc("", "what went wrong")] = None


class WirelessNetwork(WireStruct):
    """The joined network."""

    ssid: Annotated[str | None, doc("", "name")] = None
    status: Annotated[str | None, doc("", "connected, connecting …")] = None
    ip: Annotated[str | None, doc("", "address")] = said("ip_address")
    gateway: Annotated[str | None, doc("", "router")] = said("gateway_ip")
    security_mode: Annotated[str | None, doc("", "security")] = None
    encryption_type: Annotated[str | None, doc("", "encryption")] = None
    bssid: Annotated[str | None, doc("", "access point")] = said("ap_bssid")
    channel: Annotated[str | int | None, doc("", "channel")] = None
    bars: Annotated[int | None, doc("", "0 to 5 bars")] = None


class WirelessDevice(WireStruct):
    """The adapter."""

    vendor: Annotated[str | None, doc("", "maker")] = None
    device: Annotated[str | None, doc("", "device")] = None
    vendor_id: Annotated[str | None, doc("", "id")] = None
    device_id: Annotated[str | None, doc("", "id")] = None
    manufacturer: Annotated[str | None, doc("", "maker")] = None
    model: Annotated[str | None, doc("", "model")] = None
    serial: Annotated[str | None, doc("", "serial number")] = None
    hw_version: Annotated[str | None, doc("", "hardware")] = None
    usb_spec: Annotated[str | None, doc("", "USB")] = None
    usb_slot: Annotated[str | None, doc("", "USB")] = None
    driver: Annotated[str | None, doc("", "driver")] = None
    mac: Annotated[str | None, doc("", "hardware address")] = None


class AccessPoint(WireStruct):
    """The gateway's own access point."""

    enabled: Annotated[bool | None, doc("", "on")] = None
    name: Annotated[str | None, doc("", "name")] = None


class WirelessSite(WireStruct):
    """A network in reach."""

    current: Annotated[bool | None, doc("", "joined")] = said("is_current_ssid")
    mac: Annotated[str | None, doc("", "access point")] = None
    channel: Annotated[str | int | None, doc("", "channel")] = None
    ssid: Annotated[str | None, doc("", "name")] = None
    bars: Annotated[int | None, doc("", "0 to 5 bars")] = None
    secured: Annotated[bool | None, doc("", "secured")] = None
    wps: Annotated[bool | None, doc("", "WPS")] = None
    unsupported: Annotated[bool | None, doc("", "cannot be joined")] = None
    security_mode: Annotated[str | None, doc("", "security")] = None
    encryption_type: Annotated[str | None, doc("", "encryption")] = None


class WirelessSettings(WireStruct):
    """Wi-Fi."""

    supported: Annotated[bool | None, doc("", "supported")] = None
    present: Annotated[bool | None, doc("", "adapter is there")] = None
    configured: Annotated[bool | None, doc("", "configured")] = None
    up: Annotated[bool | None, doc("", "up")] = None
    carrier: Annotated[bool | None, doc("", "link is up")] = None
    current: Annotated[WirelessNetwork | None, doc("", "joined network")] = said("current_network")
    device: Annotated[WirelessDevice | None, doc("", "adapter")] = said("device_info")
    access_point: Annotated[AccessPoint | None, doc("", "own access point")] = said("ap_mode")
    region: Annotated[str | None, doc("", "country")] = said("selected_region")
    regions: Annotated[tuple[str, ...] | None, doc("", "countries")] = None
    sites: Annotated[tuple[WirelessSite, ...] | None, doc("", "networks in reach; left out with site_info=0")] = None


NETWORK: Endpoint[NetworkSettings] = Endpoint(
    name="network",
    path="/admin/lib/network_display.json",
    summary="Wired network; POST fname=set, ping, connectivitycheck, getroute, getnewipaddr.",
    reply=NetworkSettings,
    methods=("GET", "POST"),
    handler=Handler.SCRIPTED,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("4"),
    digest_free=False,
)


WIRELESS: Endpoint[WirelessSettings] = Endpoint(
    name="wireless",
    path="/admin/lib/wireless_display.json",
    summary="Wi-Fi: joined network, adapter, networks in reach.",
    reply=WirelessSettings,
    methods=("GET", "POST"),
    handler=Handler.SCRIPTED,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("4"),
    digest_free=False,
)
