"""How queries of the store are run: on threads of readers, beside the writer, and again where it was in the way."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from openvoy.ports import Columns
from openvoy.store import read_rest
from openvoy.store.boundaries import Kind
from openvoy.store.database import Session
from openvoy.store.days import due_months, write_days
from openvoy.store.faults import Fault, StoreFault
from openvoy.store.inspecting import Unasked
from openvoy.store.ledger import Ledger
from openvoy.store.read_energy import read_owned_energy
from openvoy.store.unpacked import File
from openvoy.store.writer import Writer

T = TypeVar("T")

READERS = 2
AT_ONCE_S = 2 * 86_400
"""More is read by a thread, so that nobody else waits."""
REOPENINGS = 2
"""So often a reader begins again because the database was made or opened anew meanwhile."""


class Readers:
    """Runs queries. What a history reads is said by who inherits."""

    def __init__(self, writer: Writer) -> None:
        """Read beside a writer."""
        self._writer = writer
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="history-reader")

    def _shut_readers(self) -> None:
        """Let go of the threads."""
        self._readers.shutdown()

    async def _read_owned(
        self, kind: Kind, told_by: Sequence[str], bounds: Sequence[int], zone: str | None, gateway: str | None
    ) -> Columns:
        table, *labels = told_by
        return await self._read_days(
            lambda session: read_owned_energy(
                session, kind, bounds, read_rest.read_owners(session, table, labels, gateway), labels, zone=zone
            ),
            kind,
            zone,
            bounds,
        )

    async def _read_days(self, query: Callable[[Session], T], kind: Kind, zone: str | None, bounds: Sequence[int]) -> T:
        """Read energies; days of sealed months that are not kept yet are kept for whoever asks next."""
        if zone is None:
            return await self._read(query)
        found, months = await self._read(
            lambda session: (query(session), due_months(session, kind.table, zone, bounds))
        )
        if months:
            # Nobody waits for it, and it is done again should it fail.
            with contextlib.suppress(StoreFault):
                self._writer.run(lambda ledger: _keep_days(ledger, kind, zone, bounds))
        return found

    async def _read_by_day(self, query: Callable[[Session], T], length_s: float) -> T:
        """Read what is looked at day by day; months that are looked at again are unpacked for whoever goes on."""
        with contextlib.suppress(Unasked):
            return self._read_known(query, length_s)
        found = await self._read(query)
        with contextlib.suppress(StoreFault):  # closed meanwhile: nobody goes on
            for file in self._writer.database().shared.catalog.unpacked.take_due():
                # A failure is no reader's, but must not be lost: whoever runs it says so.
                self._readers.submit(self._unpack, file).add_done_callback(Future.result)
        return found

    def _read_known(self, query: Callable[[Session], T], length_s: float) -> T:
        """Read what is at hand in less time than a thread takes to begin; raise Unasked where it is not."""
        if length_s > AT_ONCE_S or self._writer.is_behind or self._writer.is_stuck:
            raise Unasked
        database = self._writer.database()
        turns, session = database.shared.turns, database.knowing()
        found = query(session)
        if turns % 2 or turns != database.shared.turns:
            raise Unasked
        return found

    def _unpack(self, file: File) -> None:
        # Nobody waits for it: whoever reads the file next says what is wrong with it.
        with contextlib.suppress(StoreFault), self._writer.database().reading() as session:
            session.catalog.unpacked.unpack(file, session.rows)

    async def _read(self, query: Callable[[Session], T]) -> T:
        """Read all that was acknowledged, where the disk takes it and where it does not."""
        await self._catch_up()
        if self._writer.is_stuck:
            with contextlib.suppress(StoreFault):
                return await asyncio.get_running_loop().run_in_executor(self._readers, self._read_lent, query)
        return await self._read_kept(query)

    def _read_lent(self, query: Callable[[Session], T]) -> T:
        with self._writer.lent() as session:
            return query(session)

    async def _catch_up(self) -> None:
        if self._writer.is_behind:
            # A disk that takes nothing more does not keep anybody from reading what is there.
            with contextlib.suppress(StoreFault):
                await asyncio.wrap_future(self._writer.apply())

    async def _read_kept(self, query: Callable[[Session], T]) -> T:
        """Read what is in the database: a sequence is nobody's to see before it is."""
        await self._catch_up()
        for _ in range(REOPENINGS):
            try:
                return await self._read_once(query)
            except StoreFault as fault:
                if fault.fault is Fault.CORRUPT:
                    await asyncio.wrap_future(self._writer.mend(fault))
                elif fault.fault is Fault.CLOSED:
                    await self._reopen()
                else:
                    raise
        return await self._read_once(query)

    async def _reopen(self) -> None:
        """Wait until the database is open, which the writer opens anew after some failures; raise once it is closed."""
        opened = self._writer.apply()
        with contextlib.suppress(StoreFault):
            await asyncio.wrap_future(opened)

    async def _read_once(self, query: Callable[[Session], T]) -> T:
        database = self._writer.database()

        def read() -> T:
            shared = database.shared
            while True:
                shared.wait()
                turns = shared.turns
                with database.reading() as session:
                    try:
                        found = query(session)
                    except StoreFault:
                        if turns == shared.turns:
                            raise
                        continue
                if turns == shared.turns and turns % 2 == 0:
                    return found

        return await asyncio.get_running_loop().run_in_executor(self._readers, read)


def _keep_days(ledger: Ledger, kind: Kind, zone: str, bounds: Sequence[int]) -> None:
    with ledger.transaction():
        write_days(ledger.session, kind, zone, bounds)
