"""Times of channels with a decimal point, seen on 8.3.5433."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from openvoy.codec import changed, each
from openvoy.protocol.endpoints.meters import METER_READINGS, ChannelReading, MeterReading
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import DataFault, Edits, map_each
from openvoy.virtual.faults import fault


@fault("float-timestamps", "Q23")
@dataclass(frozen=True, kw_only=True)
class FloatTimestamps(DataFault):
    """Writes the channels' times as decimals."""

    keeps_whole: ClassVar[bool] = False

    def edits(self, stage: Stage) -> Edits:
        """Change the readings."""
        return {METER_READINGS: lambda readings: map_each(readings, _with_decimals)}


def _with_decimals(reading: MeterReading) -> MeterReading:
    at_s = None if reading.timestamp_s is None else int(reading.timestamp_s)
    return changed(reading, timestamp_s=at_s, channels=map_each(each(reading.channels), _with_decimal))


def _with_decimal(channel: ChannelReading) -> ChannelReading:
    return channel if channel.timestamp_s is None else changed(channel, timestamp_s=float(channel.timestamp_s))
