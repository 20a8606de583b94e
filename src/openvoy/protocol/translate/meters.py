"""Meters: configuration and readings joined by record number."""

from __future__ import annotations

from typing import TypedDict

from openvoy.codec import each
from openvoy.model import Channel, Meter
from openvoy.protocol.endpoints.meters import METER_READINGS, METERS, ChannelReading, MeterInfo, MeterReading
from openvoy.protocol.replies import Replies
from openvoy.protocol.translate.moments import moment

PHASES = ("L1", "L2", "L3")


class _Values(TypedDict):
    active_power_w: float | None
    apparent_power_va: float | None
    reactive_power_var: float | None
    power_factor: float | None
    voltage_v: float | None
    current_a: float | None
    frequency_hz: float | None
    delivered_wh: float | None
    received_wh: float | None


def build_meters(replies: Replies) -> tuple[Meter, ...]:
    """Build all configured meters; readings without a configured meter (1023410688 on 8.3) do not count."""
    readings = {reading.eid: reading for reading in each(replies.value(METER_READINGS))}
    return tuple(_meter(info, readings.get(info.eid)) for info in each(replies.value(METERS)))


def _meter(info: MeterInfo, reading: MeterReading | None) -> Meter:
    kind, state = info.measurement or "unknown", info.state or "unknown"
    flags = tuple(each(info.flags))
    if reading is None or state != "enabled" or not reading.timestamp_s:
        return Meter(
            eid=info.eid, kind=kind, state=state, phase_count=info.phase_count, status=info.metering_status, flags=flags
        )
    return Meter(
        eid=info.eid,
        kind=kind,
        state=state,
        phase_count=info.phase_count,
        status=info.metering_status,
        flags=flags,
        at=moment(reading.timestamp_s),
        channels=_channels(info, reading),
        **_values(reading),
    )


def _channels(info: MeterInfo, reading: MeterReading) -> tuple[Channel, ...]:
    """Build the phases in use; beyond them stand induced noise and copies of another meter's leg."""
    if info.phase_count is None:
        return ()
    in_use = tuple(each(reading.channels))[: info.phase_count]
    return tuple(Channel(phase=phase, **_values(channel)) for phase, channel in zip(PHASES, in_use, strict=False))


def _values(reading: MeterReading | ChannelReading) -> _Values:
    return _Values(
        active_power_w=reading.active_w,
        apparent_power_va=reading.apparent_va,
        reactive_power_var=reading.reactive_var,
        power_factor=_power_factor(reading),
        voltage_v=reading.voltage_v,
        current_a=reading.current_a,
        frequency_hz=reading.frequency_hz,
        delivered_wh=reading.delivered_wh,
        received_wh=reading.received_wh,
    )


def _power_factor(reading: MeterReading | ChannelReading) -> float | None:
    """Recompute what cannot be one: builds with seven meters report the sum of the phases' factors."""
    factor = reading.power_factor
    if factor is None or abs(factor) <= 1:
        return factor
    if reading.active_w is None or not reading.apparent_va:
        return None
    recomputed = reading.active_w / reading.apparent_va
    return round(recomputed, 3) if abs(recomputed) <= 1 else None
