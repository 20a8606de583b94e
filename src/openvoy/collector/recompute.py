"""Energies accounted anew from raw counters, by the rules of today and what persons corrected."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from openvoy.collector.ledger import ENERGY_NAMES, Ledger
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

PORTION = timedelta(days=14)
"""So much is read at once: a small computer has little memory."""
WINDOW = timedelta(hours=25)


Moment = tuple[datetime, tuple[RawCounter, ...], str]
"""When, what, and by which firmware."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recomputed:
    """What accounting anew gives for one gateway; `batch` takes the place of what is there from start until end."""

    gateway: str
    start: datetime
    end: datetime
    batch: Batch


class Source(History, Outbox, Protocol):
    """What accounting anew reads."""


async def recompute(store: Source, gateway: str, *, until: datetime) -> Recomputed | None:
    """Account all raw counters of a gateway again; None where there are none. Nothing is written."""
    corrections = [one for one in await store.read_corrections(gateway) if not one.revoked]
    accountant, ledger = Accountant(is_replay=True), Ledger(gateway)
    batches: list[Batch] = []
    predecessor = next((one for one in corrections if one.kind == REPLACED_GATEWAY), None)
    if predecessor is not None:
        batches.append(Batch(energy=(await _take_over(store, accountant, gateway, predecessor),)))
    start: datetime | None = None
    end = until
    async for portion in _portions(store, gateway, until):
        for at, counters, firmware in portion:
            if start is None:
                start = at
                if predecessor is None:
                    await _begin(store, accountant, gateway, at, counters)
            counted = tuple(_without_bad(counters, at, corrections))
            accounted = accountant.account(counted, at)
            for notice in accounted.notices:
                ledger.note_step(notice, at)
            ledger.take(accounted, counted, at, firmware=firmware)
            end = at + timedelta(seconds=1)
        batches.append(replace(ledger.take_entries(), counters=()))
    if start is None:
        return None
    ledger.close()
    batches.append(ledger.take_entries())
    first = next((row.at for batch in batches for row in batch.energy), start)
    return Recomputed(gateway=gateway, start=min(start, first), end=end, batch=_joined(batches))


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


def _joined(batches: Sequence[Batch]) -> Batch:
    joined: dict[str, Any] = {
        field.name: tuple(row for batch in batches for row in getattr(batch, field.name)) for field in fields(Batch)
    }
    return Batch(**joined)
