"""Energies by period, from accounted counters: what they say at its end, less what they say at its beginning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from openvoy.ports import Columns
from openvoy.store import tables
from openvoy.store.database import Session
from openvoy.store.tables import Table
from openvoy.store.times import utc

QUANTITIES = tuple(measure.name for measure in tables.ENERGY.measures)
FALLING = frozenset({"residual_wh"})
"""What is added up with its sign; all else only grows."""
NEAR_S = 900
"""A boundary whose neighbouring readings are further away is estimated. Time zones differ by multiples of it."""
SEARCH_S = (86_400, 30 * 86_400, 100 * 366 * 86_400)
"""How far a neighbour is looked for, step by step: outages are short or long, and reading everything is slow."""


@dataclass(frozen=True, slots=True)
class Count:
    """A counter's value at a moment."""

    at_s: int
    value_wh: float
    estimated: bool = False
    """What it did since the reading before is interpolated."""
    integrated: bool = False
    """Charge and discharge come from battery power."""


@dataclass(frozen=True, slots=True)
class Boundary:
    """What is known of a counter at a boundary of periods: the readings before and after it, or one reading at it."""

    at_s: int
    before: Count | None
    after: Count | None

    @property
    def value_wh(self) -> float | None:
        """The counter at the boundary, on a straight line; before its first and after its last reading it stands."""
        before, after = self.before, self.after
        if before is None or after is None:
            known = before or after
            return None if known is None else known.value_wh
        span_s = after.at_s - before.at_s
        share = (self.at_s - before.at_s) / span_s if span_s else 0.0
        return before.value_wh + share * (after.value_wh - before.value_wh)

    @property
    def is_estimated(self) -> bool:
        """Whether a neighbour is far away. The end of all readings is none: it is the present."""
        if self.after is None:
            return False
        if self.before is None:
            return self.after.at_s - self.at_s > NEAR_S
        is_far = max(self.at_s - self.before.at_s, self.after.at_s - self.at_s) > NEAR_S
        return is_far or self.after.estimated


def period_energy(first: Boundary, last: Boundary, *, falls: bool = False) -> tuple[float | None, bool]:
    """Energy between two boundaries and whether it is estimated; None where readings span no time of the period."""
    start_wh, end_wh = first.value_wh, last.value_wh
    if first.after is None or last.before is None or start_wh is None or end_wh is None:
        return None, False
    known_from_s = first.after.at_s if first.before is None else first.at_s
    known_until_s = last.before.at_s if last.after is None else last.at_s
    if known_until_s <= known_from_s:
        return None, False
    # Accounted counters only grow; rounding of a corrected one must not show as negative energy.
    energy_wh = end_wh - start_wh if falls else max(0.0, end_wh - start_wh)
    return energy_wh, first.is_estimated or last.is_estimated


class Kind(NamedTuple):
    """A table of accounted counters."""

    table: Table
    integrated: str
    """The expression that says whether a row's counters are integrated."""

    @property
    def names(self) -> tuple[str, ...]:
        """Its counters."""
        return tuple(measure.name for measure in self.table.measures)

    @property
    def owner(self) -> str:
        """The column that says whose they are."""
        return self.table.key[0]


OF_GATEWAYS = Kind(tables.ENERGY, "charge_estimated")
OF_DEVICES = Kind(tables.DEVICE_ENERGY, "false")
OF_PHASES = Kind(tables.PHASE_ENERGY, "false")


class Periods(NamedTuple):
    """Energies of one owner by period."""

    energies_wh: Mapping[str, Sequence[float | None]]
    estimated: Sequence[bool]
    integrated: Sequence[bool]


def read_energy(session: Session, bounds: Sequence[int], gateway_ids: Iterable[int]) -> Columns:
    """Read energies of the periods between bounds, of all these gateways together."""
    count = max(0, len(bounds) - 1)
    totals: dict[str, list[float | None]] = {name: [None] * count for name in QUANTITIES}
    estimated, integrated = [False] * count, [False] * count
    for periods in read_periods(session, OF_GATEWAYS, bounds, gateway_ids).values():
        for name, energies_wh in periods.energies_wh.items():
            for index, energy_wh in enumerate(energies_wh):
                if energy_wh is not None:
                    others_wh = totals[name][index]
                    totals[name][index] = round(energy_wh if others_wh is None else others_wh + energy_wh, 2)
        estimated = [one or other for one, other in zip(estimated, periods.estimated, strict=True)]
        integrated = [one or other for one, other in zip(integrated, periods.integrated, strict=True)]
    return {
        "start": list(bounds[:-1]),
        **totals,
        "estimated": [int(flag) for flag in estimated],
        "charge_estimated": [int(flag) for flag in integrated],
    }


def read_owned_energy(
    session: Session,
    kind: Kind,
    bounds: Sequence[int],
    owners: Mapping[int, Sequence[str | int]],
    labels: Sequence[str],
) -> Columns:
    """Read energies of the periods between bounds, owner by owner; `labels` name what the owners are told by."""
    columns: dict[str, list[float | int | str | None]] = {
        name: [] for name in ("start", *labels, *kind.names, "estimated")
    }
    for owner_id, periods in read_periods(session, kind, bounds, owners).items():
        count = len(periods.estimated)
        columns["start"] += bounds[:-1]
        for label, value in zip(labels, owners[owner_id], strict=True):
            columns[label] += [value] * count
        for name in kind.names:
            columns[name] += periods.energies_wh.get(name, [None] * count)
        columns["estimated"] += [int(flag) for flag in periods.estimated]
    return columns


def read_periods(
    session: Session, kind: Kind, bounds: Sequence[int], owner_ids: Iterable[int]
) -> Mapping[int, Periods]:
    """Read energies of the periods between bounds by owner."""
    count = max(0, len(bounds) - 1)
    extent = _read_extent(session, kind)
    edges = _read_edges(session, kind, bounds, extent.names) if count and extent.names else {}
    found: dict[int, Periods] = {}
    for owner_id in owner_ids:
        estimated, integrated = [False] * count, [False] * count
        energies: dict[str, list[float | None]] = {}
        for name in extent.names:
            energies[name] = [None] * count
            boundaries = _Counter(session, kind, owner_id, name, edges=edges, extent=extent).boundaries(bounds)
            for index, (first, last) in enumerate(pairwise(boundaries)):
                energy_wh, is_estimated = period_energy(first, last, falls=name in FALLING)
                if energy_wh is not None:
                    energies[name][index] = round(energy_wh, 2)
                    estimated[index] |= is_estimated
                    integrated[index] |= last.before is not None and last.before.integrated
        found[owner_id] = Periods(energies, estimated, integrated)
    return found


class _Extent(NamedTuple):
    """What the engine knows without looking at rows: which quantities were ever counted, and when."""

    names: Sequence[str]
    first_s: int
    last_s: int


def _read_extent(session: Session, kind: Kind) -> _Extent:
    largest = ", ".join(f"max({name})" for name in kind.names)
    ends = "CAST(epoch(min(time)) AS BIGINT), CAST(epoch(max(time)) AS BIGINT)"
    ((first_s, last_s, *values),) = session.rows(f"SELECT {ends}, {largest} FROM {kind.table.name}")
    return _Extent([name for name, value in zip(kind.names, values, strict=True) if value is not None], first_s, last_s)


Edges = Mapping[tuple[int, int, str], tuple[Count, Count]]
"""By owner, quarter of an hour and quantity: the first and the last reading."""


def _read_edges(session: Session, kind: Kind, bounds: Sequence[int], names: Sequence[str]) -> Edges:
    """Read the quarters of an hour on both sides of each boundary, in one pass."""
    quarters = sorted({bound // NEAR_S + side for bound in bounds for side in (-1, 0)})
    parts = ", ".join(
        f"{end}(at_s) FILTER (WHERE {name} IS NOT NULL), CAST(arg_{end}({name}, at_s) AS DOUBLE), "
        f"arg_{end}(estimated, at_s), arg_{end}({kind.integrated}, at_s)"
        for name in names
        for end in ("min", "max")
    )
    rows = session.rows(
        f"SELECT {kind.owner}, at_s // {NEAR_S} AS quarter, {parts} "
        f"FROM (SELECT *, CAST(epoch(time) AS BIGINT) AS at_s FROM {kind.table.name} WHERE time >= ? AND time < ?) "
        "WHERE quarter IN (SELECT unnest(?)) GROUP BY ALL",
        [utc(bounds[0] - NEAR_S), utc(bounds[-1] + NEAR_S), quarters],
    )
    edges: dict[tuple[int, int, str], tuple[Count, Count]] = {}
    for owner_id, quarter, *values in rows:
        for index, name in enumerate(names):
            first, last = values[index * 8 : index * 8 + 4], values[index * 8 + 4 : index * 8 + 8]
            if first[0] is not None:
                edges[owner_id, quarter, name] = (Count(*first), Count(*last))
    return edges


class _Counter:
    """One quantity of one owner: finds what is known at boundaries, which come in order."""

    def __init__(
        self, session: Session, kind: Kind, owner_id: int, name: str, *, edges: Edges, extent: _Extent
    ) -> None:
        self._session = session
        self._kind = kind
        self._owner_id = owner_id
        self._name = name
        self._edges = edges
        self._extent = extent
        self._last: Boundary | None = None

    def boundaries(self, bounds: Iterable[int]) -> Iterator[Boundary]:
        """Find the readings around each boundary."""
        for bound in bounds:
            self._last = self._boundary(bound)
            yield self._last

    def _boundary(self, at_s: int) -> Boundary:
        last = self._last
        if last is not None and (last.after is None or last.after.at_s > at_s):
            return Boundary(at_s, last.before, last.after)
        before, after = self._near(at_s)
        return Boundary(
            at_s,
            before or self._search(at_s, "time >= ? AND time <= ?", "DESC", -1),
            after or self._search(at_s, "time <= ? AND time >= ?", "ASC", 1),
        )

    def _near(self, at_s: int) -> tuple[Count | None, Count | None]:
        if at_s % NEAR_S:
            return None, None
        quarter = at_s // NEAR_S
        earlier = self._edges.get((self._owner_id, quarter - 1, self._name))
        later = self._edges.get((self._owner_id, quarter, self._name))
        after = later[0] if later else None
        if after is not None and after.at_s == at_s:
            return after, after
        return earlier[1] if earlier else None, after

    def _search(self, at_s: int, within: str, order: str, sign: int) -> Count | None:
        if (at_s < self._extent.first_s) if sign < 0 else (at_s > self._extent.last_s):
            return None
        kind, name = self._kind, self._name
        for reach_s in SEARCH_S:
            rows = self._session.rows(
                f"SELECT CAST(epoch(time) AS BIGINT), CAST({name} AS DOUBLE), estimated, {kind.integrated} "
                f"FROM {kind.table.name} WHERE {kind.owner} = ? AND {name} IS NOT NULL AND {within} "
                f"ORDER BY time {order} LIMIT 1",
                [self._owner_id, utc(at_s + sign * reach_s), utc(at_s)],
            )
            if rows:
                return Count(*rows[0])
        return None
