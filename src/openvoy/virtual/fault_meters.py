"""What faults need to know of the meters."""

from __future__ import annotations

from openvoy.protocol.endpoints.meters import METER_READINGS, METERS, MeterInfo, MeterReading
from openvoy.virtual.fault import Stage


async def meters_of(stage: Stage, *kinds: str) -> dict[int, MeterInfo]:
    """Give the configured meters of these kinds (of any kind, if none is named) by record number."""
    meters: tuple[MeterInfo, ...] | None = await stage.ask(METERS)
    return {meter.eid: meter for meter in meters or () if not kinds or meter.measurement in kinds}


async def readings_of(stage: Stage, *kinds: str) -> tuple[MeterReading, ...]:
    """Give the readings of the meters of these kinds."""
    meters = await meters_of(stage, *kinds)
    readings: tuple[MeterReading, ...] | None = await stage.ask(METER_READINGS)
    return tuple(reading for reading in readings or () if reading.eid in meters)
