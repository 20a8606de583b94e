"""The power line as the gateway hears it: a spectrum whenever an inverter talks, silence otherwise."""

from __future__ import annotations

from collections.abc import AsyncIterator

import numpy as np

from openvoy.protocol.endpoints.livedata import STREAM_PSD
from openvoy.virtual.api.moment import Moment
from openvoy.virtual.api.streaming import Follow
from openvoy.virtual.site.reports import offset_s

CENTRE_KHZ = 103
WIDTH_KHZ = 20
BURST_US = 57_500
"""Length of a burst: 28 750 samples at 500 kHz."""
POINTS = 115
"""How many of the samples are sent."""
LOUD, FLOOR = 96.0, 24.0
"""Amplitude of the signal and of the noise, roughly dBµV."""


async def stream_spectrum(follow: Follow) -> AsyncIterator[bytes]:
    """Give centre and width first, then a burst in every second in which an inverter reports."""
    yield b'event: config\ndata: {"plc":{"f":%d,"bw":%d}}\n\n' % (CENTRE_KHZ, WIDTH_KHZ)
    while True:
        moment = follow.now()
        if is_talking(moment):
            yield b"data: " + render_burst(moment).encode() + b"\n\n"
        await follow.sleep(1.0)


def is_talking(moment: Moment) -> bool:
    """Whether an inverter that is awake has its moment to report."""
    place_s = moment.now_s % moment.interval_s
    return any(
        panel.power_w > 0 and offset_s(panel.serial, moment.interval_s) == place_s for panel in moment.truth.panels
    )


def render_burst(moment: Moment) -> str:
    """Write what is heard: a keyed carrier that fades in and out, over noise; the same second sounds the same."""
    times_us = np.linspace(0, BURST_US, POINTS, endpoint=False)
    chance = np.random.default_rng((moment.simulation.seed, moment.now_s))
    envelope = np.sin(np.pi * (times_us + times_us[1] / 2) / BURST_US) ** 0.25
    keyed = np.where(chance.random(POINTS) < 0.5, 1.0, 0.8)
    heard = FLOOR + (LOUD - FLOOR) * envelope * keyed + chance.normal(0.0, 1.5, POINTS)
    return ";".join(f"{time:.0f},{value:.1f}" for time, value in zip(times_us, heard, strict=True))


STREAM = {STREAM_PSD: stream_spectrum}
