"""Inverters: reports, details and inventory merged by serial number, since each of them lists too few or too many."""

from __future__ import annotations

from dataclasses import replace

from openvoy.codec import each
from openvoy.model import Inverter
from openvoy.protocol.endpoints.inventory import INVENTORY, InventoryDevice
from openvoy.protocol.endpoints.inverters import DEVICE_DATA, INVERTERS, DeviceData, InverterReport, LastReading
from openvoy.protocol.replies import Replies
from openvoy.protocol.translate.moments import moment
from openvoy.units import milli, wh_from_joules

MICROINVERTER = 1
_DELETED = 3
_PHASES = {"ph-a": "L1", "ph-b": "L2", "ph-c": "L3"}


def build_inverters(replies: Replies) -> tuple[Inverter, ...]:
    """Build every inverter in service; a replaced one (`active` false) is none, whatever else still lists it."""
    retired = {device.serial for device in _devices(replies) if device.active is False}
    inverters: dict[str, Inverter] = {}
    for report in each(replies.value(INVERTERS)):
        if report.serial and report.device_type in (None, MICROINVERTER) and report.serial not in retired:
            inverters[report.serial] = _from_report(report)
    for device in _devices(replies):
        if device.serial and device.serial not in retired:
            known = inverters.get(device.serial, Inverter(serial=device.serial))
            inverters[device.serial] = _with_details(known, device)
    for entry in _inventory(replies):
        if entry.serial in inverters:
            inverters[entry.serial] = _with_inventory(inverters[entry.serial], entry)
    return tuple(inverters.values())


def inverter_devices(replies: Replies) -> tuple[DeviceData, ...]:
    """Give the inverters in service among the detailed devices."""
    return tuple(device for device in _devices(replies) if device.active is not False)


def is_device_list_complete(replies: Replies) -> bool:
    """Whether the detailed devices are all there: the list ends at a limit, counting meters and relays too."""
    devices = replies.value(DEVICE_DATA) or {}
    count, limit = devices.get("deviceCount"), devices.get("deviceDataLimit")
    return bool(devices) and not (isinstance(count, int) and isinstance(limit, int) and count >= limit)


def _devices(replies: Replies) -> tuple[DeviceData, ...]:
    devices = (replies.value(DEVICE_DATA) or {}).values()
    return tuple(device for device in devices if isinstance(device, DeviceData) and device.kind == "pcu")


def _inventory(replies: Replies) -> tuple[InventoryDevice, ...]:
    groups = each(replies.value(INVENTORY))
    devices = (device for group in groups if group.kind == "PCU" for device in each(group.devices))
    return tuple(device for device in devices if device.admin_state != _DELETED)


def _from_report(report: InverterReport) -> Inverter:
    at = moment(report.last_report_s)
    return Inverter(
        serial=report.serial or "",
        at=at,
        power_w=None if at is None else report.last_report_w,
        max_power_w=report.max_report_w,
    )


def _with_details(known: Inverter, device: DeviceData) -> Inverter:
    channel = next(iter(each(device.channels)), None)
    if channel is None:
        return known
    last = LastReading() if channel.last is None else channel.last
    at = moment(last.end_s)
    now_w = None if channel.power is None else signed_watts(channel.power.now_w)
    is_newer = at is not None and (known.at is None or at >= known.at)
    return replace(
        known,
        at=at if is_newer else known.at,
        power_w=now_w if is_newer and now_w is not None else known.power_w,
        max_power_w=known.max_power_w if channel.power is None else channel.power.max_w,
        dc_voltage_v=milli(last.dc_mv),
        dc_current_a=milli(last.dc_ma),
        ac_voltage_v=milli(last.ac_mv),
        ac_current_a=milli(last.ac_ma),
        frequency_hz=milli(last.ac_mhz),
        temperature_c=last.temperature_c,
        lifetime_wh=None if channel.lifetime is None else wh_from_joules(channel.lifetime.produced_j),
        today_wh=None if channel.energy is None else channel.energy.today_wh,
        report_interval_s=last.duration_s,
    )


def signed_watts(value_w: float | None) -> float | None:
    """Undo the unsigned printing of small negative powers: 4294967292 is -4 W."""
    return value_w - 2**32 if value_w is not None and value_w >= 2**31 else value_w


def _with_inventory(known: Inverter, entry: InventoryDevice) -> Inverter:
    return replace(
        known,
        phase=_PHASES.get(entry.phase or ""),
        part_number=entry.part_number,
        firmware=entry.firmware,
        status=status_text(entry.status),
        communicating=entry.communicating,
        producing=entry.producing,
    )


def status_text(keys: tuple[str, ...] | None) -> str | None:
    """Shorten condition keys to their last word: `envoy.global.ok` is `ok`."""
    words = [key.rpartition(".")[2] for key in each(keys) if key != "prop.done"]
    return ", ".join(words) if words else None
