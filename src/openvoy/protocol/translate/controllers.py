"""System controllers, meter collars, combiners and Q-relays, each as a device."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import TypedDict

from openvoy.codec import each
from openvoy.model import Controller
from openvoy.protocol.endpoints.ensemble import ENSEMBLE_INVENTORY, EnsembleDevice
from openvoy.protocol.endpoints.inventory import INVENTORY, InventoryDevice
from openvoy.protocol.endpoints.inverters import DEVICE_DATA, DeviceData
from openvoy.protocol.replies import Replies
from openvoy.protocol.translate.inverters import DELETED, condition_words
from openvoy.protocol.translate.moments import moment
from openvoy.units import celsius_from_fahrenheit

_KINDS = {"ENPOWER": "system-controller", "COLLAR": "meter-collar", "C6 COMBINER CONTROLLER": "combiner"}
_FAHRENHEIT = {"ENPOWER"}
_BATTERIES = "ENCHARGE"
_Q_RELAYS = "NSRB"
RELAY_WORDS = {"close": "closed"}


class Common(TypedDict):
    """What all devices of the storage inventory say alike."""

    at: datetime | None
    part_number: str | None
    communicating: bool | None
    operating: bool | None
    state: str | None
    conditions: tuple[str, ...]
    installed_at: datetime | None
    firmware_loaded_at: datetime | None
    radio_firmware: str | None
    long_range_radio_level: int | None
    short_range_radio_level: int | None


def build_controllers(replies: Replies) -> tuple[Controller, ...]:
    """Build every device of the storage inventory that is no battery, new kinds too, and the Q-relays."""
    storage = (
        _controller(group.kind, device)
        for group in each(replies.value(ENSEMBLE_INVENTORY))
        if group.kind is not None and group.kind != _BATTERIES
        for device in each(group.devices)
        if device.serial
    )
    return (*storage, *_q_relays(replies))


def _q_relays(replies: Replies) -> Iterator[Controller]:
    """Build the Q-relays of the inventory, each with the temperature of the detailed devices."""
    celsius = dict(_q_relay_celsius(replies))
    for group in each(replies.value(INVENTORY)):
        for device in each(group.devices) if group.kind == _Q_RELAYS else ():
            if device.serial and device.admin_state != DELETED:
                yield _q_relay(device.serial, device, celsius.get(device.serial))


def _q_relay_celsius(replies: Replies) -> Iterator[tuple[str, float]]:
    for device in (replies.value(DEVICE_DATA) or {}).values():
        if not isinstance(device, DeviceData) or device.kind != _Q_RELAYS.lower() or device.serial is None:
            continue
        for channel in each(device.channels):
            if channel.last is not None and channel.last.relay_temperature_c is not None:
                yield device.serial, channel.last.relay_temperature_c


def _q_relay(serial: str, device: InventoryDevice, temperature_c: float | None) -> Controller:
    lines = (device.line1_connected, device.line2_connected, device.line3_connected)[: device.line_count]
    return Controller(
        serial=serial,
        kind="q-relay",
        at=moment(device.last_report_s),
        part_number=device.part_number,
        firmware=device.firmware,
        communicating=device.communicating,
        operating=device.operating,
        conditions=condition_words(device.status),
        installed_at=moment(device.installed_s),
        firmware_loaded_at=moment(device.image_loaded_s),
        temperature_c=temperature_c,
        relay=None if device.relay is None else RELAY_WORDS.get(device.relay, device.relay),
        relay_reason=device.reason,
        lines_connected=tuple(line for line in lines if line is not None),
    )


def _controller(kind: str, device: EnsembleDevice) -> Controller:
    relay = device.mid_state if device.relay is None else device.relay
    return Controller(
        serial=device.serial or "",
        kind=_KINDS.get(kind, kind.lower()),
        firmware=next(
            (word for word in (device.fw_version, device.firmware, device.meter_firmware) if word is not None), None
        ),
        temperature_c=device_celsius(device, is_fahrenheit=kind in _FAHRENHEIT),
        relay=None if relay is None else RELAY_WORDS.get(relay, relay),
        relay_admin=device.relay_admin,
        grid_state=device.controller_grid_mode if device.grid_state is None else device.grid_state,
        mounting=device.collar_state,
        error_code=device.control_error,
        parameters=device.dmir_version,
        **common_values(device),
    )


def common_values(device: EnsembleDevice) -> Common:
    """Translate what a battery and a controller have in common."""
    return Common(
        at=moment(device.last_report_s),
        part_number=device.part_number,
        communicating=device.communicating,
        operating=device.operating,
        state=device.admin_state,
        conditions=condition_words(device.status),
        installed_at=moment(device.installed_s),
        firmware_loaded_at=moment(device.image_loaded_s),
        radio_firmware=device.zigbee_firmware,
        long_range_radio_level=device.level_sub_ghz,
        short_range_radio_level=device.level_2_4_ghz,
    )


_NUMBER = re.compile(r"\s*-?\d{1,4}(\.\d+)?\s*", re.ASCII)


def device_celsius(device: EnsembleDevice, *, is_fahrenheit: bool) -> float | None:
    """Give the temperature, None where it is told to be unknown in words."""
    raw = device.temperature_raw
    if isinstance(raw, str):
        raw = float(raw) if _NUMBER.fullmatch(raw) else None
    if raw is None:
        return None
    return celsius_from_fahrenheit(raw) if is_fahrenheit else raw
