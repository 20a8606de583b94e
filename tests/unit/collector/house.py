"""A small house: a reader that answers like a gateway on a moved clock, and a store that remembers in memory."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo

from openvoy.collector import Collector, Source
from openvoy.errors import EndpointMissing, OpenvoyError, StorageError
from openvoy.model.records import Batch, CorrectionRecord, CounterRecord, EnergyRecord, EventRecord
from openvoy.ports import Columns
from openvoy.ports.store import Period
from openvoy.protocol.endpoint import Decoded, Endpoint
from openvoy.protocol.endpoints.identity import INFO, Info
from openvoy.protocol.firmware import Capabilities
from openvoy.protocol.identity import build_capabilities
from openvoy.testing.clock import ManualClock
from tests.unit.protocol.replies import CONSUMPTION, PRODUCTION, meter, reading

T = TypeVar("T")


class HouseReader:
    """Answers as a metered gateway with two inverters; counters grow with the clock; faults by endpoint name."""

    def __init__(self, clock: ManualClock, answer_s: float = 0.05) -> None:
        self.clock = clock
        self.answer_s = answer_s
        self.serial = "122200000001"
        self.software = "D8.2.4345"
        self.faults: dict[str, OpenvoyError] = {}
        self.requests: Counter[str] = Counter()
        self.counted_s: float | None = None
        """When the counters were read that meters repeat, as of a stream that tells powers alone; None: just now."""
        self.clock_ahead_s: float | None = None
        self.dip_wh = 0.0
        """By how much the counter of the production is lower for the moment."""
        self._stamps: dict[float, float] = {}
        """What the gateway's clock showed when panels reported, by their time."""
        self.is_open = False

    async def connect(self) -> Capabilities:
        capabilities = build_capabilities((await self.fetch(INFO)).value)
        self.is_open = True
        return capabilities

    async def fetch(self, endpoint: Endpoint[T], *, timeout_s: float | None = None) -> Decoded[T]:
        self.requests[endpoint.name] += 1
        await self.clock.sleep(self.answer_s)
        fault = self.faults.get(endpoint.name) or self.faults.get("*")
        if fault is not None:
            raise fault
        if endpoint is INFO:
            return Decoded(Info(serial=self.serial, software=self.software, imeter=True))  # type: ignore[arg-type]
        body = self._body(endpoint.name)
        if body is None:
            raise EndpointMissing(f"{endpoint.path} is not there")
        return endpoint.decode(json.dumps(body).encode())

    def _body(self, name: str) -> Any:
        elapsed_s = self.clock.monotonic() if self.counted_s is None else self.counted_s
        at_s = self.clock.now().timestamp()
        read_s = at_s - (self.clock.monotonic() - elapsed_s)
        solar = reading(PRODUCTION, 3600.0, 1_000_000 + elapsed_s - self.dip_wh)
        net = reading(CONSUMPTION, -1800.0, 500_000.0, 200_000 + elapsed_s / 2)
        reported_s = at_s - at_s % 300
        stamp_s = self._stamps.setdefault(reported_s, reported_s + (self.clock_ahead_s or 0.0))
        report = {"lastReportDate": stamp_s, "devType": 1, "lastReportWatts": 1800, "maxReportWatts": 1900}
        return {
            "meters": [meter(PRODUCTION, "production"), meter(CONSUMPTION, "net-consumption")],
            "meter_readings": [{**solar, "timestamp": read_s}, {**net, "timestamp": read_s}],
            "inverters": [{"serialNumber": "1", **report}, {"serialNumber": "2", **report}],
            "ensemble_inventory": [],
        }.get(name)

    async def close(self) -> None:
        self.is_open = False


class MemoryStore:
    """Implements ports.Store in memory, as far as the collector goes; can be told to be full."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self.notes: dict[str, str] = {}
        self.is_full = False

    @property
    def revision(self) -> int:
        return len(self.batches)

    async def write(self, batch: Batch) -> None:
        if self.is_full:
            raise StorageError("The disk is full.")
        self.batches.append(batch)

    async def read_last_energy(self, gateway: str) -> EnergyRecord | None:
        records = [record for batch in self.batches for record in batch.energy if record.gateway == gateway]
        return records[-1] if records else None

    async def read_last_counters(self, gateway: str) -> Sequence[CounterRecord]:
        newest = {record.source: record for batch in self.batches for record in batch.counters}
        return [record for record in newest.values() if record.gateway == gateway]

    async def read_energy_rows(
        self, *, start: datetime, end: datetime, gateway: str | None = None
    ) -> Sequence[EnergyRecord]:
        records = [record for batch in self.batches for record in batch.energy]
        return [record for record in records if start <= record.at < end and gateway in {None, record.gateway}]

    async def read_counters(self, *, start: datetime, end: datetime, gateway: str | None = None) -> Columns:
        found = [
            record
            for batch in self.batches
            for record in batch.counters
            if start <= record.at < end and gateway in {None, record.gateway}
        ]
        columns: dict[str, list[Any]] = {
            "at": [record.at.timestamp() for record in found],
            "value_wh": [record.value_wh for record in found],
        }
        for name in ("quantity", "endpoint", "block", "device"):
            columns[name] = [getattr(record.source, name) for record in found]
        return columns

    async def read_power(self, *, start: datetime, end: datetime, step_s: int, gateway: str | None = None) -> Columns:
        raise AssertionError

    async def read_energy(
        self,
        *,
        start: datetime,
        end: datetime,
        by: Literal["hour", "day", "week", "month", "year"],
        time_zone: str,
        gateway: str | None = None,
    ) -> Columns:
        raise AssertionError

    async def read_inverters(
        self, *, start: datetime, end: datetime, gateway: str | None = None, serial: str | None = None
    ) -> Columns:
        raise AssertionError

    async def read_events(
        self, *, limit: int, gateway: str | None = None, skip: int = 0, kind: str | None = None, text: str | None = None
    ) -> Sequence[EventRecord]:
        events = [event for batch in self.batches for event in batch.events if event.gateway == gateway]
        return events[::-1][skip : skip + limit]

    async def read_meters(
        self, *, start: datetime, end: datetime, step_s: int, gateway: str | None = None, eid: int | None = None
    ) -> Columns:
        raise AssertionError

    async def read_devices(self, *, gateway: str | None = None) -> Columns:
        raise AssertionError

    async def read_rows(self, kind: str, *, start: datetime, end: datetime, gateway: str | None = None) -> Columns:
        if kind == "gaps":
            gaps = [gap for batch in self.batches for gap in batch.gaps if start <= gap.start < end]
            return {
                "at": [gap.start.timestamp() for gap in gaps],
                "end": [gap.end.timestamp() for gap in gaps],
                "reason": [gap.reason for gap in gaps],
            }
        rows = [row for batch in self.batches for row in getattr(batch, kind) if start <= row.at < end]
        names = ("serial", "soc_pct") if kind == "batteries" else ("soc_pct",)
        return {"at": [row.at.timestamp() for row in rows]} | {
            name: [getattr(row, name) for row in rows] for name in names
        }

    async def read_steps(self, *, start: datetime, end: datetime, gateway: str | None = None) -> Columns:
        raise AssertionError

    async def read_corrections(self, gateway: str | None = None) -> Sequence[CorrectionRecord]:
        raise AssertionError

    async def write_corrections(self, corrections: Sequence[CorrectionRecord]) -> None:
        raise AssertionError

    async def replace_energy(self, *, gateway: str, start: datetime, end: datetime, batch: Batch) -> None:
        raise AssertionError

    async def read_energy_between(self, *, bounds: Sequence[int], gateway: str | None = None) -> Columns:
        raise AssertionError

    async def read_device_energy(
        self, *, start: datetime, end: datetime, by: Period, time_zone: str, gateway: str | None = None
    ) -> Columns:
        raise AssertionError

    async def read_phase_energy(
        self, *, start: datetime, end: datetime, by: Period, time_zone: str, gateway: str | None = None
    ) -> Columns:
        raise AssertionError

    async def read_meta(self, key: str) -> str | None:
        return self.notes.get(key)

    async def write_meta(self, key: str, value: str) -> None:
        self.notes[key] = value

    async def close(self) -> None:
        pass

    def events(self) -> list[str]:
        return [event.kind for batch in self.batches for event in batch.events]


class House:
    """Everything together."""

    def __init__(self, answer_s: float = 0.05) -> None:
        self.clock = ManualClock()
        self.reader = HouseReader(self.clock, answer_s)
        self.store = MemoryStore()

    @contextlib.asynccontextmanager
    async def collecting(self) -> AsyncIterator[Collector]:
        source = Source(name="home", host="envoy.local", reader=self.reader, time_zone=ZoneInfo("Europe/Paris"))
        async with Collector([source], store=self.store, clock=self.clock) as collector:
            await asyncio.sleep(0)
            yield collector
