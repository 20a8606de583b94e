"""Clock, external meters and support settings of the gateway itself."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from ipaddress import ip_address
from zoneinfo import available_timezones

from openvoy.protocol.endpoints.admin import (
    CLOCK,
    GROUND_FAULT,
    POWER_METERS,
    SECURITY,
    SUPPORT_TUNNEL,
    AdminMessage,
    ClockSettings,
    PowerMeters,
    SupportTunnel,
    TimeZoneName,
)
from openvoy.virtual.api.call import Call, Outcome, settle
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.api.panels import inverters
from openvoy.virtual.settings.events import News

DIGEST_USERS = {"envoy", "installer"}
NORTH_AMERICA_HZ = 60


@cache
def zone_names() -> tuple[str, ...]:
    """All time zones by name."""
    return tuple(sorted(name for name in available_timezones() if "/" in name or name in {"UTC", "GMT"}))


def build_clock(moment: Moment, call: Call) -> ClockSettings:
    """Build the clock; with ?tzlist=1 the time zones."""
    if call.query.get("tzlist") == "1":
        return ClockSettings(zones=tuple(TimeZoneName(name=name, label=name) for name in zone_names()))
    local = moment.local
    return ClockSettings(time_zone=moment.settings.gateway.time_zone, date=f"{local:%m/%d/%Y}", time=f"{local:%H:%M}")


def write_clock(moment: Moment, call: Call) -> Outcome:
    """Set the time zone; one that there is not is said so."""
    zone = call.form().get("timezone", "")
    if zone not in available_timezones():
        return Outcome(value=AdminMessage(text="Bad Request", reason=f"'{zone}' is no time zone"))
    news = News(text=f"Time zone: {zone}", serial=moment.identity.serial)
    gateway = replace(moment.settings.gateway, time_zone=zone)
    return settle(moment, value=ClockSettings(message="success"), news=(news,), gateway=gateway)


def write_ground_fault(moment: Moment, call: Call) -> Outcome:
    """Clear a ground fault, which only gateways of North America can."""
    form = call.form()
    name = form.get("fname", "")
    if name != "gfi" or round(moment.site.frequency_hz) != NORTH_AMERICA_HZ:
        return Outcome(value=AdminMessage(text="Bad Request", reason=f"'{name}' not supported for non-NA Envoys"))
    known = {str(row.channel_eid): row for row in inverters(moment)}
    inverter = known.get(form.get("chaneid", ""))
    if inverter is None:
        return Outcome(value=AdminMessage(text="Bad Request", reason="no such channel"))
    bridge = moment.settings.bridge
    is_set = form.get("doset", "1") == "1"
    channels = (
        bridge.cleared_faults | {inverter.channel_eid} if is_set else bridge.cleared_faults - {inverter.channel_eid}
    )
    news = News(text="Clear GFI: Set", serial=inverter.panel.serial, device="pcu")
    reply = AdminMessage(text="success")
    return settle(moment, value=reply, news=(news,), bridge=replace(bridge, cleared_faults=channels))


def build_power_meters(moment: Moment) -> PowerMeters:
    """Build the external power meters; none answers in this network."""
    return PowerMeters(available=(), associated=moment.settings.gateway.power_meters)


def write_power_meters(moment: Moment, call: Call) -> Outcome:
    """Accept or remove one by its address."""
    form, gateway = call.form(), moment.settings.gateway
    addresses = tuple(filter(None, form.get("ip_addresses", "").split(",")))
    if form.get("fname") not in {"accept", "remove"} or not addresses or not all(map(_is_address, addresses)):
        return Outcome(value=AdminMessage(text="Bad Request", reason="accept or remove ip_addresses"))
    kept = tuple(row for row in gateway.power_meters if row not in addresses)
    meters = (*kept, *addresses) if form["fname"] == "accept" else kept
    return settle(moment, gateway=replace(gateway, power_meters=meters))


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def build_tunnel(moment: Moment) -> SupportTunnel:
    """Build the state of the support tunnel, which leads nowhere."""
    return SupportTunnel(open=moment.settings.gateway.tunnel_open)


def write_tunnel(moment: Moment, call: Call) -> Outcome:
    """Open or close it."""
    name = call.form().get("fname")
    if name not in {"tunnelopen", "tunnelclose"}:
        return Outcome(value=AdminMessage(text="Bad Request", reason="tunnelopen or tunnelclose"))
    is_open = name == "tunnelopen"
    news = News(text=f"Support tunnel: {'Open' if is_open else 'Closed'}", serial=moment.identity.serial)
    return settle(moment, news=(news,), gateway=replace(moment.settings.gateway, tunnel_open=is_open))


def write_security(_moment: Moment, call: Call) -> Outcome:
    """Take a new password of a digest user, as far as the reply goes: the login keeps the one it was started with."""
    form = call.form()
    if form.get("fname") != "set" or form.get("user") not in DIGEST_USERS or not form.get("password"):
        return Outcome(value=AdminMessage(text="Bad Request", reason="set user and password"))
    return Outcome(value=AdminMessage(text="success"))


RENDER = {
    POWER_METERS: build_power_meters,
    SUPPORT_TUNNEL: build_tunnel,
    SECURITY: lambda _moment: AdminMessage(),
}
ANSWER = {CLOCK: build_clock}
WRITE = {
    (CLOCK, "POST"): write_clock,
    (GROUND_FAULT, "POST"): write_ground_fault,
    (POWER_METERS, "POST"): write_power_meters,
    (SUPPORT_TUNNEL, "POST"): write_tunnel,
    (SECURITY, "POST"): write_security,
}
