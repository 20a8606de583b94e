"""What keeps history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol

from openvoy.model.records import Batch, CounterRecord, EnergyRecord, EventRecord

Columns = Mapping[str, Sequence[float | int | str | None]]
"""A result by column, all of one length; times are Unix seconds (UTC)."""


class Store(Protocol):
    """One writer, many readers; what was acknowledged survives a crash.

    Every method raises StorageError where the store cannot serve. `gateway` arguments are serials; None is all of them.
    """

    async def write(self, batch: Batch) -> None:
        """Keep a batch; returns once it is durable."""
        ...

    async def read_power(self, *, start: datetime, end: datetime, step_s: int, gateway: str | None = None) -> Columns:
        """Mean powers: columns at, solar_w, grid_w, battery_w, generator_w, load_w, soc_pct; gateways are added up."""
        ...

    async def read_energy(
        self,
        *,
        start: datetime,
        end: datetime,
        by: Literal["hour", "day", "month", "year"],
        time_zone: str,
        gateway: str | None = None,
    ) -> Columns:
        """Energies by local period: columns start, estimated and those of EnergyRecord."""
        ...

    async def read_inverters(
        self, *, start: datetime, end: datetime, gateway: str | None = None, serial: str | None = None
    ) -> Columns:
        """Reports of inverters: columns at, serial and the measured values of InverterRecord."""
        ...

    async def read_events(self, *, limit: int, gateway: str | None = None) -> Sequence[EventRecord]:
        """The newest events, newest first."""
        ...

    async def read_last_energy(self, gateway: str) -> EnergyRecord | None:
        """The newest accounted counters, from which accounting goes on after a restart."""
        ...

    async def read_last_counters(self, gateway: str) -> Sequence[CounterRecord]:
        """The newest reading of every counter source."""
        ...

    async def close(self) -> None:
        """Write what is queued and close."""
        ...
