"""Energies accounted anew from raw counters, by the rules of today and what persons corrected."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from openvoy.collector.jumps import SANE_FROM, parse_count
from openvoy.collector.ledger import ENERGY_NAMES, ROWS_KEPT, SILENT_AFTER, Ledger
from openvoy.errors import ConfigError
from openvoy.model import RawCounter
from openvoy.model.accounting import Accountant, parse_moments
from openvoy.model.records import Batch, CorrectionRecord, EnergyRecord
from openvoy.ports import Columns, History
from openvoy.ports.store import Outbox

BAD_RANGE = "bad_range"
"""Readings between start and end do not count; `quantity` in the details names one energy, else it is all of them."""
REPLACED_GATEWAY = "replaced_gateway"
"""The gateway took the place of the one whose serial number is the detail `predecessor`: their series are one."""

PORTION = timedelta(days=7)
"""So much is read at once: a small computer has little memory."""
WINDOW = timedelta(hours=25)


Moment = tuple[datetime, tuple[RawCounter, ...], str]
"""When, what, and by which firmware."""


class Source(History, Outbox, Protocol):
    """What accounting anew reads."""


class Anew:
    """Accounts all raw counters of one gateway again, a portion at a time. Nothing is written."""

    def __init__(self, store: Source, gateway: str, *, until: datetime, silent_after: timedelta = SILENT_AFTER) -> None:
        """Leave alone what is later than `until`; readings further apart than `silent_after` have a silence between."""
        self.gateway = gateway
        self.start: datetime | None = None
        """From here on rows take the place of those that are there; None where there are no raw counters."""
        self.end = until
        """Until before this, once all portions were given."""
        self._store = store
        self._until = until
        self._accountant, self._ledger = Accountant(is_replay=True), Ledger(gateway, silent_after=silent_after)
        self._holes: frozenset[datetime] = frozenset()
        """Where times ended that the clock had shown before."""
        self._open: dict[datetime, EnergyRecord] = {}
        """Energies that may yet be given another shape."""

    async def batches(self) -> AsyncIterator[Batch]:
        """Give rows in their order: each once, as it stays."""
        store, gateway = self._store, self.gateway
        corrections = [one for one in await store.read_corrections(gateway) if not one.revoked]
        self._holes = frozenset([at async for at in _hole_ends(store, gateway, self._until)])
        predecessor = next((one for one in corrections if one.kind == REPLACED_GATEWAY), None)
        first: EnergyRecord | None = None
        if predecessor is not None:
            first = await _take_over(store, self._accountant, gateway, predecessor)
            self._open[first.at] = first
        async for portion in _portions(store, gateway, self._until):
            for at, counters, firmware in portion:
                if self.start is None:
                    self.start = at if first is None else min(at, first.at)
                    if first is None:
                        await _begin(store, self._accountant, gateway, at, counters)
                self._account((at, tuple(_without_bad(counters, at, corrections)), firmware))
            if self.start is not None:
                yield self._take_settled(ROWS_KEPT)
        if self.start is not None:
            self._ledger.close()
            yield self._take_settled(0)

    def _account(self, moment: Moment) -> None:
        at, counters, firmware = moment
        accounted = self._accountant.account(counters, at)
        for notice in accounted.notices:
            self._ledger.note_step(notice, at)
        if at in self._holes:
            self._ledger.note_hole()
        self._ledger.take(accounted, counters, at, firmware=firmware)
        self.end = at + timedelta(seconds=1)

    def _take_settled(self, open_count: int) -> Batch:
        batch = self._ledger.take_entries()
        # What was given another shape stands last in a batch.
        self._open = dict(sorted((self._open | {row.at: row for row in batch.energy}).items()))
        settled = list(self._open)[: max(0, len(self._open) - open_count)]
        return replace(batch, energy=tuple(self._open.pop(at) for at in settled), counters=())


async def _take_over(
    store: History, accountant: Accountant, gateway: str, correction: CorrectionRecord
) -> EnergyRecord:
    """Let the accountant know the last day of the predecessor; give its last energies as the first of this gateway."""
    serial = str(correction.details.get("predecessor"))
    last = await store.read_last_energy(serial)
    if last is None:
        raise ConfigError(
            f"The history knows no energies of gateway {serial}.", hint="Revoke the correction, or name another one."
        )
    end = last.at + timedelta(seconds=1)
    columns = await store.read_counters(start=last.at - WINDOW, end=end, gateway=serial)
    for at, counters in parse_moments(columns):
        accountant.account(counters, at)
    accountant.resume({name: getattr(last, name) for name in ENERGY_NAMES})
    return replace(last, gateway=gateway, estimated=True)


async def _begin(
    store: History, accountant: Accountant, gateway: str, at: datetime, counters: Sequence[RawCounter]
) -> None:
    """Go on from energies that came from elsewhere before the first raw counter, such as imported ones."""
    accountant.account(counters, at)
    rows = await store.read_energy_rows(start=at - timedelta(days=1), end=at, gateway=gateway)
    if rows:
        accountant.resume({name: getattr(rows[-1], name) for name in ENERGY_NAMES})


async def _hole_ends(store: Source, gateway: str, until: datetime) -> AsyncIterator[datetime]:
    gaps = await store.read_rows("gaps", start=SANE_FROM, end=until, gateway=gateway)
    for start_s, end_s, reason in zip(gaps["at"], gaps["end"], gaps["reason"], strict=True):
        # One without an end was written while minutes were not kept.
        if start_s != end_s and parse_count(str(reason)):
            yield datetime.fromtimestamp(float(str(end_s)), UTC)


async def _portions(store: Source, gateway: str, until: datetime) -> AsyncIterator[Iterator[Moment]]:
    """Read all raw counters, some weeks at a time."""
    oldest = (await store.read_since("counters", 0, limit=1))["at"]
    if not oldest:
        return
    first = datetime.fromtimestamp(float(str(oldest[0])), UTC)
    while first < until:
        yield _moments(await store.read_counters(start=first, end=first + PORTION, gateway=gateway))
        first += PORTION


def _moments(columns: Columns) -> Iterator[Moment]:
    firmwares = dict(zip(columns["at"], columns["firmware"], strict=True))
    for at, counters in parse_moments(columns):
        yield at, counters, str(firmwares[at.timestamp()])


def _without_bad(
    counters: Sequence[RawCounter], at: datetime, corrections: Sequence[CorrectionRecord]
) -> Iterator[RawCounter]:
    bad = [one for one in corrections if one.kind == BAD_RANGE and one.start <= at < one.end]
    quantities = {one.details.get("quantity") for one in bad}
    for counter in counters:
        is_bad = bool(bad) and (None in quantities or counter.source.quantity in quantities)
        if not is_bad:
            yield counter
