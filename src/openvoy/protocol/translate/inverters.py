"""Inverters: reports, details and inventory merged by serial number, since each of them lists too few or too many."""

from __future__ import annotations

from datetime import datetime, timedelta

from openvoy.codec import each
from openvoy.model import Inverter
from openvoy.protocol.endpoints.inventory import INVENTORY, InventoryDevice
from openvoy.protocol.endpoints.inverters import (
    DEVICE_DATA,
    INVERTERS,
    DeviceData,
    DevicePower,
    InverterReport,
    LastReading,
)
from openvoy.protocol.endpoints.meters import METER_READINGS, METERS
from openvoy.protocol.replies import Replies
from openvoy.protocol.translate.conditions import status_text
from openvoy.protocol.translate.moments import moment
from openvoy.units import milli, wh_from_joules

MICROINVERTER = 1
DELETED = 3
_PHASES = {"ph-a": "L1", "ph-b": "L2", "ph-c": "L3"}


def build_inverters(replies: Replies) -> tuple[Inverter, ...]:
    """Build every inverter in service; a replaced one (`active` false) is none, whatever else still lists it."""
    return replies.derive(_build, replies.derive(_is_dark))


def _build(replies: Replies, is_dark: bool) -> tuple[Inverter, ...]:  # noqa: FBT001 - derived by it
    devices = {device.serial: device for device in _devices(replies) if device.serial}
    reports = {
        report.serial: report
        for report in each(replies.value(INVERTERS))
        if report.serial and report.device_type in (None, MICROINVERTER)
    }
    entries = {entry.serial: entry for entry in _inventory(replies)}
    return tuple(
        _inverter(serial, reports.get(serial), devices.get(serial), entries.get(serial, _NO_ENTRY), is_dark=is_dark)
        for serial in dict.fromkeys((*reports, *devices))
        if serial not in devices or devices[serial].active is not False
    )


APART = timedelta(minutes=2)
"""Reports are at least five minutes apart; the same one is told with the same time by each page."""
DARK_BELOW_W = 20.0
"""What a production meter shows at night stays far below (quirk Q15)."""


def _is_dark(replies: Replies) -> bool:
    """Whether the whole array is silent and nothing is produced: that is night, and no fault of any inverter."""
    if not replies.derive(_is_silent):
        return False
    made = {info.eid for info in each(replies.value(METERS)) if info.measurement == "production"}
    readings = (reading for reading in each(replies.value(METER_READINGS)) if reading.eid in made)
    return not any(reading.active_w is not None and reading.active_w > DARK_BELOW_W for reading in readings)


def _is_silent(replies: Replies) -> bool:
    entries = _inventory(replies)
    return bool(entries) and not any(entry.communicating for entry in entries)


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
    return tuple(device for device in devices if device.admin_state != DELETED)


def _is_heard_since(entry: InventoryDevice, at: datetime | None) -> bool:
    """Whether a panel that the inventory knows as silent has reported since; that page is read hourly, reports are not.

    An inventory that tells no times stands.
    """
    if at is None or entry.communicating is not False or entry.last_report_s is None:
        return False
    known = moment(entry.last_report_s)
    return known is None or at - known >= APART


_NO_ENTRY = InventoryDevice()
_NO_REPORT = InverterReport()
_NO_READING = LastReading()
_NO_POWER = DevicePower()


def _inverter(
    serial: str, report: InverterReport | None, device: DeviceData | None, entry: InventoryDevice, *, is_dark: bool
) -> Inverter:
    """Build one from its report, its details, or both: of their powers the newer one counts."""
    report = _NO_REPORT if report is None else report
    channel = None if device is None else next(iter(each(device.channels)), None)
    power = _NO_POWER if channel is None or channel.power is None else channel.power
    last = _NO_READING if channel is None or channel.last is None else channel.last
    at, power_w = moment(report.last_report_s), report.last_report_w
    detailed_at, detailed_w = moment(last.end_s), signed_watts(power.now_w)
    if detailed_at is not None and (at is None or detailed_at >= at):
        at, power_w = detailed_at, power_w if detailed_w is None else detailed_w
    is_heard = _is_heard_since(entry, at)
    return Inverter(
        serial=serial,
        at=at,
        power_w=None if at is None else power_w,
        max_power_w=report.max_report_w if power.max_w is None else power.max_w,
        dc_voltage_v=milli(last.dc_mv),
        dc_current_a=milli(last.dc_ma),
        ac_voltage_v=milli(last.ac_mv),
        ac_current_a=milli(last.ac_ma),
        frequency_hz=milli(last.ac_mhz),
        temperature_c=last.temperature_c,
        lifetime_wh=None
        if channel is None or channel.lifetime is None
        else wh_from_joules(channel.lifetime.produced_j),
        today_wh=None if channel is None or channel.energy is None else channel.energy.today_wh,
        report_interval_s=last.duration_s,
        report_wh=wh_from_joules(last.produced_j),
        phase=None if entry.phase is None else _PHASES.get(entry.phase),
        part_number=entry.part_number,
        firmware=entry.firmware,
        status=status_text(entry.status, is_dark=is_dark, is_heard=is_heard),
        communicating=True if is_heard else entry.communicating,
        provisioned=entry.provisioned,
        producing=power_w is not None and power_w > 0 if is_heard else entry.producing,
    )


def signed_watts(value_w: float | None) -> float | None:
    """Undo the unsigned printing of small negative powers: 4294967292 is -4 W."""
    return value_w - 2**32 if value_w is not None and value_w >= 2**31 else value_w


def condition_words(keys: tuple[str, ...] | None) -> tuple[str, ...]:
    """Give the last word of each condition; `prop.done` is none."""
    return tuple(key.rpartition(".")[2] for key in each(keys) if key != "prop.done")
