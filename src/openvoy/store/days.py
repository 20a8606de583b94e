"""Energies of the days of sealed months, derived from accounted counters, so that years are not added up again.

A day is kept only where readings in sealed months say all of it, those around an outage included. Rows come into such a
month only after it was taken back, and whoever takes a month back has the days forgotten that it has a part in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC
from itertools import pairwise
from typing import NamedTuple

from openvoy.store.boundaries import FALLING, Boundaries, Kind, read_extent
from openvoy.store.catalog import Catalog, Key, month_bounds, months_between
from openvoy.store.counting import Growth, build_growths
from openvoy.store.database import Session
from openvoy.store.periods import build_bounds, parse_zone
from openvoy.store.tables import Table
from openvoy.store.times import since_epoch_s, utc

MOST_ZONES = 4
"""A site has one time zone; of more than these no days are kept."""


class Kept(NamedTuple):
    """Days of one counter, mostly in their order."""

    total_s: int
    """How long they are together: were the time zone's rules changed meanwhile, this tells."""
    starts_s: Sequence[int]
    energies_wh: Sequence[float | None]
    flags: Mapping[int, tuple[int, int]]
    """By the start of a day whether it is estimated, and whether integrated; of the others neither is."""


def read_days(session: Session, table: Table, zone: str, bounds: Sequence[int]) -> Mapping[tuple[int, str], Kept]:
    """Read what is kept of the days between bounds, by owner and quantity."""
    within = "FROM day_energy WHERE table_name = ? AND zone = ? AND start_s >= ? AND end_s <= ?"
    args = [table.name, zone, bounds[0], bounds[-1]]
    rows = session.rows(
        "SELECT owner_id, name, CAST(sum(end_s - start_s) AS BIGINT), list(start_s), list(energy_wh), "
        f"max(greatest(estimated, integrated)) {within} GROUP BY owner_id, name",
        args,
    )
    flags: dict[tuple[int, str], dict[int, tuple[int, int]]] = {}
    if any(is_flagged for *_, is_flagged in rows):
        # Of few days; to ask for all with the energies takes as long as the energies do.
        flagged = "owner_id, name, start_s, estimated, integrated"
        for owner_id, name, start_s, *pair in session.rows(
            f"SELECT {flagged} {within} AND (estimated > 0 OR integrated > 0)", args
        ):
            flags.setdefault((owner_id, name), {})[start_s] = (pair[0], pair[1])
    return {
        (owner_id, name): Kept(total_s, starts_s, energies_wh, flags.get((owner_id, name), {}))
        for owner_id, name, total_s, starts_s, energies_wh, _ in rows
    }


def due_months(session: Session, table: Table, zone: str, bounds: Sequence[int]) -> list[str]:
    """Find the sealed months between bounds of which days are not kept that could be."""
    if len(bounds) < 2:
        return []
    months = months_between(utc(bounds[0]), utc(bounds[-1]))
    if not months:
        return []
    span = (table.name, zone, months[0], months[-1])
    if span in session.catalog.settled:
        return []
    due = _find_due(session, table, zone, months)
    if not due:
        session.catalog.settled.add(span)
    return due


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
        rows = [
            (
                table.name,
                zone,
                owner_id,
                name,
                start_s,
                end_s,
                growth.energy_wh,
                int(growth.estimated),
                int(growth.integrated),
                growth.from_s,
                growth.to_s,
            )
            for (owner_id, name), growths in _find_growths(session, kind, zone, month).items()
            for (start_s, end_s), growth in growths
            if _is_settled(catalog, table, growth)
        ]
        session.run(
            "DELETE FROM day_energy WHERE table_name = ? AND zone = ? AND start_s >= ? AND start_s < ?",
            [table.name, zone, *map(since_epoch_s, month_bounds(month))],
        )
        session.run("DELETE FROM day_month WHERE table_name = ? AND zone = ? AND month = ?", [table.name, zone, month])
        session.inserter("day_energy").put(rows)
        session.inserter("day_month").put([(table.name, zone, month, _is_followed(catalog, table, month))])


def _find_growths(
    session: Session, kind: Kind, zone: str, month: str
) -> Mapping[tuple[int, str], list[tuple[tuple[int, int], Growth]]]:
    """Find what every counter grew on the days that begin in a month."""
    start, end = (at.replace(tzinfo=UTC) for at in month_bounds(month))
    every = build_bounds(start=start, end=end, by="day", zone=parse_zone(zone))
    first_s, end_s = since_epoch_s(month_bounds(month)[0]), since_epoch_s(month_bounds(month)[1])
    days = [(day_s, next_s) for day_s, next_s in pairwise(every) if first_s <= day_s < end_s]
    bounds = [days[0][0], *(next_s for _, next_s in days)]
    extent = read_extent(session, kind)
    boundaries = Boundaries(session, kind, bounds, extent)
    owners = [number for (number,) in session.rows(f"SELECT DISTINCT {kind.owner} FROM {kind.table.name}")]
    return {
        (owner_id, name): list(
            zip(days, build_growths(boundaries.of(owner_id, name, bounds), falls=name in FALLING), strict=True)
        )
        for owner_id in owners
        for name in extent.names
    }


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
    months = "SELECT strftime(make_timestamp(start_s * 1000000), '%Y-%m') FROM day_energy"
    session.run(
        f"DELETE FROM day_month WHERE table_name = ? AND (month = ? OR month IN ({months} WHERE {within}))",
        [key.table, key.month, key.table, end_s, first_s],
    )
    session.run(f"DELETE FROM day_energy WHERE {within}", [key.table, end_s, first_s])
