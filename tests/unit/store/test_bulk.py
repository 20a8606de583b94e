from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from openvoy.errors import StorageError
from openvoy.model.records import Batch
from tests.unit.store.records import (
    GATEWAY,
    SECOND,
    START,
    energy,
    everything,
    inverter,
    minute,
    opened,
    power,
    rows_of,
)

AT = int(START.timestamp())


def panels(count: int, *, arrays: bool) -> Mapping[str, Any]:
    """Reports of three panels, by time; the last in a step of a half second that is not kept."""
    columns: dict[str, Any] = {
        "at": [AT + 300 * (number // 3) + number % 3 + 0.5 for number in range(count)],
        "serial": [f"48211500{number % 3}" for number in range(count)],
        "power_w": [float(number) + 0.04 for number in range(count)],
        "frequency_hz": [50.0] * count,
    }
    if arrays:
        columns = {name: np.array(values) for name, values in columns.items()}
        columns["frequency_hz"] = np.full(count, np.nan)
    else:
        columns["frequency_hz"] = [None] * count
    return {"gateway": GATEWAY, **columns}


@pytest.mark.parametrize("arrays", [True, False])
async def test_columns_become_the_same_rows_as_records(tmp_path: Path, *, arrays: bool) -> None:
    async with opened(tmp_path / "bulk") as store:
        await store.write_columns("inverters", panels(9, arrays=arrays))
        found = await store.read_inverters(start=START, end=minute(60))
    records = [
        inverter(
            START.fromtimestamp(AT + 300 * (number // 3) + number % 3, START.tzinfo),
            f"48211500{number % 3}",
            number + 0.04,
        )
        for number in range(9)
    ]
    async with opened(tmp_path / "records") as store:
        await store.write(Batch(inverters=tuple(records)))
        expected = await store.read_inverters(start=START, end=minute(60))
    assert dict(found) == dict(expected)
    for sql in ("SELECT * FROM inverter_report ORDER BY seq", "SELECT id, kind, serial FROM device ORDER BY id"):
        assert rows_of(tmp_path / "bulk", sql) == rows_of(tmp_path / "records", sql)


@pytest.mark.parametrize("arrays", [True, False])
async def test_columns_twice_or_over_records_replace(tmp_path: Path, *, arrays: bool) -> None:
    async with opened(tmp_path) as store:
        await store.write(Batch(inverters=(inverter(START, "482115000", 7.0), inverter(minute(-5), "482115000", 8.0))))
        for _ in range(2):
            await store.write_columns("inverters", panels(9, arrays=arrays))
        await store.write(Batch(inverters=(inverter(START, "482115000", 9.0), inverter(minute(60), "482115000", 9.5))))
        found = await store.read_inverters(start=minute(-60), end=minute(120), serial="482115000")
    assert list(found["power_w"]) == [8.0, 9.0, 3.0, 6.0, 9.5]
    ((total, distinct, highest),) = rows_of(
        tmp_path, "SELECT count(*), count(DISTINCT seq), max(seq) FROM inverter_report"
    )
    assert (total, distinct, highest) == (9 + 2, 9 + 2, 2 + 18 + 2)


async def test_of_rows_with_one_key_the_last_counts(tmp_path: Path) -> None:
    columns = {"gateway": [GATEWAY, SECOND, GATEWAY], "at": [AT, AT, AT], "solar_w": [1.0, 2.0, 3.0]}
    async with opened(tmp_path) as store:
        await store.write_columns("power", columns)
    found = rows_of(tmp_path, "SELECT serial, solar_w::DOUBLE, interval_s FROM power JOIN gateway ON id = gateway_id")
    assert sorted(found) == [(GATEWAY, 3.0, 60), (SECOND, 2.0, 60)]


async def test_every_kind_of_record_can_come_in_columns(tmp_path: Path) -> None:
    common: dict[str, Any] = {"gateway": GATEWAY, "at": [AT, AT + 60]}
    async with opened(tmp_path) as store:
        await store.write_columns("live", {**common, "interval_s": 1, "solar_w": 5})
        await store.write_columns(
            "power", {**common, "solar_w": np.array([1e12, np.inf])[:2], "at": np.array([AT, AT + 60])}
        )
        await store.write_columns("energy", {**common, "solar_wh": [1.234, 2.0], "estimated": [False, True]})
        await store.write_columns(
            "meters", {**common, "eid": 704643328, "channel": [0, 1], "voltage_v": [230.04, None]}
        )
        await store.write_columns("batteries", {**common, "serial": "b'1", "soc_pct": [50, 51]})
        source = {"quantity": "solar", "endpoint": "meters", "block": "all", "firmware": ["8.2", "8.3"]}
        await store.write_columns("counters", {**common, **source, "value_wh": [None, 12.0001]})
        (counter,) = await store.read_last_counters(GATEWAY)
        last = await store.read_last_energy(GATEWAY)
    assert (counter.value_wh, counter.firmware, counter.source.device) == (12.0001, "8.3", "")
    assert last == energy(minute(1), 2.0, estimated=True)
    assert rows_of(tmp_path, "SELECT solar_w::DOUBLE, interval_s FROM live ORDER BY seq") == [(5.0, 1)] * 2
    assert rows_of(tmp_path, "SELECT solar_w FROM power") == [(None,), (None,)]
    assert rows_of(
        tmp_path, "SELECT channel, voltage_v FROM meter_reading JOIN meter ON id = meter_id ORDER BY id"
    ) == [
        (0, 230.0),
        (1, None),
    ]
    assert rows_of(tmp_path, "SELECT serial, soc_pct FROM battery_reading JOIN device ON id = device_id") == [
        ("b'1", 50.0),
        ("b'1", 51.0),
    ]
    assert rows_of(tmp_path, "SELECT count(*) FROM counter_reading") == [(1,)]


@pytest.mark.parametrize(
    ("kind", "columns", "message"),
    [
        ("events", {}, "columns can be live, power"),
        ("power", {"gateway": "1", "at": [1.0], "solar_wh": [1.0]}, "unknown: solar_wh, missing: none"),
        ("inverters", {"gateway": "1", "at": [1.0]}, "unknown: none, missing: serial"),
        ("power", {"gateway": "1", "at": [1.0, 2.0], "solar_w": [1.0]}, "of one length"),
        ("power", {"gateway": "1", "at": 1.0}, "of one length"),
        ("power", {"gateway": "1", "at": [1.0], "interval_s": [2.0**40]}, "INT32"),
    ],
)
@pytest.mark.sample(2)
async def test_columns_that_do_not_fit_are_refused(
    tmp_path: Path, kind: str, columns: Mapping[str, Any], message: str
) -> None:
    async with opened(tmp_path) as store:
        with pytest.raises(StorageError, match=message):
            await store.write_columns(kind, columns)
        await store.write(everything(START))
    assert rows_of(tmp_path, "SELECT count(*), max(seq) FROM power") == [(1, 1)]


async def test_a_year_of_minutes_goes_in_at_once(tmp_path: Path) -> None:
    """Half a million rows of several chunks, the last of them over rows that are there."""
    count = 400_000
    numbers = np.arange(count)
    async with opened(tmp_path) as store:
        await store.write(Batch(power=(power(START.fromtimestamp(AT + 60 * (count - 1), START.tzinfo), 1.0),)))
        await store.write_columns("power", {"gateway": GATEWAY, "at": AT + 60 * numbers, "solar_w": numbers % 1000})
        end = START.fromtimestamp(AT + 60 * count, START.tzinfo)
        columns = await store.read_power(start=START, end=end, step_s=60_000)
    assert list(columns["solar_w"]) == [499.5] * 400
    assert rows_of(tmp_path, "SELECT count(*), min(seq), max(seq) FROM power") == [(count, 2, count + 1)]
