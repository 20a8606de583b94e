"""History over real HTTP, out of a real database."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from openvoy.model.records import Batch, EnergyRecord, EventRecord, InverterRecord, PowerRecord
from openvoy.store import HistoryStore
from tests.contract.web_service import Setup, WebService, web_service
from tests.unit.web.examples import a_status

MIDNIGHT = datetime(2025, 6, 20, 22, tzinfo=UTC)
"""Of 21 June in Paris, where the manual clock starts at 14:00."""
MIDNIGHT_S = 1_750_456_800
HOME, BARN = "1220home", "1220barn"


def minute(gateway: str, minutes: int, **values: float | None) -> PowerRecord:
    return PowerRecord(gateway=gateway, at=MIDNIGHT + timedelta(minutes=minutes), interval_s=60, **values)


def energy(gateway: str, hours: float, **values: Any) -> EnergyRecord:
    return EnergyRecord(gateway=gateway, at=MIDNIGHT + timedelta(hours=hours), **values)


@contextlib.asynccontextmanager
async def service_with(folder: Path, batch: Batch) -> AsyncIterator[WebService]:
    store = await HistoryStore.open(folder)
    try:
        await store.write(batch)
        async with web_service(Setup(store=store, names=("home", "barn"))) as service:
            service.feed.publish(a_status("home"))
            service.feed.publish(a_status("barn"))
            yield service
    finally:
        await store.close()


async def test_today_is_the_difference_of_the_counters_since_local_midnight(tmp_path: Path) -> None:
    batch = Batch(
        energy=(
            energy(HOME, 0, solar_wh=1_000_000, import_wh=500_000, export_wh=300_000, load_wh=900_000),
            energy(HOME, 13.5, solar_wh=1_012_000, import_wh=502_500, export_wh=303_000, load_wh=910_000),
            energy(BARN, 0, solar_wh=50_000),
            energy(BARN, 13.5, solar_wh=53_000),
        )
    )
    async with service_with(tmp_path, batch) as service:
        today = await service.ask("/api/v1/today", gateway="home")
        assert today == {
            "start": "2025-06-21T00:00:00+02:00",
            "end": "2025-06-22T00:00:00+02:00",
            "solar_wh": 12_000.0,
            "import_wh": 2_500.0,
            "export_wh": 3_000.0,
            "charge_wh": None,
            "discharge_wh": None,
            "load_wh": 10_000.0,
            "autarky_pct": 75.0,
            "self_consumption_pct": 75.0,
            "estimated": False,
        }
        barn = await service.ask("/api/v1/today", gateway=BARN)
        assert (barn["solar_wh"], barn["self_consumption_pct"], barn["autarky_pct"]) == (3_000.0, None, None)
        assert (await service.ask("/api/v1/today"))["solar_wh"] == 15_000.0


async def test_today_before_anything_was_read_is_unknown(tmp_path: Path) -> None:
    async with service_with(tmp_path, Batch()) as service:
        today = await service.ask("/api/v1/today")
        assert (today["solar_wh"], today["load_wh"], today["autarky_pct"]) == (None, None, None)
        assert today["estimated"] in (None, False)


async def test_powers_by_step_with_holes(tmp_path: Path) -> None:
    batch = Batch(
        power=(
            *(minute(HOME, n, solar_w=100.0 * n, grid_w=-10.0, soc_pct=None) for n in range(5)),
            *(minute(HOME, n, solar_w=None, grid_w=40.0) for n in range(10, 15)),
        )
    )
    async with service_with(tmp_path, batch) as service:
        query: dict[str, Any] = {"start": "2025-06-21", "end": "2025-06-22", "step_s": 300}
        power = await service.ask("/api/v1/history/power", **query)
        assert list(power) == ["at", "solar_w", "grid_w", "battery_w", "generator_w", "load_w", "soc_pct"]
        assert power["at"] == [MIDNIGHT_S, MIDNIGHT_S + 300, MIDNIGHT_S + 600]
        assert power["solar_w"] == [200.0, None, None]
        assert power["grid_w"] == [-10.0, None, 40.0]
        assert power["battery_w"] == [None, None, None]
        same: dict[str, Any] = {"start": "2025-06-20T22:00:00Z", "end": str(MIDNIGHT_S + 86_400), "step_s": 300}
        assert await service.ask("/api/v1/history/power", **same, gateway="home") == power
        empty = await service.ask("/api/v1/history/power", **query, gateway="barn")
        assert set(map(len, empty.values())) == {0}


async def test_energies_by_local_day(tmp_path: Path) -> None:
    days = [energy(HOME, 24 * day, solar_wh=10_000 * day, load_wh=7_000 * day) for day in range(4)]
    async with service_with(tmp_path, Batch(energy=tuple(days))) as service:
        query: dict[str, Any] = {"start": "2025-06-21", "end": "2025-06-24", "by": "day"}
        columns = await service.ask("/api/v1/history/energy", **query)
        assert columns["start"] == [MIDNIGHT_S, MIDNIGHT_S + 86_400, MIDNIGHT_S + 2 * 86_400]
        assert columns["solar_wh"] == [10_000.0] * 3
        assert columns["load_wh"] == [7_000.0] * 3
        assert columns["import_wh"] == [None] * 3
        assert columns["estimated"] == [False] * 3
        (start,) = (await service.ask("/api/v1/history/energy", **{**query, "by": "month"}))["start"]
        assert start == datetime(2025, 5, 31, 22, tzinfo=UTC).timestamp()


async def test_the_ends_of_a_time_are_cut_where_it_is_asked_for(tmp_path: Path) -> None:
    days = [energy(HOME, 24 * day, solar_wh=10_000 * day, residual_wh=-100 * day) for day in range(21)]
    async with service_with(tmp_path, Batch(energy=tuple(days))) as service:
        query: dict[str, Any] = {"start": "2025-06-26", "end": "2025-07-03T12:00", "by": "month"}
        whole = await service.ask("/api/v1/history/energy", **query)
        exact = await service.ask("/api/v1/history/energy", **query, exact="true")
        assert whole["solar_wh"] == [100_000.0, 100_000.0]
        assert exact["solar_wh"] == [50_000.0, 25_000.0]
        assert exact["residual_wh"] == [-500.0, -250.0]
        assert exact["start"] == [MIDNIGHT_S + 5 * 86_400, MIDNIGHT_S + 10 * 86_400]
        within: dict[str, Any] = {"start": "2025-06-26", "end": "2025-06-28", "by": "month", "exact": "true"}
        assert (await service.ask("/api/v1/history/energy", **within))["solar_wh"] == [20_000.0]


async def test_every_choice_that_is_documented_can_be_made(tmp_path: Path) -> None:
    days = [energy(HOME, 24 * day, solar_wh=10_000 * day, load_wh=7_000 * day) for day in range(21)]
    async with service_with(tmp_path, Batch(energy=tuple(days))) as service:
        schema = await service.ask("/api/schema/openapi.json")
        asked: set[tuple[str, str]] = set()
        for path, operations in schema["paths"].items():
            given = operations.get("get", {}).get("parameters", [])
            is_of_span = {"start", "end"} <= {one["name"] for one in given}
            needed: dict[str, Any] = {"start": "2025-06-23", "end": "2025-07-07"} if is_of_span else {}
            for one in given:
                for choice in one["schema"].get("enum", ()):
                    await service.ask(path, **needed, **{one["name"]: choice})
                    asked.add((path, choice))
        assert ("/api/v1/history/energy", "week") in asked
        weeks = await service.ask("/api/v1/history/energy", start="2025-06-23", end="2025-07-07", by="week")
        assert weeks["solar_wh"] == [70_000.0, 70_000.0]


async def test_reports_of_inverters(tmp_path: Path) -> None:
    reports = tuple(
        InverterRecord(
            gateway=HOME, at=MIDNIGHT + timedelta(minutes=5 * n), serial=serial, power_w=10.0 * n, temperature_c=21.5
        )
        for n in range(3)
        for serial in ("482100000001", "482100000002")
    )
    async with service_with(tmp_path, Batch(inverters=reports)) as service:
        query: dict[str, Any] = {"start": "2025-06-21", "end": "2025-06-22"}
        every = await service.ask("/api/v1/history/inverters", **query)
        assert len(every["at"]) == 6
        one = await service.ask("/api/v1/history/inverters", **query, serial="482100000002")
        assert one["at"] == [MIDNIGHT_S, MIDNIGHT_S + 300, MIDNIGHT_S + 600]
        assert one["serial"] == ["482100000002"] * 3
        assert one["power_w"] == [0.0, 10.0, 20.0]
        assert one["temperature_c"] == pytest.approx([21.5] * 3, abs=0.1)
        assert one["dc_voltage_v"] == [None] * 3


async def test_events_newest_first(tmp_path: Path) -> None:
    events = tuple(
        EventRecord(
            gateway=HOME,
            at=MIDNIGHT + timedelta(minutes=n),
            kind="counter.wrap",
            subject=f"48210000000{n}",
            text="The counter wrapped.",
            details={"wraps": n, "note": None},
        )
        for n in range(3)
    )
    async with service_with(tmp_path, Batch(events=events)) as service:
        found = await service.ask("/api/v1/events", limit=2)
        assert [event["subject"] for event in found] == ["482100000002", "482100000001"]
        assert found[0] == {
            "gateway": HOME,
            "at": "2025-06-20T22:02:00Z",
            "kind": "counter.wrap",
            "subject": "482100000002",
            "text": "The counter wrapped.",
            "details": {"wraps": 2, "note": None},
        }
        assert await service.ask("/api/v1/events", gateway="barn") == []
