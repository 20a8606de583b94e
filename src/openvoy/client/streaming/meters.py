"""The meters' event stream as samples with their times."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import timedelta

from openvoy.model.live import MeterSample
from openvoy.ports import Clock
from openvoy.ports.reader import Streamer
from openvoy.protocol.endpoints.livedata import STREAM_METER
from openvoy.protocol.translate.live import build_meter_sample

_SPACING = timedelta(seconds=1)
"""The stream has one record a second, however they are sent."""


async def follow_meters(streamer: Streamer, clock: Clock) -> AsyncGenerator[MeterSample]:
    """Give every record; those of a burst are a second apart, the last of them is of this moment."""
    async with aclosing(streamer.stream(STREAM_METER)) as bursts:
        async for burst in bursts:
            now = clock.now()
            for position, record in enumerate(burst):
                yield build_meter_sample(record, now - (len(burst) - 1 - position) * _SPACING)
