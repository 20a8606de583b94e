"""The history store as the rest of the program sees it: `ports.Store`, over one writer thread and a few readers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from openvoy.model.records import Batch, CorrectionRecord, CounterRecord, EnergyRecord, EventRecord
from openvoy.ports import Columns
from openvoy.store import read_details, read_raw, read_rest
from openvoy.store.aside import SetAside
from openvoy.store.boundaries import OF_DEVICES, OF_GATEWAYS, OF_PHASES
from openvoy.store.bulk import Bulk, BulkColumns
from openvoy.store.chain_names import parse_chain_name
from openvoy.store.changes import Change, Part, Span
from openvoy.store.database import Session
from openvoy.store.faults import StoreFault
from openvoy.store.limits import Limits
from openvoy.store.opening import open_history
from openvoy.store.periods import Period, build_bounds, build_days, parse_zone
from openvoy.store.read_energy import read_energy, read_shared_by_day
from openvoy.store.read_power import read_power
from openvoy.store.readers import Readers
from openvoy.store.rows import build_drafts
from openvoy.store.times import second, unix_s
from openvoy.store.verifying import Finding, verify_rows
from openvoy.store.views import with_names_once, write_views
from openvoy.store.writer import Writer

CHECKPOINT_BYTES = 4 * 2**20
"""The log is brought into the file at this size, about daily: little is rewritten, and a restart is quick."""
DEFAULT_LIMITS = Limits()


class HistoryStore(Readers):
    """Keeps history in a folder. Made by `open`; one process at a time."""

    @classmethod
    async def open(
        cls,
        path: Path,
        *,
        live_days: float = 7,
        limits: Limits = DEFAULT_LIMITS,
        checkpoint_bytes: int = CHECKPOINT_BYTES,
    ) -> HistoryStore:
        """Open the history in a folder, which is made if it is not there; raise StorageError.

        What cannot be read is set aside, see `set_aside`, and a new history begun.
        """
        writer = Writer(
            lambda: open_history(path, limits), folder=path, live_days=live_days, checkpoint_bytes=checkpoint_bytes
        )
        store = cls(writer)
        is_open = False
        try:
            await asyncio.wrap_future(writer.run(lambda _: None))
            is_open = True
        except StoreFault:
            # A disk that is full keeps nobody from reading, and is told to whoever writes.
            is_open = writer.is_stuck
            if not is_open:
                raise
        finally:
            if not is_open:
                await store.close()
        return store

    @property
    def set_aside(self) -> Sequence[SetAside]:
        """Damaged files that were set aside since this store was opened, oldest first; a person has to be told."""
        return self._writer.set_aside

    def note_damages(self, damages: Iterable[SetAside]) -> None:
        """Take up what was found before this store was opened: it belongs to `set_aside`."""
        self._writer.note_damages(damages)

    @property
    def revision(self) -> int:
        """Another number whenever a read may say something else than before."""
        return self._writer.revision

    async def read_damages(self, kind: str, *, start: datetime, end: datetime) -> Sequence[SetAside]:
        """Give `set_aside` once the files of a kind and a time were looked at, whether or not their rows were read."""
        start_s, end_s = unix_s(start), unix_s(end)
        await self._read_kept(lambda session: read_raw.look_at_files(session, kind, start_s, end_s))
        return self.set_aside

    async def write(self, batch: Batch) -> None:
        """Keep a batch, all of it or nothing; returns once it is on the disk.

        Rows are unique by owner and second: a later one replaces an earlier one. Numbers that are not finite or beyond
        all measure are kept as "not said".
        """
        await asyncio.wrap_future(self._writer.write(Change(drafts=build_drafts(batch))))

    async def write_columns(self, kind: str, columns: BulkColumns) -> None:
        """Keep many records of one kind at once, named as in Batch; see `bulk` for the columns.

        Sequences take seconds a million rows, numpy arrays less than one; either all rows are kept, or none.
        """
        await asyncio.wrap_future(self._writer.run(Bulk(kind, columns).write))

    async def read_power(self, *, start: datetime, end: datetime, step_s: int, gateway: str | None = None) -> Columns:
        """Mean powers over steps from `start` on; see `read_power.read_power` for several gateways and holes."""
        start_s, end_s = unix_s(start), unix_s(end)
        if step_s < 1:
            raise ValueError(f"a step is at least 1 s, not {step_s}")
        return await self._read_by_day(
            lambda session: read_power(
                session,
                start_s=start_s,
                end_s=end_s,
                step_s=step_s,
                gateway_ids=read_rest.read_gateway_ids(session, gateway),
            ),
            end_s - start_s,
        )

    async def read_energy(
        self,
        *,
        start: datetime,
        end: datetime,
        by: Period,
        time_zone: str,
        gateway: str | None = None,
    ) -> Columns:
        """Energies of the local periods that touch start to end, each as a whole; `estimated` is 0 or 1."""
        bounds = build_bounds(start=start, end=end, by=by, zone=parse_zone(time_zone))
        zone = None if by == "hour" else time_zone
        days = build_days(bounds, parse_zone(time_zone)) if by in {"week", "month", "year"} else bounds

        def read(session: Session) -> Columns:
            ids = read_rest.read_gateway_ids(session, gateway, bounds)
            if days is bounds:
                return read_energy(session, bounds, ids, zone=zone)
            return {**read_energy(session, bounds, ids), **read_shared_by_day(session, bounds, days, ids, time_zone)}

        return await self._read_days(read, OF_GATEWAYS, zone, days)

    async def read_energy_between(self, *, bounds: Sequence[int], gateway: str | None = None) -> Columns:
        """Energies between bounds, which are Unix seconds in their order; columns as those of `read_energy`."""
        return await self._read(
            lambda session: read_energy(session, bounds, read_rest.read_gateway_ids(session, gateway, bounds))
        )

    async def read_device_energy(
        self, *, start: datetime, end: datetime, by: Period, time_zone: str, gateway: str | None = None
    ) -> Columns:
        """Energies of inverters and batteries by local period, device by device."""
        bounds = build_bounds(start=start, end=end, by=by, zone=parse_zone(time_zone))
        return await self._read_owned(
            OF_DEVICES, ("device", "gateway", "kind", "serial"), bounds, time_zone if by == "day" else None, gateway
        )

    async def read_phase_energy(
        self, *, start: datetime, end: datetime, by: Period, time_zone: str, gateway: str | None = None
    ) -> Columns:
        """Energies of meters and their phases by local period, one after the other."""
        bounds = build_bounds(start=start, end=end, by=by, zone=parse_zone(time_zone))
        return await self._read_owned(
            OF_PHASES, ("meter", "gateway", "eid", "channel"), bounds, time_zone if by == "day" else None, gateway
        )

    async def read_inverters(
        self, *, start: datetime, end: datetime, gateway: str | None = None, serial: str | None = None
    ) -> Columns:
        """Reports of inverters by time and serial."""
        start_s, end_s = unix_s(start), unix_s(end)
        return await self._read_by_day(
            lambda session: read_rest.read_inverters(
                session, start_s=start_s, end_s=end_s, gateway=gateway, serial=serial
            ),
            end_s - start_s,
        )

    async def read_events(
        self, *, limit: int, gateway: str | None = None, skip: int = 0, kind: str | None = None, text: str | None = None
    ) -> Sequence[EventRecord]:
        """The newest events, newest first."""
        return await self._read(
            lambda session: read_rest.read_events(
                session,
                limit=limit,
                gateway_ids=read_rest.read_gateway_ids(session, gateway),
                skip=skip,
                kind=kind,
                text=text,
            )
        )

    async def read_meters(
        self, *, start: datetime, end: datetime, step_s: int, gateway: str | None = None, eid: int | None = None
    ) -> Columns:
        """Readings of meters and their phases by step, with their lowest and highest minute."""
        start_s, end_s = unix_s(start), unix_s(end)
        return await self._read(
            lambda session: read_details.read_meters(
                session, start_s=start_s, end_s=end_s, step_s=step_s, gateway=gateway, eid=eid
            )
        )

    async def read_devices(self, *, gateway: str | None = None) -> Columns:
        """All devices that were ever seen."""
        return await self._read(lambda session: read_details.read_devices(session, gateway=gateway))

    async def read_last_energy(self, gateway: str) -> EnergyRecord | None:
        """The newest accounted counters of a gateway."""
        return await self._read(lambda session: read_rest.read_last_energy(session, gateway))

    async def read_last_counters(self, gateway: str) -> Sequence[CounterRecord]:
        """The newest reading of every counter source of a gateway."""
        return await self._read(lambda session: read_rest.read_last_counters(session, gateway))

    async def read_counters(self, *, start: datetime, end: datetime, gateway: str | None = None) -> Columns:
        """Raw counters by time."""
        return await self._read_range("counters", start, end, gateway)

    async def read_steps(self, *, start: datetime, end: datetime, gateway: str | None = None) -> Columns:
        """Classified steps by time."""
        return await self._read_range("steps", start, end, gateway)

    async def read_gateways(self) -> Sequence[str]:
        """Serials of all gateways that the history knows, without imports."""
        rows = await self._read(lambda session: session.rows("SELECT serial FROM gateway ORDER BY id"))
        return [serial for (serial,) in rows if parse_chain_name(serial) is None]

    async def read_rows(self, kind: str, *, start: datetime, end: datetime, gateway: str | None = None) -> Columns:
        """Rows of a kind, named as in Batch, as they are kept, by time; at most a million."""
        return await self._read_range(kind, start, end, gateway)

    async def read_first(
        self, kind: str, *, start: datetime, end: datetime, gateway: str | None = None
    ) -> datetime | None:
        """Moment of the first row of a kind within a time; None where there is none."""
        start_s, end_s = unix_s(start), unix_s(end)
        first_s = await self._read(
            lambda session: read_raw.read_first(session, kind, start_s=start_s, end_s=end_s, gateway=gateway)
        )
        return None if first_s is None else datetime.fromtimestamp(first_s, UTC)

    async def _read_range(self, kind: str, start: datetime, end: datetime, gateway: str | None) -> Columns:
        start_s, end_s = unix_s(start), unix_s(end)
        return await self._read(
            lambda session: read_raw.read_range(session, kind, start_s=start_s, end_s=end_s, gateway=gateway)
        )

    async def read_energy_rows(
        self, *, start: datetime, end: datetime, gateway: str | None = None
    ) -> Sequence[EnergyRecord]:
        """Accounted counters as they are kept, by time."""
        start_s, end_s = unix_s(start), unix_s(end)
        return await self._read(
            lambda session: read_raw.read_energy_rows(session, start_s=start_s, end_s=end_s, gateway=gateway)
        )

    async def read_corrections(self, gateway: str | None = None) -> Sequence[CorrectionRecord]:
        """What persons corrected, oldest word first; revoked ones are marked."""
        return await self._read(lambda session: read_raw.read_corrections(session, gateway=gateway))

    async def write_corrections(self, corrections: Sequence[CorrectionRecord]) -> None:
        """Keep corrections; one with gateway, time and kind of another replaces it."""
        await self.write(Batch(corrections=tuple(corrections)))

    async def replace_energy(self, *, gateway: str, start: datetime, end: datetime, batch: Batch) -> None:
        """Put accounted rows in the place of all that a gateway has from `start` until before `end`, at once."""
        span = Span(gateway, second(start), second(end))
        await asyncio.wrap_future(self._writer.write(Change(drafts=build_drafts(_accounted(batch)), replaced=(span,))))

    async def write_part(self, batch: Batch, *, gateway: str, number: int) -> None:
        """Keep accounted rows where nobody reads them, until `put_parts`; parts of a gateway count from 0."""
        drafts = build_drafts(_accounted(batch))
        await asyncio.wrap_future(self._writer.write(Change(drafts=drafts, part=Part(gateway, number))))

    async def put_parts(self, *, gateway: str, start: datetime, end: datetime, count: int) -> None:
        """As `replace_energy`, with all parts that were written last; nothing has changed before, or if it raises."""
        change = Change(replaced=(Span(gateway, second(start), second(end)),), parts=count)
        number = await asyncio.wrap_future(self._writer.write(change))
        await asyncio.wrap_future(self._writer.run(lambda ledger: ledger.ensure_taken(number)))

    async def drop_parts(self) -> None:
        """Let go of parts that nobody puts in place; those of a process that died go when it is opened next."""
        await asyncio.wrap_future(self._writer.drop_parts())

    async def read_since(self, kind: str, sequence: int, *, limit: int) -> Columns:
        """Rows that came after a sequence number, in its order: the outbox of exporters."""
        return await self._read_kept(lambda session: read_raw.read_since(session, kind, sequence, limit))

    async def read_last_sequence(self, kind: str) -> int:
        """The sequence of the newest row of a kind, 0 where there is none."""
        return await self._read_kept(lambda session: read_raw.read_last_sequence(session, kind))

    async def ask(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Run one query of a person's over the tables, sealed months and names of gateways and devices included."""

        def read(session: Session) -> tuple[list[str], list[tuple[Any, ...]]]:
            write_views(session)
            return session.ask(with_names_once(sql))

        return await self._read_kept(read)

    async def verify(self) -> Sequence[Finding]:
        """Check what the tables say."""
        return await self._read_kept(verify_rows)

    async def read_meta(self, key: str) -> str | None:
        """A note about the history itself, such as `rules_version`, the rules that energy was accounted by."""
        rows = await self._read(lambda session: session.rows("SELECT value FROM meta WHERE key = ?", [key]))
        return str(rows[0][0]) if rows else None

    async def write_meta(self, key: str, value: str) -> None:
        """Keep a note about the history itself."""
        await asyncio.wrap_future(self._writer.write(Change(note=(key, value))))

    async def close(self) -> None:
        """Write what is queued, break off what is being read, and let go of the file. May be called again."""
        await asyncio.wrap_future(self._writer.close())
        self._shut_readers()


def _accounted(batch: Batch) -> Batch:
    """What accounting fills."""
    return Batch(
        energy=batch.energy, steps=batch.steps, device_energy=batch.device_energy, phase_energy=batch.phase_energy
    )
