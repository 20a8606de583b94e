"""Steps of mean powers, as they are read of one time: of rows, and of sealed months by what was added up of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import compress
from typing import Any

from openvoy.store import tables
from openvoy.store.catalog import literal
from openvoy.store.database import Session
from openvoy.store.quarters import QUARTER_S
from openvoy.store.times import utc
from openvoy.store.unpacked import Cut, join

MEASURES = tuple(measure.name for measure in tables.POWER.measures)
FINE_STEP_S = 60
"""Steps below this are made of live rows, as far back as there are any."""
LONGEST_INTERVAL_S = 3600
"""Rows that begin this long before the range may reach into it; imports are hourly at most."""

_LENGTH, *_MEASURED = range(1, 2 + len(MEASURES))
"""Places of the columns that are unpacked, behind the owner."""

Found = Mapping[int, Sequence[Sequence[Any]]]
"""By gateway the indexes of steps, and for each of `MEASURES` their means."""


class Range:
    """The time that is asked for, as conditions and sources of queries."""

    def __init__(self, *, start_s: int, end_s: int, step_s: int, gateway_ids: Iterable[int]) -> None:
        """Steps of `step_s` are counted from the start."""
        self.start_s = start_s
        self.end_s = end_s
        self.step_s = step_s
        self.gateway_ids = frozenset(gateway_ids)
        self._gateways = ", ".join(map(str, sorted(self.gateway_ids)))
        self.is_rounded = False
        """Whether what was read has no more digits than are kept."""
        self.at_s: list[int] | None = None
        """When the steps begin, where that was read and need not be worked out."""

    def read(self, session: Session) -> Found:
        """Read steps and their means."""
        from_s = self.start_s - LONGEST_INTERVAL_S
        if self.step_s < FINE_STEP_S:
            return self._from_rows(session, self._fine_source(session, from_s))
        if self.step_s == FINE_STEP_S and (found := self._single_rows(session, from_s)) is not None:
            self.is_rounded = True
            return found
        if not self.is_partly_sealed(session):
            return self._from_rows(session, session.of(tables.POWER, from_s, self.end_s))
        hot = f"(SELECT * FROM power WHERE time >= {literal(from_s)} AND time < {literal(self.end_s)})"
        return self._from_rows(session, hot, quarters=self._quarters())

    def is_partly_sealed(self, session: Session) -> bool:
        """Whether means of sealed months are read by what was added up of them."""
        from_s = self.start_s - LONGEST_INTERVAL_S
        return bool(self._fits_quarters(session) and session.catalog.files(tables.POWER, from_s, self.end_s))

    def _fits_quarters(self, session: Session) -> bool:
        """Whether no quarter of an hour of a sealed month lies in two steps, or partly outside of the range."""
        if self.start_s % QUARTER_S or self.step_s % QUARTER_S:
            return False
        until = session.catalog.until(tables.POWER) if self.end_s % QUARTER_S else None
        return self.end_s % QUARTER_S == 0 or (until is not None and until <= utc(self.end_s))

    def _single_rows(self, session: Session, from_s: int) -> Found | None:
        """Read rows that are a step each, as they are; None where one reaches beyond its step, or two share one."""
        columns: Sequence[Sequence[Any]]
        cuts = session.catalog.cuts(tables.POWER, from_s, self.end_s)
        if cuts is None:
            measures = ", ".join(f"CAST({name} AS DOUBLE)" for name in MEASURES)
            selected = f"CAST(epoch(time) AS BIGINT), gateway_id, interval_s, {measures}"
            columns = _turned(session.rows_of(tables.POWER, selected, from_s, self.end_s))
        elif (kept := self._as_kept(cuts)) is not None:
            return kept
        else:
            columns = join(cuts)
        if not columns or not columns[0]:
            return {}
        ats_s, ids, *rest = columns
        every = {n: found for n, found in _by_gateway([ids, ats_s, *rest]).items() if n in self.gateway_ids}
        found = {number: self._single_steps(*columns) for number, columns in every.items()}
        whole = {number: columns for number, columns in found.items() if columns is not None}
        return {number: columns for number, columns in whole.items() if columns[0]} if whole == found else None

    def _as_kept(self, cuts: Sequence[Cut]) -> Found | None:
        """Give the rows of one gateway that are a step each as they are kept; None where they are not that."""
        if len(cuts) != 1 or len(self.gateway_ids) != 1:
            return None
        (cut,), (gateway_id,) = cuts, self.gateway_ids
        owner, *_ = cut.rows.columns
        if owner != gateway_id or not cut.is_paced(self.step_s) or cut.most(_LENGTH) > self.step_s:
            return None
        first, beside_s = divmod(cut.rows.times[cut.start] - self.start_s, self.step_s)
        if beside_s:
            return None
        from_index = max(0, -first)
        steps = range(first + from_index, first + len(cut))
        self.at_s = cut.times(from_index)
        return {gateway_id: [steps, *(cut.column(place, from_index) for place in _MEASURED)]} if steps else {}

    def _single_steps(
        self, ats_s: Sequence[int], lengths_s: Sequence[int], *columns: Sequence[Any]
    ) -> list[Sequence[Any]] | None:
        step_s, first_s = self.step_s, ats_s[0] - self.start_s
        if first_s % step_s == 0 and _is_grid(ats_s, step_s) and _most(lengths_s) <= step_s:
            first, skipped = first_s // step_s, max(0, -first_s // step_s)
            return [range(first + skipped, first + len(ats_s)), *(values[skipped:] for values in columns)]
        ats_s = [at_s - self.start_s for at_s in ats_s]
        if any(at_s % step_s + length_s > step_s for at_s, length_s in zip(ats_s, lengths_s, strict=True)):
            return None
        is_inside = [at_s >= 0 for at_s in ats_s]
        steps = [at_s // step_s for at_s in compress(ats_s, is_inside)]
        if len(set(steps)) < len(steps):
            return None
        return [steps, *(list(compress(values, is_inside)) for values in columns)]

    def _from_rows(self, session: Session, source: str, quarters: str | None = None) -> Found:
        """Read means, the quick way where no row can reach into two steps, and beyond the ends."""
        rows = session.rows(self._means(self._aligned(source), quarters))
        if any(reach_s > 0 for *_, reach_s in rows):
            rows = session.rows(self._means(self._overlapping(source), quarters))
        return _by_gateway(_turned([row[:-1] for row in rows if row[1] >= 0]))

    def _means(self, parts: str, quarters: str | None) -> str:
        """Means by step of parts of it: all are added up at once, since planning more takes longer than adding."""
        means = ", ".join(f"sum({name}_sum) / sum({name}_s)" for name in MEASURES)
        both = parts if quarters is None else f"{parts} UNION ALL {quarters}"
        return f"SELECT gateway_id, step, {means}, max(reach_s) FROM ({both}) GROUP BY gateway_id, step"

    def _quarters(self) -> str:
        """Sums of what is sealed."""
        columns = ", ".join(f"{name}_sum, {name}_s" for name in MEASURES)
        return (
            f"SELECT gateway_id, (CAST(epoch(time) AS BIGINT) - {self.start_s}) // {self.step_s} AS step, {columns}, "
            f"-1 AS reach_s FROM power_quarter WHERE time >= {literal(self.start_s)} "
            f"AND time < {literal(self.end_s)} AND gateway_id IN ({self._gateways})"
        )

    def _fine_source(self, session: Session, from_s: int) -> str:
        """Live rows, and before the first of them minutes."""
        first = session.rows("SELECT gateway_id, CAST(epoch(min(time)) AS BIGINT) FROM live GROUP BY 1")
        cases = " ".join(f"WHEN {gateway_id} THEN {first_s}" for gateway_id, first_s in first)
        until_s = f"CASE gateway_id {cases} ELSE {self.end_s} END" if first else str(self.end_s)
        measures = ", ".join(MEASURES)
        live = f"SELECT gateway_id, time, interval_s, {measures} FROM {session.of(tables.LIVE, from_s, self.end_s)}"
        minutes = (
            f"SELECT gateway_id, time, least(interval_s, {until_s} - CAST(epoch(time) AS BIGINT)), {measures} "
            f"FROM {session.of(tables.POWER, from_s, self.end_s)} WHERE epoch(time) < {until_s}"
        )
        return f"({live} UNION ALL {minutes})"

    def _aligned(self, source: str) -> str:
        """Rows in the steps that they begin in; `reach_s` > 0 says that one reaches beyond it."""
        measures, step_s = ", ".join(MEASURES), self.step_s
        rows = (
            f"SELECT gateway_id, interval_s, {measures}, CAST(epoch(time) AS BIGINT) - {self.start_s} AS at_s "
            f"FROM {source} WHERE gateway_id IN ({self._gateways})"
        )
        reach = f"CASE WHEN at_s < 0 THEN at_s + interval_s ELSE at_s % {step_s} + interval_s - {step_s} END"
        step = f"CASE WHEN at_s < 0 THEN -1 ELSE at_s // {step_s} END"
        return f"SELECT gateway_id, {step} AS step, {_weighted('interval_s')}, {reach} AS reach_s FROM ({rows})"

    def _overlapping(self, source: str) -> str:
        """Rows in each step that they reach into, as far as they do, and not beyond the ends."""
        measures, step_s = ", ".join(MEASURES), self.step_s
        rows = (
            f"SELECT gateway_id, {measures}, CAST(epoch(time) AS BIGINT) - {self.start_s} AS at_s, "
            f"greatest(at_s, 0) AS from_s, least(at_s + interval_s, {self.end_s - self.start_s}) AS to_s "
            f"FROM {source} WHERE gateway_id IN ({self._gateways})"
        )
        parts = (
            f"SELECT gateway_id, {measures}, from_s, to_s, "
            f"unnest(range(from_s // {step_s}, (to_s - 1) // {step_s} + 1)) AS step FROM ({rows}) WHERE to_s > from_s"
        )
        weight = f"(least(to_s, (step + 1) * {step_s}) - greatest(from_s, step * {step_s}))"
        return f"SELECT gateway_id, step, {_weighted(weight)}, -1 AS reach_s FROM ({parts})"


def _turned(rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return list(zip(*rows, strict=True))


def _by_gateway(columns: Sequence[Sequence[Any]]) -> Found:
    """Divide columns, of which the first says whose values they are, by gateway."""
    if not columns:
        return {}
    owners, *rest = columns
    if _is_one(owners):
        return {owners[0]: rest}
    return {
        number: [list(compress(values, [owner == number for owner in owners])) for values in rest]
        for number in set(owners)
    }


def _most(lengths_s: Sequence[int]) -> int:
    return lengths_s[0] if _is_one(lengths_s) else max(lengths_s)


def _is_one(values: Sequence[Any]) -> bool:
    """Whether all are the same: one object is compared quicker than numbers are."""
    return values.count(values[0]) == len(values)


def _is_grid(ats_s: Sequence[int], step_s: int) -> bool:
    """Whether there is a row each step, in their order."""
    return list(ats_s) == list(range(ats_s[0], ats_s[-1] + step_s, step_s))


def _weighted(weight: str) -> str:
    return ", ".join(
        f"CAST({name} AS DOUBLE) * {weight} AS {name}_sum, CASE WHEN {name} IS NOT NULL THEN {weight} END AS {name}_s"
        for name in MEASURES
    )
