"""Energies by period, from accounted counters: what they say at its end, less what they say at its beginning."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise, product
from typing import NamedTuple

from openvoy.model.together import add_wh, build_shared, fold_shared
from openvoy.ports import Columns
from openvoy.store import tables
from openvoy.store.boundaries import FALLING, OF_GATEWAYS, Boundaries, Extent, Kind, read_extent
from openvoy.store.counting import Growth, build_growths
from openvoy.store.database import Session
from openvoy.store.days import ESTIMATED, INTEGRATED, Kept, read_days
from openvoy.store.periods_over import PeriodsOver
from openvoy.store.read_rest import read_households, read_imported_ids
from openvoy.store.times import utc

QUANTITIES = tuple(measure.name for measure in tables.ENERGY.measures)


class Periods(NamedTuple):
    """Energies of one owner by period."""

    energies_wh: Mapping[str, Sequence[float | None]]
    estimated: Sequence[int]
    integrated: Sequence[int]


def read_energy(
    session: Session, bounds: Sequence[int], gateway_ids: Collection[int], *, zone: str | None = None
) -> Columns:
    """Read energies of the periods between bounds, of all these gateways together; see `read_periods` for `zone`.

    Beside the sum of each quantity stand those of what belongs together, which are of gateways that measure both.
    """
    count = max(0, len(bounds) - 1)
    totals: dict[str, list[float | None]] = {name: [None] * count for name in QUANTITIES}
    estimated, integrated = [0] * count, [0] * count
    houses = read_households(session, gateway_ids)
    by_house: dict[str, dict[str, list[float | None]]] = {house: {} for house in houses.values()}
    for gateway_id, periods in read_periods(session, OF_GATEWAYS, bounds, gateway_ids, zone=zone).items():
        of_house = by_house[houses[gateway_id]]
        for name, energies_wh in periods.energies_wh.items():
            totals[name] = list(map(add_wh, totals[name], energies_wh))
            of_house[name] = list(map(add_wh, of_house.get(name, [None] * count), energies_wh))
        estimated = [one | other for one, other in zip(estimated, periods.estimated, strict=True)]
        integrated = [one | other for one, other in zip(integrated, periods.integrated, strict=True)]
    for place in _read_holes(session, bounds, read_imported_ids(session).intersection(gateway_ids)):
        estimated[place] |= any(energies_wh[place] is not None for energies_wh in totals.values())
    shared = build_shared(tuple(by_house.values()), count)
    return {"start": list(bounds[:-1]), **totals, **shared, "estimated": estimated, "charge_estimated": integrated}


def read_shared_by_day(
    session: Session, bounds: Sequence[int], days: Sequence[int], gateway_ids: Collection[int], zone: str
) -> Columns:
    """Read what belongs together between bounds, of those days on which both quantities are known; see `build_shared`.

    `days` are the bounds of the days in all periods: of a month whose second half alone has a meter, that half counts.
    """
    of_days = read_energy(session, days, gateway_ids, zone=zone)
    sizes = [bisect_left(days, end) - bisect_left(days, start) for start, end in pairwise(bounds)]
    return fold_shared(of_days, sizes)


def _read_holes(session: Session, bounds: Sequence[int], imported_ids: Collection[int]) -> set[int]:
    """Find the periods in which a hole of imported energies ends: what they say is not all of it."""
    if not imported_ids or len(bounds) < 2:
        return set()
    rows = session.rows(
        "SELECT DISTINCT CAST(epoch(time) AS BIGINT) FROM energy "
        "WHERE estimated AND NOT charge_estimated AND gateway_id IN (SELECT unnest(?)) AND time > ? AND time <= ?",
        [sorted(imported_ids), utc(bounds[0]), utc(bounds[-1])],
    )
    return {bisect_left(bounds, end_s) - 1 for (end_s,) in rows}


def read_owned_energy(
    session: Session,
    kind: Kind,
    bounds: Sequence[int],
    owners: Mapping[int, Sequence[str | int]],
    labels: Sequence[str],
    *,
    zone: str | None = None,
) -> Columns:
    """Read energies of the periods between bounds, owner by owner; `labels` name what the owners are told by."""
    columns: dict[str, list[float | int | str | None]] = {
        name: [] for name in ("start", *labels, *kind.names, "estimated")
    }
    for owner_id, periods in read_periods(session, kind, bounds, owners, zone=zone).items():
        count = len(periods.estimated)
        columns["start"] += bounds[:-1]
        for label, value in zip(labels, owners[owner_id], strict=True):
            columns[label] += [value] * count
        for name in kind.names:
            columns[name] += periods.energies_wh.get(name, [None] * count)
        columns["estimated"] += periods.estimated
    return columns


def read_periods(
    session: Session, kind: Kind, bounds: Sequence[int], owner_ids: Iterable[int], *, zone: str | None = None
) -> Mapping[int, Periods]:
    """Read energies of the periods between bounds by owner; `zone` says that they are the days of a time zone."""
    count = max(0, len(bounds) - 1)
    extent = read_extent(session, kind)
    # Of time before the first reading and after the last one nothing is known: it need not be looked at.
    first = max(0, bisect_right(bounds, extent.first_s) - 1)
    last = max(first, min(count, bisect_left(bounds, extent.last_s)))
    inner = bounds[first : last + 1] if first < last else ()
    return {
        owner_id: Periods(
            {
                name: [*[None] * first, *values, *[None] * (count - last)]
                for name, values in periods.energies_wh.items()
            },
            [*[0] * first, *periods.estimated, *[0] * (count - last)],
            [*[0] * first, *periods.integrated, *[0] * (count - last)],
        )
        for owner_id, periods in _read_within(session, kind, inner, owner_ids, zone=zone, extent=extent).items()
    }


def _read_within(
    session: Session,
    kind: Kind,
    bounds: Sequence[int],
    owner_ids: Iterable[int],
    *,
    zone: str | None,
    extent: Extent,
) -> Mapping[int, Periods]:
    """Read energies of periods that lie between the first and the last reading, or touch them."""
    count = max(0, len(bounds) - 1)
    kept = read_days(session, kind.table, zone, bounds) if zone is not None and count else {}
    imported_ids = read_imported_ids(session) if kind is OF_GATEWAYS else frozenset()
    over = PeriodsOver(session, kind, extent, () if zone is None else bounds, sorted(imported_ids))
    series = {
        counter: _Series(bounds, (*kept.get(counter, ()), *over.of(counter)))
        for counter in product(owner_ids, extent.names)
    }
    missing = {at_s for one in series.values() for first, last in one.missing for at_s in bounds[first : last + 1]}
    boundaries = Boundaries(session, kind, sorted(missing), extent)
    found: dict[int, Periods] = {owner_id: Periods({}, [0] * count, [0] * count) for owner_id in owner_ids}
    for (owner_id, name), one in series.items():
        for first, growths in one.complete(boundaries, owner_id, name, is_imported=owner_id in imported_ids):
            over.add((owner_id, name), first, growths)
        energies_wh, *flags = found[owner_id]
        marked = map(_either, flags, (one.estimated, one.integrated))
        found[owner_id] = Periods({**energies_wh, name: one.energies_wh}, *marked)
    over.keep()
    return found


def _either(flags: Sequence[int], others: Sequence[int]) -> Sequence[int]:
    return [flag | other for flag, other in zip(flags, others, strict=True)] if any(others) else flags


def _first_of(kept: Kept) -> int:
    return kept.first


class _Series:
    """One counter by period: what was kept of its days, and the spans of periods that are still to be found."""

    def __init__(self, bounds: Sequence[int], kept: Sequence[Kept]) -> None:
        self._bounds = bounds
        count = max(0, len(bounds) - 1)
        self.energies_wh: list[float | None] = [None] * count
        self.estimated = [0] * count
        self.integrated = [0] * count
        self.missing: list[tuple[int, int]] = []
        at = 0
        for run in sorted(kept, key=_first_of):
            if at < run.first:
                self.missing.append((at, run.first))
            end = run.first + len(run.energies_wh)
            at = max(at, end)
            self.energies_wh[run.first : end] = run.energies_wh
            for place, flags in enumerate(run.flags or (), run.first):
                self.estimated[place] = int(flags & ESTIMATED > 0)
                self.integrated[place] = int(flags & INTEGRATED > 0)
        if at < count:
            self.missing.append((at, count))

    def complete(
        self, boundaries: Boundaries, owner_id: int, name: str, *, is_imported: bool
    ) -> Iterator[tuple[int, Sequence[Growth]]]:
        """Find what is missing; gives the first period of each run, and what was found of the run."""
        for first, last in self.missing:
            around = boundaries.of(owner_id, name, self._bounds[first : last + 1])
            growths = build_growths(around, falls=name in FALLING, is_imported=is_imported)
            for index, growth in enumerate(growths, first):
                self.energies_wh[index] = growth.energy_wh
                self.estimated[index] = int(growth.estimated)
                self.integrated[index] = int(growth.integrated)
            yield first, growths
