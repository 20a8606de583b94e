"""What history remembers of a gateway when collection begins."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, datetime, timedelta

from openvoy.collector.books import Books, LastReading
from openvoy.collector.jumps import parse_count
from openvoy.collector.ledger import ENERGY_NAMES, SILENT_AFTER
from openvoy.collector.recording import GAP_AFTER
from openvoy.errors import StorageError
from openvoy.model import CounterSource, RawCounter
from openvoy.model.accounting import Accountant, is_of_site, parse_moments, replay
from openvoy.model.records import CounterRecord, EnergyRecord
from openvoy.ports import History, Store
from openvoy.ports.store import Notes
from openvoy.protocol.pacing import Outage

_LOG = logging.getLogger(__name__)

EVENTS_READ = 400
"""Two a night and some more: weeks of nights, which is all that is learnt from."""
_AWAY = ("gateway.quiet", "gateway.unreachable", "gateway.needs_login")


WINDOW = timedelta(hours=25)
"""Counters of the last day are taken again, so that accounting knows what it knew: doubts, levels, silent sources."""
LONG_WINDOW = timedelta(days=14)
"""The same where a day says nothing; rows older than this keep their shape."""

LAST_LEVEL = timedelta(minutes=15)
"""States of charge that were read longer before the newest row are not those at its time."""


Silent = tuple[CounterSource, float, EnergyRecord]
"""Who has not spoken lately, its last value, and the energies of then."""


async def recall_serial(notes: Notes, name: str, host: str) -> str | None:
    """Give the serial of who answered last under a name and address; None where that is not known."""
    try:
        return await notes.read_meta(_serial_key(name, host))
    except StorageError as error:
        _LOG.warning("%s: who answered before cannot be read: %s", name, error)
        return None


async def note_serial(notes: Notes, name: str, host: str, serial: str) -> None:
    """Keep who answers; one that cannot be kept is found out again after the next start."""
    try:
        await notes.write_meta(_serial_key(name, host), serial)
    except StorageError as error:
        _LOG.warning("%s: who answers cannot be kept: %s", name, error)


def _serial_key(name: str, host: str) -> str:
    return f"serial of {name} at {host}"


async def recall(store: History, gateway: str, firmware: str, *, silent_after: timedelta = SILENT_AFTER) -> Books:
    """Give books that go on where history ends; between readings further apart than `silent_after` was silence."""
    try:
        newest = await store.read_last_energy(gateway)
        if newest is None:
            return Books(gateway, firmware, silent_after=silent_after)
        end = newest.at + timedelta(seconds=1)
        for window in (WINDOW, LONG_WINDOW):
            start = newest.at - window
            rows = await store.read_energy_rows(start=start, end=end, gateway=gateway)
            if not _has_stood(rows):
                break
        moments = parse_moments(await store.read_counters(start=start, end=end, gateway=gateway))
        counters = await store.read_last_counters(gateway)
        levels = await _read_levels(store, gateway, end)
        unkept_count = await _read_unkept_count(store, gateway, end)
        silent = [one async for one in _silent_sources(store, counters, start)]
    except StorageError as error:
        _LOG.error("Accounting begins anew, history cannot be read: %s", error)
        return Books(gateway, firmware, silent_after=silent_after)
    last = [(counter.source, counter.value_wh, counter.at) for counter in counters]
    accountant = _resumed((one for one in last if one[2] < start), moments, rows, silent)
    return Books(
        gateway,
        firmware,
        accountant=accountant,
        last=last,
        last_at=newest.at,
        kept=rows,
        levels=levels,
        unkept_count=unkept_count,
        silent_after=silent_after,
    )


def _resumed(
    last: Iterable[LastReading],
    moments: Iterable[tuple[datetime, tuple[RawCounter, ...]]],
    rows: Sequence[EnergyRecord],
    silent: Sequence[Silent],
) -> Accountant:
    """Go on from the last counters of all, those of the last time, its energies, and who has not spoken lately."""
    accountant = Accountant(is_replay=True)
    accountant.seed(last)
    for _ in replay(accountant, moments):
        pass
    older = [row for _, _, row in reversed(silent)]
    balanced = [row for row in (*older, *rows) if row.load_wh is not None]
    accountant.resume(_newest_values([*older, *rows]), _newest_values(balanced[-1:]))
    for source, value_wh, row in silent:
        if (total_wh := getattr(row, f"{source.quantity}_wh", None)) is not None:
            accountant.remember(source, value_wh, row.at, total_wh)
    accountant.go_live()
    return accountant


async def _read_unkept_count(store: History, gateway: str, end: datetime) -> int:
    """Give how many minutes were not kept when the service ended, as the clock showed times that are not to be."""
    rows = await store.read_rows("gaps", start=end - GAP_AFTER, end=end, gateway=gateway)
    gaps = zip(rows["at"], rows["end"], rows["reason"], strict=True)
    return max((parse_count(str(reason)) for start_s, end_s, reason in gaps if start_s == end_s), default=0)


async def _read_levels(store: History, gateway: str, end: datetime) -> dict[str, tuple[float, datetime]]:
    """Give the last states of charge (%) and their time: of each battery by serial, of all together by an empty one."""
    levels: dict[str, tuple[float, datetime]] = {}
    for kind in ("power", "batteries"):
        rows = await store.read_rows(kind, start=end - LAST_LEVEL, end=end, gateway=gateway)
        serials = rows.get("serial") or [""] * len(rows["at"])
        for serial, at_s, soc_pct in zip(serials, rows["at"], rows["soc_pct"], strict=True):
            if soc_pct is not None and at_s is not None:
                levels[str(serial)] = float(soc_pct), datetime.fromtimestamp(float(at_s), UTC)
    return levels


def _has_stood(rows: Sequence[EnergyRecord]) -> bool:
    """Whether no sun was counted: since when is then longer ago."""
    values = [row.solar_wh for row in rows if row.solar_wh is not None]
    return bool(values) and values[0] == values[-1]


async def _silent_sources(store: History, counters: Sequence[CounterRecord], before: datetime) -> AsyncIterator[Silent]:
    """Give the site's sources that have not spoken lately, newest first, with the energies when they did."""
    silent = [counter for counter in counters if counter.at < before and is_of_site(counter.source)]
    for counter in sorted(silent, key=lambda one: one.at, reverse=True):
        end = counter.at + timedelta(seconds=1)
        for row in await store.read_energy_rows(start=counter.at, end=end, gateway=counter.gateway):
            yield counter.source, counter.value_wh, row


def _newest_values(rows: Sequence[EnergyRecord]) -> dict[str, float | None]:
    """Give the last value of each energy, as not all are known at every moment."""
    values: dict[str, float | None] = {}
    for row in rows:
        values |= {name: value for name in ENERGY_NAMES if (value := getattr(row, name)) is not None}
    return values


async def recall_nights(store: Store, gateway: str) -> list[Outage]:
    """Give the outages that history tells of, oldest first; the nightly ones are among them."""
    try:
        events = await store.read_events(limit=EVENTS_READ, gateway=gateway)
    except StorageError as error:
        _LOG.error("What earlier nights were like cannot be read: %s", error)
        return []
    outages: list[Outage] = []
    start: datetime | None = None
    for event in sorted(events, key=lambda event: event.at):
        if event.kind in _AWAY:
            start = start or event.at
        elif event.kind == "gateway.ok" and start is not None:
            outages.append(Outage(start=start, end=event.at))
            start = None
    return outages
