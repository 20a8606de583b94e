"""Every energy counter that the gateway reports, as it reports it, with its source.

Production may be counted by several sources at once; accounting says which of them leads.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache

from openvoy.codec import each
from openvoy.model import CounterSource, Inverter, Meter, RawCounter, Reading
from openvoy.protocol.endpoints.inverters import DEVICE_DATA
from openvoy.protocol.endpoints.meters import METER_READINGS, METERS
from openvoy.protocol.endpoints.production import PRODUCTION_DETAILS
from openvoy.protocol.plan import has_meter_readings, is_interval_usable
from openvoy.protocol.replies import Replies
from openvoy.protocol.streamed import StreamedReading
from openvoy.protocol.translate.moments import moment
from openvoy.protocol.translate.sources import SolarSource, find_row, interval_source, inverters_source, page_source

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
        *_of_meters(meters, replies),
        *_of_solar(replies, solar),
        *_of_net(replies),
        *replies.derive(_of_inverters, inverters),
    )


def _of_meters(meters: tuple[Meter, ...], replies: Replies) -> Sequence[RawCounter]:
    readings = each(replies.value(METER_READINGS))
    streamed = {reading.eid: moment(reading.counted_s) for reading in readings if isinstance(reading, StreamedReading)}
    found: list[RawCounter] = []
    for meter in meters:
        at = streamed.get(meter.eid, meter.at)
        for block, reading in _readings_of(meter):
            delivered, received = _sources_of(meter.kind, meter.eid, block)
            if reading.delivered_wh is not None:
                found.append(RawCounter(source=delivered, value_wh=reading.delivered_wh, at=at))
            if reading.received_wh is not None:
                found.append(RawCounter(source=received, value_wh=reading.received_wh, at=at))
    return found


def _readings_of(meter: Meter) -> Sequence[tuple[str, Reading]]:
    return [("aggregate", meter), *[(channel.phase, channel) for channel in meter.channels]]


@lru_cache(maxsize=256)
def _sources_of(kind: str, eid: int, block: str) -> tuple[CounterSource, CounterSource]:
    """Give what a meter, or a phase of it, counts in each direction."""
    delivered, received = _QUANTITIES.get(kind, (kind, f"{kind}-reverse"))
    device = str(eid)
    return (
        _source(delivered, METER_READINGS.name, block, device),
        _source(received, METER_READINGS.name, block, device),
    )


def _of_solar(replies: Replies, solar: SolarSource) -> Iterator[RawCounter]:
    """Give what counts production beside meters: the source that is right here, and those that can stand in."""
    stand_ins = [replies.derive(inverters_source), replies.derive(page_source)]
    if METERS not in replies and is_interval_usable(replies):
        stand_ins.append(interval_source(replies))
    found: dict[CounterSource, SolarSource] = {}
    for one in (solar, *stand_ins):
        if one.endpoint not in {"", METER_READINGS.name}:
            found.setdefault(_source("solar", one.endpoint, one.block, one.device), one)
    for source, one in found.items():
        yield from _counter(source, one.lifetime_wh, one.at)


def _of_net(replies: Replies) -> Iterator[RawCounter]:
    row = None if has_meter_readings(replies) else find_row(replies, "net-consumption")
    if row is not None:
        source = _source("net", PRODUCTION_DETAILS.name, "consumption.eim", "")
        yield from _counter(source, row.lifetime_wh, None)


def _of_inverters(_replies: Replies, inverters: tuple[Inverter, ...]) -> tuple[RawCounter, ...]:
    return tuple(
        RawCounter(
            source=_source("inverter", DEVICE_DATA.name, "lifetime", inverter.serial),
            value_wh=inverter.lifetime_wh,
            at=inverter.at,
        )
        for inverter in inverters
        if inverter.lifetime_wh is not None
    )


@lru_cache(maxsize=4096)
def _source(quantity: str, endpoint: str, block: str, device: str) -> CounterSource:
    return CounterSource(quantity=quantity, endpoint=endpoint, block=block, device=device)


def _counter(source: CounterSource, value_wh: float | None, at: datetime | None) -> Iterator[RawCounter]:
    if value_wh is not None:
        yield RawCounter(source=source, value_wh=value_wh, at=at)
