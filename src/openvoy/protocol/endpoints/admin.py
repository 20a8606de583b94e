"""Clock, meters and support settings of the gateway itself."""

from __future__ import annotations

from typing import Annotated

from openvoy.codec import WireStruct, doc, said
from openvoy.protocol.endpoint import Endpoint, Handler, Poll, Role
from openvoy.protocol.firmware import parse_firmware


class TimeZoneName(WireStruct):
    """A time zone."""

    name: Annotated[str | None, doc("", "IANA name")] = said("key")
    label: Annotated[str | None, doc("", "label")] = said("value")


class ClockSettings(WireStruct):
    """The gateway's clock."""

    time_zone: Annotated[str | None, doc("", "IANA name")] = said("timezone")
    date: Annotated[str | None, doc("", "local date")] = None
    time: Annotated[str | None, doc("", "local time")] = None
    zones: Annotated[tuple[TimeZoneName, ...] | None, doc("", "with tzlist=1")] = said("timezones")
    message: Annotated[str | None, doc("", "what came of a change")] = None


class PowerMeters(WireStruct):
    """External power meters."""

    available: Annotated[tuple[str, ...] | None, doc("", "in reach")] = said("available_pmus")
    associated: Annotated[tuple[str, ...] | None, doc("", "in use")] = said("associated_pmus")


class SupportTunnel(WireStruct):
    """Remote support."""

    open: Annotated[bool | None, doc("", "open")] = said("tunnel_open")


class AdminMessage(WireStruct):
    """What came of a request."""

    text: Annotated[str | None, doc("", "text")] = said("message")
    reason: Annotated[str | None, doc("", "why it did not go well")] = None


CLOCK: Endpoint[ClockSettings] = Endpoint(
    name="clock",
    path="/admin/lib/date_time_display.json",
    summary="Clock and time zone; ?tzlist=1 lists zones, POST sets one.",
    reply=ClockSettings,
    methods=("GET", "POST"),
    role=Role.PROVISIONING,
    handler=Handler.SCRIPTED,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("4"),
    digest_free=False,
)


GROUND_FAULT: Endpoint[AdminMessage] = Endpoint(
    name="ground_fault",
    path="/admin/lib/admin_dcc_display.json",
    summary="Clears a ground-fault condition, North America only.",
    reply=AdminMessage,
    methods=("POST",),
    role=Role.PROVISIONING,
    handler=Handler.SCRIPTED,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("4"),
    digest_free=False,
)


POWER_METERS: Endpoint[PowerMeters] = Endpoint(
    name="power_meters",
    path="/admin/lib/admin_pmu_display.json",
    summary="External power meters; POST accepts or removes one.",
    reply=PowerMeters,
    methods=("GET", "POST"),
    role=Role.PROVISIONING,
    handler=Handler.SCRIPTED,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("4"),
    digest_free=False,
)


SUPPORT_TUNNEL: Endpoint[SupportTunnel] = Endpoint(
    name="support_tunnel",
    path="/admin/lib/dba.json",
    summary="Remote support tunnel.",
    reply=SupportTunnel,
    methods=("GET", "POST"),
    role=Role.NONE,
    handler=Handler.SCRIPTED,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("4"),
)


SECURITY: Endpoint[AdminMessage] = Endpoint(
    name="security",
    path="/admin/lib/security_display.json",
    summary="Changes a digest user's password, before 7.",
    reply=AdminMessage,
    methods=("GET", "POST"),
    role=Role.INSTALLER,
    handler=Handler.SCRIPTED,
    poll=Poll.ON_DEMAND,
    until=parse_firmware("7"),
    digest_free=False,
)
