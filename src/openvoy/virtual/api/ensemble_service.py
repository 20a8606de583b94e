"""Servicing storage devices: members, telemetry, communication, the control bus."""

from __future__ import annotations

from openvoy.protocol.endpoints.ensemble_service import (
    CONTROL_BUS_DECOMMISSION,
    CONTROL_BUS_DEVICES,
    CONTROL_BUS_PROVISION,
    CONTROL_BUS_RESET,
    ENSEMBLE_DEVICE_STATUS,
    ENSEMBLE_MEMBERS,
    ENSEMBLE_RAW,
    STORAGE_COMM_CHECK,
    AverageLevel,
    ControlBusDevices,
    DeviceKind,
    DeviceRef,
    DeviceTelemetry,
    EnsembleMember,
    EnsembleMembers,
    StorageCommCheck,
)
from openvoy.virtual.api.call import Call, Outcome, Refused, settle
from openvoy.virtual.api.fleet import Unit, batteries, boards, joiners, serials_of
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.api.parameters import is_serial
from openvoy.virtual.api.zigbee import KINDS, joined, parted, reset_device
from openvoy.virtual.settings.events import News
from openvoy.virtual.settings.fleet import BATTERY_TYPE, Joiner

FULL_BARS = 5
ALL = "all"


def build_members(moment: Moment) -> EnsembleMembers:
    """Build the devices of the storage system, controller first."""
    rows = [(board.serial, board.device_type, board.since_s) for board in boards(moment)]
    rows += [(unit.serial, BATTERY_TYPE, unit.since_s) for unit in batteries(moment)]
    return EnsembleMembers(
        members=tuple(
            EnsembleMember(
                serial=serial, zigbee_sn="", zigbee_ic="", zigbee_crc="", device_type=kind, commissioned_s=since_s
            )
            for serial, kind, since_s in rows
        )
    )


def add_member(moment: Moment, call: Call) -> Outcome:
    """Add a battery; 400 for what is no device."""
    told = call.read(EnsembleMember)
    kind = BATTERY_TYPE if told.device_type is None else told.device_type
    if not is_serial(told.serial or "") or kind not in KINDS:
        raise Refused(400)
    joiner = Joiner(serial=str(told.serial), device_type=kind, since_s=moment.now_s)
    return settle(moment, fleet=joined(moment.settings.fleet, joiner))


def build_raw(moment: Moment, call: Call) -> DeviceTelemetry:
    """Build the telemetry of one device, or of all; empty for a device that there is not."""
    wanted = call.parts["serial"]
    units = [unit for unit in batteries(moment) if wanted in {ALL, unit.serial}]
    records = {unit.serial: _battery_record(moment, unit) for unit in units}
    records |= {
        board.serial: {"mains_oper_state": moment.switchgear.relay, "temperature": round(moment.truth.air_c, 1)}
        for board in boards(moment)
        if wanted in {ALL, board.serial}
    }
    return DeviceTelemetry(records=records)


def _battery_record(moment: Moment, unit: Unit) -> dict[str, str | float]:
    return {
        "timestamp": moment.now_s,
        "real_power_w": round(unit.power_w, 1),
        "soc": round(unit.soc_pct, 1),
        "cell_temperature": round(unit.temperature_c, 1),
        "ac_voltage": round(moment.truth.voltages_v[min(unit.phase, len(moment.truth.voltages_v) - 1)], 2),
        "frequency": round(moment.truth.frequency_hz, 3),
    }


def build_comm_check(moment: Moment) -> StorageCommCheck:
    """Build the mean radio levels of the batteries."""
    count = len(batteries(moment))
    bars = FULL_BARS if count else 0
    return StorageCommCheck(average=AverageLevel(count=count, level_sub_ghz=bars, level_2_4_ghz=bars))


def build_kind(moment: Moment, call: Call) -> dict[str, DeviceKind]:
    """Build the kind of one device; for one that is none of storage the gateway reads what lies in memory."""
    serial = call.query.get("serial_num", "")
    if not serial:
        raise Refused(400)
    kinds = {unit.serial: BATTERY_TYPE for unit in batteries(moment)}
    kinds |= {board.serial: board.device_type for board in boards(moment)}
    return {serial: DeviceKind(device_type=kinds.get(serial, 32733352))}


def build_bus(moment: Moment) -> ControlBusDevices:
    """Build the devices on the control bus."""
    wired = [row.serial for row in joiners(moment) if row.is_wired]
    wired += [board.serial for board in boards(moment) if board.is_collar]
    return ControlBusDevices(devices=tuple(DeviceRef(serial=serial) for serial in dict.fromkeys(wired)))


def provision(moment: Moment, call: Call) -> Outcome:
    """Add a battery on the control bus; 400 for what is no serial number."""
    serial = call.read(DeviceRef).serial
    if not is_serial(serial or ""):
        raise Refused(400)
    joiner = Joiner(serial=str(serial), device_type=BATTERY_TYPE, since_s=moment.now_s, is_wired=True)
    news = News(text="Device provisioned: Set", serial=joiner.serial, device="encharge")
    return settle(moment, value={}, news=(news,), fleet=joined(moment.settings.fleet, joiner))


def decommission(moment: Moment, call: Call) -> Outcome:
    """Remove a device from it, named in body or query; 404 for one that there is not."""
    serial = call.query.get("serial_num") or (call.read(DeviceRef).serial if call.body.strip() else None)
    if serial is None:
        raise Refused(400)
    if serial not in serials_of(moment):
        raise Refused(404)
    news = News(text="Device removed: Set", serial=serial, device="encharge")
    return settle(moment, value={}, news=(news,), fleet=parted(moment.settings.fleet, {serial}))


def reset(moment: Moment, call: Call) -> Outcome:
    """Reset a device on it; 404 for one that there is not."""
    return reset_device(moment, call.parts["serial"])


RENDER = {
    ENSEMBLE_MEMBERS: build_members,
    STORAGE_COMM_CHECK: build_comm_check,
    CONTROL_BUS_DEVICES: build_bus,
}
ANSWER = {ENSEMBLE_RAW: build_raw, ENSEMBLE_DEVICE_STATUS: build_kind}
WRITE = {
    (ENSEMBLE_MEMBERS, "POST"): add_member,
    (CONTROL_BUS_PROVISION, "POST"): provision,
    (CONTROL_BUS_DECOMMISSION, "POST"): decommission,
    (CONTROL_BUS_DECOMMISSION, "DELETE"): decommission,
    (CONTROL_BUS_RESET, "POST"): reset,
}
