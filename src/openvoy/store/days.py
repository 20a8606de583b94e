"""Energies of the days of sealed months, derived from accounted counters, so that years are not added up again.

A day is kept only where readings in sealed months say all of it, those around an outage included. Rows come into such a
month only after it was taken back, and whoever takes a month back has the days forgotten that it has a part in.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC
from itertools import count, groupby, pairwise
from operator import itemgetter
from typing import NamedTuple

from openvoy.store.boundaries import FALLING, OF_GATEWAYS, Boundaries, Kind, read_extent
from openvoy.store.catalog import Catalog, Key, month_bounds, month_of, months_between
from openvoy.store.counting import Growth, build_growths
from openvoy.store.database import Session
from openvoy.store.periods import build_bounds, parse_zone
from openvoy.store.read_rest import read_imported_ids
from openvoy.store.tables import Table
from openvoy.store.times import since_epoch_s, utc

MOST_ZONES = 4
"""A site has one time zone; of more than these no days are kept."""
ESTIMATED, INTEGRATED = 1, 2
"""What a day's energy may be, as bits."""


class Kept(NamedTuple):
    """Days of one counter that follow each other."""

    first: int
    """Which of the days that are asked for is the first of these."""
    energies_wh: Sequence[float | None]
    flags: Sequence[int] | None
    """Of each day `ESTIMATED` and `INTEGRATED`; None where no day is either."""


class Run(NamedTuple):
    """Days that can be kept."""

    kept: Kept
    from_s: int | None
    """The readings from this moment until `to_s` say all of them; None if there are none."""
    to_s: int | None


class _Place(NamedTuple):
    """Where the days of a month are among those that are asked for."""

    first: int
    """The month's first day would be this one."""
    days: range
    """Those that belong to the month."""


def read_days(session: Session, table: Table, zone: str, bounds: Sequence[int]) -> Mapping[tuple[int, str], list[Kept]]:
    """Read what is kept of the days between bounds, by owner and quantity."""
    catalog, asked = session.catalog, ("days", table.name, zone, tuple(bounds))
    found: Mapping[tuple[int, str], list[Kept]] | None = catalog.remembered.get(asked)
    if found is None:
        found = _read_days(session, table, zone, bounds)
        # While months stay as they are sealed, days are only ever added, and here none are to be.
        months = _months_of(bounds)
        if months and (table.name, zone, months[0], months[-1]) in catalog.settled:
            catalog.remembered.put(asked, found)
    return found


def _read_days(
    session: Session, table: Table, zone: str, bounds: Sequence[int]
) -> Mapping[tuple[int, str], list[Kept]]:
    within = "WHERE table_name = ? AND zone = ? AND month >= ? AND month <= ?"
    args = [table.name, zone, month_of(utc(bounds[0])), month_of(utc(bounds[-1]))]
    places = {
        month: place
        for month, days_s in session.rows(f"SELECT month, bounds_s FROM day_month {within}", args)
        if (place := _find_place(days_s, bounds)) is not None
    }
    found: dict[tuple[int, str], list[Kept]] = {}
    for month, owner_id, name, first_day, energies_wh, flags in session.rows(
        f"SELECT month, owner_id, name, first_day, energies_wh, flags FROM day_energy {within}", args
    ):
        if (place := places.get(month)) is None:
            continue
        at = place.first + first_day
        first, last = max(at, place.days.start), min(at + len(energies_wh), place.days.stop)
        if first < last:
            cut = slice(first - at, last - at)
            kept = Kept(first, energies_wh[cut], None if flags is None else flags[cut])
            found.setdefault((owner_id, name), []).append(kept)
    return found


def _find_place(days_s: Sequence[int], bounds: Sequence[int]) -> _Place | None:
    """Find where days begin among bounds; None where the time zone had other rules when they were added up."""
    skipped = bisect_left(days_s, bounds[0])
    at = bisect_left(bounds, days_s[skipped]) if skipped < len(days_s) else len(bounds)
    count = min(len(days_s) - skipped, len(bounds) - at)
    if count < 2 or list(days_s[skipped : skipped + count]) != list(bounds[at : at + count]):
        return None
    return _Place(at - skipped, range(at, at + count - 1))


def due_months(session: Session, table: Table, zone: str, bounds: Sequence[int]) -> list[str]:
    """Find the sealed months between bounds of which days are not kept that could be."""
    months = _months_of(bounds)
    if not months or (span := (table.name, zone, months[0], months[-1])) in session.catalog.settled:
        return []
    due = _find_due(session, table, zone, months)
    if not due:
        session.catalog.settled.add(span)
    return due


def _months_of(bounds: Sequence[int]) -> Sequence[str]:
    """Give the months that days between bounds lie in; none where they are too many to name."""
    return (months_between(utc(bounds[0]), utc(bounds[-1])) or ()) if len(bounds) > 1 else ()


def _find_due(session: Session, table: Table, zone: str, months: Sequence[str]) -> list[str]:
    parts = session.catalog.parts
    noted = {
        (name, other, month): follows
        for name, other, month, follows in session.rows("SELECT table_name, zone, month, follows FROM day_month")
    }
    zones = {other for _, other, _ in noted}
    if zone not in zones and len(zones) >= MOST_ZONES:
        return []
    return [
        month
        for month in months
        if Key(table.name, month) in parts
        and noted.get((table.name, zone, month)) not in (True, _is_followed(session.catalog, table, month))
    ]


def _is_followed(catalog: Catalog, table: Table, month: str) -> bool:
    """Whether the next month is sealed too: only then is the end of this one known."""
    return Key(table.name, f"{month_bounds(month)[1]:%Y-%m}") in catalog.parts


def write_days(session: Session, kind: Kind, zone: str, bounds: Sequence[int]) -> None:
    """Keep the days between bounds that can be kept and are not, within the open transaction."""
    table, catalog = kind.table, session.catalog
    for month in due_months(session, table, zone, bounds):
        days_s = _build_days(month, zone)
        rows = [
            (table.name, zone, month, owner_id, name, *kept, from_s, to_s)
            for (owner_id, name), growths in _find_growths(session, kind, days_s).items()
            for kept, from_s, to_s in build_runs(growths, (_is_settled(catalog, table, growth) for growth in growths))
        ]
        this = [table.name, zone, month]
        session.run("DELETE FROM day_energy WHERE table_name = ? AND zone = ? AND month = ?", this)
        session.run("DELETE FROM day_month WHERE table_name = ? AND zone = ? AND month = ?", this)
        session.inserter("day_energy").put(rows)
        session.inserter("day_month").put([(*this, _is_followed(catalog, table, month), days_s)])


def _build_days(month: str, zone: str) -> list[int]:
    """Give where the days begin that begin in a month, and where the last of them ends."""
    start, end = (at.replace(tzinfo=UTC) for at in month_bounds(month))
    every = build_bounds(start=start, end=end, by="day", zone=parse_zone(zone))
    first_s, end_s = int(start.timestamp()), int(end.timestamp())
    days = [(day_s, next_s) for day_s, next_s in pairwise(every) if first_s <= day_s < end_s]
    return [days[0][0], *(next_s for _, next_s in days)]


def _find_growths(session: Session, kind: Kind, days_s: Sequence[int]) -> Mapping[tuple[int, str], list[Growth]]:
    """Find what every counter grew on days."""
    extent = read_extent(session, kind)
    boundaries = Boundaries(session, kind, days_s, extent)
    owners = [number for (number,) in session.rows(f"SELECT DISTINCT {kind.owner} FROM {kind.table.name}")]
    imported_ids = read_imported_ids(session) if kind is OF_GATEWAYS else frozenset()
    return {
        (owner_id, name): build_growths(
            boundaries.of(owner_id, name, days_s), falls=name in FALLING, is_imported=owner_id in imported_ids
        )
        for owner_id in owners
        for name in extent.names
    }


def build_runs(growths: Sequence[Growth], is_settled: Iterable[bool], first_index: int = 0) -> Iterator[Run]:
    """Give the days that can be kept, those together that follow each other."""
    days = zip(count(first_index), growths, is_settled, strict=False)
    for is_kept, group in groupby(days, itemgetter(2)):
        if is_kept:
            numbers, run, _ = zip(*group, strict=True)
            flags = [ESTIMATED * growth.estimated + INTEGRATED * growth.integrated for growth in run]
            spans_s = [at_s for growth in run for at_s in (growth.from_s, growth.to_s) if at_s is not None]
            kept = Kept(numbers[0], [growth.energy_wh for growth in run], flags if any(flags) else None)
            yield Run(kept, min(spans_s, default=None), max(spans_s, default=None))


def _is_settled(catalog: Catalog, table: Table, growth: Growth) -> bool:
    """Whether every reading that a day was made from is in a sealed month, and nothing can come in between."""
    if growth.from_s is None or growth.to_s is None:
        return False
    months = months_between(utc(growth.from_s), utc(growth.to_s + 1))
    return months is not None and all(Key(table.name, month) in catalog.parts for month in months)


def forget_days(session: Session, key: Key) -> None:
    """Forget the days that a month has a part in, within the open transaction."""
    first_s, end_s = map(since_epoch_s, month_bounds(key.month))
    within = "table_name = ? AND from_s < ? AND to_s >= ?"
    session.run(
        "DELETE FROM day_month WHERE table_name = ? AND "
        f"(month = ? OR month IN (SELECT month FROM day_energy WHERE {within}))",
        [key.table, key.month, key.table, end_s, first_s],
    )
    session.run(f"DELETE FROM day_energy WHERE {within}", [key.table, end_s, first_s])
