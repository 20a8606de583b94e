"""What was worked out of months that are not sealed stands while nothing changes it, and no longer; nobody can tell."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from openvoy.model.records import Batch, DeviceEnergyRecord, EnergyRecord, PowerRecord
from openvoy.ports import Columns
from openvoy.store import HistoryStore
from openvoy.store.boundaries import OF_DEVICES
from openvoy.store.database import Session
from openvoy.store.periods import build_bounds, parse_zone
from openvoy.store.read_energy import read_periods
from openvoy.store.read_rest import read_owners
from openvoy.store.standing import read_state, recall, remember
from openvoy.store.tables import ENERGY
from tests.unit.store.records import GATEWAY, SECOND, made_once, opened
from tests.unit.store.test_sealing import sealed

ZONE = "Europe/Paris"
JANUARY, FEBRUARY, LAST = (datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=days) for days in (0, 31, 31 + 20.6))
"""January is sealed; of February there are three weeks."""
LATE = (FEBRUARY - timedelta(days=9, minutes=59), FEBRUARY + timedelta(days=6, minutes=-59))
"""Soon after two midnights nothing was heard at first."""
OUTAGE = timedelta(hours=2)
START, END = JANUARY - timedelta(hours=1), FEBRUARY + timedelta(days=29)
BOUNDS = build_bounds(start=START, end=END, by="day", zone=parse_zone(ZONE))


async def make(folder: Path) -> None:
    async with opened(folder) as store:
        every = [JANUARY + timedelta(minutes=30 * number) for number in range(int((LAST - JANUARY).days * 48 + 30))]
        at_s = [at.timestamp() for at in every if not any(abs(at - late) < OUTAGE for late in LATE)]
        grown = [10.0 * number + number % 7 for number in range(len(at_s))]
        of_gateway = {"gateway": GATEWAY, "at": at_s}
        await store.write_columns("energy", {**of_gateway, "solar_wh": grown, "load_wh": grown})
        # One was taken down in January, one put up in February; batteries alone count what goes in.
        for serial, kind, quantity, there in (
            ("1", "inverter", "energy_wh", slice(None)),
            ("2", "inverter", "energy_wh", slice(None)),
            ("gone", "inverter", "energy_wh", slice(700)),
            ("new", "inverter", "energy_wh", slice(1900, None)),
            ("store", "battery", "charge_wh", slice(None)),
        ):
            columns = {"gateway": GATEWAY, "at": at_s[there], "kind": kind, "serial": serial, quantity: grown[there]}
            await store.write_columns("device_energy", columns)
        await store.write_columns("power", {**of_gateway, "interval_s": 1800, "solar_w": [n % 97 for n in at_s]})
        await sealed(store)


def at_day(day: float) -> datetime:
    """A moment of February, to the second; days of the site begin at 23/24."""
    return FEBRUARY + timedelta(seconds=round(86_400 * day))


async def check(store: HistoryStore) -> None:
    """What is read is what is read by a question that nobody has asked before, or that is never kept."""
    gateway = await store.read_energy(start=START, end=END, by="day", time_zone=ZONE)
    assert gateway == await store.read_energy_between(bounds=BOUNDS)
    devices = await store._read(
        lambda session: [
            read_periods(session, OF_DEVICES, BOUNDS, read_owners(session, "device", ("serial",), None), zone=zone)
            for zone in (ZONE, None)
        ]
    )
    assert devices[0] == devices[1]
    power = await store.read_power(start=START, end=END, step_s=86_400)
    earlier = START - timedelta(days=FRESH.pop())
    assert power == await store.read_power(start=earlier, end=END, step_s=86_400)


FRESH: list[int] = []


async def told(store: HistoryStore) -> list[Columns]:
    days: Any = {"start": START, "end": END, "by": "day", "time_zone": ZONE}
    power = await store.read_power(start=START, end=END, step_s=86_400)
    return [await store.read_energy(**days), await store.read_device_energy(**days), power]


async def what_comes(store: HistoryStore, *times: datetime, gateway: str = GATEWAY, value: float = 99_000.0) -> None:
    await store.write(
        Batch(
            energy=tuple(EnergyRecord(gateway=gateway, at=at, solar_wh=value, import_wh=7.0) for at in times),
            device_energy=tuple(
                DeviceEnergyRecord(gateway=gateway, at=at, kind="inverter", serial="2", energy_wh=value) for at in times
            ),
            power=tuple(PowerRecord(gateway=gateway, at=at, interval_s=1800, solar_w=5000.0) for at in times),
        )
    )


async def goes_on(store: HistoryStore) -> None:
    for number in range(8):
        await what_comes(store, at_day(20.9) + timedelta(hours=4 * number), value=99_000.0 + number)
        if number % 4 == 0:
            await check(store)


async def late(store: HistoryStore) -> None:
    await what_comes(store, LATE[1], value=17_500.0)


async def again(store: HistoryStore) -> None:
    """As many rows as before: each takes the place of one."""
    await what_comes(store, at_day(6 + 23 / 24), at_day(7 + 23 / 24), value=26_000.0)


async def late_and_new(store: HistoryStore) -> None:
    await what_comes(store, LATE[1], at_day(23), value=24_000.0)


async def reaching_back(store: HistoryStore) -> None:
    """A row of the day before reaches into the first that was not over."""
    await store.write(Batch(power=(PowerRecord(gateway=GATEWAY, at=at_day(19.99), interval_s=3600, solar_w=9000.0),)))


async def heard_again(store: HistoryStore) -> None:
    of_gone: Any = {"gateway": GATEWAY, "kind": "inverter", "serial": "gone", "energy_wh": 7_100.0}
    await store.write(Batch(device_energy=(DeviceEnergyRecord(**of_gone, at=at_day(20.9)),)))


async def heard_first(store: HistoryStore) -> None:
    """Of what never was counted there are two values, by a battery that is old and one that is new."""
    for hour, serial in enumerate(("store", "another", "store", "another")):
        of_battery: Any = {"gateway": GATEWAY, "kind": "battery", "serial": serial, "energy_wh": 10.0 + hour}
        record = DeviceEnergyRecord(**of_battery, at=at_day(20.9) + timedelta(hours=hour))
        await store.write(Batch(device_energy=(record,)))


async def another_gateway(store: HistoryStore) -> None:
    await what_comes(store, *(at_day(day) for day in range(5, 12)), gateway=SECOND, value=50.0)


async def accounted_anew(store: HistoryStore) -> None:
    """As many rows as before in the place of others."""
    rows = tuple(EnergyRecord(gateway=GATEWAY, at=at_day(8 + n / 48), solar_wh=3e4 + n) for n in range(96))
    await store.replace_energy(gateway=GATEWAY, start=at_day(8), end=at_day(10), batch=Batch(energy=rows))


async def taken_away(store: HistoryStore) -> None:
    await store.replace_energy(gateway=GATEWAY, start=at_day(8), end=at_day(10), batch=Batch())


async def columns_again(store: HistoryStore) -> None:
    at_s = [at_day(day).timestamp() for day in (2 + 23 / 24, 3, 4)]
    await store.write_columns("energy", {"gateway": GATEWAY, "at": at_s, "solar_wh": [17_000.0] * 3})
    await store.write_columns("power", {"gateway": GATEWAY, "at": at_s, "interval_s": 1800, "solar_w": [1.0] * 3})


async def in_a_sealed_month(store: HistoryStore) -> None:
    await what_comes(store, LATE[0], value=9_000.0)


async def next_months(store: HistoryStore) -> None:
    await what_comes(store, *(at_day(30 + day) for day in range(40)))
    await sealed(store)


CHANGES: tuple[Callable[[HistoryStore], Awaitable[None]], ...] = (
    goes_on,
    late,
    again,
    late_and_new,
    reaching_back,
    heard_again,
    heard_first,
    another_gateway,
    accounted_anew,
    taken_away,
    columns_again,
    in_a_sealed_month,
    next_months,
)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.sample(4)
async def test_what_stood_is_what_would_be_read_anew(
    tmp_path: Path, change: Callable[[HistoryStore], Awaitable[None]]
) -> None:
    await made_once(make, tmp_path)
    FRESH[:] = range(1, 60)
    async with opened(tmp_path) as store:
        await check(store)
        before = await told(store)
        await change(store)
        await check(store)
        assert before != await told(store)


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize("seed", range(5))
async def test_in_whatever_order_things_happen(tmp_path: Path, seed: int) -> None:
    await made_once(make, tmp_path)
    FRESH[:] = range(1, 60)
    async with opened(tmp_path) as store:
        for change in random.Random(seed).sample(CHANGES, len(CHANGES)):
            await check(store)
            await change(store)
            await check(store)


async def test_it_stands_while_rows_come_behind_it_and_falls_with_any_other(tmp_path: Path) -> None:
    await made_once(make, tmp_path)

    def recalled(session: Session) -> object:
        state = read_state(session, ENERGY)
        assert state is not None
        return recall(session, ENERGY, state, "asked")

    def tell(session: Session) -> None:
        state = read_state(session, ENERGY)
        assert state is not None
        remember(session, ENERGY, state, "asked", "found", until_s=int(at_day(20).timestamp()))

    async with opened(tmp_path) as store:
        assert await store._read(recalled) is None
        await store._read(tell)
        for _ in range(2):
            await what_comes(store, at_day(21.2))
            assert await store._read(recalled) == "found"
        await what_comes(store, at_day(20.25), at_day(21.4))
        assert await store._read(recalled) is None, "one row has another's place"
        for change in (late, again, taken_away, columns_again, in_a_sealed_month):
            await store._read(tell)
            assert await store._read(recalled) == "found"
            await change(store)
            assert await store._read(recalled) is None, change
