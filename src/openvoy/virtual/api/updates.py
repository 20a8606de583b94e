"""Firmware updates of devices and gateway: taken down and shown as running, nothing is loaded."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from datetime import UTC, datetime

from openvoy.protocol.endpoints.admin import AdminMessage
from openvoy.protocol.endpoints.updates import (
    REVOKE_LIST,
    UPDATE_ALL,
    UPDATE_CONFIG,
    UPDATE_ONE,
    UPDATE_STATE,
    UPGRADE_START,
    UPGRADE_STATUS,
    UPLOAD,
    RevokeList,
    SiteSync,
    UpdateConfig,
    UpdateReply,
    UpdateRequest,
    UpdateState,
    UpgradeStatus,
)
from openvoy.virtual.api.call import Call, Outcome, Refused, settle
from openvoy.virtual.api.fleet import serials_of
from openvoy.virtual.api.info import package_version
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.api.panels import inverters
from openvoy.virtual.settings.events import News

WORDS = {"true": True, "false": False}
IDLE, RUNNING = (10, "No Update Running"), (3, "Update In Progress")
UPDATE_S = 1800
"""How long an update of all devices takes."""
UPGRADE_S = 600
"""How long the gateway's own takes."""


def build_state(moment: Moment) -> UpdateState:
    """Build what the firmware manager does."""
    updates = moment.settings.gateway.updates
    left_s = _left_s(moment, updates.all_requested_s, UPDATE_S)
    number, text = RUNNING if left_s else IDLE
    done_pct = 100 * (UPDATE_S - left_s) / UPDATE_S if left_s else 0.0
    return UpdateState(
        site=SiteSync(
            status=number,
            status_text=text,
            last_status=IDLE[0],
            last_status_text=IDLE[1],
            kind=1 if left_s else 0,
            kind_text="Manual" if left_s else "None",
            time_left=_clock(left_s),
            duration=_clock(UPDATE_S if left_s else 0),
            image=f"500-00020-r01-v{package_version('essimg')}",
            failure="None",
            dongle=5,
            dongle_text="No update",
            dongle_firmware="NOT PROVIDED",
            auto_update=_word(updates.auto_update),
            auto_update_paused=_word(updates.is_paused),
            progress=f"{done_pct:.2f}",
        ),
        updates=tuple({"serial_num": serial, "status": "Queued"} for serial in updates.one_requested),
    )


def _left_s(moment: Moment, started_s: int | None, length_s: int) -> int:
    return 0 if started_s is None else max(0, started_s + length_s - moment.now_s)


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}::{seconds // 60 % 60:02d}::{seconds % 60:02d}"


def _word(value: bool) -> str:  # noqa: FBT001 - a boolean in words
    return "true" if value else "false"


def build_config(moment: Moment) -> tuple[UpdateConfig, ...]:
    """Build the automatic updates, in words."""
    updates = moment.settings.gateway.updates
    return (UpdateConfig(auto_update=_word(updates.auto_update), auto_update_paused=_word(updates.is_paused)),)


def write_config(moment: Moment, call: Call) -> Outcome:
    """Switch them; booleans are words, else 500."""
    body = call.body.strip()
    told = call.read(tuple[dict[str, object], ...])[0] if body[:1] == b"[" else call.read(dict[str, object])
    if any(isinstance(value, bool) for value in told.values()):
        raise Refused(500)
    updates = moment.settings.gateway.updates
    auto = told.get("auto_update_enable", _word(updates.auto_update))
    paused = told.get("auto_update_8_hrs_disable", _word(updates.is_paused))
    if auto not in WORDS or paused not in WORDS:
        raise call.malformed("true or false, in words")
    wanted = replace(updates, auto_update=WORDS[str(auto)], is_paused=WORDS[str(paused)])
    return settle(moment, gateway=replace(moment.settings.gateway, updates=wanted))


def update_all(moment: Moment, call: Call) -> Outcome:
    """Take down an update of all devices."""
    plain = call.read(dict[str, object])
    if any(isinstance(value, bool) for value in plain.values()):
        raise Refused(500)
    told = call.read(UpdateRequest)
    updates = replace(
        moment.settings.gateway.updates, all_requested_s=moment.now_s, is_broadcast=told.broadcast == "true"
    )
    news = News(text="Device update: Set", serial=moment.identity.serial)
    done = News(text="Device update: Clear", serial=moment.identity.serial, after_s=UPDATE_S)
    return settle(
        moment,
        value=_reply(told, "all devices"),
        news=(news, done),
        gateway=replace(moment.settings.gateway, updates=updates),
    )


def update_one(moment: Moment, call: Call) -> Outcome:
    """Take down an update of one device; 404 for one that there is not."""
    serial = call.read(dict[str, object]).get("serial_num")
    if not isinstance(serial, str):
        raise call.malformed("serial_num is missing")
    if serial not in serials_of(moment) | {row.panel.serial for row in inverters(moment)}:
        raise Refused(404)
    updates = moment.settings.gateway.updates
    wanted = replace(updates, one_requested=tuple(dict.fromkeys((*updates.one_requested, serial))))
    return settle(
        moment,
        value=_reply(UpdateRequest(), f"device {serial}"),
        gateway=replace(moment.settings.gateway, updates=wanted),
    )


def _reply(told: UpdateRequest, what: str) -> UpdateReply:
    forced = " with force" if told.force == "true" else ""
    return UpdateReply(
        status=f"Update firmware requested for {what}{forced}",
        command="Broadcast" if told.broadcast == "true" else "Unicast",
        off_grid_check="Overwritten" if told.even_off_grid == "true" else "Enabled",
        charge_check="Overwritten" if told.even_low_charge == "true" else "Enabled",
        commission_only="false",
    )


def start_upgrade(moment: Moment, _call: Call) -> Outcome:
    """Take down an update of the gateway itself."""
    updates = replace(moment.settings.gateway.updates, upgraded_s=moment.now_s)
    return settle(moment, value=AdminMessage(text="success"), gateway=replace(moment.settings.gateway, updates=updates))


def build_upgrade(moment: Moment) -> UpgradeStatus:
    """Build what came of it."""
    started_s = moment.settings.gateway.updates.upgraded_s
    is_running = _left_s(moment, started_s, UPGRADE_S) > 0
    since_s = moment.commissioned_s if started_s is None else started_s
    key = "in_progress" if is_running else "finished_successful"
    return UpgradeStatus(
        status_code=202 if is_running else 200,
        reason_code=2100 if is_running else 2200,
        message_key=f"task.emu_upgrade.{key}",
        message_params={},
        timestamp_s=int(since_s if is_running or started_s is None else since_s + UPGRADE_S),
        serial=moment.identity.serial,
    )


def upload(moment: Moment, call: Call) -> Outcome:
    """Take an image and forget it; a body that is no upload is refused."""
    if b"filename=" not in call.body:
        raise Refused(400, AdminMessage(text="Bad Request", reason="no file"))
    updates = moment.settings.gateway.updates
    gateway = replace(moment.settings.gateway, updates=replace(updates, uploads=updates.uploads + 1))
    return settle(moment, value=AdminMessage(text="success"), gateway=gateway)


def build_revoked(moment: Moment) -> RevokeList:
    """Build the revoked support keys: none, with made-up signatures."""
    digest = hashlib.sha256(moment.identity.serial.encode()).digest()
    return RevokeList(
        signature=base64.b64encode(digest).decode(),
        date=f"{datetime.fromtimestamp(moment.commissioned_s, UTC):%Y-%m-%d}",
        number="1",
        keys=base64.b64encode(b"").decode(),
    )


RENDER = {
    UPDATE_STATE: build_state,
    UPDATE_CONFIG: build_config,
    UPGRADE_STATUS: build_upgrade,
    REVOKE_LIST: build_revoked,
}
WRITE = {
    (UPDATE_CONFIG, "PUT"): write_config,
    (UPDATE_ALL, "POST"): update_all,
    (UPDATE_ONE, "POST"): update_one,
    (UPGRADE_START, "POST"): start_upgrade,
    (UPLOAD, "POST"): upload,
}
