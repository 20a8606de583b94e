"""Network of the gateway itself; addresses are those set aside for documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any

from openvoy.protocol.endpoints.network import (
    NETWORK,
    WIRELESS,
    AccessPoint,
    NetworkSettings,
    WirelessDevice,
    WirelessNetwork,
    WirelessSettings,
    WirelessSite,
)
from openvoy.virtual.api.call import Call, Outcome, settle
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.settings.gateway import WiredSettings

JOIN_S = 8
"""How long joining a network takes."""
WIRELESS_IP = "192.0.2.11"
REGIONS = ("00", "US", "CA", "MX", "GB", "FR", "DE", "NL", "BE", "AU", "NZ")
NEIGHBOURS = (("Neighbour", 2), ("Garden", 3))
FIELDS = {
    "deviceip": "ip",
    "netmask": "netmask",
    "gatewayip": "router",
    "primarydns": "primary_dns",
    "secondarydns": "secondary_dns",
}
"""Fields of the form and what they set."""

Form = Mapping[str, str]


def hardware_address(moment: Moment, interface: int) -> str:
    """Make up a hardware address of the range set aside for documents, one for each gateway and interface."""
    serial = moment.identity.serial
    return f"00:00:5E:{interface:02X}:{serial[-4:-2]}:{serial[-2:]}"


def build_network(moment: Moment, call: Call) -> object:
    """Build the wired network; with ?cellular=1 the modem, of which there is none."""
    return {} if call.query.get("cellular") == "1" else _wired(moment.settings.gateway.wired)


def _wired(wired: WiredSettings) -> NetworkSettings:
    return NetworkSettings(
        ip=wired.ip,
        netmask=wired.netmask,
        gateway=wired.router,
        primary_dns=wired.primary_dns,
        secondary_dns=wired.secondary_dns,
        dhcp=wired.dhcp,
        interface="eth0",
    )


def write_network(moment: Moment, call: Call) -> Outcome:
    """Do what `fname` says: set, getnewipaddr, ping, connectivitycheck or getroute."""
    form = call.form()
    act = _ACTS.get(form.get("fname", ""))
    return Outcome(value=NetworkSettings(error="unknown function")) if act is None else act(moment, form)


def _set(moment: Moment, form: Form) -> Outcome:
    wired = moment.settings.gateway.wired
    if form.get("dhcp") == "on":
        wanted = replace(WiredSettings(), dhcp=True)
    else:
        given = {name: form[field] for field, name in FIELDS.items() if form.get(field)}
        if not {"ip", "netmask", "router"} <= set(given) or not all(map(_is_address, given.values())):
            return Outcome(value=NetworkSettings(error="invalid address"))
        wanted = replace(wired, dhcp=False, **given)
    return settle(moment, value=_wired(wanted), gateway=replace(moment.settings.gateway, wired=wanted))


def _new_address(moment: Moment, form: Form) -> Outcome:
    interface = form.get("interface", "eth0")
    ip = moment.settings.gateway.wired.ip if interface == "eth0" else WIRELESS_IP
    return Outcome(value=NetworkSettings(interface=interface, ip=ip))


def _ping(moment: Moment, form: Form) -> Outcome:
    """Ping: what lies in the gateway's own network answers, and what is no address does not."""
    address, interface = form.get("pingip", ""), "eth0"
    if not _is_address(address):
        return Outcome(value=NetworkSettings(error="invalid address"))
    router = moment.settings.gateway.wired.router
    answers = address == router or address.rpartition(".")[0] != router.rpartition(".")[0]
    lines = [f"PING {address} ({address}): 56 data bytes\n"]
    lines += [f"64 bytes from {address}: seq={number} ttl=64 time=0.7{number} ms\n" for number in range(4) if answers]
    received, lost = (4, 0) if answers else (0, 100)
    lines += [
        f"\n--- {address} ping statistics ---\n",
        f"4 packets transmitted, {received} packets received, {lost}% packet loss\n",
    ]
    return Outcome(value=NetworkSettings(interface=interface, pingip=address, results=tuple(lines)))


def _check(moment: Moment, _form: Form) -> Outcome:
    wired = moment.settings.gateway.wired
    checks: dict[str, Any] = {
        "primary_interface": "eth0",
        "connectivity_enlighten": "pass",
        "connectivity_enlighten_dns_lookup": "pass",
        "connectivity_enphase": "pass",
        "connectivity_enphase_dns_lookup": "pass",
        "gateway_ping": "0.784 ms",
        "primary_dns_ping": "0.812 ms" if wired.primary_dns else "fail",
        "secondary_dns_ping": "0.955 ms" if wired.secondary_dns else "fail",
        "google_ping": "11.206 ms",
    }
    return Outcome(value=checks)


def _routes(moment: Moment, _form: Form) -> Outcome:
    wired = moment.settings.gateway.wired
    network = ".".join(
        str(int(part) & int(mask)) for part, mask in zip(wired.ip.split("."), wired.netmask.split("."), strict=True)
    )
    rows = (("0.0.0.0", wired.router, "0.0.0.0", "UG"), (network, "0.0.0.0", wired.netmask, "U"))  # noqa: S104 - routes
    return Outcome(
        value=[
            {
                "entry": number,
                "destination": destination,
                "gateway": router,
                "genmask": mask,
                "flags": flags,
                "metric": "0",
                "ref": "0",
                "use": "0",
                "iface": "eth0",
            }
            for number, (destination, router, mask, flags) in enumerate(rows)
        ]
    )


_ACTS: Mapping[str, Callable[[Moment, Form], Outcome]] = {
    "set": _set,
    "getnewipaddr": _new_address,
    "ping": _ping,
    "connectivitycheck": _check,
    "getroute": _routes,
}


def _is_address(text: str) -> bool:
    try:
        IPv4Address(text)
    except ValueError:
        return False
    return True


def build_wireless(moment: Moment, call: Call) -> WirelessSettings:
    """Build the Wi-Fi; without the networks in reach where ?site_info=0 asks so."""
    wireless = moment.settings.gateway.wireless
    is_up = wireless.joined_s is None or moment.now_s >= wireless.joined_s + JOIN_S
    current = WirelessNetwork(
        ssid=wireless.ssid,
        status="connected" if is_up else "connecting",
        ip=WIRELESS_IP if is_up else "",
        gateway=moment.settings.gateway.wired.router if is_up else "",
        security_mode="WPA2-PSK",
        encryption_type="CCMP",
        bssid=hardware_address(moment, 2) if is_up else "",
        channel="6" if is_up else "",
        bars=4 if is_up else 0,
    )
    return WirelessSettings(
        supported=True,
        present=True,
        configured=True,
        up=is_up,
        carrier=is_up,
        current=current,
        device=_device(moment),
        access_point=AccessPoint(enabled=wireless.access_point, name=f"ENVOY_{moment.identity.serial[-6:]}"),
        region=wireless.region,
        regions=REGIONS,
        sites=None if call.query.get("site_info") == "0" else _sites(moment),
    )


def _device(moment: Moment) -> WirelessDevice:
    return WirelessDevice(
        vendor="Enphase",
        device="platform:wl18xx",
        vendor_id="",
        device_id="",
        manufacturer="Enphase",
        model="platform:wl18xx",
        serial="",
        hw_version="",
        usb_spec="",
        usb_slot="",
        driver="wl18xx_driver",
        mac=hardware_address(moment, 1),
    )


def _sites(moment: Moment) -> tuple[WirelessSite, ...]:
    names = ((moment.settings.gateway.wireless.ssid, 4), *NEIGHBOURS)
    return tuple(
        WirelessSite(
            current=number == 0,
            mac=hardware_address(moment, 2 + number),
            channel=str(1 + 5 * number),
            ssid=ssid,
            bars=bars,
            secured=True,
            wps=False,
            unsupported=False,
            security_mode="WPA2-PSK",
            encryption_type="CCMP",
        )
        for number, (ssid, bars) in enumerate(names)
    )


def write_wireless(moment: Moment, call: Call) -> Outcome:
    """Join a network, choose a country, or switch the own access point; the password is not kept."""
    form, wireless = call.form(), moment.settings.gateway.wireless
    if form.get("selected_region") in REGIONS:
        wireless = replace(wireless, region=form["selected_region"])
    if form.get("ap_mode") in {"on", "off"}:
        wireless = replace(wireless, access_point=form["ap_mode"] == "on")
    if form.get("ssid"):
        wireless = replace(wireless, ssid=form["ssid"], joined_s=moment.now_s)
    return settle(moment, gateway=replace(moment.settings.gateway, wireless=wireless))


ANSWER = {NETWORK: build_network, WIRELESS: build_wireless}
WRITE = {(NETWORK, "POST"): write_network, (WIRELESS, "POST"): write_wireless}
