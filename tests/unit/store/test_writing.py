from __future__ import annotations

import asyncio
import math
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from openvoy.errors import StorageError
from openvoy.model.counters import CounterSource
from openvoy.model.records import Batch, CounterRecord, DeviceRecord
from openvoy.store import HistoryStore
from tests.unit.store.records import (
    GATEWAY,
    SECOND,
    START,
    correction,
    energy,
    event,
    everything,
    inverter,
    minute,
    opened,
    power,
    rows_of,
)

TABLES = (
    "live",
    "power",
    "energy",
    "meter_reading",
    "inverter_report",
    "battery_reading",
    "counter_reading",
    "counter_step",
    "device_energy",
    "phase_energy",
    "correction",
    "device",
    "event",
    "gap",
)


def counts(folder: Path) -> dict[str, int]:
    return {table: rows_of(folder, f"SELECT count(*) FROM {table}")[0][0] for table in TABLES}


async def test_every_record_finds_its_table_and_names_stand_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        await store.write(everything(START))
        await store.write(everything(minute(1), 2))
    once = {"live": 2, "meter_reading": 2, "inverter_report": 2}
    assert counts(tmp_path) == {table: 2 * once.get(table, 1) for table in TABLES} | {"device": 3}
    assert rows_of(tmp_path, "SELECT serial FROM gateway") == [(GATEWAY,)]
    assert rows_of(tmp_path, "SELECT id, eid, channel FROM meter ORDER BY id") == [(1, 704643328, 0), (2, 704643328, 1)]
    assert rows_of(tmp_path, "SELECT quantity, endpoint, block, device FROM counter_source") == [
        ("solar", "meters", "L1", "704643328")
    ]
    assert rows_of(tmp_path, "SELECT kind, serial, part_number FROM device ORDER BY serial") == [
        ("inverter", "1", "800-1"),
        ("inverter", "2", None),
        ("battery", "b", None),
    ]


async def test_the_same_batch_again_changes_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        await store.write(everything(START))
    before = counts(tmp_path)
    sequences = [rows_of(tmp_path, f"SELECT max(seq) FROM {table}") for table in ("event", "inverter_report")]
    async with opened(tmp_path) as store:
        await store.write(everything(START))
        await store.write(everything(START))
    assert counts(tmp_path) == before
    # Once by a process that does not remember the rows, never by one that does.
    again = [rows_of(tmp_path, f"SELECT max(seq) FROM {table}") for table in ("event", "inverter_report")]
    assert [(new[0][0], old[0][0]) for new, old in zip(again, sequences, strict=True)] == [(2, 1), (4, 2)]


@pytest.mark.parametrize("reopen", [False, True])
async def test_a_later_word_replaces_an_earlier_one(tmp_path: Path, *, reopen: bool) -> None:
    async with opened(tmp_path) as store:
        await store.write(Batch(power=tuple(power(minute(number), float(number)) for number in range(5))))
        await store.read_events(limit=1)  # what was acknowledged together is applied together
        if not reopen:
            await store.write(Batch(power=(power(minute(2), 20.0), power(minute(4), 40.0), power(minute(5), 50.0))))
    if reopen:
        async with opened(tmp_path) as store:
            await store.write(Batch(power=(power(minute(2), 20.0),)))
            await store.write(Batch(power=(power(minute(4), 40.0), power(minute(5), 50.0))))
    found = rows_of(tmp_path, "SELECT solar_w::DOUBLE, seq FROM power ORDER BY time")
    assert found == [(0.0, 1), (1.0, 2), (20.0, 6), (3.0, 4), (40.0, 7), (50.0, 8)]


async def test_of_two_words_in_one_batch_the_last_counts(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        await store.write(Batch(power=(power(START, 1.0), power(START, 2.0))))
    assert rows_of(tmp_path, "SELECT solar_w::DOUBLE FROM power") == [(2.0,)]


async def test_late_reports_of_one_panel_do_not_hide_those_of_another(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        await store.write(Batch(inverters=(inverter(minute(60), "1", 1.0), inverter(minute(60), "2", 2.0))))
    async with opened(tmp_path) as store:
        await store.write(Batch(inverters=(inverter(minute(5), "2", 3.0),)))
        await store.write(Batch(inverters=(inverter(minute(60), "2", 4.0), inverter(minute(5), "2", 5.0))))
    found = rows_of(
        tmp_path, "SELECT serial, power_w FROM inverter_report JOIN device ON id = device_id ORDER BY serial, time"
    )
    assert found == [("1", 1.0), ("2", 5.0), ("2", 4.0)]


async def test_the_same_serial_behind_two_gateways_is_two_devices(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        both = (inverter(START, "1", 1.0), inverter(START, "1", 2.0, gateway=SECOND))
        await store.write(Batch(inverters=both))
        assert list((await store.read_inverters(start=START, end=minute(1), gateway=SECOND))["power_w"]) == [2.0]
        assert list((await store.read_inverters(start=START, end=minute(1)))["power_w"]) == [1.0, 2.0]


async def test_a_device_keeps_when_it_was_seen_and_what_was_said_of_it(tmp_path: Path) -> None:
    def seen(number: int, part_number: str | None, firmware: str | None) -> Batch:
        device = DeviceRecord(
            gateway=GATEWAY,
            at=minute(number),
            kind="inverter",
            serial="1",
            part_number=part_number,
            firmware=firmware,
        )
        return Batch(devices=(device,))

    async with opened(tmp_path) as store:
        await store.write(seen(10, "800-1", "520-1"))
        await store.read_events(limit=1)
        await store.write(seen(20, None, "520-2"))
    async with opened(tmp_path) as store:
        await store.write(seen(5, None, None))
    ((seq, *found),) = rows_of(tmp_path, "SELECT seq, id, part_number, firmware, first_seen, last_seen FROM device")
    times = [at.replace(tzinfo=None) for at in (minute(5), minute(20))]
    assert (seq, found) == (3, [1, "800-1", "520-2", *times])


async def test_numbers_that_cannot_be_are_not_said(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        wild = [math.nan, math.inf, -1e12, 1e300, 12.34, -0.96]
        await store.write(Batch(power=tuple(power(minute(number), value) for number, value in enumerate(wild))))
        source = CounterSource(quantity="solar", endpoint="e", block="b", device="")
        counter = CounterRecord(gateway=GATEWAY, at=START, firmware="8", source=source, value_wh=math.nan)
        await store.write(Batch(counters=(counter,)))
    assert rows_of(tmp_path, "SELECT solar_w::DOUBLE FROM power ORDER BY time") == [
        (None,),
        (None,),
        (None,),
        (None,),
        (12.3,),
        (-1.0,),
    ]
    assert rows_of(tmp_path, "SELECT count(*) FROM counter_reading") == [(0,)]


async def test_joules_come_back_exactly(tmp_path: Path) -> None:
    joules = 4_904_101_573
    source = CounterSource(quantity="inverter", endpoint="device_data", block="channel", device="1")
    record = CounterRecord(gateway=GATEWAY, at=START, firmware="8.2", source=source, value_wh=joules / 3600)
    async with opened(tmp_path) as store:
        await store.write(Batch(counters=(record,)))
        (found,) = await store.read_last_counters(GATEWAY)
    assert round(found.value_wh * 3600) == joules
    assert (found.source, found.at, found.firmware) == (source, START, "8.2")


async def test_times_are_kept_in_utc_to_the_second(tmp_path: Path) -> None:
    paris = timezone(timedelta(hours=2))
    async with opened(tmp_path) as store:
        await store.write(Batch(power=(power(datetime(2024, 5, 1, 14, 0, 0, 999_999, tzinfo=paris), 1.0),)))
    assert rows_of(tmp_path, "SELECT time FROM power") == [(datetime(2024, 5, 1, 12),)]  # noqa: DTZ001 - as kept


async def test_a_time_without_zone_is_refused_and_nothing_of_its_batch_kept(tmp_path: Path) -> None:
    naive = START.replace(tzinfo=None)
    async with opened(tmp_path) as store:
        with pytest.raises(StorageError, match="has no time zone"):
            await store.write(Batch(power=(power(START, 1.0),), events=(event(naive),)))
        await store.write(Batch(power=(power(minute(1), 2.0),)))
    assert rows_of(tmp_path, "SELECT solar_w::DOUBLE FROM power") == [(2.0,)]


async def test_a_batch_that_fails_leaves_nothing_and_does_not_harm_its_neighbours(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        bad = Batch(events=(event(START),), power=(power(minute(2), 1.0, interval_s=2**40),))
        writes = [
            store.write(Batch(power=(power(minute(0), 1.0),))),
            store.write(bad),
            store.write(Batch(power=(power(minute(1), 2.0),))),
        ]
        results = await asyncio.gather(*writes, return_exceptions=True)
    assert [type(result).__mro__[1] for result in results] == [object, StorageError, object]
    assert counts(tmp_path)["power"] == 2
    assert counts(tmp_path)["event"] == 0


async def test_batches_that_wait_together_are_all_kept(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        await asyncio.gather(*(store.write(everything(minute(number), number)) for number in range(300)))
    assert counts(tmp_path)["power"] == 300
    ((total, distinct, last),) = rows_of(tmp_path, "SELECT count(*), count(DISTINCT seq), max(seq) FROM live")
    assert (total, distinct, last) == (600, 600, 600)


async def test_a_reader_sees_what_was_acknowledged(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        for number in range(20):
            await store.write(Batch(power=(power(minute(number), float(number)),)))
            columns = await store.read_power(start=START, end=minute(60), step_s=60)
            assert list(columns["solar_w"]) == [float(seen) for seen in range(number + 1)]


async def test_what_is_queued_is_written_before_closing(tmp_path: Path) -> None:
    store = await HistoryStore.open(tmp_path)
    writes = [asyncio.ensure_future(store.write(everything(minute(number)))) for number in range(50)]
    await asyncio.sleep(0)
    await store.close()
    await asyncio.gather(*writes)
    await store.close()
    with pytest.raises(StorageError, match="closed"):
        await store.write(everything(START))
    with pytest.raises(StorageError, match="closed"):
        await store.read_events(limit=1)
    assert counts(tmp_path)["power"] == 50


async def test_notes_about_history_are_kept(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        assert await store.read_meta("rules_version") == "1"
        assert await store.read_meta("unheard") is None
        await store.write_meta("rules_version", "2")
        await store.write(everything(START))
    async with opened(tmp_path) as store:
        assert await store.read_meta("rules_version") == "2"


async def test_the_revision_is_another_after_whatever_readers_may_see(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        found = [store.revision]
        await store.write(Batch(energy=(energy(START, 1.0),)))
        found.append(store.revision)
        await store.read_last_energy(GATEWAY)
        assert store.revision == found[-1]
        await store.write_corrections([correction(START)])
        found.append(store.revision)
        await store.write_columns("power", {"gateway": GATEWAY, "at": [int(START.timestamp())], "solar_w": [1.0]})
        found.append(store.revision)
    assert len(set(found)) == 4
