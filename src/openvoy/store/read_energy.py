"""Energies by period, from accounted counters: what they say at its end, less what they say at its beginning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from openvoy.ports import Columns
from openvoy.store import tables
from openvoy.store.database import Session
from openvoy.store.times import utc

QUANTITIES = tuple(measure.name for measure in tables.ENERGY.measures)
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


def period_energy(first: Boundary, last: Boundary) -> tuple[float | None, bool]:
    """Energy between two boundaries and whether it is estimated; None where readings span no time of the period."""
    start_wh, end_wh = first.value_wh, last.value_wh
    if first.after is None or last.before is None or start_wh is None or end_wh is None:
        return None, False
    known_from_s = first.after.at_s if first.before is None else first.at_s
    known_until_s = last.before.at_s if last.after is None else last.at_s
    if known_until_s <= known_from_s:
        return None, False
    # Accounted counters only grow; rounding of a corrected one must not show as negative energy.
    return max(0.0, end_wh - start_wh), first.is_estimated or last.is_estimated


def read_energy(session: Session, bounds: Sequence[int], gateway_ids: Iterable[int]) -> Columns:
    """Read energies of the periods between bounds, of all these gateways together."""
    count = max(0, len(bounds) - 1)
    totals: dict[str, list[float | None]] = {name: [None] * count for name in QUANTITIES}
    estimated = [False] * count
    extent = _read_extent(session)
    edges = _read_edges(session, bounds, extent.names) if count and extent.names else {}
    for gateway_id in gateway_ids:
        for name in extent.names:
            boundaries = list(_Counter(session, gateway_id, name, edges, extent).boundaries(bounds))
            for index, (first, last) in enumerate(pairwise(boundaries)):
                energy_wh, is_estimated = period_energy(first, last)
                if energy_wh is not None:
                    others_wh = totals[name][index]
                    totals[name][index] = round(energy_wh if others_wh is None else others_wh + energy_wh, 2)
                    estimated[index] |= is_estimated
    return {"start": list(bounds[:-1]), **totals, "estimated": [int(flag) for flag in estimated]}


class _Extent(NamedTuple):
    """What the engine knows without looking at rows: which quantities were ever counted, and when."""

    names: Sequence[str]
    first_s: int
    last_s: int


def _read_extent(session: Session) -> _Extent:
    largest = ", ".join(f"max({name})" for name in QUANTITIES)
    ends = "CAST(epoch(min(time)) AS BIGINT), CAST(epoch(max(time)) AS BIGINT)"
    ((first_s, last_s, *values),) = session.rows(f"SELECT {ends}, {largest} FROM energy")
    return _Extent([name for name, value in zip(QUANTITIES, values, strict=True) if value is not None], first_s, last_s)


Edges = Mapping[tuple[int, int, str], tuple[Count, Count]]
"""By gateway, quarter of an hour and quantity: the first and the last reading."""


def _read_edges(session: Session, bounds: Sequence[int], names: Sequence[str]) -> Edges:
    """Read the quarters of an hour on both sides of each boundary, in one pass."""
    quarters = sorted({bound // NEAR_S + side for bound in bounds for side in (-1, 0)})
    parts = ", ".join(
        f"{end}(at_s) FILTER (WHERE {name} IS NOT NULL), CAST(arg_{end}({name}, at_s) AS DOUBLE), "
        f"arg_{end}(estimated, at_s)"
        for name in names
        for end in ("min", "max")
    )
    rows = session.rows(
        f"SELECT gateway_id, at_s // {NEAR_S} AS quarter, {parts} "
        "FROM (SELECT *, CAST(epoch(time) AS BIGINT) AS at_s FROM energy WHERE time >= ? AND time < ?) "
        "WHERE quarter IN (SELECT unnest(?)) GROUP BY ALL",
        [utc(bounds[0] - NEAR_S), utc(bounds[-1] + NEAR_S), quarters],
    )
    edges: dict[tuple[int, int, str], tuple[Count, Count]] = {}
    for gateway_id, quarter, *values in rows:
        for index, name in enumerate(names):
            first_s, first_wh, first_estimated, last_s, last_wh, last_estimated = values[index * 6 : index * 6 + 6]
            if first_s is not None:
                edges[gateway_id, quarter, name] = (
                    Count(first_s, first_wh, first_estimated),
                    Count(last_s, last_wh, last_estimated),
                )
    return edges


class _Counter:
    """One quantity of one gateway: finds what is known at boundaries, which come in order."""

    def __init__(self, session: Session, gateway_id: int, name: str, edges: Edges, extent: _Extent) -> None:
        self._session = session
        self._gateway_id = gateway_id
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
        earlier = self._edges.get((self._gateway_id, quarter - 1, self._name))
        later = self._edges.get((self._gateway_id, quarter, self._name))
        after = later[0] if later else None
        if after is not None and after.at_s == at_s:
            return after, after
        return earlier[1] if earlier else None, after

    def _search(self, at_s: int, within: str, order: str, sign: int) -> Count | None:
        if (at_s < self._extent.first_s) if sign < 0 else (at_s > self._extent.last_s):
            return None
        for reach_s in SEARCH_S:
            rows = self._session.rows(
                f"SELECT CAST(epoch(time) AS BIGINT), CAST({self._name} AS DOUBLE), estimated FROM energy "
                f"WHERE gateway_id = ? AND {self._name} IS NOT NULL AND {within} ORDER BY time {order} LIMIT 1",
                [self._gateway_id, utc(at_s + sign * reach_s), utc(at_s)],
            )
            if rows:
                return Count(*rows[0])
        return None
