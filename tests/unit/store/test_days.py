"""Days of sealed months are kept added up; nobody who reads can tell, whatever happens to the months."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from openvoy.model.records import Batch, DeviceEnergyRecord, EnergyRecord
from openvoy.ports import Columns
from openvoy.store import HistoryStore
from openvoy.store.boundaries import OF_DEVICES
from openvoy.store.chain_names import ChainName, build_chain_name
from openvoy.store.opening import FILE_NAME
from openvoy.store.periods import build_bounds, parse_zone
from openvoy.store.read_energy import read_periods
from openvoy.store.read_rest import read_owners
from openvoy.store.verifying import verify_files
from tests.unit.store.records import GATEWAY, made_once, opened
from tests.unit.store.test_sealing import sealed

ZONE = "Europe/Paris"
JANUARY, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 4, 2, 12, tzinfo=UTC)
OUTAGES = (
    (datetime(2024, 1, 12, 20, tzinfo=UTC), datetime(2024, 1, 15, 6, tzinfo=UTC)),
    (datetime(2024, 1, 30, 9, tzinfo=UTC), datetime(2024, 2, 2, 9, tzinfo=UTC)),
)
LATE = datetime(2024, 1, 31, 12, tzinfo=UTC)
SPAN: Any = {"start": JANUARY - timedelta(days=2), "end": LAST + timedelta(days=2), "by": "day", "time_zone": ZONE}
BOUNDS = build_bounds(start=SPAN["start"], end=SPAN["end"], by="day", zone=parse_zone(ZONE))


def times() -> Sequence[datetime]:
    """Quarters of an hour, a little beside the full minute as readings are, without the outages."""
    every = [JANUARY + timedelta(seconds=7 + 900 * number) for number in range(int((LAST - JANUARY).days * 96))]
    return [at for at in every if not any(start < at < end for start, end in OUTAGES)]


async def fill(folder: Path) -> None:
    """Three months and a day, sealed but for the day."""
    await made_once(make, folder)


async def make(folder: Path) -> None:
    async with opened(folder) as store:
        await write(store)


async def write(store: HistoryStore) -> None:
    at_s = [at.timestamp() for at in times()]
    grown = [10.0 * number + number % 7 for number in range(len(at_s))]
    energies = {
        "solar_wh": grown,
        "load_wh": [2 * value for value in grown],
        "residual_wh": [-value for value in grown],
    }
    await store.write_columns("energy", {"gateway": GATEWAY, "at": at_s, **energies})
    for serial in ("1", "2"):
        # The second one was put up in February.
        since = 0 if serial == "1" else len(at_s) // 2
        columns = {"gateway": GATEWAY, "at": at_s[since:], "serial": serial, "energy_wh": grown[since:]}
        await store.write_columns("device_energy", columns)
    await store.write_columns("power", {"gateway": GATEWAY, "at": at_s, "interval_s": 900, "solar_w": grown})
    await sealed(store)


async def kept(store: HistoryStore) -> int:
    """Read days, and when they were kept say how many."""
    await store.read_energy(**SPAN)
    await store.read_device_energy(**SPAN)
    await asyncio.wrap_future(store._writer.apply())
    await sealed(store)
    return await days_of(store)


async def days_of(store: HistoryStore) -> int:
    ((count,),) = await store._read(
        lambda session: session.rows("SELECT coalesce(sum(len(energies_wh)), 0) FROM day_energy")
    )
    return int(count)


async def check(store: HistoryStore) -> None:
    """Days as they are read say what the readings say."""
    assert await store.read_energy(**SPAN) == await store.read_energy_between(bounds=BOUNDS)
    of_devices = await store._read(
        lambda session: [
            read_periods(
                session, OF_DEVICES, BOUNDS, read_owners(session, "device", ("gateway", "serial"), None), zone=of
            )
            for of in (ZONE, None)
        ]
    )
    assert of_devices[0] == of_devices[1]


async def late_row(store: HistoryStore) -> None:
    await store.write(Batch(energy=(EnergyRecord(gateway=GATEWAY, at=LATE, solar_wh=28_000.0),)))
    device = DeviceEnergyRecord(gateway=GATEWAY, at=LATE, kind="inverter", serial="1", energy_wh=28_000.0)
    await store.write(Batch(device_energy=(device,)))


async def accounted_anew(store: HistoryStore) -> None:
    start, end = datetime(2024, 2, 10, tzinfo=UTC), datetime(2024, 2, 12, tzinfo=UTC)
    rows = [EnergyRecord(gateway=GATEWAY, at=start + timedelta(hours=n), solar_wh=4e4 + n) for n in range(48)]
    await store.replace_energy(gateway=GATEWAY, start=start, end=end, batch=Batch(energy=tuple(rows)))


async def columns_again(store: HistoryStore) -> None:
    at_s = [at.timestamp() for at in times()[1000:1200]]
    await store.write_columns("energy", {"gateway": GATEWAY, "at": at_s, "solar_wh": [1e4 + n for n in range(200)]})


async def next_month(store: HistoryStore) -> None:
    at_s = [(LAST + timedelta(hours=number)).timestamp() for number in range(24 * 45)]
    await store.write_columns(
        "energy", {"gateway": GATEWAY, "at": at_s, "solar_wh": [1e6 + n for n in range(len(at_s))]}
    )
    await store.write_columns("power", {"gateway": GATEWAY, "at": at_s, "solar_w": [1.0] * len(at_s)})


@pytest.mark.parametrize("change", [late_row, accounted_anew, columns_again, next_month])
@pytest.mark.sample(2)
async def test_days_follow_what_happens_to_their_months(
    tmp_path: Path, change: Callable[[HistoryStore], Awaitable[None]]
) -> None:
    await fill(tmp_path)
    async with opened(tmp_path) as store:
        await check(store)
        before = await kept(store)
        assert before > 3 * 60
        await check(store)
        first = await store.read_energy(**SPAN)
        await change(store)
        await check(store)
        assert await store.read_energy(**SPAN) != first
        await sealed(store)
        assert await kept(store) > 3 * 60
        await check(store)


async def test_an_outage_is_kept_once_both_of_its_ends_are_sealed_and_opened_by_what_comes_into_it(
    tmp_path: Path,
) -> None:
    await fill(tmp_path)
    async with opened(tmp_path) as store:
        whole = await kept(store)
        await store.write(Batch(energy=(EnergyRecord(gateway=GATEWAY, at=LATE, solar_wh=28_000.0),)))
        ((left,),) = await store._read(
            lambda session: session.rows(
                "SELECT count(*) FROM day_energy WHERE table_name = 'energy' AND from_s <= $1 AND to_s >= $1",
                [int(LATE.timestamp())],
            )
        )
        assert left == 0
        assert whole > await days_of(store)


async def test_days_of_imported_energies_are_kept_as_they_are_read(tmp_path: Path) -> None:
    """A day that begins where a hole of an import ends is not estimated for that."""
    midnight = datetime(2024, 2, 10, 23, tzinfo=UTC)
    start, end = midnight - timedelta(days=4), midnight + timedelta(days=4)
    name = build_chain_name(ChainName("20240301-1", int(start.timestamp()), int(end.timestamp()), GATEWAY), 1)
    hours = [start + timedelta(hours=number) for number in range(8 * 24)]
    rows = [
        EnergyRecord(gateway=name, at=at, solar_wh=10.0 * number, estimated=at == midnight)
        for number, at in enumerate(hours)
        if not timedelta(0) < midnight - at < timedelta(hours=5)
    ]
    await fill(tmp_path)
    async with opened(tmp_path) as store:
        await store.write(Batch(energy=tuple(rows)))
        await sealed(store)
        before = await store.read_energy(**SPAN)
        assert await kept(store) > 3 * 60
        await check(store)
        assert await store.read_energy(**SPAN) == before


async def test_days_of_a_history_made_anew_are_kept_anew(tmp_path: Path) -> None:
    await fill(tmp_path)
    async with opened(tmp_path) as store:
        before = await kept(store)
        first = await store.read_energy(**SPAN)
    (tmp_path / FILE_NAME).unlink()
    async with opened(tmp_path) as store:
        await check(store)
        assert await store.read_energy(**SPAN) == first
        assert await kept(store) == before
        await check(store)


async def test_days_of_sealed_files_beyond_mending_are_whole_or_marked_and_the_files_are_named(tmp_path: Path) -> None:
    await fill(tmp_path)
    async with opened(tmp_path) as store:
        await kept(store)
        first = await store.read_energy(**SPAN)
    lost = [
        tmp_path / "sealed" / "month=2024-02" / f"{name}-1.parquet" for name in ("device_energy", "energy", "power")
    ]
    for file in lost:
        file.write_bytes(b"gone")
    async with opened(tmp_path) as store:
        await check(store)
        assert await store.read_energy(**SPAN) == first
    sealed_files, *_ = verify_files(tmp_path)
    assert sorted(sealed_files.problems) == [f"{file} is damaged beyond mending" for file in sorted(lost)]
    (tmp_path / FILE_NAME).unlink()
    async with opened(tmp_path) as store:
        await check(store)
        now = await store.read_energy(**SPAN)
        assert {aside.path.name for aside in store.set_aside} == {f"{file.name}.damaged" for file in lost}
    days = list(zip(now["start"], now["solar_wh"], now["estimated"], first["solar_wh"], strict=True))
    within = [day for day in days if FEBRUARY[0] <= float(str(day[0])) < FEBRUARY[1]]
    assert {estimated for _, _, estimated, _ in within} == {1}
    assert sum_of(now) == pytest.approx(sum_of(first)), "what was produced meanwhile is not less"


FEBRUARY = (LATE.timestamp(), datetime(2024, 3, 1, tzinfo=UTC).timestamp())


def sum_of(columns: Columns) -> float:
    return sum(float(str(value)) for value in columns["solar_wh"] if value is not None)


async def test_only_a_few_time_zones_are_kept(tmp_path: Path) -> None:
    zones = ("Europe/Paris", "UTC", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe", "Asia/Tokyo")
    await fill(tmp_path)
    async with opened(tmp_path) as store:
        for zone in zones:
            await store.read_energy(**{**SPAN, "time_zone": zone})
            await asyncio.wrap_future(store._writer.apply())
        found = await store._read(lambda session: session.rows("SELECT DISTINCT zone FROM day_energy ORDER BY 1"))
        assert [zone for (zone,) in found] == sorted(zones[:4])
