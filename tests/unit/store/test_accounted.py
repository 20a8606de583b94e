"""What accounting keeps and goes on from: rows as they are, corrections, and a time accounted anew."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from openvoy.errors import StorageError
from openvoy.model.counters import CounterSource
from openvoy.model.records import Batch, CounterRecord, DeviceEnergyRecord, PhaseEnergyRecord, StepRecord
from openvoy.store import HistoryStore
from tests.unit.store.records import GATEWAY, SECOND, START, correction, energy, everything, minute, opened

SOURCE = CounterSource(quantity="solar", endpoint="meters", block="all", device="7")
MIDNIGHT = datetime(2024, 5, 1, tzinfo=UTC)


async def test_raw_counters_come_back_with_their_source(tmp_path: Path) -> None:
    records = [
        CounterRecord(gateway=gateway, at=minute(number), firmware="8.2", source=SOURCE, value_wh=number / 3600)
        for number in range(3)
        for gateway in (GATEWAY, SECOND)
    ]
    async with opened(tmp_path) as store:
        await store.write(Batch(counters=tuple(records)))
        found = await store.read_counters(start=minute(1), end=minute(3), gateway=SECOND)
        both = await store.read_counters(start=minute(1), end=minute(3))
        nothing = await store.read_counters(start=minute(5), end=minute(9))
    assert found == {
        "at": (minute(1).timestamp(), minute(2).timestamp()),
        "gateway": (SECOND,) * 2,
        "quantity": ("solar",) * 2,
        "endpoint": ("meters",) * 2,
        "block": ("all",) * 2,
        "device": ("7",) * 2,
        "firmware": ("8.2",) * 2,
        "value_wh": (0.0003, 0.0006),
    }
    assert both["gateway"] == (GATEWAY, SECOND, GATEWAY, SECOND)
    assert nothing == dict.fromkeys(found, ())


async def test_corrections_are_kept_and_revoked_by_writing_them_again(tmp_path: Path) -> None:
    first, second = correction(START), correction(minute(1), "replaced_gateway")
    async with opened(tmp_path) as store:
        await store.write_corrections([second, first])
        assert await store.read_corrections() == [first, second]
        revoked = correction(START, revoked=True)
        await store.write_corrections([revoked])
    async with opened(tmp_path) as store:
        assert await store.read_corrections(GATEWAY) == [revoked, second]
        assert await store.read_corrections(SECOND) == []
        outbox = await store.read_since("corrections", 0, limit=9)
    assert list(zip(outbox["seq"], outbox["kind"], outbox["revoked"], strict=True)) == [
        (1, "replaced_gateway", False),
        (3, "bad_range", True),
    ]


def accounted(number: int, solar_wh: float, *, gateway: str = GATEWAY, rules: int = 1) -> Batch:
    at = minute(number)
    return Batch(
        energy=(energy(at, solar_wh, gateway=gateway),),
        steps=(StepRecord(gateway=gateway, at=at, source=SOURCE, step="wrap", added_wh=1.0, rules_version=rules),),
        device_energy=(DeviceEnergyRecord(gateway=gateway, at=at, kind="inverter", serial="1", energy_wh=solar_wh),),
        phase_energy=(PhaseEnergyRecord(gateway=gateway, at=at, eid=7, channel=1, delivered_wh=solar_wh),),
    )


async def kept(store: HistoryStore, kind: str, value: str) -> list[tuple[object, ...]]:
    columns = await store.read_since(kind, 0, limit=99)
    return [
        (gateway, round((float(str(at)) - START.timestamp()) / 60), number)
        for gateway, at, number in zip(columns["gateway"], columns["at"], columns[value], strict=True)
    ]


@pytest.mark.parametrize("reopen", [False, True])
async def test_a_time_accounted_anew_takes_the_place_of_the_old(tmp_path: Path, *, reopen: bool) -> None:
    store = await HistoryStore.open(tmp_path)
    for number in range(4):
        await store.write(accounted(number, 100.0 + number))
        await store.write(accounted(number, 900.0 + number, gateway=SECOND))
    if reopen:
        await store.close()
        store = await HistoryStore.open(tmp_path)
    try:
        new = accounted(2, 50.0, rules=2)
        await store.replace_energy(gateway=GATEWAY, start=minute(1), end=minute(3), batch=new)
        others = [(SECOND, number, 900.0 + number) for number in range(4)]
        expected = {(GATEWAY, 0, 100.0), (GATEWAY, 2, 50.0), (GATEWAY, 3, 103.0), *others}
        for kind, value in (
            ("energy", "solar_wh"),
            ("device_energy", "energy_wh"),
            ("phase_energy", "delivered_wh"),
        ):
            assert set(await kept(store, kind, value)) == expected
            newer = await store.read_since(kind, 8, limit=9)
            assert (newer["seq"], newer[value]) == ((9,), (50.0,))
        steps = await store.read_steps(start=START, end=minute(9), gateway=GATEWAY)
        assert steps["rules_version"] == (1, 2, 1)
        # The collector goes on: what it wrote last is written again only if it is no longer there.
        await store.write(accounted(3, 103.0))
        await store.write(accounted(1, 101.0))
        assert set(await kept(store, "energy", "solar_wh")) == {*expected, (GATEWAY, 1, 101.0)}
    finally:
        await store.close()


async def test_a_sequence_is_never_used_twice_though_all_its_rows_are_gone(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        await store.write(accounted(0, 100.0))
        await store.write(accounted(1, 101.0))
        await store.replace_energy(gateway=GATEWAY, start=minute(0), end=minute(9), batch=Batch())
        assert (await store.read_since("energy", 0, limit=9))["seq"] == ()
    async with opened(tmp_path) as store:
        await store.write(accounted(2, 102.0))
        assert (await store.read_since("energy", 0, limit=9))["seq"] == (3,)


async def test_days_of_devices_and_phases(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        for quarter in range(24 * 12 + 1):
            at = MIDNIGHT + timedelta(minutes=5 * quarter)
            device = DeviceEnergyRecord(
                gateway=GATEWAY, at=at, kind="battery", serial="b", energy_wh=10.0 * quarter, charge_wh=20.0 * quarter
            )
            phase = PhaseEnergyRecord(gateway=GATEWAY, at=at, eid=7, channel=2, delivered_wh=1.0 * quarter)
            await store.write(Batch(device_energy=(device,), phase_energy=(phase,)))
        end = MIDNIGHT + timedelta(hours=2)
        assert await store.read_device_energy(start=MIDNIGHT, end=end, by="hour", time_zone="UTC") == {
            "start": [MIDNIGHT.timestamp(), MIDNIGHT.timestamp() + 3600],
            "gateway": [GATEWAY] * 2,
            "kind": ["battery"] * 2,
            "serial": ["b"] * 2,
            "energy_wh": [120.0] * 2,
            "charge_wh": [240.0] * 2,
            "estimated": [0, 0],
        }
        phases = await store.read_phase_energy(start=MIDNIGHT, end=end, by="day", time_zone="UTC", gateway=GATEWAY)
        assert (phases["eid"], phases["channel"], phases["delivered_wh"]) == ([7], [2], [288.0])
        assert (await store.read_device_energy(start=MIDNIGHT, end=end, by="day", time_zone="UTC", gateway=SECOND))[
            "start"
        ] == []


async def test_the_residual_may_fall_and_integrated_energy_is_marked(tmp_path: Path) -> None:
    records = [
        energy(MIDNIGHT + timedelta(hours=hour), 100.0 * hour, residual_wh=-3.0 * hour, charge_estimated=hour > 24)
        for hour in range(49)
    ]
    async with opened(tmp_path) as store:
        await store.write(Batch(energy=tuple(records)))
        days = await store.read_energy(start=MIDNIGHT, end=MIDNIGHT + timedelta(days=2), by="day", time_zone="UTC")
    assert (days["residual_wh"], days["charge_estimated"]) == ([-72.0, -72.0], [0, 1])


async def test_the_outbox_gives_all_rows_in_order_and_in_parts(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        for number in range(5):
            await store.write(everything(minute(number), number))
        for kind in ("live", "power", "meters", "inverters", "batteries", "counters", "steps", "events", "gaps"):
            seen: list[object] = []
            last = 0
            while (page := await store.read_since(kind, last, limit=2))["seq"]:
                seen += page["seq"]
                last = int(str(page["seq"][-1]))
            assert seen == list(range(1, len(seen) + 1))
            assert len(seen) in {5, 10}
        gap = await store.read_since("gaps", 4, limit=1)
        assert gap == {
            "seq": (5,),
            "at": (minute(4).timestamp(),),
            "gateway": (GATEWAY,),
            "end": (minute(9).timestamp(),),
            "reason": ("test",),
        }
        with pytest.raises(StorageError, match="rows can be live"):
            await store.read_since("unheard", 0, limit=1)
