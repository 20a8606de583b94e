"""Batteries: IQ Batteries and AC Batteries, one by one and together."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict, TypeVar

from openvoy.codec import each
from openvoy.model import Battery, Storage
from openvoy.model.live import LiveSample
from openvoy.protocol.endpoints.ensemble import (
    ENSEMBLE_INVENTORY,
    ENSEMBLE_POWER,
    SECONDARY_CONTROL,
    BatteryPower,
    EnsembleDevice,
)
from openvoy.protocol.endpoints.inventory import INVENTORY, InventoryDevice
from openvoy.protocol.endpoints.inverters import DEVICE_DATA, INVERTERS, DeviceData, InverterReport
from openvoy.protocol.endpoints.tariff import TARIFF, StorageSettings
from openvoy.protocol.plan import ACB_DEVICE_TYPE
from openvoy.protocol.replies import Replies
from openvoy.protocol.translate.banks import build_banks
from openvoy.protocol.translate.controllers import common_values, device_celsius
from openvoy.protocol.translate.inverters import condition_words, signed_watts
from openvoy.protocol.translate.moments import moment
from openvoy.units import milli

T = TypeVar("T")

_MODES = {"economy": "savings", "savings-mode": "savings", "tou": "savings"}
"""What the app writes today and what older firmware says is one mode."""

_LED_STATUS = {12: "charging", 13: "discharging", 14: "idle", 17: "idle"}


def build_batteries(replies: Replies) -> tuple[Battery, ...]:
    """Build every battery."""
    return (*_iq_batteries(replies), *_ac_batteries(replies))


def _iq_batteries(replies: Replies) -> tuple[Battery, ...]:
    reply = replies.value(ENSEMBLE_POWER)
    powers = {power.serial: power for power in (() if reply is None else each(reply.batteries))}
    groups = each(replies.value(ENSEMBLE_INVENTORY))
    devices = (device for group in groups if group.kind == "ENCHARGE" for device in each(group.devices))
    return tuple(_iq_battery(device, powers.get(device.serial)) for device in devices if device.serial)


def _iq_battery(device: EnsembleDevice, power: BatteryPower | None) -> Battery:
    power_w = device.power_w if power is None else milli(power.power_mw)
    return Battery(
        serial=device.serial or "",
        kind="iq",
        soc_pct=device.soc_pct if power is None or power.soc_pct is None else power.soc_pct,
        power_w=power_w,
        capacity_wh=device.capacity_wh,
        apparent_power_va=None if power is None else milli(power.apparent_mva),
        temperature_c=device_celsius(device, is_fahrenheit=False),
        max_cell_temperature_c=device.max_cell_c,
        status=_status(device, power_w),
        phase=device.phase,
        firmware=device.firmware,
        sleeping=device.sleep_enabled,
        dc_switch_off=device.dc_switch_off,
        hardware_generation=device.revision,
        led_code=device.led_status,
        cell_firmware=device.bmu_firmware,
        **common_values(device),
    )


def _status(device: EnsembleDevice, power_w: float | None) -> str | None:
    if device.sleep_enabled:
        return "asleep"
    if power_w:
        return "discharging" if power_w > 0 else "charging"
    if device.led_status == 14 and device.soc_pct is not None and device.soc_pct >= 99:
        return "full"
    by_led = None if device.led_status is None else _LED_STATUS.get(device.led_status)
    return "idle" if by_led is None and power_w == 0 else by_led


def _ac_batteries(replies: Replies) -> tuple[Battery, ...]:
    """Build the AC Batteries from wherever they appear: reports, details, inventory."""
    reports = {
        report.serial: report
        for report in each(replies.value(INVERTERS))
        if report.serial and report.device_type == ACB_DEVICE_TYPE
    }
    details = {
        device.serial: device
        for device in (replies.value(DEVICE_DATA) or {}).values()
        if isinstance(device, DeviceData) and device.serial and device.kind == "acb"
    }
    groups = each(replies.value(INVENTORY))
    entries = {
        device.serial: device
        for group in groups
        if group.kind == "ACB"
        for device in each(group.devices)
        if device.serial
    }
    return tuple(
        _ac_battery(serial, reports.get(serial), details.get(serial), entries.get(serial))
        for serial in dict.fromkeys((*reports, *details, *entries))
    )


_NO_ENTRY = InventoryDevice()


def _ac_battery(
    serial: str, report: InverterReport | None, detail: DeviceData | None, entry: InventoryDevice | None
) -> Battery:
    channel = None if detail is None else next(iter(each(detail.channels)), None)
    last = None if channel is None else channel.last
    power = None if channel is None else channel.power
    entry = _NO_ENTRY if entry is None else entry
    return Battery(
        serial=serial,
        kind="acb",
        soc_pct=_first(entry.soc_pct, None if last is None else last.soc_pct),
        power_w=_acb_power_w(report, detail),
        max_power_w=_first(None if power is None else power.max_w, None if report is None else report.max_report_w),
        temperature_c=None if last is None else last.temperature_c,
        max_cell_temperature_c=_first(entry.max_cell_c, None if last is None else last.max_cell_c),
        status="asleep" if entry.sleep_enabled else entry.charge_status,
        phase=entry.phase,
        at=_first(
            moment(None if last is None else last.end_s), moment(None if report is None else report.last_report_s)
        ),
        part_number=entry.part_number,
        firmware=entry.firmware,
        communicating=entry.communicating,
        operating=entry.operating,
        provisioned=entry.provisioned,
        producing=entry.producing,
        conditions=condition_words(entry.status),
        installed_at=moment(entry.installed_s),
        firmware_loaded_at=moment(entry.image_loaded_s),
        sleeping=entry.sleep_enabled,
        sleep_from_soc_pct=entry.sleep_min_pct,
        sleep_to_soc_pct=entry.sleep_max_pct,
    )


def _acb_power_w(report: InverterReport | None, detail: DeviceData | None) -> float | None:
    """Give discharge less charge of the last interval."""
    channel = None if detail is None else next(iter(each(detail.channels)), None)
    if channel is not None and channel.power is not None and channel.power.now_w is not None:
        now_w = signed_watts(channel.power.now_w)
        return now_w if now_w is None or channel.power.used_w is None else now_w - channel.power.used_w
    return None if report is None else signed_watts(report.last_report_w)


def _first(value: T | None, other: T | None) -> T | None:
    return other if value is None else value


def build_storage(replies: Replies, batteries: tuple[Battery, ...], live: LiveSample | None = None) -> Storage | None:
    """Build the batteries together; None where the site has none, whatever the gateway fills in for it."""
    if not batteries:
        return None
    control = replies.value(SECONDARY_CONTROL)
    tariff = replies.value(TARIFF)
    settings = None if tariff is None or tariff.tariff is None else tariff.tariff.storage
    settings = StorageSettings() if settings is None else settings
    capacities = [battery.capacity_wh for battery in batteries]
    known_wh = [capacity for capacity in capacities if capacity is not None]
    capacity_wh = sum(known_wh) if len(known_wh) == len(capacities) else None
    banks = build_banks(replies, batteries)
    if control is None:
        soc_pct = None if live is None else live.soc_pct
        return Storage(soc_pct=soc_pct, capacity_wh=capacity_wh, banks=banks, **_settings(settings))
    available = [control.iq_available_wh, control.acb_available_wh]
    stored_wh = [value for value in available if value is not None]
    return Storage(
        soc_pct=control.soc_pct,
        available_wh=sum(stored_wh) if stored_wh else control.short_available_wh,
        capacity_wh=control.capacity_wh or capacity_wh,
        health_pct=control.iq_health_pct or None,
        reserve_wh=_first(control.iq_reserve_wh, control.short_reserve_wh),
        reserve_in_effect_soc_pct=control.reserve_in_effect_pct,
        banks=banks,
        **_settings(settings, control.reserve_pct),
    )


class _Settings(TypedDict):
    mode: str | None
    reserve_soc_pct: float | None
    charge_from_grid: bool | None
    cloud_scheduled: bool | None
    very_low_soc_pct: float | None
    settings_at: datetime | None


def _settings(settings: StorageSettings, reserve_pct: float | None = None) -> _Settings:
    return _Settings(
        mode=None if settings.mode is None else _MODES.get(settings.mode, settings.mode),
        reserve_soc_pct=_first(settings.reserve_pct, reserve_pct),
        charge_from_grid=settings.charge_from_grid,
        cloud_scheduled=settings.cloud_scheduled,
        very_low_soc_pct=settings.very_low_pct,
        settings_at=moment(settings.changed_s),
    )
