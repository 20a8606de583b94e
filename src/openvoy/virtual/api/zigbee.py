"""Provisioning of storage devices by radio; devices of the third generation come over the control bus."""

from __future__ import annotations

import re
from dataclasses import replace

from openvoy.codec import each
from openvoy.protocol.endpoints.ensemble_service import DeviceRef
from openvoy.protocol.endpoints.zigbee import (
    PAIRING_STATUS,
    ZIGBEE_COMMISSION,
    ZIGBEE_PHASE,
    ZIGBEE_PROVISION,
    ZIGBEE_RESET,
    ZIGBEE_STATUS,
    CommissionConfig,
    CommissionedDevice,
    PairingDevice,
    PairingStatus,
    PhaseRequest,
    ProvisionDevice,
    ProvisionReply,
    ProvisionRequest,
    ProvisionState,
    RadioCounters,
    RadioState,
    RadioStatus,
)
from openvoy.virtual.api.call import Call, Outcome, Refused, settle
from openvoy.virtual.api.fleet import batteries, boards, serials_of
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.api.parameters import is_serial
from openvoy.virtual.settings.events import News
from openvoy.virtual.settings.fleet import BATTERY_TYPE, BOARD_TYPES, CONTROLLER_TYPE, FleetSettings, Joiner
from openvoy.virtual.settings.mappings import with_entry

KINDS = {BATTERY_TYPE, CONTROLLER_TYPE}
LINK_KEY = re.compile(r"[0-9A-Fa-f]{32}")
MAC = re.compile(r"[0-9A-Fa-f]{12,16}")
PACKETS_A_MINUTE = 6
PAYLOAD_BYTES = 72
LAYER_COUNTERS = [
    "totTxReqDropCnt1",
    "totTxOkCnt",
    "totTxFlrCnt",
    "txReqNoRadioDropCnt",
    "trxnTblFullCnt",
    "txCnfTrxnNotFndCnt",
    "radioSwitchCnt",
    "initDoneCbDropCnt",
    "txReqQFullDropCnt",
    "trxnCxFreedCnt",
    "trxnCxAllocOkCnt",
    "trxnCxAllocFlrCnt",
    "txReqToZbCnt",
    "txReqToSubGCnt",
    "txCnfRxCnt",
    "framesFwdToUpLyrCnt",
    "txQueueRemoves",
    "immediateTxReqs",
    "txQueueInserts",
    "txQueueNumItems",
]
MOVING = {"totTxOkCnt", "trxnCxFreedCnt", "trxnCxAllocOkCnt", "txReqToZbCnt", "txCnfRxCnt", "framesFwdToUpLyrCnt"}
RADIO_COUNTERS = ["joinIndDropCnt", "totTxReqProcCnt", "totTxOkCnt", "totTxNoAckFlrCnt", "totTxCCAFlrCnt"]
POOL = ["total", "in_use", "free", "watermark", "alloc_failed", "alloc_ok", "free_ok"]


def build_pairing(moment: Moment) -> PairingStatus:
    """Build who joins: joining is enabled while a device has not joined."""
    fleet = moment.settings.fleet
    rows = [row for row in fleet.joiners if not row.is_wired]
    is_open = any(not row.is_joined(moment.now_s) for row in rows)
    return PairingStatus(
        network_mode="Join Enabled" if is_open else "Join Disabled",
        devices=tuple(
            PairingDevice(serial=row.serial, status="joined" if row.is_joined(moment.now_s) else "pending")
            for row in rows
        ),
    )


def provision(moment: Moment, call: Call) -> Outcome:
    """Register devices: 400 where one of them is not good, and the good ones are registered all the same."""
    rows = tuple(each(call.read(ProvisionRequest).devices))
    if not rows:
        raise call.malformed("serial_nums is empty")
    fleet, states = moment.settings.fleet, []
    for row in rows:
        is_good = _is_good(row) and not _has_rival(moment, fleet, row)
        states.append(ProvisionState(serial=row.serial, status="ok" if is_good else "failed"))
        if is_good:
            fleet = joined(fleet, _joiner(moment, row))
    news = tuple(
        News(text="Device provisioned: Set", serial=str(state.serial), device="encharge")
        for state in states
        if state.status == "ok"
    )
    status = 200 if len(news) == len(states) else 400
    outcome = settle(moment, value=ProvisionReply(devices=tuple(states)), news=news, fleet=fleet)
    return replace(outcome, status=status)


def _is_good(row: ProvisionDevice) -> bool:
    """Whether a device can be registered; the serial number alone is enough to begin."""
    return (
        is_serial(row.serial or "")
        and row.device_type in {*KINDS, None}
        and (row.link_key is None or LINK_KEY.fullmatch(row.link_key) is not None)
        and (row.mac is None or MAC.fullmatch(row.mac) is not None)
        and (row.phase is None or 1 <= row.phase <= 3)
        and row.der_index in {1, 2, None}
    )


def _has_rival(moment: Moment, fleet: FleetSettings, row: ProvisionDevice) -> bool:
    """Whether it would be a second controller."""
    present = {board.serial for board in boards(moment)}
    present |= {joiner.serial for joiner in fleet.joiners if joiner.device_type in BOARD_TYPES}
    return row.device_type == CONTROLLER_TYPE and bool(present - {row.serial})


def _joiner(moment: Moment, row: ProvisionDevice) -> Joiner:
    return Joiner(
        serial=str(row.serial),
        device_type=BATTERY_TYPE if row.device_type is None else row.device_type,
        since_s=moment.now_s,
        phase=row.phase,
        der_index=row.der_index,
        link_key=row.link_key,
    )


def joined(fleet: FleetSettings, joiner: Joiner) -> FleetSettings:
    """Give the fleet with one more device, or the same one anew; one that was there from the beginning comes back."""
    if joiner.serial in fleet.removed:
        return replace(fleet, removed=fleet.removed - {joiner.serial})
    others = tuple(row for row in fleet.joiners if row.serial != joiner.serial)
    return replace(fleet, joiners=(*others, joiner), has_radio_config=True)


def parted(fleet: FleetSettings, serials: set[str]) -> FleetSettings:
    """Give the fleet without some devices."""
    joiners = tuple(row for row in fleet.joiners if row.serial not in serials)
    gone = serials - {row.serial for row in fleet.joiners}
    return replace(fleet, joiners=joiners, removed=fleet.removed | gone)


def unprovision(moment: Moment, call: Call) -> Outcome:
    """Remove devices by ?serial_number=a,b: 400 where one of them is not there, and the others are removed."""
    serials = tuple(filter(None, call.query.get("serial_number", "").split(",")))
    if not serials:
        raise Refused(400)
    known = serials_of(moment)
    states = tuple(ProvisionState(serial=serial, status="ok" if serial in known else "failed") for serial in serials)
    gone = set(serials) & known
    news = tuple(News(text="Device removed: Set", serial=serial, device="encharge") for serial in sorted(gone))
    outcome = settle(moment, value=ProvisionReply(devices=states), news=news, fleet=parted(moment.settings.fleet, gone))
    return replace(outcome, status=200 if len(gone) == len(set(serials)) else 400)


def build_commission(moment: Moment) -> CommissionConfig:
    """Build the stored radio configuration, keys of registered devices included; 404 once it is removed."""
    fleet = moment.settings.fleet
    if not fleet.has_radio_config:
        raise Refused(404)
    keys = {row.serial: row.link_key for row in fleet.joiners}
    kinds = [(unit.serial, BATTERY_TYPE) for unit in batteries(moment)]
    kinds += [(board.serial, board.device_type) for board in boards(moment)]
    return CommissionConfig(
        devices=tuple(
            CommissionedDevice(serial=serial, device_type=kind, link_key=keys.get(serial)) for serial, kind in kinds
        )
    )


def seal(moment: Moment, _call: Call) -> Outcome:
    """Seal the commissioning."""
    fleet = replace(moment.settings.fleet, sealed_s=moment.now_s, has_radio_config=True)
    news = News(text="Commissioning complete: Set", serial=moment.identity.serial)
    return settle(moment, value={}, news=(news,), fleet=fleet)


def delete_commission(moment: Moment, _call: Call) -> Outcome:
    """Remove the stored configuration; 404 where there is none."""
    if not moment.settings.fleet.has_radio_config:
        raise Refused(404)
    return settle(moment, value={}, fleet=replace(moment.settings.fleet, has_radio_config=False))


def reset(moment: Moment, call: Call) -> Outcome:
    """Reset a device; a controller then obeys its schedules again. 404 for a device that there is not."""
    serial = call.read(DeviceRef).serial
    if serial is None:
        raise call.malformed("serial_num is missing")
    return reset_device(moment, serial)


def reset_device(moment: Moment, serial: str) -> Outcome:
    """Reset a storage device by its serial number."""
    if serial not in serials_of(moment):
        raise Refused(404)
    fleet, contacts = moment.settings.fleet, moment.settings.contacts
    if serial in {board.serial for board in boards(moment)}:
        contacts = replace(contacts, contacts=tuple(replace(row, by_hand=None) for row in contacts.contacts))
    news = News(text="Device reset: Set", serial=serial, device="encharge")
    fleet = replace(fleet, reset=with_entry(fleet.reset, serial, moment.now_s))
    return settle(moment, value={}, news=(news,), fleet=fleet, contacts=contacts)


def write_phase(moment: Moment, call: Call) -> Outcome:
    """Set a battery's phase; 404 for a battery that there is not."""
    told = call.read(PhaseRequest)
    if told.phase is None or not 1 <= told.phase <= moment.site.phase_count:
        raise call.malformed("no such phase")
    if told.serial is None or told.serial not in {unit.serial for unit in batteries(moment)}:
        raise Refused(404)
    fleet = moment.settings.fleet
    return settle(moment, value={}, fleet=replace(fleet, phases=with_entry(fleet.phases, told.serial, told.phase)))


def build_status(moment: Moment) -> RadioStatus:
    """Build state and counters of the radio; zeros without devices on it."""
    nodes = tuple(sorted({unit.serial for unit in batteries(moment)} | {board.serial for board in boards(moment)}))
    sent = len(nodes) * PACKETS_A_MINUTE * ((moment.now_s - moment.commissioned_s) // 60)
    return RadioStatus(state=_state(nodes), counters=_counters(nodes, sent))


def _state(nodes: tuple[str, ...]) -> RadioState:
    is_up, payload = bool(nodes), PAYLOAD_BYTES if nodes else 0
    return RadioState(
        connected=is_up,
        ready=is_up,
        payload_bytes=payload,
        joined_count=len(nodes),
        joined=nodes,
        sub_ghz_connected=is_up,
        sub_ghz_ready=is_up,
        sub_ghz_payload_bytes=payload,
        sub_ghz_joined_count=len(nodes),
        sub_ghz_joined=nodes,
        client_count=len(nodes),
        clients=nodes,
    )


def _counters(nodes: tuple[str, ...], sent: int) -> RadioCounters:
    packets = {"rx_packets": sent, "rx_err": 0, "tx_packets": sent, "tx_err": 0, "tx_comp_err": 0}
    hello = {"rx_hello_msg": len(nodes), "tx_dev_info_req": len(nodes), "rx_dev_info_rsp": len(nodes)}
    provisioned = {"reg_prov_dev": len(nodes), "reg_prov_dev_err": 0, "dereg_prov_dev": 0, "dereg_prov_dev_err": 0}
    pool = {f"buffer_pool_{name}": 0 for name in POOL} | {"buffer_pool_total": 64, "buffer_pool_free": 64}
    sub_pool = {"subpool_index": 0, "subpool_size": 128}
    sub_pool |= {f"subpool_{name}": 0 for name in ("total", "in_use", "free", "watermark", "alloc_failed", "alloc_ok")}
    return RadioCounters(
        zigbee={**packets, **hello, **provisioned},
        sub_ghz={**packets, **hello},
        layer={name: sent if name in MOVING else 0 for name in LAYER_COUNTERS},
        radio={name: sent if name in {"totTxReqProcCnt", "totTxOkCnt"} else 0 for name in RADIO_COUNTERS},
        library=f"macTxUcast: {sent} macTxUcastFail: 0",
        clients=tuple({"rx_packets": sent // len(nodes), "tx_packets": sent // len(nodes)} for _ in nodes),
        buffer_pool=pool,
        buffer_subpool=(sub_pool | {"subpool_alloc_free_ok": 0},),
    )


RENDER = {PAIRING_STATUS: build_pairing, ZIGBEE_COMMISSION: build_commission, ZIGBEE_STATUS: build_status}
WRITE = {
    (ZIGBEE_PROVISION, "POST"): provision,
    (ZIGBEE_PROVISION, "DELETE"): unprovision,
    (ZIGBEE_COMMISSION, "POST"): seal,
    (ZIGBEE_COMMISSION, "DELETE"): delete_commission,
    (ZIGBEE_RESET, "POST"): reset,
    (ZIGBEE_PHASE, "POST"): write_phase,
}
