"""Every energy counter that the gateway reports, as it reports it, with its source."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from openvoy.model import Channel, CounterSource, Inverter, Meter, RawCounter
from openvoy.protocol.replies import Replies
from openvoy.protocol.translate.sources import SolarSource, find_row

_QUANTITIES = {
    "production": ("solar", "standby"),
    "net-consumption": ("import", "export"),
    "total-consumption": ("total", "total-reverse"),
    "storage": ("discharge", "charge"),
}


def build_counters(
    replies: Replies, meters: tuple[Meter, ...], inverters: tuple[Inverter, ...], solar: SolarSource
) -> tuple[RawCounter, ...]:
    """Build all counters: meters with phases, the production source where it is no meter, net, and inverters."""
    return (
        *_of_meters(meters),
        *_of_solar(solar),
        *_of_net(replies, meters),
        *_of_inverters(inverters),
    )


def _of_meters(meters: tuple[Meter, ...]) -> Iterator[RawCounter]:
    for meter in meters:
        delivered, received = _QUANTITIES.get(meter.kind, (meter.kind, f"{meter.kind}-reverse"))
        readings: list[tuple[str, Meter | Channel]] = [("aggregate", meter)]
        readings += [(channel.phase, channel) for channel in meter.channels]
        for block, reading in readings:
            for quantity, value_wh in ((delivered, reading.delivered_wh), (received, reading.received_wh)):
                if value_wh is not None:
                    yield _counter(quantity, "meter_readings", block, str(meter.eid), value_wh, meter.at)


def _of_solar(solar: SolarSource) -> Iterator[RawCounter]:
    if solar.lifetime_wh is not None and solar.endpoint != "meter_readings":
        yield _counter("solar", solar.endpoint, solar.block, solar.device, solar.lifetime_wh, solar.at)


def _of_net(replies: Replies, meters: tuple[Meter, ...]) -> Iterator[RawCounter]:
    row = None if meters else find_row(replies, "net-consumption")
    if row is not None and row.lifetime_wh is not None:
        yield _counter("net", "production_details", "consumption.eim", "", row.lifetime_wh, None)


def _of_inverters(inverters: tuple[Inverter, ...]) -> Iterator[RawCounter]:
    for inverter in inverters:
        if inverter.lifetime_wh is not None:
            yield _counter("inverter", "device_data", "lifetime", inverter.serial, inverter.lifetime_wh, inverter.at)


def _counter(  # noqa: PLR0917 - a table row
    quantity: str, endpoint: str, block: str, device: str, value_wh: float, at: datetime | None
) -> RawCounter:
    source = CounterSource(quantity=quantity, endpoint=endpoint, block=block, device=device)
    return RawCounter(source=source, value_wh=value_wh, at=at)
