"""Records of the meters' event stream, as readings of the meters that they belong to."""

from __future__ import annotations

from openvoy.codec import changed, each
from openvoy.protocol.endpoint import Decoded
from openvoy.protocol.endpoints.livedata import StreamPhase, StreamPhases, StreamRecord
from openvoy.protocol.endpoints.meters import METER_READINGS, METERS, ChannelReading, MeterReading
from openvoy.protocol.replies import Replies


class StreamedReading(MeterReading):
    """A meter's reading of which the powers are newer than the counters."""

    counted_s: float | None = None
    """Unix time of the counters."""


def note_record(replies: Replies, record: StreamRecord, at_s: float) -> bool:
    """Give the meters the powers of a record; counters stay as they were read. False where there is nothing to give.

    The stream tells only of meters that are on, phase by phase; a meter's own reading says how many phases it has.
    """
    readings = replies.value(METER_READINGS)
    by_kind = {
        "production": record.production,
        "net-consumption": record.net,
        "total-consumption": record.total,
    }
    told = {
        info.eid: (by_kind.get(info.measurement), info.phase_count)
        for info in each(replies.value(METERS))
        if info.state == "enabled" and info.measurement is not None and info.phase_count is not None
    }
    if readings is None:
        return False
    merged = tuple(_merged(reading, *told.get(reading.eid, (None, 0)), at_s) for reading in readings)
    replies.note(METER_READINGS, Decoded(merged))
    return True


def _merged(reading: MeterReading, phases: StreamPhases | None, count: int, at_s: float) -> MeterReading:
    rows = [] if phases is None else [phases.a, phases.b, phases.c][:count]
    known = [row for row in rows if row is not None and row.power_w is not None]
    channels = tuple(each(reading.channels))
    if not known or len(known) < count or len(channels) < count:
        return reading
    active_w, apparent_va = _total([row.power_w for row in known]), _total([row.apparent_va for row in known])
    return changed(
        _streamed(reading),
        timestamp_s=at_s,
        active_w=active_w,
        demand_w=active_w,
        apparent_va=apparent_va,
        reactive_var=_total([row.reactive_var for row in known]),
        voltage_v=_total([row.voltage_v for row in known]),
        current_a=_total([row.current_a for row in known]),
        frequency_hz=known[0].frequency_hz,
        power_factor=None if active_w is None or not apparent_va else round(active_w / apparent_va, 3),
        channels=(
            *(_channel(channel, row, at_s) for channel, row in zip(channels, known, strict=False)),
            *channels[count:],
        ),
    )


def _streamed(reading: MeterReading) -> StreamedReading:
    if isinstance(reading, StreamedReading):
        return reading
    members = {name: getattr(reading, name) for name in MeterReading.__struct_fields__}
    return StreamedReading(**members, counted_s=reading.timestamp_s)


def _channel(channel: ChannelReading, row: StreamPhase, at_s: float) -> ChannelReading:
    return changed(
        channel,
        timestamp_s=at_s,
        active_w=row.power_w,
        demand_w=row.power_w,
        apparent_va=row.apparent_va,
        reactive_var=row.reactive_var,
        voltage_v=row.voltage_v,
        current_a=row.current_a,
        frequency_hz=row.frequency_hz,
        power_factor=row.power_factor,
    )


def _total(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(sum(known), 3) if len(known) == len(values) else None
