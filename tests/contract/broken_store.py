from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NoReturn

from openvoy.errors import StorageError
from openvoy.model.records import Batch, CounterRecord, EnergyRecord, EventRecord
from openvoy.ports import Columns


class BrokenStore:
    """A store whose disk is gone: every call fails as `ports.Store` says; for tests of what goes on without history."""

    revision = 0

    async def write(self, batch: Batch) -> None:
        """Fail."""
        _fail()

    async def read_power(self, *, start: datetime, end: datetime, step_s: int, gateway: str | None = None) -> Columns:
        """Fail."""
        _fail()

    async def read_energy(
        self,
        *,
        start: datetime,
        end: datetime,
        by: Literal["hour", "day", "week", "month", "year"],
        time_zone: str,
        gateway: str | None = None,
    ) -> Columns:
        """Fail."""
        _fail()

    async def read_energy_between(self, *, bounds: Sequence[int], gateway: str | None = None) -> Columns:
        """Fail."""
        _fail()

    async def read_inverters(
        self, *, start: datetime, end: datetime, gateway: str | None = None, serial: str | None = None
    ) -> Columns:
        """Fail."""
        _fail()

    async def read_events(
        self, *, limit: int, gateway: str | None = None, skip: int = 0, kind: str | None = None, text: str | None = None
    ) -> Sequence[EventRecord]:
        """Fail."""
        _fail()

    async def read_device_energy(
        self,
        *,
        start: datetime,
        end: datetime,
        by: Literal["hour", "day", "week", "month", "year"],
        time_zone: str,
        gateway: str | None = None,
    ) -> Columns:
        """Fail."""
        _fail()

    async def read_meters(
        self, *, start: datetime, end: datetime, step_s: int, gateway: str | None = None, eid: int | None = None
    ) -> Columns:
        """Fail."""
        _fail()

    async def read_devices(self, *, gateway: str | None = None) -> Columns:
        """Fail."""
        _fail()

    async def read_last_energy(self, gateway: str) -> EnergyRecord | None:
        """Fail."""
        _fail()

    async def read_last_counters(self, gateway: str) -> Sequence[CounterRecord]:
        """Fail."""
        _fail()

    async def read_since(self, kind: str, sequence: int, *, limit: int) -> Columns:
        """Fail."""
        _fail()

    async def read_last_sequence(self, kind: str) -> int:
        """Fail."""
        _fail()

    async def read_meta(self, key: str) -> str | None:
        """Fail."""
        _fail()

    async def write_meta(self, key: str, value: str) -> None:
        """Fail."""
        _fail()

    async def close(self) -> None:
        """Nothing is open."""


def _fail() -> NoReturn:
    raise StorageError("The history cannot be read: the disk is gone.", hint="Plug the disk in again.")
