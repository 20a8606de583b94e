"""Finds the readings of accounted counters around boundaries of periods, for all owners in a few queries."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from openvoy.store import tables
from openvoy.store.counting import NEAR_S, Boundary, Count
from openvoy.store.database import Session
from openvoy.store.standing import State, read_state
from openvoy.store.tables import Table
from openvoy.store.times import utc

FALLING = frozenset({"residual_wh"})
"""What is added up with its sign; all else only grows."""
SEARCH_S = (86_400, 30 * 86_400, 100 * 366 * 86_400)
"""How far a neighbour is looked for, step by step: outages are short or long, and reading everything is slow."""

LONG_S = 40 * 86_400
"""Bounds that are further apart are not worth reading over what is between them."""
MOST_TOGETHER = 400
"""Bounds that are read around at once; a year of five-minute readings is not to be in memory."""


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
KINDS = (OF_GATEWAYS, OF_DEVICES, OF_PHASES)


class Counted(NamedTuple):
    """The quantities that were counted in some row of a table."""

    state: State
    names: frozenset[str]


class Extent(NamedTuple):
    """What the engine knows without looking at rows: which quantities were ever counted, and when."""

    names: Sequence[str]
    first_s: int
    last_s: int
    state: State | None
    """None where there is no row."""

    def beyond(self, at_s: int) -> int | None:
        """Give the end of all readings that a moment lies beyond; None within them."""
        if at_s > self.last_s:
            return self.last_s
        return self.first_s if at_s < self.first_s else None


def read_extent(session: Session, kind: Kind) -> Extent:
    """Read what was ever counted; a quantity that was met before is not looked for again, nor where nothing came."""
    state = read_state(session, kind.table)
    if state is None:
        return Extent((), 0, 0, None)
    known = session.catalog.counted.get(kind.table.name)
    if known is None or known.state != state:
        known = Counted(state, _read_counted(session, kind, frozenset() if known is None else known.names))
        session.catalog.counted[kind.table.name] = known
    return Extent([name for name in kind.names if name in known.names], state.first_s, state.last_s, state)


def _read_counted(session: Session, kind: Kind, known: frozenset[str]) -> frozenset[str]:
    """Find which quantities were ever counted, those that are known to be left out of the search."""
    open_names = [name for name in kind.names if name not in known]
    if not open_names:
        return known
    (values,) = session.rows(f"SELECT {', '.join(f'max({name})' for name in open_names)} FROM {kind.table.name}")
    return known | {name for name, value in zip(open_names, values, strict=True) if value is not None}


Counts = Mapping[tuple[int, str], Count]
"""By owner and quantity."""


class Boundaries:
    """The readings around boundaries: those that are near in one pass, those that are not when they are asked for."""

    def __init__(self, session: Session, kind: Kind, bounds: Sequence[int], extent: Extent) -> None:
        """Read what is near to these bounds, which are in their order."""
        self._session = session
        self._kind = kind
        self._extent = extent
        self._near: dict[tuple[int, str], list[Count]] = {}
        """By owner and quantity, in the order of time: whole quarters of an hour, with gaps between them."""
        self._divided = {at_s // NEAR_S for at_s in bounds if at_s % NEAR_S}
        """Quarters of an hour that a bound lies in."""
        for run in _runs(bounds) if extent.names else ():
            self._read_near(run)
        self._searched: dict[tuple[int, int, int], Counts] = {}

    def of(self, owner_id: int, name: str, bounds: Sequence[int]) -> list[Boundary]:
        """Give what is known of one counter around each bound; the bounds are in their order."""
        near = self._near.get((owner_id, name), [])
        place = bisect_left(near, bounds[0], key=_time_of) if bounds else 0
        found: list[Boundary] = []
        last: Boundary | None = None
        for at_s in bounds:
            if last is not None and (last.after is None or last.after.at_s > at_s):
                last = Boundary(at_s, last.before, last.after)
            else:
                while place < len(near) and near[place].at_s < at_s:
                    place += 1
                before, after = self._beside(near, place, at_s)
                last = Boundary(
                    at_s,
                    before or self._search(owner_id, name, at_s, -1),
                    after or self._search(owner_id, name, at_s, 1),
                )
            found.append(last)
        return found

    def _beside(self, near: Sequence[Count], place: int, at_s: int) -> tuple[Count | None, Count | None]:
        """Give the readings before and after a bound, where nothing that was not read can be between."""
        after = near[place] if place < len(near) else None
        if after is not None and after.at_s == at_s:
            return after, after
        before = near[place - 1] if place else None
        quarters: Container[int] = _quarters_beside(at_s)
        if (end_s := self._extent.beyond(at_s)) is not None:
            quarters = {*_quarters_beside(at_s), end_s // NEAR_S}
        return (
            before if before is not None and before.at_s // NEAR_S in quarters else None,
            after if after is not None and after.at_s // NEAR_S in quarters else None,
        )

    def _read_near(self, run: Sequence[int]) -> None:
        """Read the quarters of an hour beside each bound; of one in which no bound lies the first and last readings."""
        kind, names = self._kind, self._extent.names
        values = ", ".join(f"CAST({name} AS DOUBLE)" for name in names)
        rows = self._session.rows(
            f"SELECT {kind.owner}, at_s, estimated, {kind.integrated}, {values} "
            f"FROM (SELECT *, CAST(epoch(time) AS BIGINT) AS at_s FROM {kind.table.name} "
            f"WHERE time >= ? AND time < ?) WHERE at_s // {NEAR_S} IN (SELECT unnest(?)) ORDER BY at_s",
            [utc(run[0] - 2 * NEAR_S), utc(run[-1] + 2 * NEAR_S), sorted(self._quarters(run))],
        )
        for owner_id, at_s, estimated, integrated, *found in rows:
            quarter = at_s // NEAR_S
            for name, value_wh in zip(names, found, strict=True):
                near = self._near.setdefault((owner_id, name), [])
                if value_wh is None or (near and near[-1].at_s >= at_s):
                    continue  # nothing, or a quarter that stands beside the bounds before these, too
                is_inside = len(near) > 1 and near[-2].at_s // NEAR_S == quarter and quarter not in self._divided
                if is_inside:
                    near.pop()
                near.append(Count(at_s, value_wh, estimated, integrated))

    def _quarters(self, run: Sequence[int]) -> set[int]:
        """Give the quarters beside the bounds, and that of all readings' end where it is among the bounds."""
        ends_s = [end_s for at_s in (run[0], run[-1]) if (end_s := self._extent.beyond(at_s)) is not None]
        beside = {quarter for at_s in run for quarter in _quarters_beside(at_s)}
        return beside | {end_s // NEAR_S for end_s in ends_s if run[0] <= end_s <= run[-1]}

    def _ends(self, end: str) -> str:
        """Of each quantity that was ever counted, its first (min) or last (max) count."""
        return ", ".join(
            f"arg_{end}(row(at_s, CAST({name} AS DOUBLE), estimated, {self._kind.integrated}), at_s) "
            f"FILTER (WHERE {name} IS NOT NULL)"
            for name in self._extent.names
        )

    def _search(self, owner_id: int, name: str, at_s: int, sign: int) -> Count | None:
        if (at_s < self._extent.first_s) if sign < 0 else (at_s > self._extent.last_s):
            return None
        end_s = self._extent.beyond(at_s)
        for reach_s in SEARCH_S:
            key = (at_s if end_s is None else end_s, sign, reach_s)
            if key not in self._searched:
                self._searched[key] = self._read_within(*key)
            if (found := self._searched[key].get((owner_id, name))) is not None:
                return found
            if not self._extent.first_s < key[0] + sign * reach_s < self._extent.last_s:
                break
        return None

    def _read_within(self, at_s: int, sign: int, reach_s: int) -> Counts:
        """Read of every counter the reading that is next to a moment."""
        kind, names = self._kind, self._extent.names
        rows: list[tuple[Any, ...]] = self._session.rows(
            f"SELECT {kind.owner}, {self._ends('max' if sign < 0 else 'min')} "
            f"FROM (SELECT *, CAST(epoch(time) AS BIGINT) AS at_s FROM {kind.table.name} "
            "WHERE time >= ? AND time <= ?) GROUP BY ALL",
            sorted([utc(at_s + sign * reach_s), utc(at_s)]),
        )
        return {
            (owner_id, name): Count(*count)
            for owner_id, *counts in rows
            for name, count in zip(names, counts, strict=True)
            if count is not None
        }


def _time_of(count: Count) -> int:
    return count.at_s


def _quarters_beside(at_s: int) -> range:
    """Give the quarters of an hour before and after a bound, and the one that it divides."""
    quarter, rest_s = divmod(at_s, NEAR_S)
    return range(quarter - 1, quarter + (2 if rest_s else 1))


def _runs(bounds: Sequence[int]) -> Iterator[list[int]]:
    """Cut bounds where there is a long time between two, and where they are many."""
    run: list[int] = []
    for at_s in bounds:
        if run and (at_s - run[-1] > LONG_S or len(run) >= MOST_TOGETHER):
            yield run
            run = []
        run.append(at_s)
    if run:
        yield run
