"""Firmware updates of devices and gateway."""

from __future__ import annotations

from typing import Annotated

from openvoy.codec import WireStruct, doc, said
from openvoy.protocol.endpoint import Endpoint, Handler, Poll, Role
from openvoy.protocol.endpoints.admin import AdminMessage
from openvoy.protocol.firmware import parse_firmware


class SiteSync(WireStruct):
    """Update of all devices."""

    status: Annotated[int | None, doc("", "10 none")] = said("Current_Status")
    status_text: Annotated[str | None, doc("", "in words")] = said("Current_Status_str")
    last_status: Annotated[int | None, doc("", "10 none")] = said("Last_Status")
    last_status_text: Annotated[str | None, doc("", "in words")] = said("Last_Status_str")
    kind: Annotated[int | None, doc("", "kind")] = said("Type")
    kind_text: Annotated[str | None, doc("", "in words")] = said("Type_str")
    time_left: Annotated[str | None, doc("", "hh::mm::ss")] = said("Estimated Time Left")
    duration: Annotated[str | None, doc("", "hh::mm::ss")] = said("Total Duration")
    image: Annotated[str | None, doc("", "package")] = said("Current essimg version")
    failure: Annotated[str | None, doc("", "why it failed")] = said("Failure Reason")
    dongle: Annotated[int | None, doc("", "state")] = said("Zigbee Dongle")
    dongle_text: Annotated[str | None, doc("", "in words")] = said("Zigbee Status_str")
    dongle_firmware: Annotated[str | None, doc("", "version")] = said("Zigbee Firmware")
    auto_update: Annotated[str | None, doc("", "true or false in words")] = said("auto_update_enable")
    auto_update_paused: Annotated[str | None, doc("", "true or false in words")] = said("auto_update_8_hrs_disable")
    progress: Annotated[str | None, doc("", "percent as text")] = said("Progress")


class UpdateState(WireStruct):
    """Firmware manager."""

    site: Annotated[SiteSync | None, doc("", "all devices")] = said("SiteSync")
    updates: Annotated[tuple[dict[str, str | int], ...] | None, doc("", "single devices")] = None


class UpdateConfig(WireStruct):
    """Automatic updates."""

    auto_update: Annotated[str | None, doc("", "true or false in words")] = said("auto_update_enable")
    auto_update_paused: Annotated[str | None, doc("", "true or false in words")] = said("auto_update_8_hrs_disable")


class UpdateRequest(WireStruct):
    """Starts an update of all devices."""

    force: Annotated[str | None, doc("", "true or false in words")] = None
    broadcast: Annotated[str | None, doc("", "true or false in words")] = None
    no_retry: Annotated[str | None, doc("", "true or false in words")] = said("dont_retry_failed_files")
    even_off_grid: Annotated[str | None, doc("", "true or false in words")] = said("overwrite_off_grid")
    even_low_charge: Annotated[str | None, doc("", "true or false in words")] = said("overwrite_low_soc")


class UpdateReply(WireStruct):
    """What came of it."""

    status: Annotated[str | None, doc("", "in words")] = said("Status")
    command: Annotated[str | None, doc("", "Unicast …")] = said("Command")
    off_grid_check: Annotated[str | None, doc("", "in words")] = said("Offgrid-Check")
    charge_check: Annotated[str | None, doc("", "in words")] = said("SOC-check")
    commission_only: Annotated[str | None, doc("", "true or false in words")] = None


class UpgradeStatus(WireStruct):
    """Update of the gateway itself."""

    status_code: Annotated[int | None, doc("", "200")] = None
    reason_code: Annotated[int | None, doc("", "reason")] = None
    message_key: Annotated[str | None, doc("", "key of a text")] = None
    message_params: Annotated[dict[str, str] | None, doc("", "what the text puts in")] = None
    timestamp_s: Annotated[int | None, doc("s", "Unix time")] = said("timestamp")
    serial: Annotated[str | None, doc("", "serial number")] = said("serial_num")


class RevokeList(WireStruct):
    """Revoked support keys."""

    signature: Annotated[str | None, doc("", "base64")] = said("sig")
    date: Annotated[str | None, doc("", "date")] = None
    number: Annotated[str | None, doc("", "number")] = said("serno")
    keys: Annotated[str | None, doc("", "base64")] = said("crl")


UPDATE_STATE: Endpoint[UpdateState] = Endpoint(
    name="update_state",
    path="/ivp/firmware_manager/state",
    summary="What the firmware manager does.",
    reply=UpdateState,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("6"),
)


UPDATE_CONFIG: Endpoint[tuple[UpdateConfig, ...]] = Endpoint(
    name="update_config",
    path="/ivp/firmware_manager/config",
    summary="Automatic updates, on or off.",
    reply=tuple[UpdateConfig, ...],
    request=tuple[UpdateConfig, ...],
    methods=("GET", "PUT"),
    write_role=Role.INSTALLER,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("7"),
)


UPDATE_ALL: Endpoint[UpdateReply] = Endpoint(
    name="update_all",
    path="/ivp/firmware_manager/update_all",
    summary="Starts an update of all devices.",
    reply=UpdateReply,
    request=UpdateRequest,
    methods=("POST",),
    role=Role.INSTALLER,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("7"),
)


UPDATE_ONE: Endpoint[UpdateReply] = Endpoint(
    name="update_one",
    path="/ivp/firmware_manager/update_single",
    summary="Starts an update of one device.",
    reply=UpdateReply,
    methods=("POST",),
    role=Role.INSTALLER,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("7"),
)


UPGRADE_START: Endpoint[AdminMessage] = Endpoint(
    name="upgrade_start",
    path="/installer/upgrade_start",
    summary="Starts an update of the gateway itself.",
    reply=AdminMessage,
    methods=("POST",),
    role=Role.INSTALLER,
    handler=Handler.SCRIPTED,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("7"),
)


UPGRADE_STATUS: Endpoint[UpgradeStatus] = Endpoint(
    name="upgrade_status",
    path="/installer/upgrade_status",
    summary="Update of the gateway itself.",
    reply=UpgradeStatus,
    role=Role.INSTALLER,
    handler=Handler.SCRIPTED,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("7"),
)


UPLOAD: Endpoint[AdminMessage] = Endpoint(
    name="upload",
    path="/installer/upload.json",
    summary="Uploads an image, as multipart form.",
    reply=AdminMessage,
    methods=("POST",),
    role=Role.INSTALLER,
    handler=Handler.SCRIPTED,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("4"),
    digest_free=False,
)


REVOKE_LIST: Endpoint[RevokeList] = Endpoint(
    name="revoke_list",
    path="/installer/ssh_revoke_list",
    summary="Revoked support keys.",
    reply=RevokeList,
    role=Role.INSTALLER,
    handler=Handler.SCRIPTED,
    poll=Poll.ON_DEMAND,
    since=parse_firmware("7"),
)
