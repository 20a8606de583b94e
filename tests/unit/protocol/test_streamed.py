"""Powers that come by the meters' stream, between two readings of their counters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from openvoy.protocol.endpoints.livedata import StreamPhase, StreamPhases, StreamRecord
from openvoy.protocol.streamed import note_record
from tests.unit.protocol.replies import PRODUCTION, meter, reading, replies, snapshot

READ_AT = datetime(2026, 6, 1, 12, tzinfo=UTC)


def record(power_w: float) -> StreamRecord:
    return StreamRecord(production=StreamPhases(a=StreamPhase(power_w=power_w, apparent_va=power_w, voltage_v=230.0)))


def test_powers_are_of_now_and_counters_of_when_they_were_read() -> None:
    channel = reading(PRODUCTION + 1, 500.0)
    polled = {**reading(PRODUCTION, 500.0), "timestamp": READ_AT.timestamp(), "channels": [channel]}
    noted = replies(meters=[meter(PRODUCTION, "production")], meter_readings=[polled])
    for second, power_w in ((1, 510.0), (59, 570.0)):
        now = READ_AT + timedelta(seconds=second)
        assert note_record(noted, record(power_w), now.timestamp())
        told = snapshot(noted)
        (measured,) = told.meters
        assert (measured.active_power_w, measured.at) == (power_w, now)
        counters = [counter for counter in told.counters if counter.source.endpoint == "meter_readings"]
        assert counters
        assert {counter.at for counter in counters} == {READ_AT}
