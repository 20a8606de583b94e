"""Batches of a made-up site, each a minute with rows in every table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from openvoy.model.counters import CounterSource
from openvoy.model.records import (
    Batch,
    BatteryRecord,
    CounterRecord,
    EnergyRecord,
    EventRecord,
    GapRecord,
    InverterRecord,
    MeterRecord,
    PowerRecord,
)

GATEWAY = "122000000001"
EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
ROWS = {
    "live": 12,
    "power": 1,
    "energy": 1,
    "meter_reading": 4,
    "inverter_report": 24,
    "battery_reading": 1,
    "counter_reading": 2,
    "event": 1,
    "gap": 1,
}
"""Rows of a batch by table."""


STRIDE_MIN = 360
"""Between two batches: a month is over after 120 of them."""


def build_batch(number: int) -> Batch:
    """Build the batch of a minute; its number stands in every row as the time."""
    at = EPOCH + timedelta(minutes=STRIDE_MIN * number)
    sources = [
        CounterSource(quantity=name, endpoint="meters", block="all", device="1") for name in ("import", "export")
    ]
    return Batch(
        live=tuple(
            PowerRecord(gateway=GATEWAY, at=at + timedelta(seconds=5 * index), interval_s=1, solar_w=float(index))
            for index in range(ROWS["live"])
        ),
        power=(PowerRecord(gateway=GATEWAY, at=at, interval_s=60, solar_w=float(number)),),
        energy=(EnergyRecord(gateway=GATEWAY, at=at, solar_wh=float(number)),),
        meters=tuple(
            MeterRecord(gateway=GATEWAY, at=at, eid=1, channel=channel, voltage_v=230.0)
            for channel in range(ROWS["meter_reading"])
        ),
        inverters=tuple(
            InverterRecord(gateway=GATEWAY, at=at, serial=str(index), power_w=float(index))
            for index in range(ROWS["inverter_report"])
        ),
        batteries=(BatteryRecord(gateway=GATEWAY, at=at, serial="b", soc_pct=50.0),),
        counters=tuple(
            CounterRecord(gateway=GATEWAY, at=at, firmware="8.2", source=source, value_wh=float(number))
            for source in sources
        ),
        events=(EventRecord(gateway=GATEWAY, at=at, kind="test", subject=str(number), text="x" * 200),),
        gaps=(GapRecord(gateway=GATEWAY, start=at, end=at + timedelta(seconds=1), reason="test"),),
    )
