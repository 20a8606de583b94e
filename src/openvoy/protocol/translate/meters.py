"""Meters: configuration and readings joined by record number."""

from __future__ import annotations

from collections.abc import Mapping
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
    lost = _lost_leg(info, reading)
    return Meter(
        eid=info.eid,
        kind=kind,
        state=state,
        phase_count=info.phase_count,
        status=info.metering_status,
        flags=flags,
        at=moment(reading.timestamp_s),
        channels=tuple(channel for channel in _channels(info, reading) if channel.phase != lost),
        **_values(reading if lost is None else MeterReading(eid=reading.eid)),
    )


def _lost_leg(info: MeterInfo, reading: MeterReading) -> str | None:
    """Give the phase that a split-phase storage meter has lost for a moment, as 8.3.6xxx does.

    A battery feeds both legs, so neither can have counted nothing while the sum of both is the other one's count.
    """
    if not _is_split_storage(info):
        return None
    counts = [(channel.delivered_wh, channel.received_wh) for channel in each(reading.channels)][:2]
    if len(counts) < 2 or (0, 0) not in counts:
        return None
    lost = counts.index((0, 0))
    other_wh = counts[1 - lost]
    is_lost = all(other_wh) and other_wh == (reading.delivered_wh, reading.received_wh)
    return PHASES[lost] if is_lost else None


def find_lost_legs(replies: Replies) -> tuple[tuple[int, str], ...]:
    """Find meters, by record number, of which a phase is lost for a moment, so that their sums are not known."""
    infos = replies.derive(_split_storage)
    if not infos:
        return ()
    readings = {reading.eid: reading for reading in each(replies.value(METER_READINGS))}
    found = [(eid, _lost_leg(info, readings[eid])) for eid, info in infos.items() if eid in readings]
    return tuple((eid, phase) for eid, phase in found if phase is not None)


def _split_storage(replies: Replies) -> Mapping[int, MeterInfo]:
    return {info.eid: info for info in each(replies.value(METERS)) if _is_split_storage(info)}


def _is_split_storage(info: MeterInfo) -> bool:
    return (info.measurement, info.phase_mode, info.phase_count) == ("storage", "split", 2)


def _channels(info: MeterInfo, reading: MeterReading) -> tuple[Channel, ...]:
    """Build the phases in use; beyond them stand induced noise and copies of another meter's leg."""
    if info.phase_count is None:
        return ()
    in_use = tuple(each(reading.channels))[: info.phase_count]
    return tuple([Channel(phase=phase, **_values(channel)) for phase, channel in zip(PHASES, in_use, strict=False)])


def _values(reading: MeterReading | ChannelReading) -> _Values:
    factor = reading.power_factor
    return {
        "active_power_w": reading.active_w,
        "apparent_power_va": reading.apparent_va,
        "reactive_power_var": reading.reactive_var,
        "power_factor": factor if factor is None or -1 <= factor <= 1 else _power_factor(reading),
        "voltage_v": reading.voltage_v,
        "current_a": reading.current_a,
        "frequency_hz": reading.frequency_hz,
        "delivered_wh": reading.delivered_wh,
        "received_wh": reading.received_wh,
    }


def _power_factor(reading: MeterReading | ChannelReading) -> float | None:
    """Recompute what cannot be one: builds with seven meters report the sum of the phases' factors."""
    if reading.active_w is None or not reading.apparent_va:
        return None
    recomputed = reading.active_w / reading.apparent_va
    return round(recomputed, 3) if abs(recomputed) <= 1 else None
