"""What keeps history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol

from openvoy.model.records import Batch, CorrectionRecord, CounterRecord, EnergyRecord, EventRecord

Columns = Mapping[str, Sequence[float | int | str | None]]
"""A result by column, all of one length; times are Unix seconds (UTC)."""


Period = Literal["hour", "day", "week", "month", "year"]


class Store(Protocol):
    """One writer, many readers; what was acknowledged survives a crash.

    Every method raises StorageError where the store cannot serve. `gateway` arguments are serials; None is all of them.
    """

    @property
    def revision(self) -> int:
        """Another number whenever a read may say something else than before."""
        ...

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
        by: Period,
        time_zone: str,
        gateway: str | None = None,
    ) -> Columns:
        """Energies by local period: columns start, estimated, charge_estimated and the energies of EnergyRecord.

        Beside them those of `model.together.SHARED`, which shares and savings are to be taken of.
        """
        ...

    async def read_energy_between(self, *, bounds: Sequence[int], gateway: str | None = None) -> Columns:
        """Energies between bounds, which are Unix seconds in their order; columns as those of `read_energy`."""
        ...

    async def read_inverters(
        self, *, start: datetime, end: datetime, gateway: str | None = None, serial: str | None = None
    ) -> Columns:
        """Reports of inverters: columns at, serial and the measured values of InverterRecord."""
        ...

    async def read_events(
        self, *, limit: int, gateway: str | None = None, skip: int = 0, kind: str | None = None, text: str | None = None
    ) -> Sequence[EventRecord]:
        """The newest events, newest first, `skip` left out; `kind` begins their kind, `text` is in their words."""
        ...

    async def read_device_energy(
        self, *, start: datetime, end: datetime, by: Period, time_zone: str, gateway: str | None = None
    ) -> Columns:
        """Energies of inverters and batteries by local period.

        Columns start, gateway, kind, serial, energy_wh, charge_wh, estimated; device by device.
        """
        ...

    async def read_meters(
        self, *, start: datetime, end: datetime, step_s: int, gateway: str | None = None, eid: int | None = None
    ) -> Columns:
        """Readings of meters (channel 0) and their phases (1 to 3) over steps from `start` on.

        Columns at, gateway, eid, channel, the measured values of MeterRecord as means, and of active_power_w, voltage_v
        and frequency_hz the lowest and highest minute as …_min and …_max.
        """
        ...

    async def read_devices(self, *, gateway: str | None = None) -> Columns:
        """Devices that were ever seen: columns gateway, kind, serial, part_number, firmware, first_seen, last_seen."""
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


class Accounts(Protocol):
    """What accounting works on, and what it leaves; raises as `Store` does."""

    async def read_rows(self, kind: str, *, start: datetime, end: datetime, gateway: str | None = None) -> Columns:
        """Rows of a kind, named as in Batch, as they are kept, by time; at most a million."""
        ...

    async def read_counters(self, *, start: datetime, end: datetime, gateway: str | None = None) -> Columns:
        """Raw counters by time: columns at, gateway, quantity, endpoint, block, device, firmware, value_wh."""
        ...

    async def read_steps(self, *, start: datetime, end: datetime, gateway: str | None = None) -> Columns:
        """Classified steps by time: the columns of `read_counters` without the last two, then those of StepRecord."""
        ...

    async def read_energy_rows(
        self, *, start: datetime, end: datetime, gateway: str | None = None
    ) -> Sequence[EnergyRecord]:
        """Accounted counters as they are kept, by time."""
        ...

    async def read_corrections(self, gateway: str | None = None) -> Sequence[CorrectionRecord]:
        """What persons corrected, oldest word first; revoked ones are marked."""
        ...

    async def write_corrections(self, corrections: Sequence[CorrectionRecord]) -> None:
        """Keep corrections; one with gateway, time and kind of another replaces it, which is how it is revoked."""
        ...

    async def replace_energy(self, *, gateway: str, start: datetime, end: datetime, batch: Batch) -> None:
        """Put accounted rows in the place of all that a gateway has from `start` until before `end`, at once.

        Of the batch, energy, steps, device_energy and phase_energy are taken; each row is given a new sequence.
        """
        ...

    async def read_phase_energy(
        self, *, start: datetime, end: datetime, by: Period, time_zone: str, gateway: str | None = None
    ) -> Columns:
        """Energies of meters and their phases by local period.

        Columns start, gateway, eid, channel, delivered_wh, received_wh, estimated; one after the other.
        """
        ...


class Outbox(Protocol):
    """What exporters follow; raises as `Store` does."""

    async def read_since(self, kind: str, sequence: int, *, limit: int) -> Columns:
        """Rows that came after a sequence number, in its order: the outbox of exporters.

        `kind` is a name of Batch; columns are seq and the record's, `details` of events as JSON.
        """
        ...

    async def read_last_sequence(self, kind: str) -> int:
        """The sequence of the newest row of a kind, 0 where there is none: from here on, only what is new comes."""
        ...


class Notes(Protocol):
    """Notes about the history itself, kept as safely as the history; raises as `Store` does."""

    async def read_meta(self, key: str) -> str | None:
        """A note, None where there is none."""
        ...

    async def write_meta(self, key: str, value: str) -> None:
        """Keep a note; returns once it is durable."""
        ...


class History(Store, Accounts, Notes, Protocol):
    """What the collector needs: it goes on where the accounts end."""


class Archive(Store, Outbox, Notes, Protocol):
    """What exporters read: history, what is new in it, and how far each has come."""
